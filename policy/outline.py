"""The outline of a text: numbered headings as a tree, inline enumerations, boxes, and what is missing.

Regulations nest 编 章 节 条, plans 一、 (一) 1. (1) ①; a document may turn two of them round and its
own order then counts.  What the numbering skips is a missing page or a missing clause.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterator, Sequence
from functools import cmp_to_key

from attrs import frozen

from policy.issuers import split
from policy.numerals import NUMERALS, count, numeral
from policy.records import Completeness, Heading, Outline
from policy.terms import find_terms
from policy.words import phrase, tokens

_LAW = ("编", "分编", "章", "节", "条")
_ORDER = (*_LAW, "一、", "(一)", "1.", "(1)", "1)", "①")
"""The kinds of markers, outermost first."""

_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_MARKER = re.compile(
    rf"""\s*(?:
        第\s*(?P<law>[{NUMERALS}\d]{{1,8}})\s*(?P<unit>分编|编|章|节|条)(?P<of>之[一二三四五六七八九十]{{1,3}})?(?P<gap>\s*)
      | (?P<han>[{NUMERALS}]{{1,5}})\s?(?:[、．]|\.(?!\d))
      | [（(]\s?(?P<han_in>[{NUMERALS}]{{1,5}})\s?[)）]
      | (?P<num>\d{{1,3}})\s?(?:、|[．.](?!\d)|[．.](?=(?:19|20)\d\d年))
      | [（(]\s?(?P<num_in>\d{{1,3}})\s?[)）]
      | (?P<half>\d{{1,2}})[)）]
      | (?P<circle>[{_CIRCLED}])
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
"""A number further ahead of the last than this is no number of a heading."""


@frozen
class _Mark:
    """A marker at the beginning of a line."""

    line: int
    kind: str
    number: int
    label: str
    printed: str
    rest: str


# ------------------------------------------------------------------ reading markers


def outline(lines: Sequence[str]) -> Outline:
    """Numbered headings in order, inline enumerations and boxes apart, and what the numbering skips."""
    marks = list(_marks(lines))
    order = _nesting(marks)
    headings = _headings(marks, order)
    boxes = _boxes(lines, {mark.line for mark in marks}, headings)
    return Outline(
        headings=tuple(headings),
        inline=tuple(_inline(lines, sorted([*headings, *boxes], key=lambda heading: heading.line))),
        boxes=tuple(boxes),
        gaps=tuple(dict.fromkeys(_gaps(marks, order, lines))),
    )


def _marks(lines: Sequence[str]) -> Iterator[_Mark]:
    last: dict[str, int] = {}
    skip = _Lists()
    for at, line in enumerate(lines):
        mark = _mark(at, line)
        if skip.holds(line, mark) or mark is None or not _is_heading(mark, last.get(mark.kind)):
            continue
        last[mark.kind] = mark.number
        yield mark


class _Lists:
    """Lists that are no outline: the table of contents, the names of the attachments, notes."""

    def __init__(self) -> None:
        self._contents = False
        self._next: int | None = None

    def holds(self, line: str, mark: _Mark | None) -> bool:
        """Whether the line belongs to such a list."""
        if not line.strip():
            return True
        if attached := _ATTACHED.fullmatch(line):
            self._next = int(attached["first"] or 0) + 1
            return True
        if _CONTENTS.fullmatch(line):
            self._contents = True
            return True
        if self._next is not None and mark and mark.kind == "1." and mark.number == self._next:
            self._next += 1
            return True
        self._next = None
        self._contents = self._contents and mark is not None and mark.kind != "条"
        return self._contents


def _mark(at: int, line: str) -> _Mark | None:
    found = _MARKER.match(line)
    if not found:
        return None
    kind = found["unit"] or _KINDS[str(found.lastgroup)]
    printed = found["law"] or found[str(found.lastgroup)]
    number = _CIRCLED.index(printed) + 1 if kind == "①" else count(printed)
    rest = line[found.end() :].strip()
    if not number or (kind in _LAW and not found["gap"] and not found["of"] and _CITED.match(rest)):
        return None
    return _Mark(at, kind, number, found[0].strip(), printed, rest)


def _is_heading(mark: _Mark, last: int | None) -> bool:
    """Whether the line's number can be a heading's: not a chapter cited in prose, not a stray figure."""
    if mark.kind == "条":
        return mark.number <= (last or 0) + _JUMP_ARTICLES
    if mark.kind in _LAW and (len(mark.rest) > 60 or mark.rest.endswith(("。", "；"))):
        return False
    return (bool(mark.rest) or mark.kind in _LAW) and mark.number <= (last or 0) + _JUMP


# ------------------------------------------------------------------ nesting


