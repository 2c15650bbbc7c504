"""Issuing organs: splits joint issuers by a dictionary, resolves names and codes to ids, and compares numbers
of documents by their organs. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from operator import itemgetter

from attrs import evolve, frozen

from policy.data import read_lines, read_sections, split_fields
from policy.documents import organs
from policy.records.content import DocNumber, DocNumberKind, Issuer

_GAPS = re.compile(r"[\s、,，;；/|·]+")
_ET_AL = re.compile(r"(?:等(?:\d+|[一-十]+个?)?(?:部门|单位|部委)?|联合)$")
_BETWEEN = "和与及、,，;；/"
_ORGAN_ENDS = (
    *("部", "委", "委员会", "局", "厅", "院", "署", "会", "办", "办公室", "办公厅", "政府", "法院"),
    *("公司", "集团", "银行", "中心", "协会", "学会", "联合会", "大学", "总社", "兵团", "总队", "交易所"),
)
_INSIDE = ("办公厅", "办公室", "秘书", "党组", "司", "处", "机关", "直属")


LONGEST = 40
"""The most characters of an organ's name."""
_FORMERLY = "原"
"""Printed before the name of an organ that is no more: 原国家工商行政管理总局."""
MOST = 600
"""Longer texts are not split."""


@frozen(kw_only=True)
class Codes:
    """The dictionary of prefixes of 机关代字, the codes in document numbers."""

    codes: dict[str, str]
    """Ids of organs by prefix."""
    letters: dict[str, str]
    """Regions by place character (沪)."""
    places: frozenset[str]
    """All place characters, including those that several places share."""
    shorts: tuple[str, ...]
    heads: dict[str, str]
    """Departments by the characters after the place character (发改)."""


@cache
def codes() -> Codes:
    """The dictionary of prefixes, read once."""
    regions = [split_fields(line, 6) for line in read_lines("regions.txt")]
    departments = [split_fields(line, 3) for line in read_lines("departments.txt")]
    return Codes(
        codes=_codes(regions),
        letters={letter: row[0] for row in regions for letter in row[3].split() if len(letter) == 1},
        places=frozenset(letter[0] for row in regions for letter in row[3].split()),
        shorts=tuple(row[2] for row in regions),
        heads={head: row[0] for row in departments for head in row[2].split()},
    )


def _codes(regions: list[list[str]]) -> dict[str, str]:
    listed = [split_fields(line, 4) for _, line in read_sections("organs.txt")]
    found = {prefix: row[0] for row in listed for prefix in row[3].split()}
    found["国"] = "state-council"
    found["发改办"] = "ndrc-office"
    for region, _, _, _, government, office in regions:
        found |= dict.fromkeys(government.split(), region)
        found |= dict.fromkeys(office.split(), f"{region}-office")
    return found


def organ_name(organ: str) -> str | None:
    """The canonical name of the organ with this id; None if there is none."""
    entry = organs.organ(organ)
    return entry.name if entry else None


def organ_of_code(code: str) -> str | None:
    """The id of the organ with this 机关代字; None if it is unknown or ambiguous."""
    book = codes()
    if organ := organs.identify(code):
        return organ
    if code in ("国", "国令"):
        return "state-council"
    for end in range(len(code), 1, -1):
        if organ := book.codes.get(code[:end]):
            return organ
    return _department(code, book)


def _department(code: str, book: Codes) -> str | None:
    """The id for a place character and a department: 沪发改价管 is the 发改 of Shanghai."""
    region = book.letters.get(code[:1])
    for end in range(5, 1, -1):
        if region and (slug := book.heads.get(code[1:end])):
            return f"{region}-{slug}"
    return None


# ------------------------------------------------------------------ splitting


def split_issuers(text: str) -> tuple[Issuer, ...]:
    """The issuers in a cell, a signature or a masthead, in order and without duplicates.

    Names without separator (民政部国家发展改革委) are split by the dictionary. Unknown names are kept whole,
    without an id.
    """
    squeezed = "".join(text.split())
    pieces = _cut(squeezed)
    if pieces is None or not all(organ for _, organ in pieces):
        chunks = (_ET_AL.sub("", chunk) for chunk in _GAPS.split(text))
        pieces = [piece for chunk in chunks if chunk for piece in _cut(chunk) or [(chunk, None)]]
    return tuple({printed: _issuer(printed, organ) for printed, organ in pieces}.values())


