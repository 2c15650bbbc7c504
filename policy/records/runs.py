"""Records of runs and backfills: listing reports, traffic by host, extraction quality, findings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Literal

from attrs import field, frozen


@frozen(kw_only=True)
class Sample:
    """Statistics of some extractions: how many had each field, and a histogram of the text lengths by the bit
    length of their size."""

    count: int = 0
    filled: Mapping[str, int] = field(factory=dict)
    sizes: Mapping[str, int] = field(factory=dict)


@frozen(kw_only=True)
class ExtractionQuality:
    """Extraction statistics of a run, the input of :mod:`policy.rules.drift`.

    ``new`` and ``archived`` are new and archived articles, ``first`` new articles of a first crawl or a
    backfill. ``lost`` counts fields that an archived article has and its new extraction lacks, ``unread``
    counts article pages that could not be extracted, by reason. ``examples`` are addresses by statistic.
    """

    new: Sample = Sample()
    first: Sample = Sample()
    archived: Sample = Sample()
    lost: Mapping[str, int] = field(factory=dict)
    unread: Mapping[str, int] = field(factory=dict)
    examples: Mapping[str, tuple[str, ...]] = field(factory=dict)


Oddity = Literal["leads_elsewhere", "future_day", "duplicate_ids", "loops", "endless"]
"""An anomaly of rows or pages of a listing that does not stop reading it."""


@frozen(kw_only=True)
class Anomaly:
    """The number of rows or pages with an anomaly, and some of their addresses."""

    count: int = 0
    examples: tuple[str, ...] = ()


@frozen(kw_only=True)
class SectionReport:
    """The result of reading a section's listing in one run.

    ``entries`` is the number of distinct articles on all ``pages`` read, ``first_page`` that of the first
    page, ``fresh`` that of articles never listed before. ``days`` are the newest days of rows. ``unread`` is
    the reason why a page could not be read, ``rows`` the number of rows on that page.
    """

    entries: int = 0
    first_page: int = 0
    pages: int = 0
    fresh: int = 0
    days: tuple[dt.date, ...] = ()
    unread: str | None = None
    rows: int | None = None
    odd: Mapping[str, Anomaly] = field(factory=dict)

    @property
    def newest(self) -> dt.date | None:
        """The newest day of a row."""
        return max(self.days, default=None)


@frozen(kw_only=True)
class HostTraffic:
    """The traffic with one host in one run; ``median`` and ``p95`` are seconds until a response was complete.

    ``statuses`` counts responses by status, ``failed`` requests without response by reason. ``challenged``:
    a host of its registrable domain responded with an anti-bot page; ``files_challenged``: only to requests
    for attachments.
    """

    requests: int = 0
    bytes: int = 0
    median: float | None = None
    p95: float | None = None
    statuses: Mapping[str, int] = field(factory=dict)
    failed: Mapping[str, int] = field(factory=dict)
    challenged: bool = False
    files_challenged: bool = False

    @property
    def answers(self) -> int:
        """The number of requests that got a response of any status."""
        return sum(self.statuses.values())


Severity = Literal["broken", "warning"]
FindingKind = Literal[
    "zero_entries",
    "sudden_drop",
    "unread",
    "stale",
    "loops",
    "endless",
    "duplicate_ids",
    "leads_elsewhere",
    "future_day",
    "field_empty",
    "body_shrank",
    "layout_unmatched",
    "withdrawn_many",
    "lying_etag",
    "challenge",
    "blocked",
    "host_down",
    "slow",
    "error_rate",
    "crash",
    "failed",
]


@frozen(kw_only=True)
class Finding:
    """A problem of a run that an operator should look at. There is one finding per cause.

    ``subject`` is the host or field concerned, if it is not a section. ``sentence`` states the observed and
    the usual values, ``advice`` what to do.
    """

    portal: str
    kind: FindingKind
    severity: Severity
    sentence: str
    advice: str
    section: str | None = None
    subject: str = ""
    examples: tuple[str, ...] = ()

    @property
    def name(self) -> tuple[str, str, str]:
        """The identity of the problem, equal in all runs in which it persists."""
        return self.kind, self.section or "", self.subject


RunState = Literal[
    "running", "ok", "partial", "failed", "crashed", "missed", "stopped", "timeout", "budget", "skipped"
]
"""``crashed``: its process was killed or lost; ``skipped``: not crawled because of the backoff after an
anti-bot page."""
RunKind = Literal["crawl", "reextract", "acceptance", "import", "backfill"]


@frozen(kw_only=True)
class Run:
    """One portal crawled once. ``failed`` counts failures by reason; ``partial``: a listing could not be
    read.

    Other kinds of runs use the same lease: ``reextract`` extracts archived captures again, ``acceptance``
    accepts a drift or an alarm as normal, ``import`` reads pages that were saved by hand and ``backfill``
    archives older years.
    """

    id: int
    portal: str
    slot: dt.datetime
    state: RunState
    kind: RunKind = "crawl"
    started: dt.datetime | None = None
    finished: dt.datetime | None = None
    heartbeat: dt.datetime | None = None
    since: dt.date | None = None
    entries: int = 0
    new: int = 0
    revised: int = 0
    unchanged: int = 0
    captures: int = 0
    not_saved: int = 0
    failed: Mapping[str, int] = field(factory=dict)
    sections: Mapping[str, SectionReport] = field(factory=dict)
    """Reports of the listings that were requested, by section."""
    traffic: Mapping[str, HostTraffic] = field(factory=dict)
    """By host."""
    findings: tuple[Finding, ...] | None = None
    """None if the run has not been checked."""
    readings: ExtractionQuality = ExtractionQuality()
    warc: str | None = None
    replay: bool = False
    message: str | None = None
    swept: tuple[str, ...] = ()
    """The sections whose listing was read to the end of the time window, not only its first pages."""


# ------------------------------------------------------------------ backfills


MAX_ATTEMPTS = 3
"""An entry that could not be fetched in this many runs of a backfill is given up."""

BackfillState = Literal["open", "done", "cancelled"]
WalkState = Literal["walking", "passed", "ended", "bounded", "undated", "loops", "cut", "endless", "unread"]


@frozen(kw_only=True)
class SectionProgress:
    """How far the listing of a section was read: ``pages`` are read, ``waiting`` pages are still to be read.

    ``archived`` counts rows of the range that were archived before; ``oldest`` is the oldest day of a row.
    """

    state: WalkState = "walking"
    pages: int = 0
    waiting: int = 0
    archived: int = 0
    oldest: dt.date | None = None

    @property
    def closed(self) -> bool:
        """Whether no more pages of this listing will be read."""
        return self.state != "walking"


@frozen(kw_only=True)
class Backfill:
    """A backfill of some sections of a portal, from the day ``since`` to ``until``, both included.

    ``listing_pages`` limits the pages read of each listing. Of its ``entries``, some are ``archived``,
    some have ``failed`` too often and are given up, the others are pending (``owed``). ``ran`` is the start
    of its latest run.
    """

    id: int
    portal: str
    sections: tuple[str, ...]
    since: dt.date
    until: dt.date
    listing_pages: int | None = None
    state: BackfillState = "open"
    started: dt.datetime
    ran: dt.datetime | None = None
    finished: dt.datetime | None = None
    walked: Mapping[str, SectionProgress] = field(factory=dict)
    entries: int = 0
    archived: int = 0
    failed: int = 0

    @property
    def owed(self) -> int:
        """The number of entries that are still to be fetched."""
        return self.entries - self.archived - self.failed

    @property
    def complete(self) -> bool:
        """Whether all listings were read as far as requested and no entry is pending."""
        return not self.owed and all(self.walk(section).closed for section in self.sections)

    def walk(self, section: str) -> SectionProgress:
        """The progress of a section."""
        return self.walked.get(section, SectionProgress())

    @property
    def headline(self) -> str:
        """The backfill in one line."""
        counted = [f"{self.entries} found", f"{self.archived} archived"]
        counted += [f"{self.owed} to come"] if self.owed and self.state == "open" else []
        counted += [f"{self.failed} given up"] if self.failed else []
        return f"{self.portal}: backfill of {self.since} to {self.until} {self.state}: {', '.join(counted)}"

    def sentence(self, section: str) -> str:
        """One line about how far the listing of a section was read, and why reading ended."""
        walked = self.walk(section)
        oldest = f", the oldest row of {walked.oldest}" if walked.oldest else ""
        pages = "1 page" if walked.pages == 1 else f"{walked.pages} pages"
        why = _WHY[walked.state].format(backfill=self, progress=walked)
        return f"{self.portal}/{section}: {pages} read{oldest}: {why}"


_WHY: dict[WalkState, str] = {
    "walking": "{progress.waiting} pages are still to be read",
    "passed": "all rows after these are older than {backfill.since}",
    "ended": "end of the listing",
    "bounded": "the requested number of pages was read",
    "undated": "its rows have no day; give the number of pages to read: --listing-pages N",
    "loops": "stopped: its pager leads back to earlier pages",
    "cut": "stopped: its pager links to pages that do not exist",
    "endless": "stopped: the listing has no end",
    "unread": "the other pages could not be read",
}