def _nesting(marks: Sequence[_Mark]) -> dict[str, int]:
    """The rank of each kind of marker in this document, outermost first."""
    holds = _evidence(marks)

    def compare(one: str, other: str) -> int:
        outer, inner = sorted((one, other), key=_ORDER.index)
        turned = holds.get((inner, outer), 0) > 0 and not holds.get((outer, inner), 0)
        first = inner if turned else outer
        return 0 if one == other else -1 if one == first else 1

    kinds = sorted({mark.kind for mark in marks}, key=_ORDER.index)
    return {kind: rank for rank, kind in enumerate(sorted(kinds, key=cmp_to_key(compare)))}


def _evidence(marks: Sequence[_Mark]) -> dict[tuple[str, str], int]:
    """How often a list of the second kind begins between two neighbours of the first."""
    evidence: dict[tuple[str, str], int] = {}
    open_: dict[str, tuple[int, set[str]]] = {}
    for mark in marks:
        rank = _ORDER.index(mark.kind)
        number, begun = open_.get(mark.kind, (0, set()))
        if mark.number == number + 1 and number:
            for inner in begun:
                evidence[mark.kind, inner] = evidence.get((mark.kind, inner), 0) + 1
        for kind in [kind for kind in open_ if _ORDER.index(kind) > rank and mark.number > 1]:
            del open_[kind]
        if mark.number == 1:
            for kind, (_, inside) in open_.items():
                if kind != mark.kind and not (kind in _LAW and mark.kind in _LAW):
                    inside.add(mark.kind)
        open_[mark.kind] = (mark.number, set())
    return evidence


def _headings(marks: Sequence[_Mark], order: dict[str, int]) -> list[Heading]:
    headings: list[Heading] = []
    stack: list[_Mark] = []
    for mark in marks:
        while stack and order[stack[-1].kind] >= order[mark.kind]:
            stack.pop()
        stack.append(mark)
        headings.append(
            Heading(
                level=len(stack),
                label=mark.label,
                number=mark.number,
                title=_title(mark.rest, article=mark.kind == "条"),
                path="/".join(str(each.number) for each in stack),
                line=mark.line,
            )
        )
    return headings


_TITLE = re.compile(r"[^。；;：:\n]{1,60}")
_NAMED = re.compile(r"[【（(\[](?P<name>[^】）)\]]{1,40})[】）)\]]")


def _title(rest: str, *, article: bool = False) -> str:
    """The words of a heading: up to its first full stop; an article has a title only in brackets."""
    if article:
        named = _NAMED.match(rest)
        return named["name"] if named else "" if len(rest) > 40 or rest.endswith(("。", "：", "；")) else rest
    found = _TITLE.match(rest)
    return found[0].strip() if found else ""


# ------------------------------------------------------------------ gaps


def _gaps(marks: Sequence[_Mark], order: dict[str, int], lines: Sequence[str]) -> Iterator[str]:
    """The labels that the numbering skips; none that stands inside a line between its neighbours."""
    here: dict[str, _Mark] = {}
    ever: dict[str, _Mark] = {}
    for mark in marks:
        before = here.get(mark.kind) or ever.get(mark.kind)
        if mark.number > 1 and not (before and before.number >= mark.number - 1):
            missing = range(_first_missing(mark, here, ever), mark.number)
            standing = _standing("\n".join(lines[before.line if before else 0 : mark.line]), mark.kind)
            yield from (_relabelled(mark, number) for number in missing if number not in standing)
        here = {kind: each for kind, each in here.items() if order[kind] < order[mark.kind]}
        here[mark.kind] = ever[mark.kind] = mark


def _first_missing(mark: _Mark, here: dict[str, _Mark], ever: dict[str, _Mark]) -> int:
    """Articles and chapters run on through their parents; other lists begin again at 1."""
    last = here.get(mark.kind) or (ever.get(mark.kind) if mark.kind in _LAW else None)
    return last.number + 1 if last and last.number < mark.number else 1


def _relabelled(mark: _Mark, number: int) -> str:
    if mark.kind == "①":
        return _CIRCLED[number - 1]
    printed = str(number) if mark.printed.isdecimal() else numeral(number)
    return mark.label.replace(mark.printed, printed, 1)


_WITHIN = {
    "一、": re.compile(rf"(?:^|[。；：:\s“])([{NUMERALS}]{{1,5}})\s?[、．.]", re.MULTILINE),
    "1.": re.compile(r"(?<!\d)(\d{1,3})\s?[、．.](?!\d)"),
    "①": re.compile(f"([{_CIRCLED}])"),
    "1)": re.compile(r"(?<!\d)(\d{1,2})[)）]"),
    "(1)": re.compile(r"[（(]\s?(\d{1,3})\s?[)）]"),
    "(一)": re.compile(rf"[（(]\s?([{NUMERALS}]{{1,5}})\s?[)）]"),
}
"""Markers that a line break lost to the line before; for a paragraph of two clauses is no gap."""


