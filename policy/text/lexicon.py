"""Dictionary terms in a text, and the text without the spaces that would hide them. Pure.

Terms are matched in one pass: leftmost, longest matches. This is the only module that imports pyahocorasick.
It scans the children of a node linearly, and hundreds of Han characters begin a term. So terms are stored as
UTF-8 with one byte per letter, which is twice as fast; a match cannot begin or end inside a character.

Line breaks of a PDF leave spaces inside words (``产业升 级``). The archived text keeps these spaces. Keywords
and topics are derived from the text without them, and :class:`JoinedText` maps positions back to the archived
text. Spaces that may be intended are kept: between names and organs, after a marker or a dateline, in a
slogan, in columns, next to Latin letters and figures, and in lines that are not prose.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import pairwise

import ahocorasick
from attrs import field, frozen

from policy.data import read_lines
from policy.text.numerals import NUMERALS
from policy.text.words import HAN, unify_radicals


class Lexicon:
    """A set of terms, matched without regard to case and not inside a Latin word or figure (6G in 256GB)."""

    def __init__(self, terms: Iterable[str]) -> None:
        self._automaton = ahocorasick.Automaton()
        for term in {term.lower() for term in terms}:
            latin = term[0].isascii() or term[-1].isascii()
            self._automaton.add_word(_letters(_bytes(term)), (term, len(_bytes(term)), latin))
        self._automaton.make_automaton()

    def spans(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Start, end and lower-case form of each match, in order and without overlaps."""
        text = unify_radicals(text)
        lowered = text.lower()
        if len(lowered) != len(text):  # İ has two characters in lower case
            lowered = text
        data = _bytes(lowered)
        start = counted = free = 0
        for begins, length, term, latin in self._matches(data):
            if begins < free:
                continue
            start, counted = start + len(data[counted:begins].decode(errors="surrogatepass")), begins
            end = start + len(term)
            if not latin or not (_cuts(lowered, start) or _cuts(lowered, end)):
                free = begins + length
                yield start, end, term

    def _matches(self, data: bytes) -> list[tuple[int, int, str, bool]]:
        """All matches by their first byte, the longest first.

        ``iter_long`` would lose matches inside the beginning of a longer term that then does not match.
        """
        ends = self._automaton.iter(_letters(data))
        matches = [(last - length + 1, length, term, latin) for last, (term, length, latin) in ends]
        return sorted(matches, key=lambda match: (match[0], -match[1]))


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogatepass")


def _letters(data: bytes) -> str:
    return data.decode("latin-1")


def _cuts(text: str, at: int) -> bool:
    """Whether this index is inside a Latin word or a figure."""
    pair = text[at - 1 : at + 1] if at else ""
    return len(pair) == 2 and pair.isascii() and pair.isalnum()


# ------------------------------------------------------------------ the dictionary of policy and energy terms


_QUANTITY = re.compile(
    r"(?<![\d.])\d{1,12}(?:\.\d{1,6})?\s?(?:[万亿]{0,2}(?:千瓦时|千瓦|兆瓦|吉瓦|千伏安|千伏|吨标准煤|吨标煤|立方米|平方公里|公里|亩|吨|元)"
    r"|[kKMG][Ww]h?(?![a-zA-Z])|[kK]V(?:A)?(?![a-zA-Z])|MPa(?![a-zA-Z])|[%％‰℃])"
)


@cache
def terms() -> frozenset[str]:
    """All terms of the dictionary."""
    return frozenset(read_lines("terms.txt"))


@cache
def _lexicon() -> Lexicon:
    return Lexicon(terms())


def find_terms(text: str) -> tuple[str, ...]:
    """The dictionary terms and quantities (``100kW``) in a text, as printed and in order."""
    return tuple(text[start:end] for start, end in _spans(text))


def _spans(text: str) -> Iterator[tuple[int, int]]:
    reach = 0
    quantities = (match.span() for match in _QUANTITY.finditer(text))
    terms = ((start, end) for start, end, _ in _lexicon().spans(text))
    for start, end in sorted({*terms, *quantities}):
        if start >= reach:
            yield start, end
            reach = end


# ------------------------------------------------------------------ spaces inside words


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
