"""Real saved lists and articles replayed: how much of each page is read.

``make check-corpus CORPUS=folder``: a folder of saved pages with a ``manifest.json`` that names each page's
file (HTML or JSON, ``.gz``), its address and its kind (listing or article), and of a listing how many rows it
has. Each page is read on its own; then all are put into a WARC file and replayed into an empty archive, each
listing a section of its own. A page without an address is given to the parser of its portal's first section.
Exits with 1 when a listing lost rows, or an article was not read.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gzip
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from attrs import frozen

from benchmarks.extraction import saved_portals
from config import Config
from crawler import portals
from crawler.extraction import read_article, read_listing, read_page
from crawler.portal import Portal, Section
from crawler.runs import process
from policy.errors import PageError
from policy.records import Entry, Payload
from storage import queries
from storage.database import open_database, upgrade
from storage.warc.writer import CaptureWriter

NOW = dt.datetime(2026, 4, 30, 2, 30, tzinfo=dt.UTC)


@frozen(kw_only=True)
class Saved:
    """One saved page. ``rows``: how many its listing shows, where that is known."""

    slug: str
    file: Path
    url: str | None
    kind: str
    rows: int | None = None

    @property
    def body(self) -> bytes:
        """The page as served."""
        raw = self.file.read_bytes()
        return gzip.decompress(raw) if self.file.suffix == ".gz" else raw

    @property
    def name(self) -> str:
        """Its file's name without what follows the first dot."""
        return self.file.name.partition(".")[0]

    @property
    def mime(self) -> str:
        """What it is served as."""
        return "application/json" if self.body.lstrip()[:1] in {b"{", b"["} else "text/html; charset=utf-8"


@frozen(kw_only=True)
class Line:
    """What was read of one page."""

    page: Saved
    section: str
    said: str
    good: bool


def pages(corpus: Path) -> list[Saved]:
    """The pages of a corpus."""
    told = json.loads((corpus / "manifest.json").read_text("utf-8"))["pages"]
    return [
        Saved(
            slug=Path(one["file"]).parts[0],
            file=corpus / one["file"],
            url=one["url"],
            kind=one["kind"],
            rows=one.get("rows"),
        )
        for one in told
    ]


def check(saved: Sequence[Saved], home: Path) -> Iterator[Line]:
    """Each page as it is read on its own, then what replays of all of them archived."""
    for page in saved:
        yield _listing(page) if page.kind == "listing" else _article(page)
    yield from _replayed([page for page in saved if page.url], home)


def _listing(page: Saved) -> Line:
    portal = portals.get(page.slug)
    section = section_of(portal, page)
    try:
        payload = Payload(url=page.url or section.url, body=page.body, content_type=page.mime)
        entries = read_listing(portal, section, payload, first=False).entries
    except PageError as error:
        return Line(page=page, section=section.slug, said=str(error), good=False)
    whole = [one for one in entries if _is_whole(one)]
    wanted = f" of {page.rows}" if page.rows is not None else ""
    good = bool(entries) and len(whole) == len(entries) and page.rows in {None, len(entries)}
    said = f"{len(entries)}{wanted} rows, {len(whole)} with title, address and day"
    return Line(page=page, section=section.slug, said=said, good=good)


def _is_whole(entry: Entry) -> bool:
    return bool(entry.title and entry.url and entry.key and entry.listed_on)


def section_of(portal: Portal, page: Saved) -> Section:
    """The section whose listing it is: the one at its address or around it, else the portal's first."""

    def shared(section: Section) -> int:
        both = zip(section.url.split("/"), (page.url or "").split("/"), strict=False)
        return next((n for n, (a, b) in enumerate(both) if a != b), 99)

    return max(portal.sections, key=shared) if page.url else portal.sections[0]


def _article(page: Saved) -> Line:
    portal = portals.get(page.slug)
    url = page.url or ""
    try:
        payload = Payload(url=url, body=page.body, content_type=page.mime)
        found = read_article(portal, [read_page(portal, payload)])
    except PageError as error:
        return Line(page=page, section="", said=str(error), good=False)
    day = found.published.value if found.published else None
    said = f"{len(found.text)} characters, {day}, {found.title.value}"
    return Line(page=page, section="", said=said, good=bool(found.text and found.title.value and day))


def _replayed(saved: Sequence[Saved], home: Path) -> Iterator[Line]:
    """Each listing page, a section of its own, and the articles saved, as a replay archives them."""
    warc = _warc(saved, home)
    config = Config(home=home, portal_packages=(saved_portals.__name__,))
    packages = f'portal_packages = ["{saved_portals.__name__}"]\n'
    (home / "polarchive.toml").write_text(packages, encoding="utf-8")
    upgrade(config.database_url)
    listings = [page for page in saved if page.kind == "listing"]
    slots = [(slug, NOW) for slug in dict.fromkeys(page.slug for page in listings)]
    ended = {run.portal: run for run in process.run_all(config, slots, workers=1, replay=[warc])}
    with open_database(config.database_url) as database, database.read() as session:
        archived = {version.article.url for version in queries.newest_versions(session)}
    for page in listings:
        report = ended[page.slug].sections.get(page.name)
        entries = report.entries if report else 0
        good = entries > 0 and page.rows in {None, entries}
        yield Line(page=page, section=page.name, said=f"replayed: {entries} rows", good=good)
    for page in saved:
        if page.kind == "article" and page.slug in ended:
            listed = page.url in archived
            said = "replayed: archived" if listed else "replayed: on none of the saved listings"
            yield Line(page=page, section="", said=said, good=True)


def _warc(saved: Sequence[Saved], home: Path) -> Path:
    with CaptureWriter(home / "saved", "corpus", 0, now=NOW) as writer:
        for page in saved:
            headers = [("Content-Type", page.mime)]
            writer.write(url=page.url or "", status=200, headers=headers, body=page.body, at=NOW)
    return writer.path


def main(arguments: Sequence[str] | None = None) -> int:
    """``python -m benchmarks.extraction.listings CORPUS``."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("corpus", type=Path, help="folder with manifest.json")
    asked = parser.parse_args(arguments)
    os.environ["CORPUS"] = str(asked.corpus.absolute())  # saved_portals reads it, in child processes too
    bad = 0
    with tempfile.TemporaryDirectory() as scratch:
        for line in check(pages(asked.corpus), Path(scratch)):
            bad += not line.good
            mark = " " if line.good else "!"
            sys.stdout.write(
                f"{mark} {line.page.file.relative_to(asked.corpus)!s:24} {line.section:12} {line.said}\n"
            )
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
