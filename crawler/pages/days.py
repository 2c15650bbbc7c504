"""Which day a printed line tells: of publication, or of a change where it tells no other."""

from __future__ import annotations

import re

from crawler.pages.base import attribute, text_in
from crawler.pages.runs import Run

WHEN = re.compile(
    r"(?<!\d)(?:19|20)\d\d\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}日?"
    r"(?:[\sT　]*\d{1,2}[:：时]\d{2}(?:[:：分]\d{2}秒?)?)?"
)
ISSUED = re.compile(
    r"\bposted\b|(?:发布|发表|公布|刊发|提供)(?:于|时间|日期)?\s?[:：]|(?:时间|日期)\s?[:：]"
    r"|(?:发布|发表|刊发)于\s?(?=(?:19|20)\d\d)"
)
UPDATED = re.compile(r"更新|截止|修改")
RENEWED = re.compile(r"(?<!最[后後近新])(?:更新(?:时间|日期|于)?|编辑于)\W{0,3}$")
"""What stands before a day that is the page's only one."""


def issued(text: str) -> str | None:
    """The first day in a line that the words beside it do not say to be one of a change."""
    days, said = WHEN.findall(text), WHEN.split(text)
    said[-2:] = ["".join(said[-2:])]
    return next((day for day, words in zip(days, said, strict=False) if not UPDATED.search(words)), None)


def stated(run: Run) -> str | None:
    """The time that an element within a line states, whatever it prints: 2 小时前."""
    for node in run.block.css("time[datetime], span[title], em[title]") if not run.words else ():
        value = attribute(node, "datetime") or attribute(node, "title")
        if WHEN.match(value) and text_in(node) in run.text:
            return value
    return None


def renewed(text: str) -> str | None:
    """The day in a line that says when the page was renewed, and not that it was for the last time."""
    when = WHEN.search(text)
    return when[0] if when and RENEWED.search(text[: when.start()]) else None
