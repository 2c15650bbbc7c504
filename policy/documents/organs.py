"""The dictionary of organs: central ones by name, local ones as a place and a department. Pure.

``上海市浦东新区发展改革委`` is a place and the name of a department: its id is the place's key and
the department's slug (``310115-drc``), so the organs of 3,500 places need no list. The places are the
administrative divisions of GB/T 2260, with their printed names, hierarchy and levels.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache

from attrs import field, frozen

from policy.data import read_lines, read_sections, split_fields
from policy.records.content import Former, Level, Region

COUNTRY = "中华人民共和国"
OFFICES = ("办公厅", "办公室")


@frozen(kw_only=True)
class Organ:
    """An organ with its current name, level and region."""

    id: str
    name: str
    level: Level
    region: Region | None = None


@frozen(kw_only=True)
class _Directory:
    """Ids by name, searched at the beginning of a text by the first two characters."""

    ids: dict[str, str] = field(repr=False)
    lengths: dict[str, tuple[int, ...]] = field(repr=False)

    def starting(self, text: str, at: int) -> Iterator[tuple[int, str]]:
        heads = (text[at : at + 2], text[at : at + 1])
        for length in (length for head in heads for length in self.lengths.get(head, ())):
            name = text[at : at + length]
            if len(name) == length and name in self.ids:
                yield at + length, self.ids[name]


def _directory(named: Iterable[tuple[str, str]]) -> _Directory:
    """A directory; a name of two organs belongs to the first one."""
    ids: dict[str, str] = {}
    for name, organ in named:
        ids.setdefault(name, organ)
    return _Directory(ids=ids, lengths=lengths_by_head(ids))


@cache
def central_organs() -> dict[str, Organ]:
    """Central organs by their ids."""
    rows = ((level, split_fields(line, 4)) for level, line in read_sections("organs.txt"))
    return {row[0]: Organ(id=row[0], name=row[1], level=_level(level)) for level, row in rows}


def _level(section: str) -> Level:
    known: dict[str, Level] = {"中央": "中央", "部委": "部委", "省级": "省级", "团体": "团体", "企业": "企业"}
    return known[section]


@cache
def former_names() -> dict[str, Former]:
    """Former names by every form of them, with the full name and its years."""
    found: dict[str, Former] = {}
    for row in (split_fields(line, 5) for line in read_lines("former.txt")):
        name = Former(name=row[1], since=_year(row[3]), until=_year(row[4]))
        for form in (row[1], *row[2].split()):
            if form not in _present():
                found.setdefault(form, name)
    return found


def _year(text: str) -> int | None:
    return int(text) if text else None


@cache
def _present() -> frozenset[str]:
    """The current names of organs; dissolved organs are in ``former.txt`` too."""
    ended = {split_fields(line, 2)[1] for line in read_lines("former.txt")}
    rows = [split_fields(line, 3) for _, line in read_sections("organs.txt")]
    return frozenset(name for row in rows for name in (row[1], *row[2].split())) - ended


@cache
def _central() -> _Directory:
    listed = [split_fields(line, 3) for _, line in read_sections("organs.txt")]
    past = [
        (row[0], *split_fields(line, 3)[1:3])
        for line in read_lines("former.txt")
        for row in [split_fields(line, 3)]
    ]
    named = [(form, row[0]) for row in [*listed, *past] for form in (row[1], *row[2].split())]
    full = [
        (COUNTRY + form, organ)
        for form, organ in named
        if form.startswith("国务院") or form[-1] in "部署会局行"
    ]
    return _directory([*named, *full])


@cache
def _departments() -> _Directory:
    """Names that follow a place: government, congress, party committee, courts and departments."""
    listed = (split_fields(line, 2) for line in read_lines("departments.txt"))
    return _directory((name, row[0]) for row in listed for name in row[1].split())


@cache
def _branches() -> tuple[_Directory, dict[str, _Directory]]:
    """Names of central organs before a place, and for each the names that follow the place."""
    rows = [split_fields(line, 3) for line in read_lines("branches.txt")]
    before = _directory((name, f"{n}") for n, row in enumerate(rows) for name in row[1].split())
    after = {f"{n}": _directory((name, row[0]) for name in row[2].split()) for n, row in enumerate(rows)}
    return before, after


def organs_at(text: str, at: int = 0) -> Iterator[tuple[int, str]]:
    """The end and the id of each organ whose name begins at an index, and of their offices."""
    for end, organ in (*_central().starting(text, at), *_local(text, at), *_branched(text, at)):
        yield end, organ
        if not organ.endswith("-office"):
            offices = (*OFFICES, "综合司") if organ == "nea" else OFFICES
            yield from (
                (end + len(office), f"{organ}-office") for office in offices if text.startswith(office, end)
            )


def _local(text: str, at: int) -> Iterator[tuple[int, str]]:
    for end, place in divisions_at(text, at):
        for over, slug in _departments().starting(text, end):
            yield over, _id(place, slug)


def _branched(text: str, at: int) -> Iterator[tuple[int, str]]:
    before, after = _branches()
    for end, row in before.starting(text, at):
        for over, place in divisions_at(text, end):
            for last, slug in after[row].starting(text, over):
                yield last, _id(place, slug)


def _id(place: Division, slug: str) -> str:
    """The id of an organ; a government has the key of its place."""
    return f"{place.key}-{slug}" if slug else place.key


@lru_cache(maxsize=8192)
def identify(name: str) -> str | None:
    """The id of the organ with exactly this name; None if it is unknown."""
    return next((organ for end, organ in organs_at(name) if end == len(name)), None)


@lru_cache(maxsize=8192)
def organ(name: str) -> Organ | None:
    """The organ with this id; None if there is none."""
    if entry := central_organs().get(name):
        return entry
    if name.endswith("-office"):
        return _office(name)
    for key, slug in _splits(name):
        place, title = gazetteer().by_key.get(key), _titles().get(slug)
        if place and title:
            return Organ(id=name, name=title.of(place), level=place.level, region=place.region)
    return None


def _splits(name: str) -> Iterator[tuple[str, str]]:
    """``taizhou-js-drc`` as a place's key and a slug, the longest key first."""
    parts = name.split("-")
    return (("-".join(parts[:n]), "-".join(parts[n:])) for n in range(len(parts), 0, -1))


