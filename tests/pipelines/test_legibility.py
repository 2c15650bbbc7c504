from __future__ import annotations

import pytest

from pipelines.metadata.validation import illegible_warnings

WORDS = "关于样例工作的通知：各县要按时报送，逾期的说明原因，不得拖延。"


@pytest.mark.parametrize(
    ("text", "warnings"),
    [
        (WORDS, []),
        (WORDS + "镕喆㙍囧，résumé、café、Ångström。", []),
        ("", []),
        (WORDS + "\ufffd锟斤拷", ["text: 2 characters could not be read"]),
        (WORDS.encode().decode("gb18030", "ignore"), ["text: looks read in the wrong encoding"]),
        (WORDS.encode().decode("latin-1"), ["text: looks read in the wrong encoding"]),
    ],
    ids=["sound", "rare and foreign letters", "empty", "lost", "as GBK", "as Latin"],
)
def test_characters_lost_or_misread_are_warned_of(text: str, warnings: list[str]) -> None:
    assert list(illegible_warnings("text", text)) == warnings
