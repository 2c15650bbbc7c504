"""Runs queries: the articles for which ``policy.query.matches`` is true, ranked."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from attrs import frozen

from policy.documents.dates import calendar_day
from policy.query import (
    And,
    Dated,
    DocNo,
    InPortal,
    Not,
    Or,
    Phrase,
    Query,
    Term,
    highlights,
    number_forms,
    searchable_text,
)
from policy.records import Version
from policy.text.words import fold, phrase, snippet
from storage import queries
from storage.database import Database
from storage.search import index as lookup
from storage.search.index import Index, Match, Snapshot

Names = Mapping[str, str]
"""The portals' names by slug."""

_TITLE_BOOST = 2.0
_NO_NAMES: Names = MappingProxyType({})


@frozen(kw_only=True)
class Hit:
    """One search result: the article's newest version, with a snippet around the first match."""

    policy_id: int
    article_id: int
    version: int
    portal: str
    title: str
    doc_no: str | None
    published: dt.date | None
    url: str
    snippet: str
    score: float
    portals: tuple[str, ...] = ()
    """All portals with a matching article of this policy, that of ``url`` first."""


@frozen(kw_only=True)
class Results:
    """``total`` is the number of matching articles; a policy that several portals print is one hit
    (``Hit.portals``)."""

    total: int
    hits: tuple[Hit, ...]


def search(
    index: Index,
    database: Database,
    query: Query,
    *,
    limit: int = 20,
    offset: int = 0,
    names: Names = _NO_NAMES,
) -> Results:
    """The best hits, or the newest if the query has no words to rank by.

    ``names`` allows portals' names in ``门户:`` beside their slugs.
    """
    snapshot, wanted, terms = index.snapshot(), compile_query(query, names), highlights(query)
    total, best = _best_of_policies(snapshot, wanted, offset + limit, newest_first=not terms)
    page = best[offset:]
    others = _same_policies(snapshot, wanted, page)
    with database.read() as session:
        versions = queries.versions_at(session, {(match.article, match.version) for match in page})
        articles = queries.articles(session, {match.article for match in (*page, *others)})
    read = [(match, versions.get((match.article, match.version))) for match in page]
    beside = [(match, articles.get(match.article)) for match in others]
    portals = _portals(
        [(match.policy, found.article.portal) for match, found in read if found]
        + [(match.policy, found.portal) for match, found in beside if found]
    )
    hits = (
        _hit(match, found, articles[match.article].url, terms, portals[match.policy])
        for match, found in read
        if found
    )
    return Results(total=total, hits=tuple(hits))


def compile_query(query: Query, names: Names = _NO_NAMES) -> lookup.Query:
    """The query in tantivy's terms."""
    match query:
        case And(parts):
            return lookup.all_of(compile_query(part, names) for part in parts)
        case Or(parts):
            return lookup.any_of(compile_query(part, names) for part in parts)
        case Not(part):
            return lookup.none_of(compile_query(part, names))
        case Term(text) | Phrase(text):
            wanted = phrase(text)
            return lookup.boosted(lookup.words("text", wanted), lookup.words("title", wanted), _TITLE_BOOST)
        case DocNo(text):
            return lookup.any_of(lookup.words("doc_no", phrase(form)) for form in number_forms(text))
        case InPortal(name):
            return lookup.portals([name, *(slug for slug in names if fold(names[slug]) == fold(name))])
        case Dated(first, last):
            return lookup.dated(first or dt.date.min, last or dt.date.max)


def _best_of_policies(
    snapshot: Snapshot, wanted: lookup.Query, needed: int, *, newest_first: bool
) -> tuple[int, list[Match]]:
    """The number of matching articles, and the first match of each of the ``needed`` first policies."""
    window = needed + 10
    while True:
        found = snapshot.find(wanted, limit=window, newest_first=newest_first)
        best: dict[int, Match] = {}
        for match in found.matches:
            best.setdefault(match.policy, match)
        if len(best) >= needed or window >= found.total:
            return found.total, list(best.values())[:needed]
        window *= 4


def _same_policies(snapshot: Snapshot, wanted: lookup.Query, page: Sequence[Match]) -> list[Match]:
    """All matching articles of the policies on the page."""
    if not page:
        return []
    same = lookup.all_of([wanted, lookup.policies(match.policy for match in page)])
    found = snapshot.find(same, limit=20 * len(page)).matches
    shown = {match.article for match in page}
    return [match for match in found if match.article not in shown]


def _portals(pairs: Iterable[tuple[int, str]]) -> Mapping[int, tuple[str, ...]]:
    """The portals of each policy, in order, without duplicates."""
    portals: dict[int, dict[str, None]] = defaultdict(dict)
    for policy, portal in pairs:
        portals[policy][portal] = None
    return {policy: tuple(slugs) for policy, slugs in portals.items()}


def _hit(match: Match, version: Version, url: str, terms: Sequence[str], portals: tuple[str, ...]) -> Hit:
    article = version.article
    return Hit(
        policy_id=match.policy,
        article_id=match.article,
        version=match.version,
        portal=article.portal,
        portals=portals,
        title=article.title.value,
        doc_no=article.doc_no.value.raw if article.doc_no else None,
        published=calendar_day(article.published.value) if article.published else None,
        url=url,
        snippet=snippet(searchable_text(version), terms),
        score=match.score,
    )
