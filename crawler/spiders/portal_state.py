"""The state of a portal in the database: its known articles, the entries that its listings have shown, and
which page at another address is one of its articles."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from attrs import evolve
from scrapy.http import Response

from crawler.fetching.fetch_errors import NotSaved, is_gone
from crawler.fetching.replay import saved_captures
from crawler.fetching.request_meta import first_url
from crawler.pages.listings import canonical
from crawler.portal import Portal
from crawler.run_context import RunContext
from crawler.spiders.listing_cursor import (
    ArticleFetch,
    Choice,
    ListingCursor,
    ListingRow,
    RelocationCandidate,
    choose,
)
from pipelines.items import ExtractedArticle
from policy.documents.dates import calendar_day
from policy.records import Article, Entry
from policy.rules.extraction import Validators, is_full_fetch_due
from policy.rules.identity import Alias, has_listed_title, is_same_article
from storage import queries
from storage.articles import availability, listed_entries
from storage.rows import ArchivedArticle

_BATCH = 200
"""Rows that are read from the database at a time."""
_NEVER = (dt.date.min, 0)


class PortalState:
    """Reads and writes the state of a run's portal."""

    def __init__(self, context: RunContext) -> None:
        self._context, self._portal = context, context.portal.slug

    @property
    def _today(self) -> dt.date:
        """A replay requests every article, due or not."""
        return dt.date.max if self._context.replay else calendar_day(self._context.clock())

    # -------------------------------------------------------------- listings

    def choose(self, cursor: ListingCursor, entries: Iterable[Entry], at: dt.datetime) -> Choice:
        """Which of a page's entries are requested; records before that they were shown."""
        section, rows = cursor.section.slug, (*cursor.undecided, *entries)
        with self._context.database.write() as session:
            known = queries.articles_by_key(session, self._portal, [row.key for row in rows])
            listed = listed_entries.listed_before(session, self._portal, section, [row.key for row in rows])
            choice = choose(
                [
                    ListingRow(entry=row, article=known.get(row.key), listed=listed.get(row.key))
                    for row in rows
                ],
                self._context.run.since,
                self._today,
                listed_before=section in self._context.crawled_sections,
            )
            wanted = {
                row.entry.key: self.is_silent(row, section) for row in choice.requested if not row.article
            }
            listed_entries.save_listed(
                session,
                self._portal,
                section,
                [row.entry for row in choice.shown],
                at,
                wanted={} if self._context.replay else wanted,
                due=self._today,
            )
        return choice

    def is_silent(self, row: ListingRow, section: str) -> bool:
        """Whether the entry causes no notification: from a first crawl, or from before the portal's
        window."""
        if row.listed and row.listed.due:
            return row.listed.silent
        first_day, day = self._context.silent_before, row.entry.listed_on
        return section not in self._context.crawled_sections or bool(first_day and day and day < first_day)

    # -------------------------------------------------------------- articles that no listing showed

    def unlisted(self) -> Iterator[ArticleFetch]:
        """The articles to request whether or not a listing shows them: known ones that are due, the longest
        overdue first, then listed ones that could not be fetched so far. Read in batches."""
        yield from self._due()
        if not self._context.replay:
            yield from self._pending()

    def _due(self) -> Iterator[ArticleFetch]:
        after = _NEVER
        while batch := self._due_after(after):
            for article in batch:
                yield self.fetch(article)
            after = batch[-1].due, batch[-1].id

    def fetch(self, article: ArchivedArticle, candidate: RelocationCandidate | None = None) -> ArticleFetch:
        """The fetch of a known article at its address in the archive."""
        return ArticleFetch(
            url=article.url,
            key=article.key,
            is_archived=True,
            archived_url=article.url,
            validators=self._validators(article),
            candidate=candidate,
        )

    def validators(self, row: ListingRow) -> Validators | None:
        """The validators for a conditional request of a listed article; None if its row has changed."""
        return self._validators(row.article) if row.article and not row.has_changed else None

    def _validators(self, article: ArchivedArticle) -> Validators | None:
        """Those of an article; None when its whole page is due. A replay answers with what was saved."""
        whole = is_full_fetch_due(article.key, article.looks) and not self._context.replay
        return None if whole else article.validators

    def _due_after(self, after: tuple[dt.date, int]) -> list[ArchivedArticle]:
        with self._context.database.read() as session:
            return queries.due_articles(session, self._portal, self._today, after=after, limit=_BATCH)

    def _pending(self) -> Iterator[ArticleFetch]:
        after = ("", "")
        while batch := self._pending_after(after):
            for row in batch:
                yield ArticleFetch(url=row.entry.url, key=row.entry.key, entry=row.entry, silent=row.silent)
            after = batch[-1].entry.key, batch[-1].section

    def _pending_after(self, after: tuple[str, str]) -> list[listed_entries.ListedEntry]:
        with self._context.database.read() as session:
            return listed_entries.pending_entries(
                session, self._portal, self._today, after=after, limit=_BATCH
            )

    # -------------------------------------------------------------- at other addresses

    def article(self, key: str) -> ArchivedArticle | None:
        """The article with this key or alias."""
        with self._context.database.read() as session:
            return queries.article_by_key(session, self._portal, key)

    def twins(self, article: Article) -> list[ArchivedArticle]:
        """Known articles with the same words at other addresses."""
        with self._context.database.read() as session:
            return availability.articles_with_same_text(session, article)

    def archived(self, article_id: int) -> Article | None:
        """The newest version of an article."""
        with self._context.database.read() as session:
            newest = queries.version(session, article_id)
        return newest.article if newest else None

    # -------------------------------------------------------------- results

    def record_failure(self, key: str) -> None:
        """Record that a listed article could not be fetched."""
        if not self._context.replay:
            with self._context.database.write() as session:
                listed_entries.record_failure(session, self._portal, key, self._today)

    def skip(self, key: str) -> None:
        """An article was not really tried: its domain is blocked, or a replay has no capture of it."""

    def finish(self) -> None:
        """At the end of the run, drop the pending entries whose article was archived."""
        with self._context.database.write() as session:
            listed_entries.mark_archived(session, self._portal)


