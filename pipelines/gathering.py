"""What articles are to each other, told after the commit: who cites whom, and which pages are one policy.

A follower of the change feed: a crawl never waits for it, and all that it writes is derived from
the newest versions and can be made anew. An article is compared with the few that the index of
fingerprints names; then all that are connected with it are grouped afresh, so what came first makes
no difference, and a policy may turn out to be another, or two.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter

from attrs import evolve, frozen
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from pipelines.belonging import Belonging, belongings, claims
from pipelines.citable import names_of
from pipelines.comparable import Facts, facts_of, load, relations_of
from pipelines.grouping import Group, group
from pipelines.relations import JOINING, Relation, relation
from pipelines.sheets import Sheet, fingerprints, sheet
from policy.errors import ArchiveError
from policy.fingerprints import Fingerprints
from policy.identity import policy_keys
from policy.links import Link
from policy.records import Change, Version
from storage import citations, compared, cursors, links, memberships, queries
from storage import fingerprints as index
from storage.changes import add_change
from storage.database import Database
from storage.locks import lock_feed
from storage.memberships import Membership

logger = logging.getLogger(__name__)

FOLLOWER = "connections"
MOST = 3000
"""Articles that are grouped at once."""
TELLING = 0.3
"""Of the shorter text: so much in common of two that are not one is worth to be told."""
MOST_WORDINGS = 5
"""Versions of an article that are compared, the newest."""
_WORDED = frozenset({"new_policy", "source_added", "new_version", "completed", "reextracted", "moved"})
_BATCH = 100

Progress = Callable[[int, int], None]


def follow(database: Database) -> int:
    """Connect what the feed says is new or has other words; how many articles that were.

    An article that cannot be compared stops none behind it; ArchiveError names the first at the end.
    """
    done, failed = 0, list[str]()
    while changes := _next(database):
        for change in changes:
            try:
                done += _step(database, change)
            except SQLAlchemyError:
                raise  # the database's own trouble: the same change is tried again
            except Exception as error:
                logger.exception("article %d cannot be compared", change.article_id)
                failed.append(f"article {change.article_id}: {error}")
                _pass_over(database, change)
    if failed:
        raise ArchiveError(f"{len(failed)} articles could not be compared with others: {failed[0]}")
    return done


def _next(database: Database) -> list[Change]:
    with database.read() as session:
        return queries.changes(session, cursors.cursor(session, FOLLOWER), _BATCH)


def _step(database: Database, change: Change) -> bool:
    """One change, one transaction; whether there was anything to connect."""
    with database.write() as session:
        if cursors.held_cursor(session, FOLLOWER) >= change.id:
            return False
        version = queries.version(session, change.article_id) if change.kind in _WORDED else None
        if version is not None:
            connect(session, version, quiet=change.quiet)
        cursors.move_cursor(session, FOLLOWER, change.id)
    return version is not None


def _pass_over(database: Database, change: Change) -> None:
    with database.write() as session:
        if cursors.held_cursor(session, FOLLOWER) < change.id:
            cursors.move_cursor(session, FOLLOWER, change.id)


def rebuild(database: Database, progress: Progress = lambda done, total: None) -> int:
    """Connect every article anew, as after a change of how they are compared; how many there are."""
    with database.read() as session:
        total = queries.totals(session).articles
    done, after = 0, 0
    while True:
        with database.read() as session:
            batch = queries.newest_versions(session, after=after, limit=_BATCH)
        for version in batch:
            with database.write() as session:
                connect(session, version)
            done += 1
            progress(done, total)
        if not batch:
            return done
        after = batch[-1].article_id


def connect(session: Session, version: Version, *, quiet: bool = True) -> None:
    """Connect one article's newest version with the archive."""
    article = version.article
    citations.connect(session, version.article_id, names_of(article), article.references)
    ours = sheet(article)
    prints = fingerprints(ours)
    before = {link.other(version.article_id) for link in links.links_of(session, [version.article_id])}
    links.set_links(session, version.article_id, [*_compared(session, version.article_id, prints)])
    index.add(session, version.article_id, prints)
    compared.keep(session, version.article_id, facts_of(article, ours, version.number))
    settle(session, [version.article_id, *before], at=version.at, quiet=quiet)


