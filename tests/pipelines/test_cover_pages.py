"""A page that is only the cover of a file says in which file its full text is."""

from __future__ import annotations

import pytest
from attrs import evolve

from pipelines.metadata.validation import full_text_in
from policy.records import Article, Attachment
from tests.storage.builders import an_article

PROSE = "各单位应当按照职责分工，细化任务举措，压实养护责任，定期开展评估，及时总结经验。" * 14


TITLE = "关于印发城市绿地养护实施方案的通知"


def page(text: str, *names: str) -> Article:
    files = tuple(
        Attachment(url=f"https://www.example.cn/{at}-{name}", name=name) for at, name in enumerate(names)
    )
    return evolve(an_article(text, title=TITLE), attachments=files)


HANDED_ON = "现将《城市绿地养护实施方案》印发给你们。"
FORM = (
    "为做好普查工作，请各单位于三月底前填写登记表并报送我局，逾期不予受理，特此通知，请遵照执行并做好有关准备，"
    "配合开展现场核查，如实提供有关材料。"
)


@pytest.mark.parametrize(
    ("text", "names", "taken"),
    [
        pytest.param(
            f"各区园林局：\n{HANDED_ON}请认真贯彻执行。",
            ["申报书.docx", "城市绿地养护实施方案.pdf"],
            "1-城市绿地养护实施方案.pdf",
            id="an act is handed on",
        ),
        pytest.param(
            "《城市绿地养护规定》已经2026年3月16日第29次会议审议通过，现予公布，自2026年7月1日起施行。",
            ["《城市绿地养护规定》.ofd", "《城市绿地养护规定》.pdf"],
            "1-《城市绿地养护规定》.pdf",
            id="of twins the one we read",
        ),
        pytest.param("通知全文详见附件。", ["附件.pdf"], "0-附件.pdf", id="it says so"),
        pytest.param("请点击下载全文", ["下载.pdf"], "0-下载.pdf", id="a button"),
        pytest.param("", ["公告.pdf"], "0-公告.pdf", id="no word at all"),
        pytest.param(f"{TITLE}\n园林局\n2026年3月1日", ["方案.pdf"], "0-方案.pdf", id="title and signature"),
        pytest.param(HANDED_ON, ["汇总表.xlsx"], None, id="a table is no text"),
        pytest.param(HANDED_ON, ["一号文件附图说明.pdf", "二号文件附图说明.pdf"], None, id="which one"),
        pytest.param(f"{PROSE}\n全文见附件。", ["全文.pdf"], None, id="a page that says it all"),
        pytest.param(
            f"{HANDED_ON}\n一、总体要求\n坚持因地制宜。\n二、任务",
            ["城市绿地养护实施方案.pdf"],
            None,
            id="the text follows",
        ),
        pytest.param(FORM, ["普查登记表.docx"], None, id="a form"),
        pytest.param("全文见附件。", [], None, id="no file"),
    ],
)
def test_the_full_text_is_in_the_file_that_the_page_covers(
    text: str, names: list[str], taken: str | None
) -> None:
    assert full_text_in(page(text, *names)) == (f"https://www.example.cn/{taken}" if taken else None)