# ------------------------------------------------------------------ imported articles


def imported_articles(context: RunContext) -> Iterator[ArticleFetch]:
    """The articles among the saved pages, each by its first page; silent if the portal was never crawled."""
    urls: dict[str, str] = {}
    for url in sorted(saved_captures(context.replay).urls(), key=lambda url: (len(url), url)):
        if key := context.portal.key(url):
            urls.setdefault(key, url)
    for key, url in urls.items():
        with context.database.read() as session:
            known = queries.article_by_key(session, context.portal.slug, key)
        yield ArticleFetch(
            url=url, key=key, is_archived=known is not None, silent=not context.crawled_sections
        )


def is_published_before(article: Article, day: dt.date | None) -> bool:
    """Whether the article has a publication day before that day."""
    return bool(day and article.published and calendar_day(article.published.value) < day)


# ------------------------------------------------------------------ relocated articles


class Relocations:
    """Finds the articles of a run that have moved. ``present`` are the keys of articles that were fetched in
    it, ``gone`` of those that were not at their address."""

    def __init__(self, portal: Portal, state: PortalState) -> None:
        self._portal, self._state = portal, state
        self.present: set[str] = set()
        self.gone: set[str] = set()

    def address(self, row: ListingRow) -> str:
        """The address to request for a listed article: the one it moved to, if its key there is another."""
        listed, known = row.entry.url, row.article
        same = known is None or self._portal.key(known.url) == self._portal.key(listed)
        return listed if known is None or same else known.url

    def is_redirected(self, response: Response, fetch: ArticleFetch) -> bool:
        """Whether the address of a known article redirects to one that is not its own."""
        if fetch.pages or not fetch.archived_url:
            return fetch.is_redirected
        key = self._portal.key(response.url)
        if key == self._portal.key(first_url(response)):
            return False
        owner = self._state.article(key) if key else None
        return owner is None or owner.key != fetch.key

    def listed_address(self, fetch: ArticleFetch, error: BaseException) -> ArticleFetch | None:
        """The fetch of a known article that is gone from where it moved to, at the address that a listing
        shows again; None without one."""
        entry = fetch.entry
        if not (fetch.archived_url and entry and (is_gone(error) or isinstance(error, NotSaved))):
            return None
        has_moved_back = self._portal.key(entry.url) != self._portal.key(fetch.url)
        return evolve(fetch, url=entry.url) if has_moved_back else None

    # -------------------------------------------------------------- of a known article

    def with_address(self, fetch: ArticleFetch, item: ExtractedArticle) -> ExtractedArticle:
        """A known article with its first key, and an alias if its address has changed."""
        if not fetch.archived_url:
            return item
        article = evolve(item.article, key=fetch.key)
        key = self._portal.key(article.url)
        moved = key is not None and key != self._portal.key(fetch.archived_url)
        alias = [Alias(key=str(key), url=article.url, evidence="redirect")] if moved else []
        return evolve(item, article=article, aliases=tuple(alias))

    def redirect_candidate(self, fetch: ArticleFetch, item: ExtractedArticle) -> RelocationCandidate | None:
        """The candidate for a page that a known article's address redirects to; None if it is another one."""
        url = item.article.url
        key = self._portal.key(url) or canonical(url)
        known = self._state.article(fetch.key)
        archived = self._state.archived(known.id) if known else None
        owner = self._state.article(key)
        if known is None or archived is None or not is_same_article(archived, item.article):
            return None
        if owner and not _may_join(known, owner, key):
            return None
        item = evolve(item, article=evolve(item.article, key=key))
        others = tuple(twin for twin in self._state.twins(item.article) if twin.id != known.id)
        return RelocationCandidate(item=item, waiting=others, gone=((known, "redirect"),))

    # -------------------------------------------------------------- of a new one

    def candidate(self, fetch: ArticleFetch, item: ExtractedArticle) -> RelocationCandidate:
        """The candidate for a new page that a listing showed: it may be an article that was elsewhere."""
        if item.article.key == fetch.key:
            return RelocationCandidate(item=item, waiting=tuple(self._state.twins(item.article)))
        return self._renamed(fetch, item)

    def _renamed(self, fetch: ArticleFetch, item: ExtractedArticle) -> RelocationCandidate:
        """The candidate for a page whose address redirected to one with another key."""
        if fetch.entry and has_listed_title(fetch.entry, item.article):
            alias = Alias(key=fetch.key, url=fetch.url, evidence="redirect")
            item = evolve(item, aliases=(alias,))
        else:
            self._state.record_failure(fetch.key)
        known = self._state.article(item.article.key)
        if known is None:
            return RelocationCandidate(item=item, waiting=tuple(self._state.twins(item.article)))
        return RelocationCandidate(
            item=evolve(item, article=evolve(item.article, key=known.key), archived=True)
        )


def _may_join(known: ArchivedArticle, owner: ArchivedArticle, key: str) -> bool:
    """Whether the article at that address may be merged with the known one: it was archived later, it did not
    move there itself, and both are of one policy."""
    return owner.key == key and owner.policy_id == known.policy_id and owner.first_seen > known.first_seen