_ALSO = re.compile(r"[（(][^（）()]+[)）]$")
"""A second name, as in ``国家新闻出版署（国家版权局）``."""


def _issuer(printed: str, organ: str | None) -> Issuer:
    bare = _ALSO.sub("", printed).removeprefix(_FORMERLY)
    known = organs.organ(organ or organs.identify(bare) or "")
    if known is None:
        return Issuer(printed=printed)
    return Issuer(
        printed=printed,
        id=known.id,
        name=known.name,
        level=known.level,
        region=known.region,
        former=organs.former_names().get(bare.removeprefix(organs.COUNTRY)),
    )


Piece = tuple[str, str | None]
_Reading = tuple[int, list[Piece]]
"""The cost of a segmentation and its pieces."""
_Names = dict[int, str | None]
"""The ends of names that begin at one index, with the id of the organ if it is known."""


@lru_cache(maxsize=1024)
def _cut(text: str) -> list[Piece] | None:
    """The cheapest segmentation into known organs and plausible unknown ones; None if there is none.

    Dynamic programming from the right: an unknown character costs more than any known organ.
    """
    if len(text) > MOST:
        return None
    best: dict[int, _Reading | None] = {len(text): (0, [])}
    for start, names in reversed(_names(text).items()):
        best[start] = min(_readings(text, start, names, best), key=itemgetter(0), default=None)
    return best[0][1] if best[0] else None


def _names(text: str) -> dict[int, _Names]:
    """The indices that a segmentation from the left can reach, and the names that may begin there."""
    reached, found = {0}, dict[int, _Names]()
    for start in range(len(text)):
        if start in reached:
            found[start] = names = _beginning(text, start)
            reached.update(names, [start + 1] if text[start] in _BETWEEN else ())
    return found


def _beginning(text: str, start: int) -> _Names:
    """The names that begin at an index: known ones, and those with a typical ending."""
    after = start + text.startswith(_FORMERLY, start)
    names: _Names = dict(reversed([*organs.organs_at(text, after)]))
    if not text.startswith(_INSIDE, start):
        ends = range(start + 4, min(len(text), start + LONGEST) + 1)
        names |= {end: None for end in ends if end not in names and text.endswith(_ORGAN_ENDS, 0, end)}
    return names


def _readings(
    text: str, start: int, names: _Names, best: Mapping[int, _Reading | None]
) -> Iterator[_Reading]:
    tail = best[start + 1] if text[start] in _BETWEEN else None
    if tail and tail[1]:
        yield tail[0] + 1, tail[1]
    for end, organ in names.items():
        rest = best[end]
        if rest and not (organ and _is_inside(text, end, rest[1])):
            cost = 10 if organ else 100 * (end - start)
            yield rest[0] + cost, [(text[start:end], organ), *rest[1]]


def _is_inside(text: str, end: int, rest: list[Piece]) -> bool:
    """Whether the text after an organ is a part of it (…条法司, …上海总部), not the next issuer."""
    if text.startswith(_INSIDE, end):
        return True
    return bool(rest) and rest[0][1] is None and text.startswith(codes().shorts, end)


# ------------------------------------------------------------------ identity of document numbers


NUMBERED_WITHOUT_YEAR = frozenset({"state-council"})
"""Organs that number their 令 continuously; others may begin again every year."""
_PRESIDENT = frozenset({"主席", "国家主席"})
_LONGEST_CODE = 4
"""Most characters of a code before 令: 国令, 渝府令, 粤府令. Longer ones are names."""


