"""What is known of an article's page: whether it is there, at which addresses, and its HTTP validators.

A page is seen, missing, withdrawn, restored or moved; an article that moved is merged with the one at the
new address. Functions that change an article work in the caller's transaction, on a locked row.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from attrs import asdict, frozen
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from policy.documents.dates import calendar_day
from policy.records import Article, Change
from policy.rules.extraction import Validators
from policy.rules.identity import OVERLAP_DAYS, Alias, Proof, has_same_content, policy_keys
from policy.rules.revisit import ALWAYS, is_counted, next_visit, next_visit_of_withdrawn
from storage import queries, rows
from storage.change_feed import record_change
from storage.database import insert, insert_unless_there, lock_article
from storage.policies import article_links, fingerprints
from storage.rows import ArchivedArticle, alias_record, article_record
from storage.tables import AliasRow, ArticleRow, Base, ChangeRow, InconsistentValidatorsRow, VersionRow


def set_seen(
    session: Session, row: ArticleRow, at: dt.datetime, run_id: int | None = None
) -> tuple[Change, ...]:
    """Record that the page existed at ``at``. A withdrawn article is ``restored``; returns that change."""
    row.first_seen, row.last_seen = min(row.first_seen, at), max(row.last_seen, at)
    if row.missing_since is None or row.missing_since > at:
        return ()
    withdrawn = row.withdrawn_at is not None
    row.missing_since = row.missed_on = row.withdrawn_at = None
    return (record_change(session, row, "restored", at, run_id),) if withdrawn else ()


def schedule_revisit(row: ArticleRow, at: dt.datetime) -> None:
    """Set the day of the next visit, after the article's text was found unchanged or saved."""
    if at >= row.last_seen:  # a replay of an older night changes nothing
        row.due = next_visit(
            row.key, calendar_day(at), stands_since=row.stands_since or calendar_day(row.newest_at)
        )


def mark_seen(session: Session, portal: str, key: str, at: dt.datetime, run_id: int | None = None) -> bool:
    """Record that a listing or a response shows the article still exists; False if it is not archived."""
    row = lock_article(session, portal, key)
    if row is not None:
        set_seen(session, row, at, run_id)
    return row is not None


def mark_unchanged(
    session: Session, portal: str, key: str, at: dt.datetime, run_id: int | None = None
) -> bool:
    """Record that the server answered that the page has not changed; False if it is not archived."""
    row = lock_article(session, portal, key)
    if row is not None:
        set_seen(session, row, at, run_id)
        schedule_revisit(row, at)
        row.looks, row.validated = row.looks + 1, True
    return row is not None


def mark_gone(
    session: Session,
    portal: str,
    key: str,
    at: dt.datetime,
    *,
    night: dt.date | None = None,
    believed: bool = True,
    run_id: int | None = None,
) -> Change | None:
    """Record that the article's page does not exist; returns the change if it is ``withdrawn`` or
    ``moved``.

    It is withdrawn once it was missing on two different nights (``night``: by default the day of ``at``)
    and not seen in between. If another article of the portal has its text at another address, it ``moved``
    there instead. With ``believed=False`` only the missing page is recorded. A visit before the article
    was last seen is ignored.
    """
    row = lock_article(session, portal, key)
    if row is None or at < row.last_seen:
        return None
    row.missing_since = row.missing_since or at
    if row.withdrawn_at is not None:
        row.due = next_visit_of_withdrawn(key, calendar_day(at), withdrawn=calendar_day(row.withdrawn_at))
        return None
    row.due = calendar_day(at)
    if not is_counted(believed=believed, missing_since=row.missing_since, at=at):
        return None
    night = night or calendar_day(at)
    if row.missed_on is None or night <= row.missed_on:
        row.missed_on = row.missed_on or night
        return None
    if (twin := find_successor(session, row)) is not None:
        return merge_articles(session, row, twin, "same words", at, run_id)
    row.withdrawn_at = at
    row.due = next_visit_of_withdrawn(key, calendar_day(at), withdrawn=calendar_day(at))
    return record_change(session, row, "withdrawn", at, run_id)


# ------------------------------------------------------------------ validators (ETag, Last-Modified)


@frozen(kw_only=True)
class InconsistentValidators:
    """A portal whose validators are ignored ``since`` the page at ``url`` changed and its validators did
    not."""

    portal: str
    url: str
    since: dt.datetime


def dump_validators(validators: Validators | None) -> dict[str, Any] | None:
    """Validators as stored in their article's row."""
    return asdict(validators) if validators else None


