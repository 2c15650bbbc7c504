"""The one spider: follows listings and the pages of an article; knows no site."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import AsyncIterator, Iterator
from itertools import islice
from typing import Any, Self

from attrs import evolve
from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DontCloseSpider
from scrapy.http import Request, Response
from twisted.python.failure import Failure

from crawler import reading, tally
from crawler.addresses import alike
from crawler.choosing import Row, in_window
from crawler.conditional import UNCHANGED, Conditional
from crawler.enclosing import Enclosing
from crawler.files import Files
from crawler.following import CLAIMED, Claim, Sought, Trail
from crawler.handed import before, handed
from crawler.ledger import Ledger, Seen
from crawler.memory import Memory
from crawler.middlewares import payload_of
from crawler.moving import Moving
from crawler.outcomes import Blocked, LedTo, NotSaved, is_gone, reason
from crawler.portal import Section
from crawler.printed import printed
from crawler.rendering import BROWSER
from crawler.requesting import error_of, request, request_of, so_far_of
from crawler.stored import Stored
from crawler.visit import Visit, by_hand, tuning
from pipelines.items import Enclosure, Gone, Item, Reading, Unchanged
from policy.errors import Challenge, PageError
from policy.records import Article, Capture, Entry, Listing, Proof
from policy.runs import Oddity
from storage import furniture

logger = logging.getLogger(__name__)

Output = Iterator[Request | Item]

_AT_ONCE = 100
"""Articles asked for together once the listings are done."""


class PortalSpider(Spider):
    """Visits every listing of a portal, the articles that are new there, and the known ones that are due."""

    name = "portal"
    visit: Visit
    seen: Seen

    @classmethod
    def from_crawler(cls, crawler: Crawler, *_: Any, **arguments: Any) -> Self:
        visit = arguments.pop("visit", None) or by_hand(**arguments)
        crawler.settings.setdict(tuning(visit), priority="spider")
        spider = super().from_crawler(crawler, visit=visit, seen=Seen())
        crawler.signals.connect(spider.idle, signal=signals.spider_idle)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        """Ask for the first page of every section."""
        with self.visit.database.read() as session:
            self._furniture = furniture.active(session, self.visit.portal.slug)
        self._memory = self._remembering()
        self._moving = Moving(self.visit.portal, self._memory)
        self._rest = self._others()
        self._shown: set[str] = set()
        self._asked: set[str] = set()
        self._stored = Stored(self.visit.config, self.visit.database)
        self._code = reading.code_version(self.visit.portal)
        self._files = Files(self.visit)
        self._conditional = Conditional(
            self.visit,
            code=self._code,
            furniture=self._furniture.id if self._furniture else None,
            lied=lambda: bool(self._stats.get_value(tally.FAILED + tally.LYING)),
        )
        for asked in self._listings():
            yield asked

    def _remembering(self) -> Memory:
        return Memory(self.visit)

    def _listings(self) -> Iterator[Request]:
        for section in self.visit.sections:
            deep = section.slug in self.visit.deep
            yield self._ask_listing(Trail(section=section, deep=deep), section.url)

    def _others(self) -> Iterator[Sought]:
        """What is wanted besides what the listings show."""
        if self.visit.sample:
            return iter(())
        return handed(self.visit) if self.visit.imported else self._memory.rest()

    def idle(self) -> None:
        """When the listings are done, ask for what is due, or was handed to us, and none of them showed."""
        due = list(islice((each for each in self._rest if each.key not in self._asked), _AT_ONCE))
        for sought in due:
            self._asked.add(sought.key)
            self.crawler.engine.crawl(self._ask_page(sought, sought.url))
        if due:
            self._count(tally.HANDED if self.visit.brings else tally.ASKED, len(due))
            raise DontCloseSpider
        self._memory.settle()

    def sync(self) -> None:
        """Make the captures so far safe on disk."""
        Ledger.of(self.crawler).sync()

    # -------------------------------------------------------------- listings

    def _ask_listing(self, trail: Trail, url: str) -> Request:
        meta = {BROWSER: trail.section.slug} if trail.section.browser else None
        return request(url, self.listing, self.unlisted, trail.asking(url), priority=10, meta=meta)

    def listing(self, response: Response, so_far: Trail) -> Output:
        """Ask for the articles of a listing page and for the page that follows it."""
        try:
            found = reading.read_listing(
                self.visit.portal, so_far.section, payload_of(response), first=not so_far.keys
            )
        except PageError as error:
            self._note_unread(so_far.section, error)
            return
        fresh, at = so_far.fresh(found), response.meta["capture"].at
        choice = self._memory.choose(so_far, fresh, at)
        trail = so_far.asking(response.url).read(found, choice, self.visit.run.since)
        known = {entry.key for entry in fresh} - choice.news
        self.seen.reports.read(trail.section.slug, response.url, found, known=known)
        self._count(tally.ENTRIES, len(trail.keys - self._shown))
        self._shown |= trail.keys
        wanted = {row.key: row for row in reversed(choice.asked) if row.key not in self._asked}
        rows = list(reversed(wanted.values()))
        yield from (self._ask_entry(row, trail) for row in rows[: self.visit.sample])
        self._note_odd(found, trail)
        if not trail.following:
            self._end(trail)
        elif not (self.visit.sample and trail.keys):
            yield self._ask_listing(trail, trail.following)

    def _end(self, trail: Trail) -> None:
        if trail.deep and self.visit.whole:
            self._stats.set_value(tally.SWEPT + trail.section.slug, True)

    def _note_odd(self, found: Listing, trail: Trail) -> None:
        """Rows that lead elsewhere or bear a day that has not come, and a pager without an end."""
        where = f"{self.visit.portal.slug}/{trail.section.slug}"
        tomorrow = self.visit.run.slot.date() + dt.timedelta(days=1)
        away = [one for one in found.elsewhere if in_window(one, self.visit.run.since)]
        early = [one for one in found.entries if one.listed_on and one.listed_on > tomorrow]
        found_odd: dict[Oddity, list[Entry]] = {tally.ELSEWHERE: away, tally.FUTURE: early}
        for word, odd in found_odd.items():
            if odd:
                self._count(tally.FAILED + word, len(odd))
                self.seen.reports.odd(trail.section.slug, word, [one.url for one in odd])
                logger.warning("%s: %d rows: %s: %s", where, len(odd), word, odd[0].url)
        if trail.endless:
            logger.warning("%s: no end to its pages", where)
            self._stats.set_value(tally.UNREAD + trail.section.slug, "endless")
            self.seen.reports.odd(trail.section.slug, "endless", sorted(trail.asked)[-1:])

    def _ask_entry(self, row: Row, trail: Trail) -> Request:
        self._asked.add(row.key)
        self._count(tally.ASKED)
        sought = Sought(
            url=self._moving.address(row),
            key=row.key,
            entry=row.entry,
            known=row.known is not None,
            quiet=self._memory.is_quiet(row, trail.section.slug),
            vouched=self._memory.vouched(row),
            held=row.known.url if row.known else "",
        )
        return self._ask_page(sought, sought.url)

    def unlisted(self, failure: Failure) -> None:
        """A listing page could not be fetched."""
        self._note_unread(so_far_of(failure).section, error_of(failure))

    def _note_unread(self, section: Section, error: BaseException) -> None:
        if isinstance(error, NotSaved):
            self._count(tally.MISSING + "listing")
            return
        logger.warning("%s/%s: listing not read: %s", self.visit.portal.slug, section.slug, error)
        self._count(tally.FAILED + reason(error))
        self._stats.set_value(tally.UNREAD + section.slug, reason(error))
        self.seen.reports.unread(section.slug, reason(error), getattr(error, "found", None))

    # -------------------------------------------------------------- articles

    def _ask_page(self, sought: Sought, url: str) -> Request:
        """An article that is begun is finished before the next one is, and new ones go before known ones."""
        asked = self.visit.portal.asked_at(url)
        priority = 5 if sought.asked or sought.claim else 0 if sought.known else 2
        meta = {CLAIMED: alike(sought.claim.item.article.url)} if sought.claim else None
        made = request(asked, self.article, self.unfetched, sought.asking(url), priority, meta)
        asked_as = self._conditional.headers(sought, made.url)
        if asked_as and not self._files.are_due(sought.key):
            made.headers.update(asked_as)
        return made

    def article(self, response: Response, so_far: Sought) -> Output:
        """Read a page of an article; go on to its next page, or hand on the whole."""
        if response.status == UNCHANGED and self._conditional.lies(response):
            self._count(tally.FAILED + tally.LYING)
            yield self._ask_page(so_far, so_far.url)
            return
        if response.status == UNCHANGED:
            self._moving.there.add(so_far.key)
            yield Unchanged(key=so_far.key, captures=(response.meta["capture"],))
            yield from self._looked(so_far)
            return
        so_far = evolve(so_far, led=self._moving.is_led(response, so_far))
        try:
            page = reading.read_page(self.visit.portal, payload_of(response))
        except PageError as error:
            yield from self._lost(so_far, response.request, error)  # type: ignore[arg-type]
            return
        sought = so_far.asking(response.url).read(page, response.meta["capture"])
        yield from self._go_on(evolve(sought, vouched=self._conditional.offered(response, sought)))

    def _go_on(self, sought: Sought) -> Output:
        if sought.following:
            yield self._ask_page(sought, sought.following)
            return
        try:
            item = self._reading(sought.in_order)
        except PageError as error:
            if sought.led:
                yield from self._missed(sought, sought.captures[0])
                return
            self._count_failed(sought, error)
            yield from self._looked(sought)
            return
        if not sought.known:
            yield from self._claimed(self._moving.new(sought, item))
        elif not sought.led:
            yield from self._keep(self._moving.placed(sought, item))
            yield from self._looked(sought)
        elif claim := self._moving.led(sought, item):
            yield from self._missed(evolve(sought, claim=None), item.captures[0])
            yield from self._claimed(claim)
            yield from self._looked(sought)
        else:
            yield from self._missed(sought, item.captures[0])

    def _keep(self, item: Reading) -> Output:
        """Hand on an article as read, and ask for its files."""
        self._moving.there.add(item.article.key)
        enclosing = Enclosing(key=item.article.key, waiting=self._files.due(item))
        yield item
        yield from self._enclosed(enclosing)

    def _reading(self, sought: Sought) -> Reading:
        cleaned = reading.clean_pages(sought.pages)
        article = reading.read_article(
            self.visit.portal,
            sought.pages,
            entry=sought.entry,
            missing=sought.missing,
            furniture=self._furniture,
            cleaned=cleaned,
        )
        return Reading(
            article=article,
            captures=sought.captures,
            code=self._code,
            furniture=self._furniture.id if self._furniture else None,
            layout=sought.pages[0].layout,
            cleaned=cleaned,
            quiet=sought.quiet or (self.visit.imported and before(article, self.visit.quiet_before)),
            known=sought.known,
            reread=self._reread,
            printed=self._printed,
            validators=sought.vouched if article.completeness.complete else None,
        )

    def _reread(self, held: tuple[Capture, ...]) -> Article:
        return reading.reread(self.visit.portal, [*map(self._stored.payload, held)], self._furniture)

    def _printed(self, held: tuple[Capture, ...]) -> str:
        return printed([*map(self._stored.payload, held)])

    def unfetched(self, failure: Failure) -> Output:
        """A page of an article could not be fetched."""
        yield from self._lost(so_far_of(failure), request_of(failure), error_of(failure))

    def _lost(self, sought: Sought, request: Request, error: BaseException) -> Output:
        """A page is missing: stated of a new article, and no reason to change a known one."""
        if sought.pages and not sought.known:
            self._count_failed(sought, error)
            yield from self._go_on(sought.lost(request.url))
        elif sought.pages or not sought.known:
            self._count_failed(sought, error)
            yield from self._looked(sought)
        elif elsewhere := self._moving.other(sought, error):
            yield self._ask_page(elsewhere, elsewhere.url)
        elif isinstance(error, LedTo):
            yield from self._missed(sought, request.meta["capture"], "redirect")
        elif is_gone(error) or sought.led:
            yield from self._missed(sought, request.meta["capture"])
        else:
            self._count_failed(sought, error)
            yield from self._looked(sought)

    def _missed(self, sought: Sought, capture: Capture, evidence: Proof = "same words") -> Output:
        """A known article is not at its address."""
        if sought.key not in self._moving.gone:
            self._moving.gone.add(sought.key)
            yield Gone(key=sought.key, captures=(capture,))
        if sought.claim:
            yield from self._claimed(sought.claim.without(evidence))

    # -------------------------------------------------------------- moved articles

    def _claimed(self, claim: Claim) -> Output:
        """Look at the next article that the page may be; hand it on when all were looked at."""
        while claim.waiting:
            twin, claim = claim.waiting[0], claim.next
            if twin.key in self._moving.gone:
                claim = claim.without("same words")
            elif twin.key not in self._moving.there:
                self._asked.add(twin.key)
                self._count(tally.ASKED)
                yield self._ask_page(self._memory.sought(twin, claim), twin.url)
                return
        yield from self._keep(claim.settled(self._moving.there))

    def _looked(self, sought: Sought) -> Output:
        """An article that another page may be was looked at, and is not known to be gone."""
        if sought.claim:
            yield from self._claimed(sought.claim)

    def _count_failed(self, sought: Sought, error: BaseException) -> None:
        if isinstance(error, NotSaved):
            self._count(tally.MISSING + ("page" if sought.pages else "article"))
            return
        logger.info("%s not read: %s", sought.url, error)
        if not sought.known and not isinstance(error, Blocked | Challenge):
            self._memory.not_come(sought.key)
        self.seen.facts.unread(reason(error), sought.url)
        self._count(tally.FAILED + reason(error))

    # -------------------------------------------------------------- files

    def _enclosed(self, so_far: Enclosing) -> Output:
        """Ask for the next file of a saved article; hand them on when the last is there."""
        if so_far.waiting:
            url = so_far.waiting[0].url
            yield request(url, self.file, self.unfiled, so_far, priority=5, meta=self._files.meta)
        elif so_far.fetched:
            yield Enclosure(key=so_far.key, files=so_far.fetched)

    async def file(self, response: Response, so_far: Enclosing) -> AsyncIterator[Request | Item]:
        """Read a file of an article."""
        offered, capture = so_far.waiting[0], response.meta["capture"]
        fetched = await self._files.read(so_far.key, offered, response, capture)
        if fetched.content and fetched.content.status in {"encrypted", "unreadable", "too_large"}:
            logger.warning("%s: %s: not read: %s", so_far.key, offered.url, fetched.content.note)
            self._count(f"{tally.FAILED}attachment_{fetched.content.status}")
        for each in self._enclosed(so_far.with_next(fetched)):
            yield each

    def unfiled(self, failure: Failure) -> Output:
        """A file could not be fetched: counted, noted with its attachment, and nothing else."""
        so_far, error = so_far_of(failure), error_of(failure)
        if isinstance(error, NotSaved):
            self._count(tally.MISSING + "file")
            yield from self._enclosed(so_far.with_next(None))
            return
        offered = so_far.waiting[0]
        logger.info("%s: %s: not fetched: %s", so_far.key, offered.url, error)
        self._count(f"{tally.FAILED}attachment_{reason(error)}")
        lost = self._files.lost(offered, request_of(failure), reason(error))
        yield from self._enclosed(so_far.with_next(lost))

    # -------------------------------------------------------------- counting

    @property
    def _stats(self) -> Any:
        return self.crawler.stats

    def _count(self, key: str, count: int = 1) -> None:
        self._stats.inc_value(key, count)