def _office(name: str) -> Organ | None:
    whole = organ(name.removesuffix("-office"))
    if whole is None:
        return None
    return Organ(id=name, name=whole.name + _hall(whole), level=whole.level, region=whole.region)


def _hall(whole: Organ) -> str:
    """The name of an office: 办公厅 of ministries, and of the government, congress and party committee of a
    province or a city of that rank (副省级市)."""
    if whole.id == "nea":
        return "综合司"
    leading = whole.name.endswith(("人民政府", "代表大会常务委员会")) or whole.id.endswith("-cpc")
    high = whole.level == "省级" or (whole.region is not None and whole.region.code in _HIGH_CITIES)
    grand = whole.level in ("中央", "部委") or (high and leading)
    return "办公厅" if grand else "办公室"


_HIGH_CITIES = frozenset(
    {
        *("210100", "210200", "220100", "230100", "320100", "330100", "330200", "350200"),
        *("370100", "370200", "420100", "440100", "440300", "510100", "610100"),
    }
)
"""The fifteen cities of the rank between province and prefecture (副省级市)."""


@frozen(kw_only=True)
class _Title:
    """The parts of an organ's name around the place; ``names`` begins with the usual one."""

    before: str = ""
    names: tuple[str, ...]
    short: bool = False

    def of(self, place: Division) -> str:
        """The canonical name."""
        usual = self.names[0]
        other = place.level == "县级" or (
            usual.endswith("厅") and not place.name.endswith(("省", "区", "团"))
        )
        after = next((name for name in self.names if other and name.endswith("局")), usual)
        printed = place.shorts[0] if self.short and place.shorts else place.name
        return self.before + printed + after


@cache
def _titles() -> dict[str, _Title]:
    found: dict[str, _Title] = {}
    for row in (split_fields(line, 4) for line in read_lines("branches.txt")):
        title = _Title(before=row[1].split()[0], names=(row[2].split()[0],), short=row[3] == "short")
        found.setdefault(row[0], title)
    for row in (split_fields(line, 4) for line in read_lines("departments.txt")):
        found.setdefault(row[0], _Title(names=tuple(row[1].split()), short=row[3] == "short"))
    return found


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
