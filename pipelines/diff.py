"""The difference of two versions: line by line, inside a changed line unit by unit, field by field.

Lines are aligned by their folded words, so that a comma more does not tear a clause apart; that
it is there is still a change, with ``words`` False.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Literal

from attrs import frozen

from pipelines.alignment import equal_blocks, gaps
from policy.records import Article, DocNumber, Found, Issuer
from policy.words import fold

# ------------------------------------------------------------------ lines

PartKind = Literal["same", "removed", "added"]


@frozen(kw_only=True)
class Part:
    """A piece of a changed line: the old one is all but ``added``, the new one all but ``removed``."""

    kind: PartKind
    text: str


@frozen(kw_only=True)
class LineChange:
    """One line that was added, removed or changed; line numbers count from 0.

    ``old_line`` is the line's place in the old text, for an added one the place it is put before;
    ``new_line`` is the same of the new text.
    """

    kind: Literal["added", "removed", "changed"]
    old_line: int
    new_line: int
    old: str | None = None
    new: str | None = None
    parts: tuple[Part, ...] = ()
    words: bool = True
    """False when only punctuation, width or white space changed."""


def diff(old: Sequence[str], new: Sequence[str]) -> tuple[LineChange, ...]:
    """What turns the old lines into the new ones, in order. A moved line is removed and added."""
    keys_old, keys_new = [_key(line) for line in old], [_key(line) for line in new]
    blocks = equal_blocks(keys_old, keys_new)
    changes = [change for block in blocks for change in _inside(old, new, *block)]
    for lines_old, lines_new in gaps(blocks, len(old), len(new)):
        changes.extend(_replaced(old, new, lines_old, lines_new))
    return tuple(sorted(changes, key=lambda change: (change.old_line, change.new_line, change.kind)))


def apply(changes: Iterable[LineChange], old: Sequence[str]) -> tuple[str, ...]:
    """The new lines; raises ValueError when the changes are not of these old lines."""
    lines: list[str] = []
    at = 0
    for change in changes:
        lines.extend(old[at : change.old_line])
        at = change.old_line + (change.old is not None)
        if change.old is not None and list(old[change.old_line : at]) != [change.old]:
            raise ValueError(f"line {change.old_line} is not {change.old!r}")
        if change.new is not None:
            lines.append(change.new)
    return (*lines, *old[at:])


def _key(line: str) -> str:
    return fold(line) or line


def _inside(
    old: Sequence[str], new: Sequence[str], at_old: int, at_new: int, size: int
) -> Iterator[LineChange]:
    """Lines of the same words that are not written alike."""
    for step in range(size):
        if old[at_old + step] != new[at_new + step]:
            yield _changed(old, new, at_old + step, at_new + step)


def _changed(old: Sequence[str], new: Sequence[str], at_old: int, at_new: int) -> LineChange:
    before, after = old[at_old], new[at_new]
    return LineChange(
        kind="changed",
        old_line=at_old,
        new_line=at_new,
        old=before,
        new=after,
        parts=parts(before, after),
        words=_key(before) != _key(after),
    )


def _replaced(
    old: Sequence[str], new: Sequence[str], lines_old: slice, lines_new: slice
) -> Iterator[LineChange]:
    """Pairs of similar lines as changed, the others as removed and added."""
    at_old, at_new = lines_old.start, lines_new.start
    pairs = _similar(old[lines_old], new[lines_new])
    for pair_old, pair_new in [*pairs, (lines_old.stop - at_old, lines_new.stop - at_new)]:
        stop_old, stop_new = lines_old.start + pair_old, lines_new.start + pair_new
        for line in range(at_old, stop_old):
            yield LineChange(kind="removed", old_line=line, new_line=at_new, old=old[line])
        for line in range(at_new, stop_new):
            yield LineChange(kind="added", old_line=stop_old, new_line=line, new=new[line])
        if stop_old < lines_old.stop and stop_new < lines_new.stop:
            yield _changed(old, new, stop_old, stop_new)
        at_old, at_new = stop_old + 1, stop_new + 1


# ------------------------------------------------------------------ which lines belong together

_ALIKE = 0.3
_MAX_WORK = 2_000_000
"""Characters that may be compared to find out which lines of a gap belong together."""


def _similar(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """The pairs of lines, in order, that share most; beyond a bound only the lines of equal place."""
    grams_old, grams_new = [_grams(line) for line in old], [_grams(line) for line in new]
    if sum(map(len, grams_old)) * len(new) + sum(map(len, grams_new)) * len(old) > _MAX_WORK:
        places = range(min(len(old), len(new)))
        return [(at, at) for at in places if _alike(grams_old[at], grams_new[at]) >= _ALIKE]
    best = _best_sums([[_alike(one, other) for other in grams_new] for one in grams_old], len(new))
    pairs, at_old, at_new = [], 0, 0
    while at_old < len(old) and at_new < len(new):
        here = best[at_old][at_new]
        if here == best[at_old + 1][at_new]:
            at_old += 1
        elif here == best[at_old][at_new + 1]:
            at_new += 1
        else:
            pairs.append((at_old, at_new))
            at_old, at_new = at_old + 1, at_new + 1
    return pairs


def _best_sums(alike: Sequence[Sequence[float]], width: int) -> list[list[float]]:
    """By dynamic programming: how much likeness the lines from here on can give at most."""
    best = [[0.0] * (width + 1) for _ in range(len(alike) + 1)]
    for at_old in reversed(range(len(alike))):
        for at_new in reversed(range(width)):
            likeness = alike[at_old][at_new]
            paired = likeness + best[at_old + 1][at_new + 1] if likeness >= _ALIKE else 0.0
            best[at_old][at_new] = max(paired, best[at_old + 1][at_new], best[at_old][at_new + 1])
    return best


def _grams(line: str) -> Counter[str]:
    framed = f"\n{_key(line)}\n"
    return Counter(framed[at : at + 2] for at in range(len(framed) - 1))


def _alike(one: Counter[str], other: Counter[str]) -> float:
    """Dice's coefficient of their pairs of characters."""
    return 2 * (one & other).total() / (one.total() + other.total())


