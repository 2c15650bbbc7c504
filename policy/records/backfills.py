"""Back-fills: archiving older years of a portal on demand, over several runs. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Literal

from attrs import field, frozen

MAX_ATTEMPTS = 3
"""An entry that could not be fetched in this many runs of a back-fill is given up."""

BackfillState = Literal["open", "done", "cancelled"]
WalkState = Literal["walking", "passed", "ended", "bounded", "undated", "loops", "cut", "endless", "unread"]


@frozen(kw_only=True)
class SectionProgress:
    """How far the listing of a section was read: ``pages`` are read, ``waiting`` pages are still to be read.

    ``known`` counts rows of the range that were archived before; ``oldest`` is the oldest day of a row.
    """

    state: WalkState = "walking"
    pages: int = 0
    waiting: int = 0
    known: int = 0
    oldest: dt.date | None = None

    @property
    def closed(self) -> bool:
        """Whether no more pages of this listing will be read."""
        return self.state != "walking"


@frozen(kw_only=True)
class Backfill:
    """A back-fill of some sections of a portal, from the day ``since`` to ``until``, both included.

    ``listing_pages`` limits the pages read of each listing. Of the entries ``found``, some are ``archived``,
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
    found: int = 0
    archived: int = 0
    failed: int = 0

    @property
    def owed(self) -> int:
        """The number of entries that are still to be fetched."""
        return self.found - self.archived - self.failed

    @property
    def complete(self) -> bool:
        """Whether all listings were read as far as requested and no entry is pending."""
        return not self.owed and all(self.walk(section).closed for section in self.sections)

    def walk(self, section: str) -> SectionProgress:
        """The progress of a section."""
        return self.walked.get(section, SectionProgress())

    @property
    def headline(self) -> str:
        """The back-fill in one line."""
        counted = [f"{self.found} found", f"{self.archived} archived"]
        counted += [f"{self.owed} to come"] if self.owed and self.state == "open" else []
        counted += [f"{self.failed} given up"] if self.failed else []
        return f"{self.portal}: back-fill of {self.since} to {self.until} {self.state}: {', '.join(counted)}"

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
