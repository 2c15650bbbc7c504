"""What a run of a back-fill remembers: how far each listing was read, and which entries are owed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import frozen

from crawler.following import Sought
from crawler.memory import Memory
from crawler.portal import Section
from crawler.visit import Visit
from crawler.walking import Frontier, Walk
from policy.backfills import Backfill
from policy.records import Entry
from storage import backfills, queries

_AT_ONCE = 200


@frozen(kw_only=True)
class Progress:
    """How much is done of what is known so far."""

    done: int
    total: int


class Backlog(Memory):
    """The memory of a run that has a back-fill; the listed set of the nights it neither reads nor writes."""

    def __init__(self, visit: Visit) -> None:
        super().__init__(visit)
        if visit.backfill is None:
            raise TypeError("this run has no back-fill")
        self._backfill: Backfill = visit.backfill
        self._asked: set[str] = set()

    def walk(self, section: Section) -> Walk:
        """A section's listing, from where the last run left it."""
        ours = self._backfill
        with self._visit.database.read() as session:
            known = backfills.pages(session, ours.id, section.slug)
        return Walk(
            section=section,
            since=ours.since,
            until=ours.until,
            most=ours.listing_pages,
            walked=ours.walk(section.slug),
            frontier=Frontier(
                read=known.read,
                waiting=tuple(url for url, _ in known.waiting),
                tries={url: tries for url, tries in known.waiting if tries},
            ),
        )

    def took(self, walk: Walk, chosen: Sequence[Entry]) -> None:
        """A page was read: its entries of the range, and where the walk stands, in one transaction."""
        ours, section = self._backfill.id, walk.section.slug
        with self._visit.database.write() as session:
            held = queries.known_among(session, self._portal, [entry.key for entry in chosen])
            backfills.find(session, ours, section, [entry for entry in chosen if entry.key not in held])
            backfills.keep_page(session, ours, section, walk.asked, walk.pages)
            if walk.grown:
                waiting = [(url, walk.tries.get(url, 0)) for url in walk.waiting]
                backfills.keep_waiting(session, ours, section, waiting, read=walk.frontier.read)
            walk.known += len(held)
            backfills.keep_walked(session, ours, section, walk.report)

    def lost(self, walk: Walk) -> None:
        """A page could not be read."""
        with self._visit.database.write() as session:
            backfills.page_lost(session, self._backfill.id, walk.section.slug, walk.asked)
            backfills.keep_walked(session, self._backfill.id, walk.section.slug, walk.report)

    # -------------------------------------------------------------- articles

    def rest(self) -> Iterator[Sought]:
        """The entries that are owed, read from the archive bit by bit: told to nobody when they come."""
        for one in self._wanted():
            self._asked.add(one.key)
            yield Sought(url=one.url, key=one.key, entry=one, quiet=True)

    def _wanted_behind(self, key: str) -> list[Entry]:
        with self._visit.database.read() as session:
            return backfills.owed(session, self._backfill.id, after=key, limit=_AT_ONCE)

    def not_come(self, key: str) -> None:
        """An article of the range could not be had."""
        self.spare(key)
        with self._visit.database.write() as session:
            backfills.not_come(session, self._backfill.id, key)

    def spare(self, key: str) -> None:
        """It is no try either."""
        self._asked.discard(key)

    def settle(self) -> None:
        """At the end of the run: what was answered and made no article of this key, is a try too."""
        owed = [one.key for one in self._wanted() if one.key in self._asked]
        for key in owed:
            self.not_come(key)

    def _wanted(self) -> Iterator[Entry]:
        after = ""
        while found := self._wanted_behind(after):
            yield from found
            after = found[-1].key

    def progress(self) -> Progress:
        """How many entries are done of those found."""
        with self._visit.database.read() as session:
            ours = backfills.backfill(session, self._backfill.id)
        return Progress(done=ours.archived + ours.failed, total=ours.found)
