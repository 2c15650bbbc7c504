"""Issuing organs: joint issuers split by a dictionary, names and codes resolved to canonical ids."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from attrs import frozen

from policy.data import lines
from policy.records import Issuer

_COUNTRY = "中华人民共和国"
_GAPS = re.compile(r"[\s、,，;；/|·]+")
_ET_AL = re.compile(r"(?:等(?:\d+|[一-十]+个?)?(?:部门|单位|部委)?|联合)$")
_AND = "和与及"
_ORGAN_ENDS = (
    *("部", "委", "委员会", "局", "厅", "院", "署", "会", "办", "办公室", "办公厅", "政府", "法院"),
    *("公司", "集团", "银行", "中心", "协会", "学会", "联合会", "大学", "总社", "兵团", "总队", "交易所"),
)
_INSIDE = ("办公厅", "办公室", "秘书", "党组", "司", "处", "机关", "直属")


@frozen(kw_only=True)
class Dictionary:
    """All names by their ids, and the ids of 机关代字 prefixes."""

    ids: dict[str, str]
    """Every printed form, without white space."""
    names: dict[str, str]
    codes: dict[str, str]
    letters: dict[str, str]
    """The place letter of a 机关代字 (沪) and its region."""
    places: frozenset[str]
    """All place letters, those that several places share too."""
    shorts: tuple[str, ...]
    heads: dict[str, str]
    """The head after the place letter (发改) and its department."""
    longest: int


@cache
def dictionary() -> Dictionary:
    """The dictionary, read once."""
    organs = [_fields(line, 4) for line in lines("organs.txt")]
    regions = [_fields(line, 6) for line in lines("regions.txt")]
    departments = [_fields(line, 3) for line in lines("departments.txt")]
    known = [*_central(organs), *_governments(regions), *_departments(regions, departments)]
    names: dict[str, str] = {}
    ids: dict[str, str] = {}
    for name, organ in known:
        names.setdefault(organ, name)
        ids.setdefault(name, organ)
    return Dictionary(
        ids=ids,
        names=names,
        codes=_codes(organs, regions),
        letters={letter: row[0] for row in regions for letter in row[3].split() if len(letter) == 1},
        places=frozenset(letter[0] for row in regions for letter in row[3].split()),
        shorts=tuple(row[2] for row in regions),
        heads={head: row[0] for row in departments for head in row[2].split()},
        longest=max(map(len, ids)),
    )


def _fields(line: str, count: int) -> list[str]:
    parts = [part.strip() for part in line.split("|")]
    return [*parts, *[""] * (count - len(parts))]


def _central(organs: list[list[str]]) -> Iterator[tuple[str, str]]:
    for organ, name, aliases, _ in organs:
        for form in (name, *aliases.split()):
            yield form, organ
            if form.startswith("国务院") or form[-1] in "部署会局行":
                yield _COUNTRY + form, organ
    for organ, name, aliases, _ in organs:
        for form in (name, *aliases.split()):
            yield f"{form}办公厅", f"{organ}-office"
            yield f"{form}综合司" if organ == "nea" else f"{form}办公室", f"{organ}-office"


def _governments(regions: list[list[str]]) -> Iterator[tuple[str, str]]:
    for region, full, short, *_ in regions:
        for place in (full, short):
            for government in ("人民政府", "政府"):
                yield place + government, region
                for office in ("办公厅", "办公室"):
                    yield place + government + office, f"{region}-office"
            for congress in ("人民代表大会常务委员会", "人大常委会"):
                yield place + congress, f"{region}-congress"
        committee = full[-1] if full[-1] in "省市" else "区"
        for party in (
            f"中国共产党{full}委员会",
            f"中共{full}委",
            f"中共{short}{committee}委",
            f"{short}{committee}委",
        ):
            yield party, f"{region}-cpc"
            yield f"{party}办公厅", f"{region}-cpc-office"


def _departments(regions: list[list[str]], departments: list[list[str]]) -> Iterator[tuple[str, str]]:
    for region, full, short, *_ in regions:
        for place in (full, short):
            for slug, names, _ in departments:
                for name in names.split():
                    yield place + name, f"{region}-{slug}"
            for tax in ("税务局", "国家税务局", "地方税务局"):
                yield place + tax, f"{region}-tax"
            yield f"国家税务总局{place}税务局", f"{region}-tax"
            yield f"中国证券监督管理委员会{short}监管局", f"{region}-csrc"
            yield f"{place}高级人民法院", f"{region}-court"


def _codes(organs: list[list[str]], regions: list[list[str]]) -> dict[str, str]:
    codes = {prefix: row[0] for row in organs for prefix in row[3].split()}
    codes["国"] = "state-council"
    codes["发改办"] = "ndrc-office"
    for region, _, _, _, government, office in regions:
        codes |= dict.fromkeys(government.split(), region)
        codes |= dict.fromkeys(office.split(), f"{region}-office")
    return codes


def known(organ: str) -> str | None:
    """The canonical name of an id; None when there is no such organ."""
    return dictionary().names.get(organ)


def by_code(code: str) -> str | None:
    """The id of the organ whose 机关代字 this is; None when unknown or used by more than one."""
    book = dictionary()
    if code in book.ids:
        return book.ids[code]
    if code in ("国", "国令"):
        return "state-council"
    for end in range(len(code), 1, -1):
        if organ := book.codes.get(code[:end]):
            return organ
    return _department(code, book)


def _department(code: str, book: Dictionary) -> str | None:
    """沪发改价管 is Shanghai's 发改: a place letter and the head of a department."""
    region = book.letters.get(code[:1])
    for end in range(5, 1, -1):
        if region and (slug := book.heads.get(code[1:end])):
            return f"{region}-{slug}"
    return None


