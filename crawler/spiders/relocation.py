"""Articles that moved: which page at another address is one that is known."""

from __future__ import annotations

from attrs import evolve
from scrapy.http import Response

from crawler.fetching.fetch_errors import NotSaved, is_gone
from crawler.pages.listings import canonical
from crawler.portal import Portal
from crawler.spiders.listing_cursor import ArticleFetch, RelocationCandidate
from crawler.spiders.listing_policy import ListedRow
from crawler.spiders.portal_state import PortalState
from pipelines.items import ExtractedArticle
from policy.rules.identity import Alias, has_listed_title, is_same_article
from storage.rows import ArchivedArticle


class Relocations:
    """The addresses of a run's articles. ``there`` are the keys of those that were seen in it, ``gone``
    of those that were not at their address."""

    def __init__(self, portal: Portal, memory: PortalState) -> None:
        self._portal, self._memory = portal, memory
        self.there: set[str] = set()
        self.gone: set[str] = set()

    def address(self, row: ListedRow) -> str:
        """Where a listed article is asked for: where it moved to, though the listing shows another key."""
        listed, known = row.entry.url, row.known
        same = known is None or self._portal.key(known.url) == self._portal.key(listed)
        return listed if known is None or same else known.url

    def is_led(self, response: Response, sought: ArticleFetch) -> bool:
        """Whether the address of a known article led to one that is not its own."""
        if sought.pages or not sought.held:
            return sought.led
        asked = response.request.meta.get("redirect_urls") if response.request else None
        key = self._portal.key(response.url)
        if key == self._portal.key(asked[0] if asked else response.url):
            return False
        owner = self._memory.known(key) if key else None
        return owner is None or owner.key != sought.key

    def other(self, sought: ArticleFetch, error: BaseException) -> ArticleFetch | None:
        """A known article that is not where it moved to, sought where a listing shows it once more."""
        entry = sought.entry
        if not (sought.held and entry and (is_gone(error) or isinstance(error, NotSaved))):
            return None
        back = self._portal.key(entry.url) != self._portal.key(sought.url)
        return evolve(sought, url=entry.url) if back else None

    # -------------------------------------------------------------- of a known article

    def placed(self, sought: ArticleFetch, item: ExtractedArticle) -> ExtractedArticle:
        """A known article at an address of its own, under its first key: also where it moved back."""
        if not sought.held:
            return item
        article = evolve(item.article, key=sought.key)
        key = self._portal.key(article.url)
        moved = key is not None and key != self._portal.key(sought.held)
        alias = [Alias(key=str(key), url=article.url, evidence="redirect")] if moved else []
        return evolve(item, article=article, aliases=tuple(alias))

    def led(self, sought: ArticleFetch, item: ExtractedArticle) -> RelocationCandidate | None:
        """The claim of the page that a known article's address leads to, where that may be the article."""
        url = item.article.url
        key = self._portal.key(url) or canonical(url)
        known = self._memory.known(sought.key)
        held = self._memory.archived(known.id) if known else None
        owner = self._memory.known(key)
        if known is None or held is None or not is_same_article(held, item.article):
            return None
        if owner and not _may_join(known, owner, key):
            return None
        item = evolve(item, article=evolve(item.article, key=key))
        others = tuple(twin for twin in self._memory.twins(item.article) if twin.id != known.id)
        return RelocationCandidate(item=item, waiting=others, gone=((known, "redirect"),))

    # -------------------------------------------------------------- of a new one

    def new(self, sought: ArticleFetch, item: ExtractedArticle) -> RelocationCandidate:
        """The claim of a page that a listing offered: it may be an article that stood elsewhere."""
        if item.article.key == sought.key:
            return RelocationCandidate(item=item, waiting=tuple(self._memory.twins(item.article)))
        return self._renamed(sought, item)

    def _renamed(self, sought: ArticleFetch, item: ExtractedArticle) -> RelocationCandidate:
        """Its address led to that of another key, under which it may be known."""
        if sought.entry and has_listed_title(sought.entry, item.article):
            alias = Alias(key=sought.key, url=sought.url, evidence="redirect")
            item = evolve(item, aliases=(alias,))
        else:
            self._memory.not_come(sought.key)
        known = self._memory.known(item.article.key)
        if known is None:
            return RelocationCandidate(item=item, waiting=tuple(self._memory.twins(item.article)))
        return RelocationCandidate(
            item=evolve(item, article=evolve(item.article, key=known.key), archived=True)
        )


def _may_join(known: ArchivedArticle, owner: ArchivedArticle, key: str) -> bool:
    """Whether the article at that address, which came later, may be the known one: not where that moved
    there from elsewhere itself, nor where it is of another policy."""
    return owner.key == key and owner.policy_id == known.policy_id and owner.first_seen > known.first_seen
