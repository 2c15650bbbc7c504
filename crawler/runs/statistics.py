"""Counting a run: keys in Scrapy's stats, and what they add up to. Pure."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, Literal

from attrs import define, field, frozen

from policy.records import Entry, Listing
from policy.records.runs import Anomaly, Oddity, RunState, SectionReport

ENTRIES, CAPTURES, ASKED = "run/entries", "run/captures", "run/asked"
MISSING = "run/missing/"
SAVED = "run/saved/"
FAILED = "run/failed/"
HANDED = "run/handed"
UNREAD = "run/unread/"
SWEPT = "run/swept/"
TORN = "run/torn"
NOTES = "run/notes"
ELSEWHERE: Final = "leads_elsewhere"
FUTURE: Final = "future_day"
LYING: Final = "lying_etag"
"""Words for rows of a listing that are counted and not followed, or followed whatever their day says."""


Missing = Literal["listing", "article", "page", "file"]
"""What a replay asked for and its captures do not hold; ``page`` is one that continues an article."""


@frozen(kw_only=True)
class RunStatistics:
    """What a run has done so far. ``handed`` are articles of an import that no listing showed, ``unread``
    sections whose listing failed, with the reason; ``missing`` counts what a replay has no capture of;
    ``torn`` says which of the saved captures are damaged; ``notes`` are sentences for the report; ``swept``
    are sections walked to the end."""

    entries: int = 0
    asked: int = 0
    handed: int = 0
    new: int = 0
    revised: int = 0
    unchanged: int = 0
    captures: int = 0
    missing: Mapping[str, int] = field(factory=dict)
    failed: Mapping[str, int] = field(factory=dict)
    unread: Mapping[str, str] = field(factory=dict)
    torn: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    swept: tuple[str, ...] = ()

    @property
    def not_saved(self) -> int:
        """How much a replay asked for in vain."""
        return sum(self.missing.values())

    @property
    def read(self) -> int:
        """Articles that were read, or are known to be as they were."""
        return self.new + self.revised + self.unchanged

    @property
    def fruitless(self) -> bool:
        """Whether articles were asked for, and not one of those that could be had was read."""
        return self.asked > self.missing.get("article", 0) and not self.read


def tally(stats: Mapping[str, Any]) -> RunStatistics:
    """Read the counts out of the stats. A save that added nothing, because its capture was older
    than the newest version, is unchanged."""
    return RunStatistics(
        entries=stats.get(ENTRIES, 0),
        asked=stats.get(ASKED, 0),
        handed=stats.get(HANDED, 0),
        new=stats.get(SAVED + "new", 0),
        revised=stats.get(SAVED + "revised", 0),
        unchanged=stats.get(SAVED + "unchanged", 0) + stats.get(SAVED + "outdated", 0),
        captures=stats.get(CAPTURES, 0),
        missing=_below(stats, MISSING),
        failed=_below(stats, FAILED),
        unread=_below(stats, UNREAD),
        torn=tuple(stats.get(TORN, ())),
        notes=tuple(stats.get(NOTES, ())),
        swept=tuple(_below(stats, SWEPT)),
    )


def _below(stats: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    return {key.removeprefix(prefix): stats[key] for key in sorted(stats) if key.startswith(prefix)}


_ENDED: dict[str, RunState] = {"shutdown": "stopped", "closespider_timeout": "timeout", "budget": "budget"}
_EARLY = {*_ENDED, "later"}
"""Reasons that have a sentence among the notes."""


def final_state(reason: str, counts: RunStatistics) -> RunState:
    """The state of a run that ended for Scrapy's ``reason``.

    Silence is the worst failure: no entries, or not one of the articles asked for, is failed; in a replay
    too, but for what is not saved there.
    """
    if reason in _ENDED:
        return _ENDED[reason]
    if reason not in {"finished", "later"} or not (counts.entries or counts.handed):
        return "failed"
    if (counts.handed and not counts.read) or counts.fruitless:
        return "failed"
    halved = (
        reason == "later" or counts.unread or counts.torn or {"challenge", "crash"} & counts.failed.keys()
    )
    return "partial" if halved else "ok"


def explain(reason: str, counts: RunStatistics) -> str | None:
    """One line for the report where there is something to say."""
    parts = [*counts.torn, *(f"{slug}: {why}" for slug, why in counts.unread.items()), *counts.notes]
    if reason != "finished" and reason not in _EARLY:
        parts.append(f"ended early: {reason}")
    if reason == "finished" and not (counts.entries or counts.handed):
        parts.append("no entries in any listing")
    elif counts.fruitless:
        parts.append(f"not one of {counts.asked - counts.missing.get('article', 0)} articles could be read")
    if counts.missing:
        told = ", ".join(_counted(count, what) for what, count in counts.missing.items())
        parts.append(f"not saved there, so that nothing is said of them: {told}")
    return "; ".join(parts) or None


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" + "s" * (count != 1)


# ------------------------------------------------------------------ what the listings of a run give


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
                word: Anomaly(count=len(urls), examples=tuple(urls[:EXAMPLES]))
                for word, urls in self.odd.items()
            },
        )


@define
class SectionReports:
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