def load_validators(kept: dict[str, Any] | None) -> Validators | None:
    """Validators from their article's row."""
    return Validators(**kept) if kept else None


def inconsistent_portals(session: Session) -> list[InconsistentValidators]:
    """The portals that are requested without validators, by name."""
    rows = session.scalars(select(InconsistentValidatorsRow).order_by(InconsistentValidatorsRow.portal))
    return [InconsistentValidators(portal=row.portal, url=row.url, since=row.since) for row in rows]


def are_consistent(session: Session, portal: str) -> bool:
    """Whether a portal's validators have always changed with its pages."""
    return session.get(InconsistentValidatorsRow, portal) is None


def mark_inconsistent(session: Session, portal: str, url: str, at: dt.datetime) -> None:
    """Ignore a portal's validators from now on. Articles that they last reported unchanged are due at
    once."""
    insert_unless_there(session, InconsistentValidatorsRow, portal=portal, url=url, since=at)
    validated = update(ArticleRow).where(ArticleRow.portal == portal, ArticleRow.validated)
    session.execute(
        validated.values(due=ALWAYS, validated=False).execution_options(synchronize_session=False)
    )


# ------------------------------------------------------------------ aliases and moved articles


_OWN_TABLES = {table.__table__.name for table in (VersionRow, ChangeRow, AliasRow)}  # type: ignore[attr-defined]
"""Tables whose rows move with a merged article. All others with an article id are derived from its newest
version."""
_PAGE_COLUMNS = (
    *("url", "page_urls", "title", "last_digests", "last_code", "last_hash", "last_boilerplate"),
    *("due", "validators", "looks", "validated"),
)
"""Columns that describe an article's page: a merged article has those of the page that still exists."""


_MOST_COMPARED = 20
"""Other articles of a policy on its portal that are compared; with more, it is undecidable which one
moved."""


def find_successor(session: Session, row: ArticleRow) -> ArticleRow | None:
    """The only article of the same policy and portal that has this one's text and appeared while it
    existed or soon after it went missing. None if another such page is missing too, because then it is
    undecidable which one moved."""
    printed = _of_policy(session, row)
    if len(printed) > _MOST_COMPARED:
        return None
    others = [other for other in printed if _says_same(session, row, other)]
    later = [other for other in others if _is_later(session, row, other)]
    if len(later) != 1 or any(other.missing_since for other in others) or row.missing_since is None:
        return None
    stood_both = row.missing_since - later[0].first_seen
    return later[0] if stood_both <= dt.timedelta(days=OVERLAP_DAYS) else None


def merge_articles(
    session: Session,
    row: ArticleRow,
    other: ArticleRow,
    proof: Proof,
    at: dt.datetime,
    run_id: int | None = None,
) -> Change:
    """Merge ``other`` into ``row``, which moved to its address: one article with both keys. The versions,
    changes and aliases of ``other`` are appended to those of ``row``."""
    session.flush()
    for name, values in (
        ("version", {"number": VersionRow.number + row.newest}),
        ("change", {"version": ChangeRow.version + row.newest}),
        ("alias", {}),
    ):
        table = Base.metadata.tables[name]
        moved = update(table).where(table.c.article_id == other.id)
        session.connection().execute(moved.values(article_id=row.id, **values))
    fingerprints.remove_article(session, other.id)
    article_links.transfer_rulings(session, other.id, row.id)
    _drop_derived(session, other.id)
    _copy_page(row, other)
    _replace_by_alias(session, other, row, proof, at)
    return record_change(session, row, "moved", at, run_id)


def _is_later(session: Session, row: ArticleRow, other: ArticleRow) -> bool:
    """Whether the other article was announced by a later run. Articles of a first crawl or of one run
    existed side by side."""
    came = select(ChangeRow).order_by(ChangeRow.id).limit(1)
    first, second = (
        session.scalars(came.where(ChangeRow.article_id == each.id)).one() for each in (row, other)
    )
    return second.id > first.id and not second.silent and second.run_id != first.run_id


def _of_policy(session: Session, row: ArticleRow) -> list[ArticleRow]:
    same = (ArticleRow.policy_id == row.policy_id, ArticleRow.portal == row.portal, ArticleRow.id != row.id)
    query = select(ArticleRow).where(*same).order_by(ArticleRow.id)
    return list(session.scalars(query.limit(_MOST_COMPARED + 1).with_for_update()))


