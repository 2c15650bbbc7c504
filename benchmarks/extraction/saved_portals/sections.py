"""The portals of the corpus that the environment variable CORPUS names; none without it."""

from __future__ import annotations

import os
from pathlib import Path

from attrs import evolve

from benchmarks.extraction.listings import Saved, pages, section_of
from crawler import portals
from crawler.portal import Portal


def _declared(slug: str, listings: list[Saved]) -> type[Portal]:
    portal = portals.get(slug)
    sections = tuple(
        evolve(section_of(portal, page), slug=page.name, url=page.url or "", at_least=1) for page in listings
    )
    return type(slug, (type(portal),), {"slug": slug, "sections": sections, "__module__": __name__})


_listings: dict[str, list[Saved]] = {}
for _page in pages(Path(os.environ["CORPUS"])) if "CORPUS" in os.environ else ():
    if _page.kind == "listing" and _page.url:
        _listings.setdefault(_page.slug, []).append(_page)
globals().update({slug: _declared(slug, listings) for slug, listings in _listings.items()})
