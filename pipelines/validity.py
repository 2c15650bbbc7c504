"""有效性 where no cell states it: words in the title's brackets, a line that says it of the document."""

from __future__ import annotations

import re
from collections.abc import Sequence

from policy.records import Found

HEAD, TAIL = 6, 3
_STATE = r"(?:现|已|全文|(?:部分)?条款|部分)?已?(?:废止|失效|有效|停止执行|修改)"
_TITLED = re.compile(rf"[（(【\[〔](?P<word>{_STATE})[)）】\]〕]")
_LINE = re.compile(
    r"[\s（(【\[]*(?:注|编者注|说明)?\s?[:：]?\s?(?:本|此|该)(?:规范性)?(?:件|文件|通知|办法|规定|公告|意见|文|规章|条例|细则)"
    r"(?:已|现已)(?:[^。，]{0,60}?)?(?P<word>废止|失效|停止执行|修改)[。\s）)】\]]*"
)


def validity_words(title: str, lines: Sequence[str]) -> Found[str] | None:
    """The state as printed: ``（已废止）`` at a title, ``本文件已于2020年废止`` above or below the text."""
    if found := _TITLED.search(title):
        return Found(value=found["word"], raw=title, rule="title:words")
    for line in (*lines[:HEAD], *lines[-TAIL:]):
        if len(line) <= 120 and (said := _LINE.fullmatch(line)):
            return Found(value=said["word"], raw=line, rule="text:words")
    return None
