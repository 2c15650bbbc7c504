"""The outline of a text: numbered headings, inline enumerations, boxes and missing numbers. Pure.

Regulations nest 编 章 节 条, plans 一、 (一) 1. (1) ①; a document may use another
order, which is then detected (:mod:`policy.text.numerals`).
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterator, Sequence
from itertools import islice

from policy.documents.issuers import split_issuers
from policy.records.content import Completeness, Heading, Outline
from policy.text.lexicon import find_terms
from policy.text.numerals import (
    CIRCLED,
    LAW,
    NUMERALS,
    Mark,
    format_numeral,
    nesting,
    outline_marks,
    parse_numeral,
)
from policy.text.words import BREAK, HAN, compatible, phrase, tokens


def gaps(marks: Sequence[Mark], order: dict[str, int], lines: Sequence[str]) -> Iterator[str]:
    """Labels missing from the numbering, except those found inside a line between their neighbours."""
    here: dict[str, Mark] = {}
    ever: dict[str, Mark] = {}
    for mark in marks:
        before = here.get(mark.kind) or ever.get(mark.kind)
        if mark.number > 1 and not (before and before.number >= mark.number - 1):
            missing = range(_first_missing(mark, here, ever), mark.number)
            standing = _standing(_between(lines, before, mark), mark.kind)
            yield from (_relabelled(mark, number) for number in missing if number not in standing)
        here = {kind: each for kind, each in here.items() if order[kind] < order[mark.kind]}
        here[mark.kind] = ever[mark.kind] = mark


def _between(lines: Sequence[str], before: Mark | None, mark: Mark) -> str:
    """The text from one marker, without it, up to the line of the next."""
    text = "\n".join(lines[before.line if before else 0 : mark.line])
    return text.lstrip()[len(before.label) :] if before else text


def _first_missing(mark: Mark, here: dict[str, Mark], ever: dict[str, Mark]) -> int:
    """The first missing number. Articles and chapters are numbered across their parents, other lists are
    not."""
    last = here.get(mark.kind) or (ever.get(mark.kind) if mark.kind in LAW else None)
    return last.number + 1 if last and last.number < mark.number else 1


def _relabelled(mark: Mark, number: int) -> str:
    if mark.kind == "①":
        return CIRCLED[number - 1]
    printed = str(number) if mark.printed.isdecimal() else format_numeral(number)
    return mark.label.replace(mark.printed, printed, 1)


_WITHIN = {
    "一、": re.compile(rf"(?:^|[。；：:\s“])([{NUMERALS}]{{1,5}})\s?[、．.]", re.MULTILINE),
    "1.": re.compile(r"(?<!\d)(\d{1,3})\s?[、．.](?!\d)"),
    "①": re.compile(f"([{CIRCLED}])"),
    "1)": re.compile(r"(?<!\d)(\d{1,2})[)）]"),
    "(1)": re.compile(r"[（(]\s?(\d{1,3})\s?[)）]"),
    "(一)": re.compile(rf"[（(]\s?([{NUMERALS}]{{1,5}})\s?[)）]"),
}
"""Markers inside a line, after a lost line break. A number found there is not missing."""


def _standing(text: str, kind: str) -> set[int | None]:
    pattern = _WITHIN.get(kind) or re.compile(
        rf"(?:^|[。；：:\s”])第\s{{0,2}}([{NUMERALS}\d]{{1,8}})\s{{0,2}}{kind}(?=\s|$)", re.MULTILINE
    )
    found = pattern.findall(text)
    return {CIRCLED.index(printed) + 1 if kind == "①" else parse_numeral(printed) for printed in found}


MOST_GAPS = 1000
"""The most missing labels that are reported."""


def outline(lines: Sequence[str]) -> Outline:
    """The outline: numbered headings in order, inline enumerations, boxes and missing labels."""
    numbered = list(outline_marks(lines))
    order = nesting(numbered)
    headings = _headings(numbered, order)
    boxes = _boxes(lines, {mark.line for mark in numbered}, headings)
    return Outline(
        headings=tuple(headings),
        inline=tuple(_inline(lines, sorted([*headings, *boxes], key=lambda heading: heading.line))),
        boxes=tuple(boxes),
        gaps=tuple(dict.fromkeys(islice(gaps(numbered, order, lines), MOST_GAPS))),
    )


def _headings(marks: Sequence[Mark], order: dict[str, int]) -> list[Heading]:
    headings: list[Heading] = []
    stack: list[Mark] = []
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
    """The title of a heading: the text up to its first full stop; of an article only the text in brackets."""
    if article:
        named = _NAMED.match(rest)
        return named["name"] if named else "" if len(rest) > 40 or rest.endswith(("。", "：", "；")) else rest
    found = _TITLE.match(rest)
    return found[0].strip() if found else ""


# ------------------------------------------------------------------ headings inside lines

_INLINE = re.compile(
    rf"[（(]\s?(?:(?P<num_in>\d{{1,2}})|(?P<han_in>[{NUMERALS}]{{1,3}}))\s?[)）]|(?P<circle>[{CIRCLED}])"
)
_MAY_ENUMERATE = re.compile(rf"[（({CIRCLED}](?:(?<=[{CIRCLED}])|\s?[{NUMERALS}\d])")
"""A quick test; most lines contain no enumeration."""
_BEFORE = frozenset("。；：:;，,、”）)")


def _inline(lines: Sequence[str], headings: Sequence[Heading]) -> Iterator[Heading]:
    """Enumerations within a line, ``重点任务:(1)…;(2)…``: children of the heading above."""
    starts = [heading.line for heading in headings]
    for at, line in enumerate(lines):
        if _MAY_ENUMERATE.search(line):
            above = bisect(starts, at)
            yield from _items(line, at, headings[above - 1] if above else None)


def _items(line: str, at: int, parent: Heading | None) -> Iterator[Heading]:
    begin = len(line) - len(line.lstrip())
    found = [item for item in _INLINE.finditer(line) if item.start() > begin and _is_open(line, item)]
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


def _is_open(line: str, item: re.Match[str]) -> bool:
    before = line[item.start() - 1]
    return before in _BEFORE or before.isspace()


def _number(found: re.Match[str]) -> int:
    printed = found[str(found.lastgroup)]
    return CIRCLED.index(printed) + 1 if found.lastgroup == "circle" else parse_numeral(printed) or 0


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
        and not after.lstrip().startswith(("（", "("))
        and not _ASIDE.match(line)
        and not all(issuer.id for issuer in split_issuers(line))
    )


# ------------------------------------------------------------------ completeness


_HAN_ONLY = re.compile(rf"[{HAN}]+")


def completeness(
    outline: Outline,
    headline: str,
    lines: Sequence[str],
    *,
    pages: int = 1,
    missing_pages: Sequence[str] = (),
) -> Completeness:
    """What is missing: pages, numbers, and terms of the headline that the text does not use."""
    body = [line for line in lines if line.strip() != headline.strip()]
    return Completeness(
        pages=pages,
        missing_pages=tuple(missing_pages),
        gaps=outline.gaps,
        headline_terms_missing=tuple(_absent(find_terms(headline), "\n".join(body))),
    )


def _absent(terms: Sequence[str], text: str) -> Iterator[str]:
    """The terms that the text does not use. The text is only split into tokens if that is not obvious."""
    doubtful = [term for term in dict.fromkeys(terms) if not (_HAN_ONLY.fullmatch(term) and term in text)]
    squeezed = "".join(compatible(text).split()) if doubtful else ""
    possible = any(_may_hold(squeezed, term) for term in doubtful)
    row = " ".join(["", *tokens(text), ""]) if possible else ""
    return (term for term in doubtful if " ".join(["", *phrase(term), ""]) not in row)


def _may_hold(squeezed: str, term: str) -> bool:
    return all(run in squeezed for run in "".join(phrase(term)).split(BREAK))
