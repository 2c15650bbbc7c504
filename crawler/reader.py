"""The fetched pages of an article as what the archive takes: read as everything of this visit is read."""

from __future__ import annotations

from crawler import reading
from crawler.code_version import code_version
from crawler.following import Sought
from crawler.handed import before
from crawler.printed import printed
from crawler.stored import Stored
from crawler.visit import Visit
from pipelines.items import Read
from policy.records import Article, Capture
from storage import furniture


class Reader:
    """Reads with one code and one furniture set, from the first page of a visit to the last."""

    def __init__(self, visit: Visit) -> None:
        self._visit, self._portal = visit, visit.portal
        self._stored = Stored(visit.config, visit.database)
        with visit.database.read() as session:
            self._furniture = furniture.active(session, visit.portal.slug)
        self.code = code_version(visit.portal)

    @property
    def furniture(self) -> int | None:
        """The furniture set that articles are read with."""
        return self._furniture.id if self._furniture else None

    def read(self, sought: Sought) -> Read:
        """An article of which all pages are in that will come; raises PageError."""
        sought = sought.in_order
        cleaned = reading.clean_pages(sought.pages)
        article = reading.read_article(
            self._portal,
            sought.pages,
            entry=sought.entry,
            missing=sought.missing,
            furniture=self._furniture,
            cleaned=cleaned,
        )
        return Read(
            article=article,
            captures=sought.captures,
            code=self.code,
            furniture=self.furniture,
            layout=sought.pages[0].layout,
            cleaned=cleaned,
            quiet=sought.quiet or (self._visit.imported and before(article, self._visit.quiet_before)),
            known=sought.known,
            reread=self._reread,
            printed=self._printed,
            validators=sought.vouched if article.completeness.complete else None,
        )

    def _reread(self, held: tuple[Capture, ...]) -> Article:
        return reading.reread(self._portal, [*map(self._stored.payload, held)], self._furniture)

    def _printed(self, held: tuple[Capture, ...]) -> str:
        return printed([*map(self._stored.payload, held)])