# ------------------------------------------------------------------ pairs


def _compared(session: Session, article_id: int, prints: Fingerprints) -> Iterator[Link]:
    """What the article is to those which the index says are like it."""
    likely = index.candidates(session, prints, besides=article_id)
    near = sorted({article for one in likely for article in one.articles})
    mine = _wordings(session, article_id) if near else []
    for other in near:
        a, b = sorted(((article_id, mine), (other, _wordings(session, other))), key=itemgetter(0))
        told = _best(a[1], b[1])
        if told is not None and (told.kind != "different" or told.containment >= TELLING):
            yield Link(
                a=a[0],
                b=b[0],
                kind=told.kind,
                side=told.side,
                strength=told.strength,
                containment=told.containment,
                conflict=told.conflict,
                differs=told.differs,
                evidence=told.evidence,
            )


def _wordings(session: Session, article_id: int) -> list[Sheet]:
    """An article's newest words, and before them those that they are a revision of: a reprint may be of
    any. Where a page says something else altogether, what it said before counts no more."""
    versions = queries.versions(session, article_id)[-MOST_WORDINGS:]
    if not versions:
        return []
    newest, *older = [sheet(each.article) for each in reversed(versions)]
    return [newest, *(each for each in older if relation(newest, each).containment >= TELLING)]


def _best(ours: Sequence[Sheet], theirs: Sequence[Sheet]) -> Relation | None:
    """What two articles are to each other by the words of both that say most; the newest where none join."""
    told = [relation(mine, other) for mine in ours for other in theirs]
    joining = [each for each in told if each.joins]
    return max(joining, key=lambda each: (each.strength, each.containment), default=next(iter(told), None))


# ------------------------------------------------------------------ groups


@frozen(kw_only=True)
class _Around:
    """The articles that bear on each other, and the policies they belong to."""

    facts: Mapping[int, Facts]
    held: Mapping[int, int]

    @property
    def ids(self) -> dict[str, int]:
        """Their numbers by their keys."""
        return {facts.key: number for number, facts in self.facts.items()}


def settle(
    session: Session, articles: Iterable[int], *, at: dt.datetime, quiet: bool = True, by: str = "rule"
) -> list[Change]:
    """Group all that is connected with these articles, and move those that belong elsewhere."""
    around = _around(session, articles)
    ids, known = around.ids, [*around.facts]
    relations = relations_of(links.links_of(session, known), links.rulings_of(session, known), around.facts)
    groups = group({facts.key: facts.member for facts in around.facts.values()}, relations)
    held = {facts.key: around.held[number] for number, facts in around.facts.items()}
    kept = claims(groups, held, ids)
    now = memberships.current(session, known)
    moved: list[Membership] = []
    for each, claimed in zip(groups, kept, strict=True):
        policy = claimed if claimed is not None else _new_policy(session, each, around, at)
        for key, belonging in belongings(each, relations).items():
            put = _membership(ids[key], policy, held[key], belonging, at=at, by=by)
            if _says_more(put, now.get(ids[key])):
                memberships.put(session, put)
            moved += [put] if put.policy_id != put.was else []
    _bury(session, moved, at)
    return _tell(session, groups, moved, around, at=at, quiet=quiet)


def _around(session: Session, articles: Iterable[int]) -> _Around:
    """Whoever is linked with these, or is in one policy with one of them, and so on."""
    reached: set[int] = set()
    fresh = set(articles)
    while fresh and len(reached) < MOST:
        reached |= fresh
        joined = [link for link in links.links_of(session, fresh) if link.kind in JOINING]
        ruled = [ruling for ruling in links.rulings_of(session, fresh) if ruling.same]
        policies = {*memberships.policies_of(session, fresh).values()}
        pairs = [(link.a, link.b) for link in joined] + [(ruling.a, ruling.b) for ruling in ruled]
        near = {end for pair in pairs for end in pair}
        fresh = {*near, *compared.compared_in(session, policies)} - reached
    facts = {number: load(one) for number, one in compared.facts_of(session, reached).items()}
    return _Around(facts=facts, held=memberships.policies_of(session, facts))