# ------------------------------------------------------------------ splitting


def split(text: str) -> tuple[Issuer, ...]:
    """The issuers a cell, a signature or a masthead prints, in order, none twice.

    Fused names (民政部国家发展改革委) are cut by the dictionary; what it does not know is kept
    whole, without an id.
    """
    squeezed = "".join(text.split())
    pieces = _cut(squeezed)
    if pieces is None or not all(organ for _, organ in pieces):
        chunks = (_ET_AL.sub("", chunk) for chunk in _GAPS.split(text))
        pieces = [piece for chunk in chunks if chunk for piece in _cut(chunk) or [(chunk, None)]]
    return tuple({printed: _issuer(printed, organ) for printed, organ in pieces}.values())


def find(name: str) -> Issuer | None:
    """The one known organ that this is the name of; None otherwise."""
    organ = dictionary().ids.get("".join(name.split()))
    return _issuer("".join(name.split()), organ) if organ else None


_ALSO = re.compile(r"[（(][^（）()]+[)）]$")
"""A second name: ``国家新闻出版署（国家版权局）``."""


def _issuer(printed: str, organ: str | None) -> Issuer:
    organ = organ or dictionary().ids.get(_ALSO.sub("", printed))
    return Issuer(printed=printed, id=organ, name=dictionary().names[organ] if organ else None)


Piece = tuple[str, str | None]


@lru_cache(maxsize=1024)
def _cut(text: str) -> list[Piece] | None:
    """The cheapest reading as known organs and plausible unknown ones; None when there is none.

    Dynamic programming from the right: an unknown character costs more than any known organ.
    """
    if len(text) > 600:
        return None
    book = dictionary()
    best: list[tuple[int, list[Piece]] | None] = [None] * len(text) + [(0, [])]
    for start in range(len(text) - 1, -1, -1):
        best[start] = min(_readings(text, start, best, book), key=lambda reading: reading[0], default=None)
    return best[0][1] if best[0] else None


def _readings(
    text: str, start: int, best: list[tuple[int, list[Piece]] | None], book: Dictionary
) -> Iterator[tuple[int, list[Piece]]]:
    tail = best[start + 1]
    if tail and tail[1] and text[start] in f"{_AND}、,，;；/":
        yield tail[0] + 1, tail[1]
    for end in range(start + 2, min(len(text), start + max(book.longest, 30)) + 1):
        rest = best[end]
        if rest is None:
            continue
        name = text[start:end]
        if organ := book.ids.get(name):
            if not _is_inside(text, end, rest[1], book):
                yield rest[0] + 10, [(name, organ), *rest[1]]
        elif end - start > 3 and name.endswith(_ORGAN_ENDS) and not name.startswith(_INSIDE):
            yield rest[0] + 100 * (end - start), [(name, None), *rest[1]]


def _is_inside(text: str, end: int, rest: list[Piece], book: Dictionary) -> bool:
    """Whether what follows an organ is a part of it (…条法司, …上海总部), not the next issuer."""
    if text.startswith(_INSIDE, end):
        return True
    return bool(rest) and rest[0][1] is None and text.startswith(book.shorts, end)
