"""Administrative divisions by GB/T 2260: their printed names, hierarchy and levels. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from attrs import field, frozen

from policy.data import read_lines, read_sections, split_fields
from policy.records.content import Level, Region

_PREFECTURE = re.compile(
    r"(?P<short>..+?)(?:(?:土家|朝鲜|蒙古|哈萨克|柯尔克孜|布依|哈尼|傣|景颇|傈僳|藏|回|羌|彝|苗|侗|壮|白)族)+自治州"
)


@frozen(kw_only=True)
class Division:
    """A division. ``key`` is used in ids: the slug of a province or a large city, else the code.

    兵团 has departments like a province, but is not a division and has no code.
    """

    key: str
    code: str
    name: str
    shorts: tuple[str, ...] = ()

    @property
    def level(self) -> Level:
        """省级, 市级 (地级) or 县级, derived from the code."""
        return "省级" if self.code[2:] in ("0000", "") else "市级" if self.code.endswith("00") else "县级"

    @property
    def region(self) -> Region | None:
        """The code and name; None without a code."""
        return Region(code=self.code, name=self.name) if self.code else None

    def holds(self, other: Division) -> bool:
        """Whether the other is below this one."""
        own = {"省级": 2, "市级": 4, "县级": 6}[self.level]
        return bool(self.code) and self.code != other.code and self.code[:own] == other.code[:own]


@frozen(kw_only=True)
class Gazetteer:
    """All divisions by name and by key."""

    by_name: dict[str, tuple[Division, ...]] = field(repr=False)
    by_key: dict[str, Division] = field(repr=False)
    lengths: dict[str, tuple[int, ...]] = field(repr=False)
    """The lengths of the names by their first two characters, longest first."""


@cache
def gazetteer() -> Gazetteer:
    """The gazetteer, read once."""
    found: dict[str, list[Division]] = {}
    keys: dict[str, Division] = {}
    for place in _places():
        keys.setdefault(place.key, place)
        for name in (place.name, *place.shorts):
            found.setdefault(name, []).append(place)
    return Gazetteer(
        by_name={
            name: tuple({place.code: place for place in places}.values()) for name, places in found.items()
        },
        by_key=keys,
        lengths=lengths_by_head(found),
    )


def lengths_by_head(names: Iterable[str]) -> dict[str, tuple[int, ...]]:
    """The lengths of the names that begin with two characters, longest first."""
    lengths: dict[str, set[int]] = {}
    for name in names:
        lengths.setdefault(name[:2], set()).add(len(name))
    return {head: tuple(sorted(found, reverse=True)) for head, found in lengths.items()}


XPCC = Division(key="xpcc", code="", name="新疆生产建设兵团", shorts=("兵团",))


def _places() -> Iterator[Division]:
    yield XPCC
    listed = {
        name: (slug, short)
        for slug, name, short, *_ in (split_fields(line, 3) for line in read_lines("regions.txt"))
    }
    for _, line in read_sections("divisions.txt"):
        code, name = line.split(" ", 1)
        slug, short = listed.get(name, ("", "")) if code.endswith("00") else ("", "")
        yield Division(key=slug or code, code=code, name=name, shorts=(short,) if short else _shorts(name))


def _shorts(name: str) -> tuple[str, ...]:
    """Short names of autonomous prefectures: ``延边州`` for 延边朝鲜族自治州."""
    found = _PREFECTURE.fullmatch(name)
    return (f"{found['short']}州",) if found else ()


def divisions_at(text: str, at: int = 0) -> Iterator[tuple[int, Division]]:
    """The end and the division of each name that begins at an index: 浙江省, 浙江省杭州市,
    浙江省杭州市余杭区.

    An ambiguous name only counts below a division that resolves it.
    """
    yield from _below(text, at, None)


def _below(text: str, at: int, above: Division | None) -> Iterator[tuple[int, Division]]:
    book = gazetteer()
    for length in book.lengths.get(text[at : at + 2], ()):
        named = book.by_name.get(text[at : at + length], ()) if at + length <= len(text) else ()
        place = _only([place for place in named if above is None or above.holds(place)])
        if place is None:
            continue
        yield at + length, place
        if place.level != "县级":
            yield from _below(text, at + length, place)


def _only(places: list[Division]) -> Division | None:
    """The division of the highest level; None if there are several."""
    ranks = {"省级": 0, "市级": 1, "县级": 2}
    ordered = sorted(places, key=lambda place: ranks[place.level])
    if len(ordered) > 1 and ordered[0].level == ordered[1].level:
        return None
    return ordered[0] if ordered else None