@frozen(kw_only=True)
class NumberIdentity:
    """What the printed forms of one document number have in common.

    ``organs`` are the ids of the organs that number and sign, the numbering one first; a former organ is
    another organ than its successor. Empty if no organ is known: such a number identifies nothing.
    ``code`` is the 机关代字 of a number of the kind 文, whose printed code is part of its identity.
    """

    kind: DocNumberKind
    number: int
    year: int | None = None
    organs: tuple[str, ...] = ()
    code: str = ""

    @property
    def label(self) -> str:
        """The number without its organ (``令〔2026〕第41号``), and with its code (``国发〔2021〕23号``)."""
        if self.kind == "文":
            return f"{self.code}{self._bracket}{self.number}号"
        return f"{self.kind}{self._bracket}第{self.number}号"

    @property
    def key(self) -> str | None:
        """The key of a citation, with the year if printed: ``ndrc令〔2026〕第41号``, ``国发〔2021〕23号``.

        None for an order of an unknown organ.
        """
        return next(self.keys(), None)

    @property
    def index_keys(self) -> tuple[str, ...]:
        """Keys of which two matching numbers share one: without the year, by the first organ and by all."""
        if self.kind == "文":
            return (self.label,)
        return tuple(f"{owner}{evolve(self, year=None).label}" for owner in self._all_owners)

    def keys(self) -> Iterator[str]:
        """The keys with the year, by the organs in whose series the number is."""
        if self.kind == "文":
            yield self.label
        else:
            yield from (f"{owner}{self.label}" for owner in self.owners)

    @property
    def owners(self) -> tuple[str, ...]:
        """The organs in whose series the number is, and all organs of a joint document in one order.

        A joint 令 is also one of its first organ; a joint 公告 is numbered by all of them together:
        财政部公告2020年第8号 is not 财政部 税务总局公告2020年第8号.
        """
        return self._all_owners if self.kind in ("文", "令") else self._all_owners[-1:]

    @property
    def _all_owners(self) -> tuple[str, ...]:
        joint = ("+".join(sorted(self.organs)),) if len(self.organs) > 1 else ()
        return (*self.organs[:1], *joint)

    @property
    def _bracket(self) -> str:
        continuous = self.kind == "令" and self.organs[:1] and self.organs[0] in NUMBERED_WITHOUT_YEAR
        return f"〔{self.year}〕" if self.year and not continuous else ""

    def matches(self, other: NumberIdentity) -> bool:
        """Whether both can be forms of one number: a missing year is compatible with any year, an organ that
        is printed alone with the joint document of which it is the first organ."""
        if self.kind == "文" or other.kind == "文":
            one_code = (self.kind, self.label) == (other.kind, other.label)
            return one_code and not (self.organs and other.organs and not {*self.organs} & {*other.organs})
        same = (self.kind, self.number) == (other.kind, other.number)
        return same and self._has_same_year(other) and self._has_same_organs(other)

    def _has_same_year(self, other: NumberIdentity) -> bool:
        return not (self.year and other.year) or self.year == other.year

    def _has_same_organs(self, other: NumberIdentity) -> bool:
        if not self.organs or not other.organs:
            return False
        ours, theirs = {*self.organs}, {*other.organs}
        if ours == theirs:
            return True
        return self.organs[0] == other.organs[0] and (ours < theirs or theirs < ours)


def number_identity(number: DocNumber, issuers: Sequence[Issuer] = ()) -> NumberIdentity:
    """The identity of a printed number.

    ``issuers`` are those of the document that has the number: they complete a number without an organ
    (``第41号令``) and add the organs that sign a joint document.
    """
    printed = _numbering_organs(number.kind, number.code)
    signed = [_issuing_organ(issuer, number.kind) for issuer in issuers]
    joint = signed if not printed or printed[0] in signed else []
    return NumberIdentity(
        kind=number.kind,
        number=number.number,
        year=number.year,
        organs=tuple(dict.fromkeys(filter(None, (*printed, *(joint if all(joint) else ()))))),
        code=number.code if number.kind == "文" else "",
    )


@lru_cache(maxsize=4096)
def _numbering_organs(kind: DocNumberKind, code: str) -> tuple[str, ...]:
    """The organs of a printed code, the first being the one whose number it is; empty if that is unknown."""
    if kind == "文":
        organ = organ_of_code(code)
        return (organ,) if organ else ()
    signed = split_issuers(code)
    if signed and all(issuer.id for issuer in signed):
        return tuple(filter(None, (_issuing_organ(issuer, kind) for issuer in signed)))
    if code in _PRESIDENT:
        return ("president",)
    organ = organ_of_code(code) if len(code) <= _LONGEST_CODE else None
    return (organ,) if organ else ()


def _issuing_organ(issuer: Issuer, kind: DocNumberKind) -> str | None:
    """The organ for comparison. A former organ numbered its orders by itself, and its id gets its name."""
    if issuer.id and issuer.former and kind != "文":
        return f"{issuer.id}@{issuer.former.name}"
    return issuer.id
