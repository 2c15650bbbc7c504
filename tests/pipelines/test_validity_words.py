from __future__ import annotations

import pytest

from pipelines.metadata.fields import validity_words


@pytest.mark.parametrize(
    ("title", "lines", "expected"),
    [
        ("关于样例的通知（已废止）", (), ("已废止", "title:words")),
        ("关于样例的公告【全文失效】", (), ("全文失效", "title:words")),
        ("样例办法[条款废止]", (), ("条款废止", "title:words")),
        ("样例办法", ("本文件已于2020年1月1日废止。", "第一条"), ("废止", "text:words")),
        ("样例办法", ("正文。", "（注：本通知已被样发〔2020〕3号废止）"), ("废止", "text:words")),
        ("样例办法（试行）", ("本办法施行后，原办法同时废止。",), None),
        ("关于废止样例办法的通知", ("决定废止样例办法。",), None),
        ("样例条例（修订）", ("一",) * 10, None),
    ],
)
def test_words_of_validity_are_the_documents_own(
    title: str, lines: tuple[str, ...], expected: tuple[str, str] | None
) -> None:
    found = validity_words(title, lines)
    assert ((found.value, found.rule) if found else None) == expected
