"""What a portal repeats around its texts, remembered page by page and learned at the end of a run."""

from __future__ import annotations

import datetime as dt
import logging
from collections import Counter

from pipelines.edges import sighting
from pipelines.items import Read
from pipelines.learning import learn
from policy.furniture import FurnitureSet, Sighting
from storage import furniture
from storage.database import Database

logger = logging.getLogger(__name__)


class Learner:
    """Remembers how a portal's pages begin and end, an article once, and learns from that."""

    def __init__(self, database: Database, portal: str, *, batch: int = 50) -> None:
        self._database, self._portal, self._batch = database, portal, batch
        with database.read() as session:
            seen = furniture.sightings(session, portal)
        self._read = {each.article: (each.digests, each.code) for each in seen}
        layouts = Counter(each.layout for each in seen)
        self._well_known = {layout for layout, count in layouts.items() if count >= furniture.WINDOW}
        self._fresh: dict[str, Sighting] = {}

    def see(self, item: Read, *, known: bool) -> None:
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

    def publish(self, now: dt.datetime) -> FurnitureSet | None:
        """The set in use from now on: another one only where other lines recur than before."""
        self._keep()
        with self._database.write() as session:
            seen = furniture.sightings(session, self._portal)
            active = furniture.publish(session, self._portal, now, lambda known: learn(seen, known, now))
        if active and active.at == now:
            logger.info("%s: furniture set %d, %d blocks", self._portal, active.id, len(active.blocks))
        return active

    def _keep(self) -> None:
        if self._fresh:
            with self._database.write() as session:
                furniture.remember(session, self._portal, self._fresh.values())
            self._fresh.clear()
