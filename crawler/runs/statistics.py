"""The statistics of a run: the keys in Scrapy's stats, and what they add up to. Pure."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, Literal

from attrs import define, field, frozen

from crawler.fetching.throttle import NOTES
from policy.records import Entry, Listing
from policy.records.runs import Anomaly, Oddity, RunState, SectionReport

ENTRIES, CAPTURES, REQUESTED = "run/entries", "run/captures", "run/requested"
MISSING = "run/missing/"
SAVED = "run/saved/"
FAILED = "run/failed/"
DIRECT = "run/direct"
UNREAD = "run/unread/"
SWEPT = "run/swept/"
TORN = "run/torn"
ELSEWHERE: Final = "leads_elsewhere"
FUTURE: Final = "future_day"
"""Kinds of listing rows that are counted: the first are not followed, the second are in spite of their
day."""
INCONSISTENT: Final = "lying_etag"
"""The reason of a 304 with other validators than those sent."""


Missing = Literal["listing", "article", "page", "file"]
"""What a replay requested and its captures do not contain; ``page`` is a later page of an article."""


@frozen(kw_only=True)
class RunStatistics:
    """What a run has done so far.

    :param requested: articles requested in a nightly run or a replay.
    :param direct: articles that an import or a backfill requested without a listing that shows them.
    :param missing: what a replay has no capture of.
    :param unread: sections whose listing failed, with the reason.
    :param torn: damaged files of a replay.
    :param notes: sentences for the run's message.
    :param swept: sections whose listing was read to the end.
    """

    entries: int = 0
    requested: int = 0
    direct: int = 0
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
        """How much a replay requested and has no capture of."""
        return sum(self.missing.values())

    @property
    def read(self) -> int:
        """Articles that were read, or are known to be unchanged."""
        return self.new + self.revised + self.unchanged

    @property
    def fruitless(self) -> bool:
        """Whether articles were requested and none of those that have a capture was read."""
        return self.requested > self.missing.get("article", 0) and not self.read


def run_statistics(stats: Mapping[str, Any]) -> RunStatistics:
    """The statistics of a run from Scrapy's stats. An article whose capture is older than its newest version
    counts as unchanged."""
    return RunStatistics(
        entries=stats.get(ENTRIES, 0),
        requested=stats.get(REQUESTED, 0),
        direct=stats.get(DIRECT, 0),
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
_WITH_NOTE = {*_ENDED, "later"}
"""Reasons that have a sentence in the notes."""


def final_state(reason: str, counts: RunStatistics) -> RunState:
    """The state of a run that Scrapy closed with ``reason``.

    A run without any entry, or without any of the articles that it requested, has failed; in a replay,
    articles without a capture do not count.
    """
    if reason in _ENDED:
        return _ENDED[reason]
    if reason not in {"finished", "later"} or not (counts.entries or counts.direct):
        return "failed"
    if (counts.direct and not counts.read) or counts.fruitless:
        return "failed"
    is_partial = (
        reason == "later" or counts.unread or counts.torn or {"challenge", "crash"} & counts.failed.keys()
    )
    return "partial" if is_partial else "ok"


def explain(reason: str, counts: RunStatistics) -> str | None:
    """The message of a run, in one line; None if there is nothing to report."""
    parts = [*counts.torn, *(f"{slug}: {why}" for slug, why in counts.unread.items()), *counts.notes]
    if reason != "finished" and reason not in _WITH_NOTE:
        parts.append(f"ended early: {reason}")
    if reason == "finished" and not (counts.entries or counts.direct):
        parts.append("no entries in any listing")
    elif counts.fruitless:
        parts.append(f"none of {counts.requested - counts.missing.get('article', 0)} articles could be read")
    if counts.missing:
        missing = ", ".join(_counted(count, kind) for kind, count in counts.missing.items())
        parts.append(f"not in the saved captures, and left unchanged: {missing}")
    return "; ".join(parts) or None


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" + "s" * (count != 1)


# ------------------------------------------------------------------ sections


EXAMPLES = 3
"""Addresses that are stored of an anomaly."""
DAYS = 60
"""The newest days that are stored of a section: enough to learn how often it publishes."""


@define
class _Report:
    """One section so far; ``shown`` is the first entry of each key."""

    first_page: int = 0
    pages: int = 0
    fresh: int = 0
    unread: str | None = None
    rows: int | None = None
    shown: dict[str, Entry] = field(factory=dict)
    days: set[dt.date] = field(factory=set)
    odd: defaultdict[str, list[str]] = field(factory=lambda: defaultdict(list))

    def clashing(self, listing: Listing) -> list[Entry]:
        """Rows of a page with the key of another document, on this page or on an earlier one."""
        repeated = [entry for entry in listing.entries if entry.key in self.shown]
        return [*listing.clashing, *(entry for entry in repeated if entry.clashes(self.shown[entry.key]))]

    @property
    def record(self) -> SectionReport:
        return SectionReport(
            entries=len(self.shown),
            first_page=self.first_page,
            pages=self.pages,
            fresh=self.fresh,
            days=tuple(sorted(self.days)[-DAYS:]),
            unread=self.unread,
            rows=self.rows,
            odd={
                word: Anomaly(count=len(urls), examples=tuple(urls[:EXAMPLES]))
                for word, urls in self.odd.items()
            },
        )


@define
class SectionReports:
    """The sections of a run so far."""

    _sections: defaultdict[str, _Report] = field(factory=lambda: defaultdict(_Report))

    def add_page(self, section: str, url: str, listing: Listing, *, listed_before: Collection[str]) -> None:
        """Add a listing page; ``listed_before`` are the keys that were archived or listed before this run."""
        report = self._sections[section]
        new = [entry for entry in listing.entries if entry.key not in report.shown]
        self.add_anomalies(section, "loops", [url] if listing.entries and not new else [])
        self.add_anomalies(section, "duplicate_ids", [entry.url for entry in report.clashing(listing)])
        report.first_page = report.first_page or len(listing.entries)
        report.pages += 1
        report.fresh += sum(entry.key not in listed_before for entry in new)
        report.shown |= {entry.key: entry for entry in new}
        report.days |= {entry.listed_on for entry in new if entry.listed_on}

    def mark_unread(self, section: str, reason: str, rows: int | None = None) -> None:
        """Record that a page could not be read; ``rows`` is how many it has where they are too few."""
        report = self._sections[section]
        report.unread, report.rows = reason, rows

    def add_anomalies(self, section: str, kind: Oddity, urls: Sequence[str]) -> None:
        """Record anomalous rows or pages of a section."""
        if urls:
            self._sections[section].odd[kind] += urls

    @property
    def by_section(self) -> dict[str, SectionReport]:
        """The report of every section."""
        return {slug: report.record for slug, report in self._sections.items()}