def _membership(
    article_id: int, policy: int, was: int, belonging: Belonging, *, at: dt.datetime, by: str
) -> Membership:
    return Membership(
        article_id=article_id,
        policy_id=policy,
        was=was,
        at=at,
        relation=belonging.relation,
        edition=belonging.edition,
        flagged=belonging.flagged,
        evidence=belonging.evidence,
        by=by,
    )


def _says_more(put: Membership, now: Membership | None) -> bool:
    """Whether there is anything to put down; of an article that is alone in its policy nothing is."""
    if put.policy_id != put.was:
        return True
    said = now or evolve(put, relation="", edition=None, flagged=False)
    return (put.relation, put.edition, put.flagged) != (said.relation, said.edition, said.flagged)


def _new_policy(session: Session, group: Group, around: _Around, at: dt.datetime) -> int:
    """A number for a group that had none of its own: it was part of another policy until now."""
    first = min(group.articles, key=lambda key: around.ids[key])
    title = around.facts[around.ids[first]].title
    return memberships.add_policy(session, title, at)


def _bury(session: Session, moved: Sequence[Membership], at: dt.datetime) -> None:
    """Policies that lost all their articles are tombstones; of others, the keys go with the articles."""
    for was in sorted({each.was for each in moved}):
        gone = [each for each in moved if each.was == was]
        if not memberships.articles_of(session, [was], limit=1):
            memberships.bury(session, was, min(each.policy_id for each in gone), at)
            continue
        stay = {key for one in memberships.articles_of(session, [was]) for key in _keys(session, one)}
        for each in gone:
            keys = [key for key in _keys(session, each.article_id) if key not in stay]
            memberships.give_keys(session, keys, was, each.policy_id)


def _keys(session: Session, article_id: int) -> tuple[str, ...]:
    version = queries.version(session, article_id)
    return policy_keys(version.article) if version else ()


# ------------------------------------------------------------------ what is told


def _tell(
    session: Session,
    groups: Sequence[Group],
    moved: Sequence[Membership],
    around: _Around,
    *,
    at: dt.datetime,
    quiet: bool,
) -> list[Change]:
    """The changes: articles that joined another policy, policies that are new, policies now complete."""
    if not moved:
        return []
    lock_feed(session)
    before = {*around.held.values()}
    told: list[Change] = []
    for each in moved:
        born = each.policy_id not in before and each.policy_id not in {one.policy_id for one in told}
        change = Change(
            id=0,
            kind="new_policy" if born else "joined",
            policy_id=each.policy_id,
            article_id=each.article_id,
            version=around.facts[each.article_id].version,
            at=at,
            quiet=quiet or not born,
        )
        told.append(add_change(session, change))
    return [*told, *_completed(session, groups, moved, around, at)]


def _completed(
    session: Session, groups: Sequence[Group], moved: Sequence[Membership], around: _Around, at: dt.datetime
) -> list[Change]:
    """Policies whose articles had gaps until one came that has all, or fills them."""
    came = {each.article_id: each for each in moved}
    ids = around.ids
    told: list[Change] = []
    for each in groups:
        inside = {ids[key]: around.facts[ids[key]] for key in each.articles}
        arrived = inside.keys() & came.keys()
        there = [facts for number, facts in inside.items() if number not in arrived]
        if arrived and there and not _complete(there) and _complete([*inside.values()]):
            first = min(arrived)
            change = Change(
                id=0,
                kind="completed",
                policy_id=came[first].policy_id,
                article_id=first,
                version=inside[first].version,
                at=at,
                quiet=True,
            )
            told.append(add_change(session, change))
    return told


def _complete(facts: Collection[Facts]) -> bool:
    """Whether one of them is whole, or what the fullest lacks stands in the others."""
    if any(one.complete for one in facts):
        return True
    fullest = min(facts, key=lambda one: (len(one.gaps), one.key))
    printed = {label for one in facts for label in one.labels}
    return bool(fullest.gaps) and printed >= {*fullest.gaps}
