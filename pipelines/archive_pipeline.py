"""Scrapy's item pipeline: saves items in the archive, one transaction per article."""

from __future__ import annotations

import datetime as dt
import logging
from collections import Counter
from collections.abc import Callable
from typing import Any, Self

from attrs import evolve
from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem

from pipelines.items import AttachmentBatch, ExtractedArticle, ExtractionCounts, Gone, Item, Unchanged
from policy.documents.dates import calendar_day
from policy.errors import Drifted, Rejected
from policy.records.content import BoilerplateSet, PageEdges
from policy.rules.revisit import is_credible
from storage import queries
from storage.articles import archive, availability, boilerplate, captures
from storage.articles.attachments import save_attachments
from storage.database import Database
from storage.runs import health_history

logger = logging.getLogger(__name__)


class BoilerplateLearner:
    """Records how a portal's pages begin and end, once per article, and learns boilerplate from that."""

    def __init__(self, database: Database, portal: str, *, batch: int = 50) -> None:
        self._database, self._portal, self._batch = database, portal, batch
        with database.read() as session:
            seen = boilerplate.sightings(session, portal)
        self._recorded = {each.article: (each.digests, each.code) for each in seen}
        layouts = Counter(each.layout for each in seen)
        self._full_layouts = {layout for layout, count in layouts.items() if count >= boilerplate.WINDOW}
        self._pending: dict[str, PageEdges] = {}

    def record_page(self, item: ExtractedArticle, *, unchanged: bool) -> None:
        """Record how a page begins and ends.

        A page recorded before with this payload and code is skipped, and so is an unchanged page of a layout
        of which enough pages are recorded.
        """
        from pipelines.boilerplate.learning import (
            record_sighting,  # at a crawl's first article, not at its start
        )

        digests = tuple(capture.digest for capture in item.captures)
        before, now = self._recorded.get(item.article.key), (digests, item.code)
        is_surplus = unchanged and before is None and item.layout in self._full_layouts
        if not item.layout or before == now or is_surplus:
            return
        self._recorded[item.article.key] = now
        self._pending[item.article.key] = record_sighting(
            item.cleaned,
            article=item.article.key,
            layout=item.layout,
            at=max(capture.at for capture in item.captures),
            digests=digests,
            code=item.code,
        )
        if len(self._pending) >= self._batch:
            self._save_pending()

    def publish(self, now: dt.datetime) -> BoilerplateSet | None:
        """Learn from the recorded pages; returns the set in use. A new set is published only if other
        lines recur."""
        from pipelines.boilerplate.learning import learn_blocks

        self._save_pending()
        with self._database.write() as session:
            seen = boilerplate.sightings(session, self._portal)
            active = boilerplate.publish_set(
                session, self._portal, now, lambda blocks: learn_blocks(seen, blocks, now)
            )
        if active and active.at == now:
            logger.info("%s: boilerplate set %d, %d blocks", self._portal, active.id, len(active.blocks))
        return active

    def _save_pending(self) -> None:
        if self._pending:
            with self._database.write() as session:
                boilerplate.save_sightings(session, self._portal, self._pending.values())
            self._pending.clear()


_MOST_DRIFTED = 200
"""The most drifted extractions that wait in memory."""


