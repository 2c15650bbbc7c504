"""Worth archiving is what has a title and says something beyond it, however short."""

from __future__ import annotations

import pytest
from attrs import evolve

from pipelines.metadata.validation import validate_article
from policy.errors import Rejected
from policy.records import Article, Attachment, FieldValue


def found(value: str) -> FieldValue[str]:
    return FieldValue(value=value, raw=value, rule="cell")


ARTICLE = Article(
    portal="ndrc",
    key="1",
    url="https://example.com/1",
    title=found("关于调整电价的公告"),
    text="关于调整电价的公告\n现予公布。",
    source=found("江南省能源局"),
    index_no=found("000014349/2026-00071"),
)

EMPTY_TEXTS = {
    "no line": "",
    "white space": " \u3000\n",
    "title alone": "关于调整电价的公告",
    "title and fields": "关于调整电价的公告\n江南省能源局 2026-03-02 09:30\n000014349/2026-00071",
}


def test_an_article_with_words_of_its_own_passes_unchanged() -> None:
    assert validate_article(ARTICLE) is ARTICLE


@pytest.mark.parametrize("text", EMPTY_TEXTS.values(), ids=EMPTY_TEXTS)
def test_nothing_beside_title_and_fields_is_rejected(text: str) -> None:
    with pytest.raises(Rejected, match=r"ndrc: text: https://example\.com/1: no"):
        validate_article(evolve(ARTICLE, text=text))


def test_a_policy_whose_text_is_in_its_files_passes() -> None:
    files = (Attachment(url="https://example.com/1.pdf", name="公告.pdf"),)
    assert validate_article(evolve(ARTICLE, text="", attachments=files)).text == ""


def test_a_page_without_a_title_is_rejected() -> None:
    with pytest.raises(Rejected, match="no title"):
        validate_article(evolve(ARTICLE, title=found(" ")))


def test_a_listing_is_rejected() -> None:
    rows = "\n".join(f"关于开展第{n}批检查的通知 2026-03-{n:02d}" for n in range(1, 11))
    with pytest.raises(Rejected, match="a listing: 10 of 10"):
        validate_article(evolve(ARTICLE, text=rows))


def test_a_schedule_with_a_sentence_is_no_listing() -> None:
    rows = "\n".join(f"第{n}批竞价交易开市 2026-03-{n:02d}" for n in range(1, 11))
    assert validate_article(evolve(ARTICLE, text=f"交易安排如下。\n{rows}"))


def test_a_list_of_names_is_no_listing() -> None:
    names = "\n".join(f"江南第{n}电力有限公司" for n in range(1, 30))
    assert validate_article(evolve(ARTICLE, text=names))