# ------------------------------------------------------------------ inside a line

_UNITS = re.compile(r"[0-9A-Za-z]+(?:[.,][0-9]+)*%?|.", re.DOTALL)
_ISLAND = 2
"""Equal stretches shorter than this between two differences only make them harder to read."""


def parts(old: str, new: str) -> tuple[Part, ...]:
    """The pieces of a changed line; a number or a Latin word is never cut."""
    units_old, units_new = _UNITS.findall(old), _UNITS.findall(new)
    blocks = [block for block in equal_blocks(units_old, units_new) if _stands(block, units_old, units_new)]
    pieces: list[Part] = []
    at_old = at_new = 0
    for start_old, start_new, size in [*blocks, (len(units_old), len(units_new), 0)]:
        pieces.append(Part(kind="removed", text="".join(units_old[at_old:start_old])))
        pieces.append(Part(kind="added", text="".join(units_new[at_new:start_new])))
        at_old, at_new = start_old + size, start_new + size
        pieces.append(Part(kind="same", text="".join(units_old[start_old:at_old])))
    shown = (piece for piece in pieces if piece.text)
    return tuple(Part(kind=kind, text="".join(piece.text for piece in run)) for kind, run in _runs(shown))


def _runs(pieces: Iterable[Part]) -> Iterator[tuple[PartKind, Iterator[Part]]]:
    return groupby(pieces, key=lambda piece: piece.kind)


def _stands(block: tuple[int, int, int], old: Sequence[str], new: Sequence[str]) -> bool:
    start_old, start_new, size = block
    first = start_old == 0 and start_new == 0
    last = start_old + size == len(old) and start_new + size == len(new)
    return first or last or len("".join(old[start_old : start_old + size])) >= _ISLAND


# ------------------------------------------------------------------ fields


@frozen(kw_only=True)
class FieldChange:
    """A field with another value, as printed; None where there is none."""

    name: str
    old: str | None
    new: str | None


def field_changes(old: Article, new: Article) -> tuple[FieldChange, ...]:
    """The fields whose words differ, in the order of the record."""
    shown = ((name, show(old), show(new)) for name, show in _FIELDS.items())
    return tuple(
        FieldChange(name=name, old=before, new=after)
        for name, before, after in shown
        if fold(before or "") != fold(after or "")
    )


def _of(name: str) -> Callable[[Article], str | None]:
    def show(article: Article) -> str | None:
        found: Found[object] | None = getattr(article, name)
        return _printed(found.value) if found else None

    return show


def _printed(value: object) -> str:
    match value:
        case DocNumber():
            return value.raw
        case Issuer():
            return value.printed
        case tuple():
            return "、".join(
                issuer.printed if isinstance(issuer, Issuer) else str(issuer) for issuer in value
            )
        case dt.datetime():
            return value.date().isoformat()
        case _:
            return str(value)


def _attachments(article: Article) -> str | None:
    return "、".join(attachment.name for attachment in article.attachments) or None


def _missing_pages(article: Article) -> str | None:
    return "、".join(article.completeness.missing_pages) or None


_FIELDS: Mapping[str, Callable[[Article], str | None]] = {
    **{
        name: _of(name)
        for name in (
            "title",
            "title_official",
            "doc_no",
            "index_no",
            "issuers",
            "addressees",
            "source",
            "published",
            "written",
            "effective",
            "expires",
            "subject",
            "genre",
            "validity",
        )
    },
    "attachments": _attachments,
    "missing_pages": _missing_pages,
}
