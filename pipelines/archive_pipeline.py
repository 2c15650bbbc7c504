"""A shell over the archive: Scrapy's item pipeline, one transaction an article."""

from __future__ import annotations

import datetime as dt
import logging
from collections import Counter
from collections.abc import Callable
from typing import Any, Self

from attrs import evolve
from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem

from pipelines.boilerplate.learning import learn, sighting
from pipelines.dedupe.exact_duplicates import decide
from pipelines.extraction_counts import ExtractionCounts
from pipelines.items import AttachmentBatch, ExtractedArticle, Gone, Item, Unchanged
from policy.documents.dates import calendar_day
from policy.errors import Drifted, Rejected
from policy.records.boilerplate import BoilerplateSet, PageEdges
from policy.rules.revisit import is_credible
from storage import queries
from storage.articles import archive, availability, boilerplate, captures
from storage.articles.attachments import save_attachments
from storage.database import Database
from storage.runs import health_history

logger = logging.getLogger(__name__)


class BoilerplateLearner:
    """Remembers how a portal's pages begin and end, an article once, and learns from that."""

    def __init__(self, database: Database, portal: str, *, batch: int = 50) -> None:
        self._database, self._portal, self._batch = database, portal, batch
        with database.read() as session:
            seen = boilerplate.sightings(session, portal)
        self._read = {each.article: (each.digests, each.code) for each in seen}
        layouts = Counter(each.layout for each in seen)
        self._well_known = {layout for layout, count in layouts.items() if count >= boilerplate.WINDOW}
        self._fresh: dict[str, PageEdges] = {}

    def see(self, item: ExtractedArticle, *, known: bool) -> None:
        """Remember a page unless it is remembered as it is, or is a known one of a layout well known."""
        digests = tuple(capture.digest for capture in item.captures)
        before, now = self._read.get(item.article.key), (digests, item.code)
        old = known and before is None and item.layout in self._well_known
        if not item.layout or before == now or old:
            return
        self._read[item.article.key] = now
        self._fresh[item.article.key] = sighting(
            item.cleaned,
            article=item.article.key,
            layout=item.layout,
            at=max(capture.at for capture in item.captures),
            digests=digests,
            code=item.code,
        )
        if len(self._fresh) >= self._batch:
            self._keep()

    def publish(self, now: dt.datetime) -> BoilerplateSet | None:
        """The set in use from now on: another one only where other lines recur than before."""
        self._keep()
        with self._database.write() as session:
            seen = boilerplate.sightings(session, self._portal)
            active = boilerplate.publish_set(
                session, self._portal, now, lambda known: learn(seen, known, now)
            )
        if active and active.at == now:
            logger.info("%s: boilerplate set %d, %d blocks", self._portal, active.id, len(active.blocks))
        return active

    def _keep(self) -> None:
        if self._fresh:
            with self._database.write() as session:
                boilerplate.save_sightings(session, self._portal, self._fresh.values())
            self._fresh.clear()


# ------------------------------------------------------------------ archive pipeline


_WAITING = 200
"""So many doubtful readings wait in memory at most."""


