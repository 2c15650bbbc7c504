"""What a numbering skips: the sign of a missing page or a missing clause."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from policy.markers import CIRCLED, LAW, Mark
from policy.numerals import NUMERALS, count, numeral


def gaps(marks: Sequence[Mark], order: dict[str, int], lines: Sequence[str]) -> Iterator[str]:
    """The labels that the numbering skips; none that stands inside a line between its neighbours."""
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
    """Articles and chapters run on through their parents; other lists begin again at 1."""
    last = here.get(mark.kind) or (ever.get(mark.kind) if mark.kind in LAW else None)
    return last.number + 1 if last and last.number < mark.number else 1


def _relabelled(mark: Mark, number: int) -> str:
    if mark.kind == "①":
        return CIRCLED[number - 1]
    printed = str(number) if mark.printed.isdecimal() else numeral(number)
    return mark.label.replace(mark.printed, printed, 1)


_WITHIN = {
    "一、": re.compile(rf"(?:^|[。；：:\s“])([{NUMERALS}]{{1,5}})\s?[、．.]", re.MULTILINE),
    "1.": re.compile(r"(?<!\d)(\d{1,3})\s?[、．.](?!\d)"),
    "①": re.compile(f"([{CIRCLED}])"),
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
    return {CIRCLED.index(printed) + 1 if kind == "①" else count(printed) for printed in found}
