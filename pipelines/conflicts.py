"""What disagrees with the value that was kept: the other values, each with where it stood."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from policy.contents import DocNumber, Issuer
from policy.records import Conflict, Found
from policy.words import fold

LOOSE = frozenset({"title", "source", "author", "editor"})
"""Fields printed shorter and longer for the same: a headline with its number, a name with its site."""


def conflicts(name: str, candidates: Sequence[Found[Any]]) -> Iterator[Conflict]:
    """The values of a field that differ from the first, each once."""
    seen = [one.value for one in candidates[:1]]
    for other in candidates[1:]:
        if not any(same(name, other.value, value) for value in seen):
            seen.append(other.value)
            yield Conflict(name=name, value=shown(other.value), raw=other.raw, rule=other.rule)


def same(name: str, one: Any, other: Any) -> bool:
    """Whether two values of a field say the same."""
    first, second = comparable(one), comparable(other)
    if name in LOOSE and isinstance(first, str) and isinstance(second, str):
        return first in second or second in first
    return first == second


def comparable(value: Any) -> object:
    """What counts of a value: the day, the number's normal form, the organs in any order, folded words."""
    if isinstance(value, DocNumber):
        return value.norm if value.kind == "文" else (value.kind, value.number)
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, tuple):
        return frozenset(map(comparable, value))
    if isinstance(value, Issuer):
        return value.id or fold(value.printed)
    return fold(value) if isinstance(value, str) else value


def shown(value: Any) -> str:
    """A value as words: an ISO day or time, a number's normal form, names in their order."""
    if isinstance(value, DocNumber):
        return value.norm
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, tuple):
        return "、".join(map(shown, value))
    return value.printed if isinstance(value, Issuer) else str(value)
