"""Chinese numerals, and the numbers at the beginning of lines (编 章 节 条, 一、 (一) 1. (1) ①). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cmp_to_key

from attrs import frozen

DIGITS = "0-9０-９"
"""Arabic digits of both widths, as the content of a character class."""

HAN_DIGITS = "〇○◯零ОΟO一二三四五六七八九"
"""Chinese digits; zero is printed as 〇, as white circles, as 零 and as the letter O of three alphabets."""

NUMERALS = "〇○◯零一二两三四五六七八九十廿卅百千"
"""The characters of Chinese numerals, as the content of a character class."""

_DIGIT = {digit: value for value, digit in enumerate("零一二三四五六七八九")}
_VALUE = _DIGIT | dict.fromkeys("〇○◯ОΟO", 0) | {"两": 2}
_UNIT = {"十": 10, "百": 100, "千": 1000}
_TWENTY = str.maketrans({"廿": "二十", "卅": "三十"})


def parse_numeral(text: str) -> int | None:
    """The value of ``二十九``, ``一百零五``, ``廿九``, ``二〇二一``, ``12`` or ``１２``; None for anything
    else."""
    if text.isdecimal():
        return int(text)
    text = text.translate(_TWENTY)
    if not text or any(sign not in _VALUE and sign not in _UNIT for sign in text):
        return None
    if not any(sign in _UNIT for sign in text):
        return int("".join(str(_VALUE[sign]) for sign in text))
    return _sum(text)


def _sum(text: str) -> int:
    total, digit = 0, None
    for sign in text:
        if sign in _UNIT:
            total, digit = total + (1 if digit is None else digit) * _UNIT[sign], None
        else:
            digit = _VALUE[sign]
    return total + (digit or 0)


def format_numeral(value: int) -> str:
    """A number as a Chinese numeral: ``一``, ``十二``, ``一千零一``; from 10,000 on in figures."""
    if value >= 10_000:
        return str(value)
    signs, printed, zero = "零一二三四五六七八九", "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = value // unit % 10
        if digit:
            printed += ("零" if zero else "") + signs[digit] + name
        zero = bool(printed) and not digit
    return printed.removeprefix("一") if printed.startswith("一十") else printed or signs[0]


# ------------------------------------------------------------------ markers


LAW = ("编", "分编", "章", "节", "条")
ORDER = (*LAW, "一、", "(一)", "1.", "(1)", "1)", "①")
"""The kinds of markers in their usual nesting, outermost first."""

CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_MARKER = re.compile(
    rf"""\s*(?:
        第\s*(?P<law>[{NUMERALS}\d]{{1,8}})\s*(?P<unit>分编|编|章|节|条)(?P<of>之[一二三四五六七八九十]{{1,3}})?(?P<gap>\s*)
      | (?P<han>[{NUMERALS}]{{1,5}})\s?(?:[、．]|\.(?!\d))
      | [（(]\s?(?P<han_in>[{NUMERALS}]{{1,5}})\s?[)）]
      | (?P<num>\d{{1,3}})\s?(?:、|[．.](?!\d)|[．.](?=(?:19|20)\d\d年))
      | [（(]\s?(?P<num_in>\d{{1,3}})\s?[)）]
      | (?P<half>\d{{1,2}})[)）]
      | (?P<circle>[{CIRCLED}])
    )""",
    re.VERBOSE,
)
_KINDS = {"han": "一、", "han_in": "(一)", "num": "1.", "num_in": "(1)", "half": "1)", "circle": "①"}
_CITED = re.compile(r"[、，,；;和至及或的第规所中之与到以关）)》款项]")
_CONTENTS = re.compile(r"\s*目\s*[录次]\s*")
_ATTACHED = re.compile(
    r"\s*(?:附\s{0,4}件|附\s{0,4}注|备\s{0,4}注|注|说\s{0,4}明)\s{0,4}\d{0,3}\s{0,4}[:：]?\s{0,4}"
    r"(?:(?P<first>\d{1,2})\s?[、．.].*|$)"
)
_JUMP = 40
_JUMP_ARTICLES = 500
"""A number that exceeds the previous one by more than this is not the number of a heading."""


@frozen
class Mark:
    """A marker at the beginning of a line: ``label`` as printed, ``printed`` only its numeral, ``rest`` of
    the line."""

    line: int
    kind: str
    number: int
    label: str
    printed: str
    rest: str


def outline_marks(lines: Sequence[str]) -> Iterator[Mark]:
    """The markers of headings and items, without those of tables of contents, lists of attachments and
    notes."""
    last: dict[str, int] = {}
    skip = _Lists()
    for at, line in enumerate(lines):
        mark = parse_mark(at, line)
        if skip.holds(line, mark) or mark is None or not _is_heading(mark, last.get(mark.kind)):
            continue
        last[mark.kind] = mark.number
        yield mark


class _Lists:
    """Tracks lists that do not belong to the outline: table of contents, names of attachments, notes."""

    def __init__(self) -> None:
        self._contents: dict[tuple[str, int], None] | None = None
        self._next: int | None = None

    def holds(self, line: str, mark: Mark | None) -> bool:
        """Whether the line belongs to such a list, or is empty."""
        if not line.strip():
            return True
        if attached := _ATTACHED.fullmatch(line):
            self._next = int(attached["first"] or 0) + 1
            return True
        if _CONTENTS.fullmatch(line):
            self._contents = {}
            return True
        if self._next is not None and mark and mark.kind == "1." and mark.number == self._next:
            self._next += 1
            return True
        self._next = None
        return self._is_contents(mark)

    def _is_contents(self, mark: Mark | None) -> bool:
        """Whether the table of contents continues. It ends before a line without a number or its first number
        again."""
        if self._contents is None:
            return False
        if mark is None or mark.kind == "条" or (mark.kind, mark.number) == next(iter(self._contents), None):
            self._contents = None
            return False
        self._contents[mark.kind, mark.number] = None
        return True


def parse_mark(at: int, line: str) -> Mark | None:
    """The marker at the beginning of a line, whether or not it is a heading; None if there is none."""
    match = _MARKER.match(line)
    if not match:
        return None
    kind = match["unit"] or _KINDS[str(match.lastgroup)]
    printed = match["law"] or match[str(match.lastgroup)]
    number = CIRCLED.index(printed) + 1 if kind == "①" else parse_numeral(printed)
    rest = line[match.end() :].strip()
    if not number or (kind in LAW and not match["gap"] and not match["of"] and _CITED.match(rest)):
        return None
    return Mark(at, kind, number, match[0].strip(), printed, rest)


def _is_heading(mark: Mark, last: int | None) -> bool:
    """Whether the marker may be a heading: not a chapter cited in prose, not a figure in the text."""
    if mark.kind == "条":
        return mark.number <= (last or 0) + _JUMP_ARTICLES
    if mark.kind in LAW and (len(mark.rest) > 60 or mark.rest.endswith(("。", "；"))):
        return False
    return (bool(mark.rest) or mark.kind in LAW) and mark.number <= (last or 0) + _JUMP


# ------------------------------------------------------------------ nesting


def nesting(marks: Sequence[Mark]) -> dict[str, int]:
    """The rank of each kind of marker in this document, outermost first."""
    nested = _evidence(marks)

    def compare(kind: str, other: str) -> int:
        outer, inner = sorted((kind, other), key=ORDER.index)
        reversed_ = nested.get((inner, outer), 0) > 0 and not nested.get((outer, inner), 0)
        first = inner if reversed_ else outer
        return 0 if kind == other else -1 if kind == first else 1

    kinds = sorted({mark.kind for mark in marks}, key=ORDER.index)
    return {kind: rank for rank, kind in enumerate(sorted(kinds, key=cmp_to_key(compare)))}


def _evidence(marks: Sequence[Mark]) -> dict[tuple[str, str], int]:
    """How often a list of the second kind begins between two consecutive numbers of the first kind.

    A marker outside both kinds in between makes it no evidence: if 1. continues through (一) and (二),
    neither is nested in the other.
    """
    evidence: dict[tuple[str, str], int] = {}
    open_: dict[str, _Open] = {}
    for mark in marks:
        rank = ORDER.index(mark.kind)
        same = open_.pop(mark.kind, None)
        for inner in same.begun if same and mark.number == same.number + 1 else ():
            evidence[mark.kind, inner] = evidence.get((mark.kind, inner), 0) + 1
        for kind, open_marker in open_.items():
            open_marker.pass_by(
                mark, rank, fixed=kind in LAW and mark.kind in LAW, outer=rank < ORDER.index(kind)
            )
        open_[mark.kind] = _Open(mark.number)
    return evidence


class _Open:
    """The kinds of markers after a marker, until the next one of its kind."""

    def __init__(self, number: int) -> None:
        self.number = number
        self._seen: dict[str, int] = {}
        self._barrier = len(ORDER)

    @property
    def begun(self) -> list[str]:
        """The kinds whose lists began after this marker, without an outer marker in between."""
        return [kind for kind, rank in self._seen.items() if rank <= self._barrier]

    def pass_by(self, mark: Mark, rank: int, *, fixed: bool, outer: bool) -> None:
        """Record a marker of another kind; the order of 编 章 节 条 is fixed."""
        if outer:
            self._barrier = min(self._barrier, rank)
        if mark.number == 1 and not fixed:
            self._seen[mark.kind] = rank
