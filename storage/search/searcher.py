"""Runs queries: the articles for which ``policy.query.matches`` is true, ranked."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

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
)
from policy.text.words import fold, phrase, snippet
from storage.plain_reads import PlainReader, Select
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
    archive: PlainReader,
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
    with archive.select() as select:
        versions = _versions(select, page)
        articles = _articles(select, {match.article for match in (*page, *others)})
    shown = [
        (match, versions[match.article, match.version])
        for match in page
        if (match.article, match.version) in versions
    ]
    portals = _portals(
        (match.policy, articles[match.article][0])
        for match in (*(match for match, _ in shown), *others)
        if match.article in articles
    )
    hits = (
        _hit(match, version, articles[match.article][1], terms, portals[match.policy])
        for match, version in shown
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


@frozen(kw_only=True)
class _Version:
    """What a hit shows of a version: its stored fields, and its text followed by that of its files."""

    fields: Mapping[str, Any]
    text: str

    def value(self, name: str) -> Any:
        """The value of a field; None if the version does not have it."""
        field = self.fields.get(name)
        return field["value"] if field else None


def _versions(select: Select, matches: Sequence[Match]) -> Mapping[tuple[int, int], _Version]:
    """The matching versions that exist, by article and number. The statement has two conditions instead of
    one on pairs, for which SQLite would read the whole table."""
    articles, numbers = [*{match.article for match in matches}], [*{match.version for match in matches}]
    rows = select(
        "SELECT id, article_id, number, text, CAST(record AS TEXT) FROM version"
        " WHERE article_id IN (?) AND number IN (?)",
        articles,
        numbers,
    )
    files = _file_texts(select, [row[0] for row in rows])
    return {
        (article, number): _Version(
            fields=json.loads(record), text="\n".join([text, *files.get(version_id, ())])
        )
        for version_id, article, number, text, record in rows
    }


def _file_texts(select: Select, versions: list[int]) -> Mapping[int, Sequence[str]]:
    """The name and text of every file with text, by version, as in ``policy.query.searchable_text``."""
    rows = select(
        "SELECT attachment.version_id, attachment.name, file_text.text FROM attachment"
        " JOIN attachment_file ON attachment_file.attachment_id = attachment.id"
        " JOIN capture ON capture.id = attachment_file.capture_id"
        " JOIN file_text ON file_text.digest = capture.digest"
        " WHERE attachment.version_id IN (?) AND file_text.status = 'read' AND file_text.text <> ''"
        " ORDER BY attachment.version_id, attachment.id",
        versions,
    )
    texts: dict[int, list[str]] = defaultdict(list)
    for version, name, text in rows:
        texts[version].append(f"{name}\n{text}")
    return texts


def _articles(select: Select, ids: Collection[int]) -> Mapping[int, tuple[str, str]]:
    """The portal and the address of those of these articles that exist."""
    rows = select("SELECT id, portal, url FROM article WHERE id IN (?)", [*ids])
    return {article: (portal, url) for article, portal, url in rows}


def _hit(match: Match, version: _Version, url: str, terms: Sequence[str], portals: tuple[str, ...]) -> Hit:
    doc_no, published = version.value("doc_no"), version.value("published")
    return Hit(
        policy_id=match.policy,
        article_id=match.article,
        version=match.version,
        portal=version.fields["portal"],
        portals=portals,
        title=version.value("title"),
        doc_no=doc_no["raw"] if doc_no else None,
        published=_day(published) if published else None,
        url=url,
        snippet=snippet(version.text, terms),
        score=match.score,
    )


def _day(value: str) -> dt.date:
    """The day of a stored publication, a day or a moment."""
    if "T" not in value:
        return dt.date.fromisoformat(value)
    return calendar_day(dt.datetime.fromisoformat(value))
