"""Articles that an import brings: asked for though no listing shows them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from crawler.following import Sought
from crawler.saved import saved
from crawler.visit import Visit
from policy.dates import calendar_day
from policy.records import Article
from storage import queries


def handed(visit: Visit) -> Iterator[Sought]:
    """One for each article among the saved pages, by its first page. A portal that was never crawled
    tells nobody."""
    urls: dict[str, str] = {}
    for url in sorted(saved(visit.replay).urls(), key=lambda url: (len(url), url)):
        if key := visit.portal.key(url):
            urls.setdefault(key, url)
    for key, url in urls.items():
        with visit.database.read() as session:
            known = queries.article_by_key(session, visit.portal.slug, key)
        yield Sought(url=url, key=key, known=known is not None, quiet=not visit.known_sections)


def before(article: Article, day: dt.date | None) -> bool:
    """Whether the portal published it before that day: no news, whoever brings it."""
    return bool(day and article.published and calendar_day(article.published.value) < day)
