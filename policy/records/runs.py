"""A portal crawled once: what its listings gave, what passed, what was read, and how that was judged."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Literal

from attrs import field, frozen


@frozen(kw_only=True)
class Sample:
    """What some readings were like: how many had each field, and how long the texts were, as the bits
    of their length."""

    count: int = 0
    filled: Mapping[str, int] = field(factory=dict)
    sizes: Mapping[str, int] = field(factory=dict)


@frozen(kw_only=True)
class ExtractionQuality:
    """What a run read, for :mod:`policy.rules.drift`. ``first`` are new articles of a first crawl or a
    back-fill.

    ``lost`` counts fields that a known article had and its reading has not, ``unread`` pages of
    articles that could not be read, by reason; ``examples`` are addresses by what they are examples of.
    """

    new: Sample = Sample()
    first: Sample = Sample()
    known: Sample = Sample()
    lost: Mapping[str, int] = field(factory=dict)
    unread: Mapping[str, int] = field(factory=dict)
    examples: Mapping[str, tuple[str, ...]] = field(factory=dict)


Oddity = Literal["leads_elsewhere", "future_day", "duplicate_ids", "loops", "endless"]
"""What is wrong with rows or pages of a listing that was read all the same."""


@frozen(kw_only=True)
class Anomaly:
    """How many rows or pages were odd, and addresses of some."""

    count: int = 0
    examples: tuple[str, ...] = ()


@frozen(kw_only=True)
class SectionReport:
    """What a section's listing gave in one run.

    ``entries`` are rows of all ``pages`` that were looked at, each article once, ``first_page`` those of
    the first one; ``fresh`` were never shown before. ``days`` are the newest days that rows print.
    ``unread`` is the reason why a page of it could not be read, ``found`` how many rows there were then.
    """

    entries: int = 0
    first_page: int = 0
    pages: int = 0
    fresh: int = 0
    days: tuple[dt.date, ...] = ()
    unread: str | None = None
    found: int | None = None
    odd: Mapping[str, Anomaly] = field(factory=dict)

    @property
    def newest(self) -> dt.date | None:
        """The newest day that a row prints."""
        return max(self.days, default=None)


@frozen(kw_only=True)
class HostTraffic:
    """What passed between us and one host in one run; ``seconds`` are until an answer was whole.

    ``statuses`` counts answers, ``failed`` requests that got none, by reason. ``challenged``: it, or
    another host of its registrable domain, answered with an anti-bot page; ``files_challenged``: it did
    so to requests for files of articles only.
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
        """How many requests were answered, whatever the answer."""
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
    """Something about a run that needs a look: one cause, one finding.

    ``subject`` is the host or field it is about, where a section does not say. ``sentence`` names what was
    found and what is usual, ``advice`` what to do.
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
        """What stays the same while the same alarm stays."""
        return self.kind, self.section or "", self.subject


RunState = Literal[
    "running", "ok", "partial", "failed", "lost", "missed", "stopped", "timeout", "budget", "skipped"
]
"""``skipped``: its domain answered with a challenge before and is left alone for some nights."""
RunKind = Literal["crawl", "reextract", "acceptance", "import", "backfill"]


@frozen(kw_only=True)
class Run:
    """One portal crawled once. ``failed`` counts by reason; ``partial``: a listing could not be read.

    A re-extraction is a run too: it holds the same lease. ``acceptance`` is one that took what had
    been refused as drift, or an alarm, as usual; ``import`` brought pages that were saved by hand,
    ``backfill`` older years that were asked for.
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
    """What the listing of each section gave that was asked for."""
    traffic: Mapping[str, HostTraffic] = field(factory=dict)
    """By host."""
    findings: tuple[Finding, ...] | None = None
    """None: not judged (yet)."""
    readings: ExtractionQuality = ExtractionQuality()
    warc: str | None = None
    replay: bool = False
    message: str | None = None
    swept: tuple[str, ...] = ()
    """The sections whose listing it walked to the end of the window; of others it read the first pages."""