class ArchivePipeline:
    """Saves each extraction with its captures and counts the outcomes.

    An archived article whose extraction lost what its page still prints is refused. If the page may really
    have lost it, the extraction waits until enough articles were read: if many lost the same field it is
    drift, and they are refused; otherwise each is saved as a revision. Missing articles also wait until
    the end of the run: if too many are missing at once, that is not credible, and an article found at
    another address is not missing.
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
        self._drifted: list[tuple[ExtractedArticle, Drifted]] = []
        self._night, self._missing, self._present = night, list[Gone](), 0

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
            facts=spider.observations.extractions,
            clock=spider.context.clock,
            night=None if spider.context.replay else calendar_day(spider.context.run.slot),
        )

    def process_item(self, item: Item) -> Item:
        """Save the item; the WARC file is synced before the transaction that refers to it commits."""
        self._sync()
        try:
            self._process(item)
        except Rejected as error:
            self._count(f"run/failed/{error.reason}")
            raise DropItem(str(error), log_level="INFO") from error
        return item

    def close_spider(self) -> None:
        """Finish waiting items, and publish the boilerplate learned in this run."""
        self._finish_drifted()
        self._finish_missing()
        self._learner.publish(self._clock())

    def _process(self, item: Item) -> None:
        match item:
            case ExtractedArticle():
                self._process_article(item)
            case Unchanged():
                self._mark_unchanged(item)
            case Gone():
                self._record_missing(item)
            case AttachmentBatch():
                self._save_attachments(item)

    def _save_attachments(self, item: AttachmentBatch) -> None:
        effect = save_attachments(self._database, self._portal, item.key, item.files, run_id=self._run_id)
        self._count(f"run/files/{effect}")

    def _process_article(self, item: ExtractedArticle) -> None:
        self._present += item.archived
        if item.aliases:
            self._missing = [gone for gone in self._missing if gone.key != item.article.key]
        group = "archived" if item.archived else "first" if item.silent else "new"
        self._facts.read(item.article, group)
        try:
            self._save(item)
        except Drifted as error:
            self._facts.lost(item.article, error.lost)
            self._mark_seen(item)
            if error.certain:
                raise
            self._postpone(item, error)

    def _mark_seen(self, item: ExtractedArticle) -> None:
        """Record that the article exists, whatever was extracted; its captures are kept for re-extraction."""
        with self._database.write() as session:
            captures.record_captures(session, item.captures, self._run_id)
            at = item.captures[-1].at
            availability.mark_seen(session, self._portal, item.article.key, at, self._run_id)

    def _postpone(self, item: ExtractedArticle, error: Drifted) -> None:
        self._drifted.append((item, error))
        if len(self._drifted) >= _MOST_DRIFTED:
            self._finish_drifted()

    def _finish_drifted(self) -> None:
        """Refuse extractions that lost a drifting field, save the others as revisions."""
        drifted, self._drifted = self._drifted, []
        lost = self._drifting_fields() if drifted else frozenset()
        for item, error in drifted:
            try:
                if lost.intersection(error.lost):
                    raise error
                self._save(evolve(item, read_page_text=None))
            except Rejected as refused:
                logger.info("%s", refused)
                self._count(f"run/failed/{refused.reason}")

    def _drifting_fields(self) -> frozenset[str]:
        """The fields that too many archived articles lost for them to be revisions."""
        with self._database.read() as session:
            alarms = health_history.drift_alarms_of(session, self._portal, self._facts.readings)
        return frozenset(alarm.field for alarm in alarms if alarm.readings == "lost")

    def _save(self, item: ExtractedArticle) -> None:
        from pipelines.dedupe.assignment import decide_policy  # at a crawl's first article, not at its start

        saved = archive.save_article(
            self._database,
            evolve(item, run_id=self._run_id),
            decide=decide_policy,
            reread=item.reread,
        )
        if saved.lied:
            logger.warning("%s: the text changed, its ETag and Last-Modified did not", item.article.url)
            self._count("run/failed/lying_etag")
        self._count(f"run/saved/{saved.kind}")
        if saved.kind != "outdated":
            self._learner.record_page(item, unchanged=saved.kind == "unchanged")

    def _mark_unchanged(self, item: Unchanged) -> None:
        self._present += 1
        with self._database.write() as session:
            captures.record_captures(session, item.captures, self._run_id)
            availability.mark_unchanged(session, self._portal, item.key, item.captures[-1].at, self._run_id)
        self._count("run/saved/unchanged")

    def _record_missing(self, item: Gone) -> None:
        with self._database.write() as session:
            captures.record_captures(session, item.captures, self._run_id)
        self._missing.append(item)

    def _finish_missing(self) -> None:
        """Mark missing articles; those that were withdrawn before count as unchanged."""
        gone, withdrawn = self._withdrawn_before()
        for item in withdrawn:
            self._mark_gone(item, believed=True)
            self._count("run/saved/unchanged")
        credible = is_credible(len(gone), len(gone) + self._present)
        for item in gone:
            self._mark_gone(item, believed=credible)
            self._count("run/failed/gone")
        if not credible:
            logger.warning(
                "%s: %d missing articles at once are not credible",
                self._portal,
                len(gone),
            )

    def _withdrawn_before(self) -> tuple[list[Gone], list[Gone]]:
        with self._database.read() as session:
            articles = queries.articles_by_key(session, self._portal, [item.key for item in self._missing])
        before = {key for key, article in articles.items() if article.withdrawn_at}
        gone = [item for item in self._missing if item.key not in before]
        return gone, [item for item in self._missing if item.key in before]

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
