"""What the listings of a run give, section by section, while they are read. Pure."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence

from attrs import define, field

from policy.records import Entry, Listing
from policy.runs import Odd, Oddity, SectionReport

EXAMPLES = 3
DAYS = 60
"""The newest days kept of a section: enough to learn how often it prints something new."""


@define
class _Report:
    """One section so far; ``shown`` are the words and address under which each key was shown."""

    first_page: int = 0
    pages: int = 0
    fresh: int = 0
    unread: str | None = None
    found: int | None = None
    shown: dict[str, Entry] = field(factory=dict)
    days: set[dt.date] = field(factory=set)
    odd: defaultdict[str, list[str]] = field(factory=lambda: defaultdict(list))

    def clashing(self, listing: Listing) -> list[Entry]:
        """Rows of a page that bear the key of another document, on this page or on one before."""
        again = [entry for entry in listing.entries if entry.key in self.shown]
        return [*listing.clashing, *(entry for entry in again if entry.clashes(self.shown[entry.key]))]

    @property
    def record(self) -> SectionReport:
        return SectionReport(
            entries=len(self.shown),
            first_page=self.first_page,
            pages=self.pages,
            fresh=self.fresh,
            days=tuple(sorted(self.days)[-DAYS:]),
            unread=self.unread,
            found=self.found,
            odd={
                word: Odd(count=len(urls), examples=tuple(urls[:EXAMPLES])) for word, urls in self.odd.items()
            },
        )


@define
class Reports:
    """Grows with every listing page of a run."""

    _sections: defaultdict[str, _Report] = field(factory=lambda: defaultdict(_Report))

    def read(self, section: str, url: str, listing: Listing, *, known: Collection[str]) -> None:
        """A page of a section was read; ``known`` are the articles that were listed before this run."""
        report = self._sections[section]
        new = [entry for entry in listing.entries if entry.key not in report.shown]
        self.odd(section, "loops", [url] if listing.entries and not new else [])
        self.odd(section, "duplicate_ids", [entry.url for entry in report.clashing(listing)])
        report.first_page = report.first_page or len(listing.entries)
        report.pages += 1
        report.fresh += sum(entry.key not in known for entry in new)
        report.shown |= {entry.key: entry for entry in new}
        report.days |= {entry.listed_on for entry in new if entry.listed_on}

    def unread(self, section: str, reason: str, found: int | None = None) -> None:
        """A page of a section could not be read; ``found`` are the rows on it where they are too few."""
        report = self._sections[section]
        report.unread, report.found = reason, found

    def odd(self, section: str, word: Oddity, urls: Sequence[str]) -> None:
        """Rows or pages of a section are odd."""
        if urls:
            self._sections[section].odd[word] += urls

    @property
    def sections(self) -> dict[str, SectionReport]:
        """All sections so far."""
        return {slug: report.record for slug, report in self._sections.items()}
