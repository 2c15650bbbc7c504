"""Who issued a document: the cell, the signature, the masthead, the title's beginning, the source."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from policy import dates, issuers
from policy.contents import Issuer
from policy.records import Found

SIGNATURE_LINES = 20
"""Joint documents are signed by a dozen organs and more, a line each."""

JOINT = "cell:联合发文单位"
"""The cell that names the organs beside the one of 发文机关."""
MEDIA = frozenset({"xinhua"})
"""Organs that report on documents: a source, no issuer."""
_MASTHEAD = re.compile(r"^(?P<organ>\S.{1,60}?)\s*(?:令|公告|通告|文件)$")
_ORDER = re.compile(
    r"[（(](?P<organs>[㐀-鿿、\s]{2,60})(?:令|公告)\s*(?:[12]\d{3}\s*年\s*)?第[^（()）]{1,8}号\s*[)）]$"
)
"""``…办法（国家发展改革委 财政部令2026年第5号）``."""
_TITLE = re.compile(
    r"^(?P<organ>.{2,60}?)\s*(?P<office>办公厅|办公室)?(?:关于|印发|转发|发布|公布|批转|令|公告)"
)


def authors(
    cells: Sequence[Found[str]],
    title: str,
    lines: Sequence[str],
    source: Found[str] | None,
    *,
    top: Sequence[str] = (),
) -> list[Found[tuple[Issuer, ...]]]:
    """What is said of the issuing organs, the most trusted first, each in printed order.

    Outside cells only organs we know are believed; the source only where nothing else is said.
    ``top`` are the lines above the salutation.
    """
    stated = [*_celled(cells), *filter(None, _guesses(title, lines, top))]
    return stated or list(filter(None, _claimed(source)))


def _celled(cells: Sequence[Found[str]]) -> Iterator[Found[tuple[Issuer, ...]]]:
    """The first cell with the organs of 联合发文单位 behind it, then the other cells."""
    joint = [cell for cell in cells if cell.rule == JOINT]
    others = [cell for cell in cells if cell.rule != JOINT]
    for at, cell in enumerate(others or joint):
        texts = [cell.value, *(one.value for one in joint if others and not at)]
        found = issuers.split(" ".join(texts))
        yield Found(value=found, raw=" ".join(texts), rule=cell.rule)


def _guesses(
    title: str, lines: Sequence[str], top: Sequence[str]
) -> Iterator[Found[tuple[Issuer, ...]] | None]:
    yield _known(_signature(lines), "signature")
    heads = dict.fromkeys([*lines[:6], *top[:6]])
    yield from (_known(found["organ"], "masthead") for found in map(_MASTHEAD.match, heads) if found)
    yield from (_titled(found, "title") for found in _TITLE.finditer(title))
    order = _ORDER.search(title)
    yield _known(order["organs"], "title") if order else None
    titles = (_TITLE.match(line) for line in top[:4] if len(line) <= 120)
    yield from (_titled(found, "masthead:title") for found in titles if found)


def _titled(found: re.Match[str], rule: str) -> Found[tuple[Issuer, ...]] | None:
    """The organ with its office, else the organ an unknown office belongs to."""
    return _known(found["organ"] + (found["office"] or ""), rule) or _known(found["organ"], rule)


def _claimed(source: Found[str] | None) -> Iterator[Found[tuple[Issuer, ...]] | None]:
    said = _known(source.value, f"source:{source.rule}") if source else None
    yield said if said and not MEDIA & {organ.id for organ in said.value} else None


def _known(text: str, rule: str) -> Found[tuple[Issuer, ...]] | None:
    """The organs named in the text, when it names nothing else."""
    found = issuers.split(text) if text.strip() else ()
    if not found or any(organ.id is None for organ in found):
        return None
    return Found(value=found, raw=text, rule=rule)


def _signature(lines: Sequence[str]) -> str:
    """The organs' lines above the day that signs the document."""
    day = dates.signature_day(lines)
    at = next((n for n in range(len(lines) - 1, -1, -1) if day and day.raw in lines[n]), 0)
    signed: list[str] = []
    for line in reversed(lines[max(0, at - SIGNATURE_LINES) : at]):
        if not _known(line, ""):
            break
        signed.insert(0, line)
    return " ".join(signed)
