"""What a run remembers of its portal: the articles it has, and what its listings have shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from crawler.fetching.conditional import vouched_by
from crawler.fetching.replay import saved
from crawler.runs.context import RunContext
from crawler.spiders.listing_cursor import ArticleFetch, ListingCursor, RelocationCandidate
from crawler.spiders.listing_policy import Choice, ListedRow, choose
from policy.documents.dates import calendar_day
from policy.records import Article, Entry
from policy.rules.validators import Validators
from storage import queries
from storage.articles import listed_entries, relocation
from storage.rows import ArchivedArticle

_AT_ONCE = 200
"""So much is read from the archive at a time, however much there is."""
_NEVER = (dt.date.min, 0)


class PortalState:
    """Reads and writes what is known of a portal; holds nothing but the run."""

    def __init__(self, context: RunContext) -> None:
        self._context, self._portal = context, context.portal.slug

    @property
    def _today(self) -> dt.date:
        """A replay asks for everything, due or not."""
        return dt.date.max if self._context.replay else calendar_day(self._context.clock())

    # -------------------------------------------------------------- listings

    def choose(self, trail: ListingCursor, entries: Iterable[Entry], at: dt.datetime) -> Choice:
        """Which of a page's entries are asked for; that they were shown is remembered before they are."""
        section, rows = trail.section.slug, (*trail.undecided, *entries)
        with self._context.database.write() as session:
            known = queries.articles_by_key(session, self._portal, [row.key for row in rows])
            before = listed_entries.listed_before(session, self._portal, section, [row.key for row in rows])
            choice = choose(
                [ListedRow(entry=row, known=known.get(row.key), listed=before.get(row.key)) for row in rows],
                self._context.run.since,
                self._today,
                settled=section in self._context.known_sections,
            )
            wanted = {row.entry.key: self.is_silent(row, section) for row in choice.asked if not row.known}
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

    def is_silent(self, row: ListedRow, section: str) -> bool:
        """Whether the entry is no news: from a first crawl, or from before the archive's window."""
        if row.listed and row.listed.due:
            return row.listed.silent
        before, day = self._context.silent_before, row.entry.listed_on
        return section not in self._context.known_sections or bool(before and day and day < before)

    # -------------------------------------------------------------- the rest

    def rest(self) -> Iterator[ArticleFetch]:
        """What is to be asked for though no listing shows it: the known articles that are due, those
        overdue longest first, then what was wanted and has not come. Read from the archive bit by bit."""
        yield from self._due()
        if not self._context.replay:
            yield from self._owed()

    def _due(self) -> Iterator[ArticleFetch]:
        after = _NEVER
        while found := self._due_behind(after):
            for article in found:
                yield self.sought(article)
            after = found[-1].due, found[-1].id

    def sought(self, article: ArchivedArticle, claim: RelocationCandidate | None = None) -> ArticleFetch:
        """A known article at the address that the archive has of it."""
        return ArticleFetch(
            url=article.url,
            key=article.key,
            known=True,
            held=article.url,
            vouched=self._vouched(article),
            claim=claim,
        )

    def vouched(self, row: ListedRow) -> Validators | None:
        """What a listed article may be asked for with; not where its listing says otherwise than before."""
        return self._vouched(row.known) if row.known and not row.says_otherwise else None

    def _vouched(self, article: ArchivedArticle) -> Validators | None:
        return vouched_by(article, replay=bool(self._context.replay))

    def _due_behind(self, after: tuple[dt.date, int]) -> list[ArchivedArticle]:
        with self._context.database.read() as session:
            return queries.due_articles(session, self._portal, self._today, after=after, limit=_AT_ONCE)

    def _owed(self) -> Iterator[ArticleFetch]:
        after = ("", "")
        while found := self._owed_behind(after):
            for one in found:
                yield ArticleFetch(url=one.entry.url, key=one.entry.key, entry=one.entry, silent=one.silent)
            after = found[-1].entry.key, found[-1].section

    def _owed_behind(self, after: tuple[str, str]) -> list[listed_entries.ListedEntry]:
        with self._context.database.read() as session:
            return listed_entries.pending_entries(
                session, self._portal, self._today, after=after, limit=_AT_ONCE
            )

    # -------------------------------------------------------------- at other addresses

    def known(self, key: str) -> ArchivedArticle | None:
        """The article with this key, or one that stands for it."""
        with self._context.database.read() as session:
            return queries.article_by_key(session, self._portal, key)

    def twins(self, article: Article) -> list[ArchivedArticle]:
        """Known articles that say the same at other addresses."""
        with self._context.database.read() as session:
            return relocation.articles_with_same_text(session, article)

    def archived(self, article_id: int) -> Article | None:
        """What the newest version of an article says."""
        with self._context.database.read() as session:
            newest = queries.version(session, article_id)
        return newest.article if newest else None

    # -------------------------------------------------------------- what came of it

    def not_come(self, key: str) -> None:
        """An article that is wanted could not be had."""
        if not self._context.replay:
            with self._context.database.write() as session:
                listed_entries.record_failure(session, self._portal, key, self._today)

    def spare(self, key: str) -> None:
        """It was not asked for in earnest: its portal answers no more, a replay has not got it."""

    def settle(self) -> None:
        """At the end of the run: what was archived is owed no more."""
        with self._context.database.write() as session:
            listed_entries.mark_archived(session, self._portal)


# ------------------------------------------------------------------ articles that an import brings


def handed(context: RunContext) -> Iterator[ArticleFetch]:
    """One for each article among the saved pages, by its first page. A portal that was never crawled
    tells nobody."""
    urls: dict[str, str] = {}
    for url in sorted(saved(context.replay).urls(), key=lambda url: (len(url), url)):
        if key := context.portal.key(url):
            urls.setdefault(key, url)
    for key, url in urls.items():
        with context.database.read() as session:
            known = queries.article_by_key(session, context.portal.slug, key)
        yield ArticleFetch(url=url, key=key, known=known is not None, silent=not context.known_sections)


def before(article: Article, day: dt.date | None) -> bool:
    """Whether the portal published it before that day: no news, whoever brings it."""
    return bool(day and article.published and calendar_day(article.published.value) < day)