class ArchivePipeline:
    """Saves each reading with its captures, and counts what that did.

    A known article that lost what its page still prints is refused. One that lost what may really be
    gone waits until it is known how many did so: where that is drift they are refused together,
    else each is the revision it looks like. What is gone waits likewise, for how much of the night is;
    what is then found at another address was not gone.
    """

    def __init__(
        self,
        database: Database,
        *,
        portal: str,
        run_id: int,
        count: Callable[[str], None],
        sync: Callable[[], None],
        learner: BoilerplateLearner,
        facts: ExtractionCounts,
        clock: Callable[[], dt.datetime],
        night: dt.date | None = None,
    ) -> None:
        self._database, self._portal, self._run_id = database, portal, run_id
        self._count, self._sync, self._clock = count, sync, clock
        self._learner, self._facts = learner, facts
        self._doubtful: list[tuple[ExtractedArticle, Drifted]] = []
        self._night, self._gone, self._there = night, list[Gone](), 0

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        spider: Any = crawler.spider
        return cls(
            spider.context.database,
            portal=spider.context.portal.slug,
            run_id=spider.context.run.id,
            count=crawler.stats.inc_value,
            sync=spider.sync,
            learner=BoilerplateLearner(spider.context.database, spider.context.portal.slug),
            facts=spider.seen.facts,
            clock=spider.context.clock,
            night=None if spider.context.replay else calendar_day(spider.context.run.slot),
        )

    def process_item(self, item: Item) -> Item:
        """Store the item; the WARC is safe before what refers to it is committed."""
        self._sync()
        try:
            self._keep(item)
        except Rejected as error:
            self._count(f"run/failed/{error.reason}")
            raise DropItem(str(error), log_level="INFO") from error
        return item

    def close_spider(self) -> None:
        """Settle what waits; publish what was learned of the portal's boilerplate, once a run, at its end."""
        self._settle()
        self._settle_gone()
        self._learner.publish(self._clock())

    def _keep(self, item: Item) -> None:
        match item:
            case ExtractedArticle():
                self._store(item)
            case Unchanged():
                self._mark_unchanged(item)
            case Gone():
                self._miss(item)
            case AttachmentBatch():
                self._enclose(item)

    def _enclose(self, item: AttachmentBatch) -> None:
        effect = save_attachments(self._database, self._portal, item.key, item.files, run_id=self._run_id)
        self._count(f"run/files/{effect}")

    def _store(self, item: ExtractedArticle) -> None:
        self._there += item.archived
        if item.aliases:
            self._gone = [gone for gone in self._gone if gone.key != item.article.key]
        group = "known" if item.archived else "first" if item.silent else "new"
        self._facts.read(item.article, group)
        try:
            self._save(item)
        except Drifted as error:
            self._facts.lost(item.article, error.lost)
            self._mark_seen(item)
            if error.certain:
                raise
            self._wait(item, error)

    def _mark_seen(self, item: ExtractedArticle) -> None:
        """The article is there, whatever was read; its captures are kept to be read again."""
        with self._database.write() as session:
            captures.record_captures(session, item.captures, self._run_id)
            at = item.captures[-1].at
            availability.mark_seen(session, self._portal, item.article.key, at, self._run_id)

    def _wait(self, item: ExtractedArticle, error: Drifted) -> None:
        self._doubtful.append((item, error))
        if len(self._doubtful) >= _WAITING:
            self._settle()

    def _settle(self) -> None:
        """Refuse what is drift, save the others as the revisions they are."""
        waiting, self._doubtful = self._doubtful, []
        lost = self._drifting() if waiting else frozenset()
        for item, error in waiting:
            try:
                if lost.intersection(error.lost):
                    raise error
                self._save(evolve(item, read_page_text=None))
            except Rejected as refused:
                logger.info("%s", refused)
                self._count(f"run/failed/{refused.reason}")

    def _drifting(self) -> frozenset[str]:
        """The fields that so many known articles lost that it is no revision."""
        with self._database.read() as session:
            found = health_history.drift_alarms_of(session, self._portal, self._facts.readings)
        return frozenset(alarm.field for alarm in found if alarm.readings == "lost")

    def _save(self, item: ExtractedArticle) -> None:
        saved = archive.save_article(
            self._database,
            evolve(item, run_id=self._run_id),
            decide=decide,
            reread=item.reread,
        )
        if saved.lied:
            logger.warning("%s: other words under the same ETag or Last-Modified", item.article.url)
            self._count("run/failed/lying_etag")
        self._count(f"run/saved/{saved.kind}")
        if saved.kind != "outdated":
            self._learner.see(item, known=saved.kind == "unchanged")

    def _mark_unchanged(self, item: Unchanged) -> None:
        self._there += 1
        with self._database.write() as session:
            captures.record_captures(session, item.captures, self._run_id)
            availability.mark_unchanged(session, self._portal, item.key, item.captures[-1].at, self._run_id)
        self._count("run/saved/unchanged")

    def _miss(self, item: Gone) -> None:
        with self._database.write() as session:
            captures.record_captures(session, item.captures, self._run_id)
        self._gone.append(item)

    def _settle_gone(self) -> None:
        """Now that all is looked at: is the night evidence? What was withdrawn before is as it was."""
        gone, withdrawn = self._withdrawn_before()
        for item in withdrawn:
            self._mark_gone(item, believed=True)
            self._count("run/saved/unchanged")
        believed = is_credible(len(gone), len(gone) + self._there)
        for item in gone:
            self._mark_gone(item, believed=believed)
            self._count("run/failed/gone")
        if not believed:
            logger.warning("%s: %d known articles are gone at once: not believed", self._portal, len(gone))

    def _withdrawn_before(self) -> tuple[list[Gone], list[Gone]]:
        with self._database.read() as session:
            known = queries.articles_by_key(session, self._portal, [item.key for item in self._gone])
        before = {key for key, article in known.items() if article.withdrawn_at}
        gone = [item for item in self._gone if item.key not in before]
        return gone, [item for item in self._gone if item.key in before]

    def _mark_gone(self, item: Gone, *, believed: bool) -> None:
        with self._database.write() as session:
            availability.mark_gone(
                session,
                self._portal,
                item.key,
                item.captures[-1].at,
                night=self._night,
                believed=believed,
                run_id=self._run_id,
            )