def _standing(text: str, kind: str) -> set[int | None]:
    pattern = _WITHIN.get(kind) or re.compile(
        rf"(?:^|[。；：:\s”])第\s{{0,2}}([{NUMERALS}\d]{{1,8}})\s{{0,2}}{kind}(?=\s|$)", re.MULTILINE
    )
    found = pattern.findall(text)
    return {_CIRCLED.index(printed) + 1 if kind == "①" else count(printed) for printed in found}


# ------------------------------------------------------------------ inside the lines

_INLINE = re.compile(
    rf"(?:(?<=[。；：:;，,、\s”）)])|^)(?:[（(]\s?(?:(?P<num_in>\d{{1,2}})|(?P<han_in>[{NUMERALS}]{{1,3}}))\s?[)）]|(?P<circle>[{_CIRCLED}]))"
)


def _inline(lines: Sequence[str], headings: Sequence[Heading]) -> Iterator[Heading]:
    """Enumerations within a line, ``重点任务:(1)…;(2)…``: children of the heading above."""
    starts = [heading.line for heading in headings]
    for at, line in enumerate(lines):
        above = bisect(starts, at)
        yield from _items(line, at, headings[above - 1] if above else None)


def _items(line: str, at: int, parent: Heading | None) -> Iterator[Heading]:
    begin = len(line) - len(line.lstrip())
    found = [item for item in _INLINE.finditer(line) if item.start() > begin]
    if not found:
        return
    opening = _INLINE.match(line.lstrip())
    last = {str(opening.lastgroup): _number(opening)} if opening else {}
    for item, end in zip(found, [*(item.start() for item in found[1:]), len(line)], strict=True):
        kind, number = str(item.lastgroup), _number(item)
        if number not in (1, last.get(kind, 0) + 1):
            continue
        last[kind] = number
        yield Heading(
            level=(parent.level if parent else 0) + 1,
            label=item[0].strip(),
            number=number,
            title=_title(line[item.end() : end].strip()),
            path=f"{parent.path}/{number}" if parent else str(number),
            line=at,
        )


def _number(found: re.Match[str]) -> int:
    printed = found[str(found.lastgroup)]
    return _CIRCLED.index(printed) + 1 if found.lastgroup == "circle" else count(printed) or 0


# ------------------------------------------------------------------ boxes

_BOX = re.compile(
    r"[^\s。；：，、？！…,;:.!?|\d（(《“][^。；：，？！…,;:!?|\t]{2,38}[^\s。；：，、？！…,;:.!?|]"
)
_PARAGRAPH = re.compile(r".{25,}[。；！？”）)]\s*", re.DOTALL)
_ASIDE = re.compile(
    r"\s*(?:附\s*[件录表图]|[图表]\s*\d|抄\s*送|联\s*系|.*表[一二三四五六七八九十]?(?:（[^）]*）)?\s*$)"
)


def _boxes(lines: Sequence[str], marked: set[int], headings: Sequence[Heading]) -> list[Heading]:
    """Unnumbered short lines between two paragraphs, below the first heading: 专栏 and the like."""
    solid = [at for at, line in enumerate(lines) if line.strip()]
    boxes: list[Heading] = []
    starts = [heading.line for heading in headings]
    for before, at, after in zip(solid, solid[1:], solid[2:], strict=False):
        if at in marked or after in marked or not _is_box(lines[before], lines[at], lines[after]):
            continue
        if above := bisect(starts, at):
            boxes.append(_box(lines[at].strip(), at, len(boxes) + 1, headings[above - 1]))
    return boxes


def _box(title: str, line: int, number: int, parent: Heading) -> Heading:
    path = f"{parent.path}/box{number}"
    return Heading(level=parent.level + 1, label="", number=number, title=title, path=path, line=line)


def _is_box(before: str, line: str, after: str) -> bool:
    line = line.strip()
    return (
        len(line) <= 40
        and _BOX.fullmatch(line) is not None
        and _PARAGRAPH.fullmatch(before) is not None
        and _PARAGRAPH.fullmatch(after) is not None
        and not _ASIDE.match(line)
        and not all(issuer.id for issuer in split(line))
    )


# ------------------------------------------------------------------ completeness


def completeness(
    outline: Outline,
    headline: str,
    lines: Sequence[str],
    *,
    pages: int = 1,
    missing_pages: Sequence[str] = (),
) -> Completeness:
    """What is known to be missing: pages, numbers, and terms of the headline that the body never uses."""
    body = [line for line in lines if line.strip() != headline.strip()]
    row = " ".join(["", *tokens("\n".join(body)), ""])
    absent = (term for term in find_terms(headline) if " ".join(["", *phrase(term), ""]) not in row)
    return Completeness(
        pages=pages,
        missing_pages=tuple(missing_pages),
        gaps=outline.gaps,
        headline_terms_missing=tuple(dict.fromkeys(absent)),
    )
