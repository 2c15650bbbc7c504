"""Removes spaces inside words that line breaks of a PDF left in the text (``产业升 级``). Pure.

The archived text keeps these spaces. Keywords and topics are derived from the text without them, and
:class:`JoinedText` maps positions back to the archived text. Spaces that may be intended are kept: between
names and organs, after a marker or a dateline, in a slogan, in columns, next to Latin letters and figures,
and in lines that are not prose.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import pairwise

from attrs import field, frozen

from policy.text.numerals import NUMERALS
from policy.text.words import HAN

PROSE = 25
"""The fewest characters of a line of prose."""
APART = 6
"""Spaces with fewer characters between them are taken as intended."""
DENSE = 5
"""A line with more than one space per so many characters consists of columns."""
LEAD = 30
"""The most characters of a dateline (``新华社北京11月2日电``)."""
AROUND = 40
"""The number of characters examined before and after a space."""

_PAUSES = "，。、；：！？…,;:!?"
_OPENING = "（(《〈“‘「『【〔["
_CLOSING = "）)》〉”’」』】〕]"
_PUNCTUATION = frozenset(_PAUSES + _OPENING + _CLOSING)
_BESIDE = HAN + re.escape(_PAUSES + _OPENING + _CLOSING)
_GAP = re.compile(rf"(?<=[{_BESIDE}]) +(?=[{_BESIDE}])")
_SENTENCE = re.compile(r"[。；;]|[，,][^，,]*[，,]")

_NUMBER = f"[{NUMERALS}零〇0-9]{{1,6}}"
_MARKER = re.compile(
    rf"(?:^|[。；])(?:第{_NUMBER}[编章节条款项](?:之{_NUMBER})?|[（(]?{_NUMBER}[）)、.．]|(?:附件{_NUMBER}?|注)[:：]?)$"
)
_MARKER_ENDS = frozenset(f"{NUMERALS}编章节条款项）)、.．件注：:0123456789")
_ORGANS = (*"部委局厅办署院会行", "政府", "办公室", "中心", "公司", "集团", "大学", "兵团")
_ORGAN = re.compile(
    rf"(?!会同|联合|负责|牵头|配合|[要应将须按和与及等的])[{HAN}]{{1,12}}?(?:[部委局厅署院]|政府|办公室|银行|公司)"
)
_CALLED = (
    *("记者", "通讯员", "作者", "编辑", "摄影", "发言人", "主持人", "负责人", "书记", "主任", "主席", "教授"),
    *(f"{seat}长" for seat in "部局省市县州区校院司处厅"),
)
_CREDIT = re.compile(r"(?:摄影?|[文图绘])(?:[/）)。]|$)")
_LEADS = ("讯", "电", "消息", "报道")
_BRACKETS = frozenset("”）)")
_ENCLOSED = re.compile(r"“[^“”]{4,20} [^“”]{4,20}”|[（(][^（）()]{2,} [^（）()]{2,}[）)]")
"""Slogans of two parts; names and organs in parentheses."""


@frozen(kw_only=True)
class JoinedText:
    """A text without spaces inside words, and the indices of the removed spaces in the published text."""

    text: str = field(repr=False)
    scars: tuple[int, ...] = ()

    def published(self, at: int) -> int:
        """The index in the published text of a character of this text."""
        return at + bisect_right(range(len(self.scars)), at, key=lambda rank: self.scars[rank] - rank)

    def to_published(self, start: int, end: int) -> tuple[int, int]:
        """The span in the published text of a span of this text, including removed spaces inside it."""
        return self.published(start), self.published(end - 1) + 1 if end > start else self.published(start)


def join_words(text: str) -> JoinedText:
    """The text without spaces inside words, otherwise unchanged."""
    spaces, begins = tuple(_word_spaces(text)), 0
    parts = []
    for at in spaces:
        parts.append(text[begins:at])
        begins = at + 1
    return JoinedText(text="".join([*parts, text[begins:]]), scars=spaces)


def _word_spaces(text: str) -> Iterator[int]:
    begins = 0
    for line in text.split("\n"):
        if " " in line:
            yield from (begins + at for at in _in_line(line))
        begins += len(line) + 1


def _in_line(line: str) -> Iterator[int]:
    """The indices of spaces inside words. They do not depend on these spaces, so the function is
    idempotent."""
    words = line.replace(" ", "")
    dense = len(line) - len(words) > len(words) // DENSE
    if dense or len(words) < PROSE or not _SENTENCE.search(words):
        return
    gaps = list(_gaps(line))
    inside = {at for _, at, _ in gaps if _PUNCTUATION.isdisjoint(words[at - 1 : at + 1])}
    crowded = {at for pair in pairwise(sorted(inside)) if pair[1] - pair[0] < APART for at in pair}
    for index, at, size in gaps:
        if size == 1 and at not in crowded:
            before, behind = words[max(at - AROUND, 0) : at], words[at : at + AROUND]
            meant = _is_meant(before, behind) if at in inside else _sets_apart(before, behind)
            if not meant:
                yield index


def _gaps(line: str) -> Iterator[tuple[int, int, int]]:
    """Runs of spaces between Chinese characters: index in the line, index without spaces, length."""
    spaces = seen = 0
    for match in _GAP.finditer(line):
        spaces += line.count(" ", seen, match.start())
        seen = match.start()
        yield match.start(), match.start() - spaces, len(match[0])


def _sets_apart(before: str, behind: str) -> bool:
    """Whether a space next to punctuation is intended: between two titles, in an empty form, after a
    marker."""
    ends, begins = before[-1], behind[0]
    return (
        (ends in _CLOSING and begins in _OPENING)
        or (ends in _OPENING and begins in _CLOSING)
        or _is_marker(before)
    )


def _is_meant(before: str, behind: str) -> bool:
    """Whether a space between two Han characters is intended, in place of a comma or a break."""
    return (
        before.endswith(_CALLED)
        or (before.endswith(_ORGANS) and _ORGAN.match(behind) is not None)
        or (before.endswith(_LEADS) and len(before) <= LEAD)
        or (before[-1] in "年月日" and before[-2:-1].isdigit())
        or "@" in before[-16:]
        or _CREDIT.match(behind) is not None
        or _is_marker(before)
        or (not _BRACKETS.isdisjoint(behind) and _ENCLOSED.search(f"{before} {behind}") is not None)
    )


def _is_marker(before: str) -> bool:
    return before[-1] in _MARKER_ENDS and _MARKER.search(before[-16:]) is not None
