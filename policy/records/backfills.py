"""A back-fill: older years of a portal, archived on demand in as many runs as it takes. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Literal

from attrs import field, frozen

MAX_ATTEMPTS = 3
"""In so many runs of a back-fill what does not come is asked for; then it is given up."""

BackfillState = Literal["open", "done", "cancelled"]
WalkState = Literal["walking", "passed", "ended", "bounded", "undated", "loops", "cut", "endless", "unread"]


@frozen(kw_only=True)
class SectionProgress:
    """How far a section's listing was read: ``pages`` of it, with ``waiting`` ones still to be read.

    ``known`` rows of the range were archived already; ``oldest`` is the oldest day that a row printed.
    """

    state: WalkState = "walking"
    pages: int = 0
    waiting: int = 0
    known: int = 0
    oldest: dt.date | None = None

    @property
    def closed(self) -> bool:
        """Whether nothing more of this listing is read."""
        return self.state != "walking"


@frozen(kw_only=True)
class Backfill:
    """The days from ``since`` to ``until`` of some sections of a portal, both included.

    ``listing_pages``: so many pages of each listing are read at most. Of the entries ``found``, some are
    ``archived``, some ``failed`` so often that they are given up; the others are owed. ``ran`` is when a run
    of it began last.
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
    found: int = 0
    archived: int = 0
    failed: int = 0

    @property
    def owed(self) -> int:
        """How many entries are still asked for."""
        return self.found - self.archived - self.failed

    @property
    def complete(self) -> bool:
        """Whether all listings were read as far as they are wanted, and nothing is owed."""
        return not self.owed and all(self.walk(section).closed for section in self.sections)

    def walk(self, section: str) -> SectionProgress:
        """How far a section was read."""
        return self.walked.get(section, SectionProgress())

    @property
    def headline(self) -> str:
        """The back-fill in one line."""
        counted = [f"{self.found} found", f"{self.archived} archived"]
        counted += [f"{self.owed} to come"] if self.owed and self.state == "open" else []
        counted += [f"{self.failed} given up"] if self.failed else []
        return f"{self.portal}: back-fill of {self.since} to {self.until} {self.state}: {', '.join(counted)}"

    def sentence(self, section: str) -> str:
        """How far the listing of a section was read, and why no farther."""
        walked = self.walk(section)
        oldest = f", the oldest row of {walked.oldest}" if walked.oldest else ""
        pages = "1 page" if walked.pages == 1 else f"{walked.pages} pages"
        why = _WHY[walked.state].format(each=self, of=walked)
        return f"{self.portal}/{section}: {pages} read{oldest}: {why}"


_WHY: dict[WalkState, str] = {
    "walking": "{of.waiting} wait",
    "passed": "all that follows is older than {each.since}",
    "ended": "that is all it has",
    "bounded": "no more are wanted",
    "undated": "its rows print no day; say how many of its pages are wanted: --listing-pages N",
    "loops": "stopped: its pager leads to what it showed before",
    "cut": "stopped: its pager names pages that are not there",
    "endless": "stopped: no end to its pages",
    "unread": "the others could not be read",
}
