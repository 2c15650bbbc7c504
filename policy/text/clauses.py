"""Splits a text into clauses, the units that are cited, as in 第三章第十二条第二款. Pure.

An article (条) is one clause with its paragraphs and items. In a text without articles every numbered heading
is a clause with the paragraphs below it. A paragraph without a number is a clause of its own. Every line
belongs to exactly one clause.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from attrs import field, frozen

from policy.text.numerals import (
    HAN_DIGITS,
    LAW,
    NUMERALS,
    Mark,
    format_numeral,
    nesting,
    outline_marks,
    parse_mark,
)
from policy.text.words import unify_radicals

ClauseKind = Literal["heading", "article", "point", "paragraph", "contents", "signature", "appendix"]
"""``heading`` is 编章节, ``article`` 条, ``point`` a number of a plan (一、 (一) 1.)."""


@frozen(kw_only=True)
class Clause:
    """A clause of a text.

    ``path`` is its position (``章3/条12``), ``label`` the position for display, ``mark`` its number as
    printed. ``line`` is the index of its first line in the text, ``head`` the index in ``lines`` of the line
    with the number. ``counted``: the number continues the numbering before.
    """

    kind: ClauseKind
    path: str
    label: str
    mark: str = ""
    line: int
    lines: tuple[str, ...] = field(repr=False)
    head: int = 0
    counted: bool = True
    inner: Mapping[int, Mark] = field(factory=dict, repr=False, hash=False)
    """The consecutive numbers inside the clause, by the index of their line in ``lines``."""

    @property
    def text(self) -> str:
        """The text as printed, with its number."""
        return "\n".join(self.lines).strip()

    @property
    def words(self) -> str:
        """The text without the number of the clause and the numbers inside it."""
        return "\n".join(self.unnumbered(at) for at in range(len(self.lines))).strip()

    def unnumbered(self, at: int) -> str:
        """The line with index ``at`` without the number at its beginning."""
        number = self.inner[at].label if at in self.inner else ""
        if at == self.head and self.counted:
            number = self.mark
        line = self.lines[at].strip()
        return line[len(number) :].strip() if unify_radicals(line).startswith(number) else line


# ------------------------------------------------------------------ splitting

_CONTENTS = re.compile(r"\s*目\s*[录次]\s*")
_APPENDIX = re.compile(rf"\s*附\s{{0,4}}[件表录图]\s{{0,4}}(?P<number>[{NUMERALS}\d]{{0,3}})\s*[:：]?\s*")
_ENCLOSED = re.compile(r"\s*附\s{0,4}件\s{0,4}\d{0,3}\s{0,4}[:：]\s*\S")
_DATED = re.compile(
    rf"\s*[（(]?\s*(?:\d{{4}}|[{HAN_DIGITS}]{{4}})\s?年\s?[{NUMERALS}\d]{{1,3}}\s?月\s?[{NUMERALS}\d]{{1,3}}\s?日\s*[)）]?\s*"
)
_SIGNED = 6
"""The most lines of a signature above its date."""
_SHORT = 40
_CELL = 12
"""The most characters of lines that belong together, such as the cells of a table or a masthead."""
_SENTENCE = ("。", "；", "：", ";", ":", "，", ",")


def split_clauses(lines: Sequence[str]) -> tuple[Clause, ...]:
    """The clauses of a text in order, which contain all its lines. An empty text has none."""
    marked = {mark.line: mark for mark in outline_marks([*map(unify_radicals, lines)])}
    splitter = _ClauseSplitter(lines, marked, nesting(list(marked.values())))
    return tuple(_finished(splitter.split(), lines))


@frozen(kw_only=True)
class _Begun:
    """The beginning of a clause."""

    kind: ClauseKind
    line: int
    path: str
    label: str
    mark: str = ""
    counted: bool = True
    inner: dict[int, Mark] = field(factory=dict)


class _ClauseSplitter:
    """Iterates over the lines and yields the beginnings of clauses."""

    def __init__(self, lines: Sequence[str], marked: Mapping[int, Mark], order: Mapping[str, int]) -> None:
        self._lines, self._marked, self._order = lines, marked, order
        self._signatures = _signatures(lines, marked)
        self._stack: list[Mark] = []
        self._last: dict[str, int] = {}
        self._seen_inner: dict[str, int] = {}
        self._part = ""
        self._paragraphs = 0
        self._now: _Begun | None = None
        self._signed = -1

    def split(self) -> Iterator[_Begun]:
        for at, line in enumerate(self._lines):
            if line.strip() and (begun := self._begun(at, line)):
                self._now = begun
                yield begun

    def _begun(self, at: int, line: str) -> _Begun | None:
        """The clause that begins at this line; None if the line continues a clause."""
        if mark := self._marked.get(at):
            return self._numbered(mark)
        if at in self._signatures:
            self._stack.clear()
            self._signed = self._signatures[at]
            return self._plain("signature", at, "落款")
        if appendix := _APPENDIX.fullmatch(line):
            return self._appendix(at, appendix["number"])
        if _CONTENTS.fullmatch(line):
            return self._plain("contents", at, "目录")
        if _ENCLOSED.match(line):
            return self._plain("appendix", at, "附件")
        return None if self._goes_on(at, line) else self._paragraph(at)

    def _numbered(self, mark: Mark) -> _Begun | None:
        counted = self._counts(mark)
        if self._is_inside(mark):
            if counted and self._now:
                self._now.inner[mark.line - self._now.line] = mark
            return None
        self._restart(mark)
        while self._stack and self._order[self._stack[-1].kind] >= self._order[mark.kind]:
            self._stack.pop()
        self._stack.append(mark)
        kind: ClauseKind = "article" if mark.kind == "条" else "heading" if mark.kind in LAW else "point"
        return _Begun(
            kind=kind,
            line=mark.line,
            path="/".join(filter(None, [self._part, *map(_step, self._stack)])),
            label=self._part + "".join("".join(ancestor.label.split()) for ancestor in self._stack),
            mark=mark.label,
            counted=counted,
        )

    def _is_inside(self, mark: Mark) -> bool:
        """Whether the number is an item of the current article."""
        now = self._now
        return (
            now is not None
            and now.kind == "article"
            and bool(self._stack)
            and self._order[mark.kind] > self._order["条"]
        )

    def _counts(self, mark: Mark) -> bool:
        """Whether the number continues the numbering of its kind; 10、20 at the beginning of a line may be
        figures."""
        before = self._last.get(mark.kind)
        self._last[mark.kind] = mark.number
        if mark.kind in LAW:
            return True
        first = before is None and mark.kind in ("一、", "(一)")
        return first or mark.number == 1 or (before is not None and mark.number == before + 1)

    def _restart(self, mark: Mark) -> None:
        """Numbering of articles that starts again at 1 belongs to another document on the same page."""
        if mark.kind == "条" and mark.number == 1 and any(open_.kind == "条" for open_ in self._stack):
            self._stack = [open_ for open_ in self._stack if self._order[open_.kind] < self._order["条"]]

    def _appendix(self, at: int, number: str) -> _Begun:
        self._stack.clear()
        self._last.clear()
        self._paragraphs = 0
        self._part = f"附件{number}"
        return _Begun(kind="appendix", line=at, path=self._part, label=self._part)

    def _plain(self, kind: ClauseKind, at: int, name: str) -> _Begun:
        return _Begun(
            kind=kind, line=at, path="/".join(filter(None, [self._part, name])), label=self._part + name
        )

    def _goes_on(self, at: int, line: str) -> bool:
        now = self._now
        if now is None or now.kind == "signature":
            return at <= self._signed
        if now.kind == "contents":
            return parse_mark(at, unify_radicals(line)) is not None
        if now.kind != "paragraph":
            return True
        return _is_cell(self._lines[at - 1]) and _is_cell(line)

    def _paragraph(self, at: int) -> _Begun:
        self._paragraphs += 1
        name = f"第{ordinal(self._paragraphs)}段"
        part = f"{self._part}/" if self._part else ""
        return _Begun(kind="paragraph", line=at, path=f"{part}段{self._paragraphs}", label=self._part + name)


def _step(mark: Mark) -> str:
    """A step of a path: ``条12``, ``条12-1`` for 第十二条之一, ``3`` for a number of a plan."""
    if mark.kind not in LAW:
        return str(mark.number)
    _, of, rank = mark.label.partition("之")
    return f"{mark.kind}{mark.number}{'-' + rank if of else ''}"


def ordinal(number: int) -> str:
    """The number in Chinese (``十二``), or in figures from 1000 on."""
    return format_numeral(number) if number < 1000 else str(number)


def _is_cell(line: str) -> bool:
    line = line.strip()
    return 0 < len(line) <= _CELL and not line.endswith(_SENTENCE)


def _signatures(lines: Sequence[str], marked: Mapping[int, Mark]) -> dict[int, int]:
    """The last line of each signature by its first line: short lines without a full stop above a date."""
    first = min(marked, default=2)
    dated = (
        at for at in range(first + 1, len(lines)) if len(lines[at]) <= _SHORT and _DATED.fullmatch(lines[at])
    )
    return {_signed_from(lines, marked, at): at for at in dated}


def _signed_from(lines: Sequence[str], marked: Mapping[int, Mark], dated: int) -> int:
    begin = dated
    for at in range(dated - 1, max(dated - 1 - _SIGNED, -1), -1):
        if at in marked or not _may_sign(lines[at].strip()):
            break
        begin = at if lines[at].strip() else begin
    return begin


def _may_sign(line: str) -> bool:
    numbered = parse_mark(0, unify_radicals(line)) or _APPENDIX.fullmatch(line) or _ENCLOSED.match(line)
    return len(line) <= _SHORT and not line.endswith(_SENTENCE) and not numbered


def _finished(begun: Iterator[_Begun], lines: Sequence[str]) -> Iterator[Clause]:
    """The clauses with their lines; a repeated path gets a suffix ``~2``."""
    starts = list(begun)
    taken: dict[str, int] = {}
    if not starts and lines:
        yield Clause(kind="paragraph", path="段1", label="第一段", line=0, lines=tuple(lines))
    for rank, begun_clause in enumerate(starts):
        line = begun_clause.line if rank else 0
        end = starts[rank + 1].line if rank + 1 < len(starts) else len(lines)
        taken[begun_clause.path] = again = taken.get(begun_clause.path, 0) + 1
        shift = begun_clause.line - line
        yield Clause(
            kind=begun_clause.kind,
            path=begun_clause.path if again == 1 else f"{begun_clause.path}~{again}",
            label=begun_clause.label,
            mark=begun_clause.mark,
            counted=begun_clause.counted,
            line=line,
            lines=tuple(lines[line:end]),
            head=shift,
            inner={at + shift: mark for at, mark in begun_clause.inner.items()},
        )


# ------------------------------------------------------------------ positions inside a clause


@frozen(kw_only=True)
class ClausePosition:
    """The position of a line inside a clause: ``label`` like 第二款第（三）项, ``path`` like ``款2/项3``."""

    label: str = ""
    path: str = ""


_NUMBERED = {"(一)": "项", "1.": "目"}


def line_positions(clause: Clause) -> dict[int, ClausePosition]:
    """The positions of the clause's lines by their index; empty lines have none."""
    unit = "款" if clause.kind == "article" else "段"
    own = _paragraphs(clause)
    rank = {at: number for number, at in enumerate(own, 1)}
    positions: dict[int, ClausePosition] = {}
    outer, chain = ClausePosition(), list[Mark]()
    for at, line in enumerate(clause.lines):
        if not line.strip():
            continue
        if mark := clause.inner.get(at):
            while chain and (chain[-1].kind == mark.kind or mark.kind in {item.kind for item in chain}):
                chain.pop()
            chain.append(mark)
            positions[at] = _item(outer, chain)
            continue
        chain = []
        number = rank.get(at, 0)
        outer = (
            ClausePosition(label=f"第{ordinal(number)}{unit}", path=f"{unit}{number}")
            if number
            else ClausePosition()
        )
        positions[at] = outer
    return positions


def _paragraphs(clause: Clause) -> list[int]:
    """The lines that are counted as paragraphs. A title is not, nor is the only paragraph of an article."""
    own = [at for at, line in enumerate(clause.lines) if line.strip() and at not in clause.inner]
    if clause.kind in ("contents", "signature"):
        return []
    if clause.kind not in ("article", "paragraph"):
        return own[1:]
    titled = own and clause.mark and not clause.unnumbered(own[0])
    own = own[1:] if titled else own
    return own if len(own) > 1 else []


def _item(outer: ClausePosition, chain: Sequence[Mark]) -> ClausePosition:
    names = [f"第{mark.printed}{_NUMBERED.get(mark.kind, '项')}" for mark in chain]
    steps = [f"{_NUMBERED.get(mark.kind, '项')}{mark.number}" for mark in chain]
    return ClausePosition(
        label=outer.label + "".join(names), path="/".join(filter(None, [outer.path, *steps]))
    )
