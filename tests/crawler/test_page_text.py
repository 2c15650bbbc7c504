"""The text of a page."""

from __future__ import annotations

import json

import pytest

from crawler.spiders.article_requests import page_text
from policy.records import Payload

PAGE = (
    '<html><head><meta name="ContentSource" content="规划司"></head><body><p>第<b>一</b>条</p></html>'
    "<div>后面的话</div><script>var words = '脚本里的话';</script></body>"
)


@pytest.mark.parametrize("words", ["规划司", "第一条", "后面的话", "脚本里的话"])
def test_words_of_metas_scripts_and_behind_the_end_are_printed(words: str) -> None:
    assert words in page_text([Payload(url="https://www.example.cn/1.html", body=PAGE.encode())])


def test_an_answer_in_json_prints_the_words_of_its_html() -> None:
    answer = json.dumps({"data": {"docClob": "<p>第<b>一</b>条</p>", "files": ["附件"]}})
    assert "\\u" in answer
    said = page_text([Payload(url="https://www.example.cn/1.json", body=answer.encode())])
    assert said == "第一条附件"
