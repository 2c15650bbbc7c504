"""Relocated articles: which page at another address is an article of the archive."""

from __future__ import annotations

from attrs import evolve
from scrapy.http import Response

from crawler.fetching.fetch_errors import NotSaved, is_gone
from crawler.fetching.request_meta import first_url
from crawler.pages.listings import canonical
from crawler.portal import Portal
from crawler.spiders.listing_cursor import ArticleFetch, RelocationCandidate
from crawler.spiders.listing_policy import ListingRow
from crawler.spiders.portal_state import PortalState
from pipelines.items import ExtractedArticle
from policy.rules.identity import Alias, has_listed_title, is_same_article
from storage.rows import ArchivedArticle


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