def _says_same(session: Session, row: ArticleRow, other: ArticleRow) -> bool:
    newest = select(VersionRow)
    one, two = (
        session.scalars(
            newest.where(VersionRow.article_id == each.id, VersionRow.number == each.newest)
        ).one()
        for each in (row, other)
    )
    return has_same_content(rows.load_article(one.record, one.text), rows.load_article(two.record, two.text))


def _drop_derived(session: Session, article_id: int) -> None:
    for table in Base.metadata.sorted_tables:
        if table.name not in _OWN_TABLES and "article_id" in table.c:
            session.connection().execute(delete(table).where(table.c.article_id == article_id))


def _copy_page(row: ArticleRow, other: ArticleRow) -> None:
    if other.last_hash != row.last_hash:
        row.stands_since = other.stands_since
    for name in _PAGE_COLUMNS:
        setattr(row, name, getattr(other, name))
    row.newest += other.newest
    row.newest_at = max(row.newest_at, other.newest_at)
    row.last_seen = max(row.last_seen, other.last_seen)
    row.missing_since = row.missed_on = row.withdrawn_at = None


def _replace_by_alias(
    session: Session, other: ArticleRow, row: ArticleRow, proof: Proof, at: dt.datetime
) -> None:
    """Replace the row of ``other`` by an alias."""
    alias = {"portal": other.portal, "key": other.key, "url": other.url, "merged_id": other.id}
    session.delete(other)
    session.flush()
    session.expire_all()
    insert(session, AliasRow, **alias, article_id=row.id, since=at, evidence=proof)


def aliases(session: Session, article_id: int) -> list[Alias]:
    """The further keys of an article, in the order in which they were learned."""
    query = select(AliasRow).where(AliasRow.article_id == article_id)
    return [alias_record(row) for row in session.scalars(query.order_by(AliasRow.since, AliasRow.key))]


def keys_by_alias(session: Session, portal: str) -> dict[str, str]:
    """The article key that each alias of the portal stands for."""
    query = select(AliasRow.key, ArticleRow.key).join(ArticleRow, ArticleRow.id == AliasRow.article_id)
    return dict(session.execute(query.where(AliasRow.portal == portal)).all())


def articles_with_same_text(session: Session, article: Article) -> list[ArchivedArticle]:
    """The articles of the same portal, under other keys, whose newest versions have the same text."""
    policies = {found.policy_id for found in queries.candidates(session, policy_keys(article))}
    if not policies:
        return []
    query = (
        select(ArticleRow, VersionRow)
        .join(VersionRow, VersionRow.article_id == ArticleRow.id)
        .where(
            ArticleRow.portal == article.portal,
            ArticleRow.policy_id.in_(policies),
            ArticleRow.key != article.key,
            VersionRow.number == ArticleRow.newest,
        )
        .order_by(ArticleRow.id)
        .limit(_MOST_COMPARED)
    )
    return [
        article_record(row)
        for row, newest in session.execute(query)
        if has_same_content(rows.load_article(newest.record, newest.text), article)
    ]


def save_aliases(
    session: Session, portal: str, article_id: int, new_aliases: Collection[Alias], at: dt.datetime
) -> None:
    """Save aliases of an article. A key that is an article's or already an alias is left alone."""
    if not new_aliases:
        return
    taken = queries.articles_by_key(session, portal, [alias.key for alias in new_aliases])
    for alias in new_aliases:
        if alias.key in taken:
            continue
        insert_unless_there(
            session,
            AliasRow,
            portal=portal,
            key=alias.key,
            article_id=article_id,
            url=alias.url,
            since=at,
            evidence=alias.evidence,
        )


def apply_aliases(
    session: Session,
    row: ArticleRow,
    article: Article,
    new_aliases: Collection[Alias],
    at: dt.datetime,
    run_id: int | None = None,
) -> tuple[Change, ...]:
    """Save the aliases of an article that was just seen. If one of them has the article's new URL, the
    article ``moved`` there; an article archived under that URL is merged into it."""
    save_aliases(session, row.portal, row.id, new_aliases, at)
    here = next((alias for alias in new_aliases if alias.url == article.url), None)
    if here is None or row.url == article.url:
        return ()
    other = lock_article(session, row.portal, here.key)
    if other is not None and other.id != row.id:
        same = other.policy_id == row.policy_id and other.key == here.key
        return (merge_articles(session, row, other, here.evidence, at, run_id),) if same else ()
    row.url, row.page_urls = article.url, list(article.page_urls)
    return (record_change(session, row, "moved", at, run_id),)
