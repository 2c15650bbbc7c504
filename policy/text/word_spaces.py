"""Scars: spaces that a line break of a PDF left inside words (``产业升 级``), and the text without them.

The published text keeps them. What is derived from it (keywords, topics) is made of the mended text,
and :class:`Mended` leads from there back to the published characters. A space is left alone where it
may mean something: between names and organs, behind a marker or a dateline, in a slogan, in columns,
beside Latin letters and figures, and wherever the line is no prose.
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
"""Characters of the shortest line that counts as prose."""
APART = 6
"""Characters between two spaces in running prose; closer ones set words apart."""
DENSE = 5
"""Characters a space of a line that is no prose but columns."""
LEAD = 30
"""Characters of the longest dateline (``新华社北京11月2日电``)."""
AROUND = 40
"""Characters before and behind a space that are looked at."""

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
"""A slogan of two halves; names and organs in parentheses."""


@frozen(kw_only=True)
class JoinedText:
    """A text without its scars. ``scars`` are the indices of the left-out spaces in the published text."""

    text: str = field(repr=False)
    scars: tuple[int, ...] = ()

    def published(self, at: int) -> int:
        """The index in the published text of a character of this one."""
        return at + bisect_right(range(len(self.scars)), at, key=lambda rank: self.scars[rank] - rank)

    def to_published(self, start: int, end: int) -> tuple[int, int]:
        """The published span of a span of this text; a scar within it is part of it."""
        return self.published(start), self.published(end - 1) + 1 if end > start else self.published(start)


def join_words(text: str) -> JoinedText:
    """The text without its scars, all else unchanged."""
    scars, begins = tuple(_scars(text)), 0
    parts = []
    for at in scars:
        parts.append(text[begins:at])
        begins = at + 1
    return JoinedText(text="".join([*parts, text[begins:]]), scars=scars)


def _scars(text: str) -> Iterator[int]:
    begins = 0
    for line in text.split("\n"):
        if " " in line:
            yield from (begins + at for at in _in_line(line))
        begins += len(line) + 1


def _in_line(line: str) -> Iterator[int]:
    """What is decided depends on the words and on the spaces that stay: mending twice changes nothing."""
    words = line.replace(" ", "")
    dense = len(line) - len(words) > len(words) // DENSE
    if dense or len(words) < PROSE or not _SENTENCE.search(words):
        return
    gaps = list(_gaps(line))
    inside = {at for _, at, _ in gaps if _PUNCTUATION.isdisjoint(words[at - 1 : at + 1])}
    crowded = {at for pair in pairwise(sorted(inside)) if pair[1] - pair[0] < APART for at in pair}
    for found, at, size in gaps:
        if size == 1 and at not in crowded:
            before, behind = words[max(at - AROUND, 0) : at], words[at : at + AROUND]
            meant = _is_meant(before, behind) if at in inside else _sets_apart(before, behind)
            if not meant:
                yield found


def _gaps(line: str) -> Iterator[tuple[int, int, int]]:
    """Each run of spaces in Chinese: its index in the line, the index among the words, its length."""
    spaces = seen = 0
    for found in _GAP.finditer(line):
        spaces += line.count(" ", seen, found.start())
        seen = found.start()
        yield found.start(), found.start() - spaces, len(found[0])


def _sets_apart(before: str, behind: str) -> bool:
    """Beside punctuation: between two titles, in an empty form, behind a line's marker."""
    ends, begins = before[-1], behind[0]
    return (
        (ends in _CLOSING and begins in _OPENING)
        or (ends in _OPENING and begins in _CLOSING)
        or _is_marker(before)
    )


def _is_meant(before: str, behind: str) -> bool:
    """Between two Han characters: a space that stands for a comma or a break."""
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
