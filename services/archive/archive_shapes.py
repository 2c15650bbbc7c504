"""The JSON shapes of what is archived: articles, versions, policies, clauses, comparisons, search results.

One shape a thing: ``extract`` and ``show`` print the same article. Values are as published, canonical forms
stand beside them; ``docs/reference/record.md`` lists the keys of an article.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import attrs

from policy.records import ARTICLE_FIELDS, Article, Attachment, FieldValue, File, Version
from policy.text.lexicon import join_words
from services.consumer_lag import lag_shape
from services.ops_shapes import plain

if TYPE_CHECKING:
    from pipelines.diff.comparison import ClauseChange
    from pipelines.diff.lineage import Traced
    from services.archive.article_views import ArticleHistory, ArticleView, MembershipView
    from services.archive.clause_history import ClauseHistory, ClauseStage
    from services.archive.comparison import Side, TextComparison
    from services.archive.policy_views import PolicyView
    from services.archive.search_service import SearchResults
    from storage.policies.citations import Citation

Shape = dict[str, Any]


# ------------------------------------------------------------------ an article


def article_shape(article: Article, text: str | None = None, files: Sequence[File] = ()) -> Shape:
    """An article; ``text`` is what there is to read where that is not the page's, ``files`` what is known of
    its attachments."""
    doc_no, issuers = article.doc_no, article.issuers.value if article.issuers else ()
    text = article.text if text is None else text
    fetched = {file.url: file for file in files}
    return {
        "url": article.url or None,
        "portal": article.portal or None,
        "key": article.key or None,
        "page_urls": article.page_urls,
        "title": article.title.value,
        "text": text,
        "scars": join_words(text).scars,
        "tables": [table.rows for table in article.tables],
        **{name: _value(getattr(article, name)) for name in _PLAIN_FIELDS},
        "statements": [attrs.asdict(statement) for statement in article.statements],
        "references": [attrs.asdict(reference) for reference in article.references],
        "doc_no": doc_no.raw if doc_no else None,
        "doc_no_norm": doc_no.value.norm if doc_no else None,
        "issuers": [issuer.printed for issuer in issuers],
        "issuer_ids": [issuer.id for issuer in issuers],
        "issuers_known": [attrs.asdict(issuer) for issuer in issuers],
        "addressees": _value(article.addressees) or (),
        "keywords": article.keywords,
        "topics": [attrs.asdict(topic) for topic in article.topics.ranked],
        "topic_set": article.topics.version,
        "provenance": _provenance(article),
        "conflicts": [attrs.asdict(conflict) for conflict in article.conflicts],
        "attachments": [_attachment(link, fetched.get(link.url)) for link in article.attachments],
        "outline": attrs.asdict(article.outline),
        "completeness": attrs.asdict(article.completeness) | {"complete": article.completeness.complete},
        "warnings": article.warnings,
    }


_PLAIN_FIELDS = [
    declared.name
    for declared in ARTICLE_FIELDS
    if declared.name not in {"title", "doc_no", "issuers", "addressees", "attachments"}
]
"""Fields whose value is printed as it is; the others have keys of their own."""


def _value(field: FieldValue[Any] | None) -> Any:
    return field.value if field else None


def _provenance(article: Article) -> dict[str, dict[str, str]]:
    """The raw text and the rule of every field that has a value."""
    fields = ((field.name, getattr(article, field.name)) for field in attrs.fields(Article))
    return {
        name: {"raw": value.raw, "rule": value.rule}
        for name, value in fields
        if isinstance(value, FieldValue)
    }


def _attachment(link: Attachment, file: File | None) -> Shape:
    content = file.content if file else None
    return {
        "url": link.url,
        "name": link.name,
        "kind": content.kind if content else None,
        "status": content.status if content else None,
        "pages": content.pages if content else None,
        "truncated": content.truncated if content else None,
        "note": content.note if content else None,
        "text": content.text if content else None,
        "failed": file.failed if file else None,
        "checked": file.checked if file else None,
        "capture": plain(file.capture) if file and file.capture else None,
    }


def article_view_shape(view: ArticleView) -> Shape:
    """An article at a version, with what is known of its page."""
    version, known = view.version, view.article
    return (
        version_shape(version)
        | article_shape(version.article, version.text, version.files)
        | {
            "missing_since": known.missing_since,
            "withdrawn_since": known.withdrawn_at,
            "now_at": known.url,
            "aliases": [plain(alias) for alias in view.aliases],
        }
    )


def version_shape(version: Version) -> Shape:
    """A version without its article."""
    return {
        "article_id": version.article_id,
        "policy_id": version.policy_id,
        "version": version.number,
        "at": version.at,
        "content_hash": version.content_hash,
        "code": version.code,
        "boilerplate": version.boilerplate,
        "title": version.article.title.value,
        "captures": [plain(capture) for capture in version.captures],
        "computed_keywords": version.keywords,
    }


def version_history_shape(history: ArticleHistory) -> list[Shape]:
    """The versions of an article, each with the kind of change it came by."""
    return [
        version_shape(version) | {"by": history.kinds.get(version.number)} for version in history.versions
    ]


def membership_shape(view: MembershipView) -> Shape:
    """Why an article is of its policy."""
    others = {link: view.others[link.other(view.article.id)] for link in view.links}
    return {
        "article_id": view.article.id,
        "policy_id": view.article.policy_id,
        "history": [plain(membership) for membership in view.history],
        "links": [
            plain(link) | {"other": other.id, "policy_id": other.policy_id, "url": other.url}
            for link, other in others.items()
        ],
        "rulings": [plain(ruling) for ruling in view.rulings],
    } | lag_shape(view.lag)


# ------------------------------------------------------------------ a policy


def policy_shape(view: PolicyView) -> Shape:
    """A policy with its articles and citations."""
    consensus = view.consensus
    return {
        "policy_id": view.id,
        "former_ids": view.former_ids,
        "successors": view.successors,
        "announcement": plain(view.announcement) if view.announcement else None,
        "title": consensus.title,
        "fields": {
            vote.name: {"value": vote.kept.value, "articles": vote.kept.articles, "others": vote.others}
            for vote in consensus.votes
        },
        "complete": consensus.complete,
        "missing": consensus.missing,
        "best": consensus.best.article_id,
        "in_force": view.article_in_force.article_id,
        "first_seen": {
            "article_id": consensus.first_seen.article_id,
            "at": consensus.first_seen.first_seen,
        },
        "articles": [
            {
                "article_id": source.member.article_id,
                "version": source.member.version,
                "portal": source.member.article.portal,
                "url": source.member.article.url,
                "title": source.member.article.title.value,
                "published": source.member.published,
                "days_later": source.days,
                "rank": source.member.rank.name.lower(),
                "relation": source.member.relation,
                "edition": source.member.edition,
                "kept": view.kept.get(source.member.article_id),
                "withdrawn": source.member.withdrawn,
            }
            for source in consensus.sources
        ],
        "force": plain(view.validity),
        "cites": [_citation(citation) for citation in view.cites],
        "cited_by": [_citation(citation) for citation in view.cited_by],
    } | lag_shape(view.lag)


def _citation(citation: Citation) -> Shape:
    return plain(citation) | {"target": citation.target}


def clauses_shape(clauses: Sequence[Traced]) -> list[Shape]:
    """The clauses of a text with their ids."""
    return [plain(clause) for clause in clauses]


def clause_history_shape(history: ClauseHistory) -> Shape:
    """A clause through all versions."""
    stages = [_stage(stage) for stage in history.stages]
    return {"article_id": stages[-1]["article_id"], "versions": stages} | lag_shape(history.lag)


def _stage(stage: ClauseStage) -> Shape:
    return {
        "article_id": stage.version.article_id,
        "version": stage.version.number,
        "at": stage.version.at,
        "since": stage.since,
        "clause": plain(stage.clause) if stage.clause else None,
    }


# ------------------------------------------------------------------ search and comparison


def search_shape(results: SearchResults) -> Shape:
    """The hits of a search."""
    hits = [plain(hit) for hit in results.results.hits]
    return {"total": results.results.total, "hits": hits} | lag_shape(results.lag)


def comparison_shape(compared: TextComparison) -> Shape:
    """The differences of two texts."""
    return {
        "from": _side(compared.old),
        "to": _side(compared.new),
        "grade": compared.materiality.grade,
        "fields": [plain(change) for change in compared.fields],
        "changes": [_change(change) for change in compared.shown],
    }


def _side(side: Side) -> Shape:
    published = side.version.article.published
    return {
        "article_id": side.version.article_id,
        "version": side.version.number,
        "at": side.version.at,
        "portal": side.version.article.portal,
        "title": side.title,
        "url": side.version.article.url,
        "published": published.value if published else None,
    }


def _change(change: ClauseChange) -> Shape:
    from services.archive.comparison import place_of

    clauses: Mapping[str, Shape | None] = {
        name: {"path": clause.path, "label": clause.label, "line": clause.line, "text": clause.text}
        if clause
        else None
        for name, clause in (("old", change.old), ("new", change.new))
    }
    return {
        "kind": change.kind,
        "grade": change.grade,
        "reasons": [plain(reason) | {"said": str(reason)} for reason in change.reasons],
        **clauses,
        "lines": [
            plain(line)
            | {"clause": place_of(change, line).label, "parts": [plain(part) for part in line.parts]}
            for line in change.lines
        ],
    }
