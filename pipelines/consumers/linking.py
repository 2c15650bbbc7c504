"""Compare new versions with the archive: which policies they cite, and which articles are one policy.

A consumer of the change feed: a crawl never waits for it, and everything it writes is derived from the newest
versions and can be rebuilt. An article is compared with the few candidates from the index of fingerprints.
After each batch all articles connected with a compared one are regrouped
(:mod:`pipelines.consumers.regrouping`).
"""

from __future__ import annotations

import datetime as dt
import logging
import re
from collections import OrderedDict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby
from operator import itemgetter

from attrs import asdict, evolve
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from pipelines.consumers.regrouping import regroup
from pipelines.dedupe.assignment import facts_of
from pipelines.dedupe.comparison_profile import ComparisonProfile, comparison_profile, fingerprints
from pipelines.dedupe.relations import find_relation
from pipelines.metadata.genres import ABOUT, OTHERS, STATUTORY, genre_of, without_number
from policy.documents.dates import printed_day
from policy.documents.references import references, title_forms, title_key
from policy.errors import ArchiveError
from policy.records import Article, Change, File, Version
from policy.records.content import FORCE_KINDS, Reference
from policy.records.saves import EARLIER_VERSION, Link, Relation
from policy.rules.identity import number_keys, policy_keys
from policy.text.words import Fingerprints, unify_radicals
from storage import queries
from storage.change_feed import Progress, add_change, consume_changes, lock_cursor
from storage.database import Database, lock_feed
from storage.policies import article_links, citations, memberships
from storage.policies import fingerprints as index
from storage.policies.article_links import Wording
from storage.policies.citations import day_key, organ_key

logger = logging.getLogger(__name__)

_MERE_KINDS = frozenset({*STATUTORY, *OTHERS, "关于"})
"""Words for a kind of document, which do not identify a document."""


def names_of(article: Article) -> tuple[str, ...]:
    """The keys under which other documents cite this one (``no:…``, ``title:…``), as
    :func:`policy.documents.references.reference_keys` makes them of a reference, and the keys of its days and
    organs, which tell policies of one title apart.

    An interpretation has no title key, because the title in its headline is that of another document.
    """
    number = [f"no:{key}" for key in number_keys(article)]
    if interprets(article):
        return tuple(number)
    official = article.title_official.value if article.title_official else ""
    titles = (official, without_number(article.title.value), article.title.value)
    issuers = article.issuers.value if article.issuers else ()
    forms = [form for title in titles if title for form in (title, *title_forms(title, issuers))]
    found = {title_key(form): None for form in forms}
    keys = [key for key in found if _names(key) and key not in _named_in_title(article)]
    days = {day_key(printed_day(each.value)): None for each in (article.written, article.published) if each}
    organs = [organ_key(issuer.id) for issuer in issuers if issuer.id]
    named = [f"title:{key}" for key in keys]
    return tuple(dict.fromkeys([*number, *named, *([*days, *organs] if keys else [])]))


def _named_in_title(article: Article) -> frozenset[str]:
    """The titles of other documents in this one's: of what it repeals, amends or confirms."""
    acts = FORCE_KINDS | {"amends"}
    named = (each for each in article.references if each.line is None and each.kind in acts)
    return frozenset(title_key(each.full or each.title) for each in named if each.title)


def interprets(article: Article) -> bool:
    """Whether the headline says that the article interprets a policy."""
    genre = genre_of(article.title.value)
    return genre is not None and genre.value in ABOUT


def _names(key: str) -> bool:
    return len(key) > 1 and key not in _MERE_KINDS


CONSUMER = "connections"
"""The name of its cursor, as archives of earlier releases have stored it."""
TELLING = 0.3
"""Least share of the shorter text for which the relation of two different policies is stored."""
MOST_WORDINGS = 5
"""Newest versions of an article that are compared."""
_WITH_WORDS = frozenset({"new_policy", "source_added", "new_version", "completed", "reextracted", "moved"})
_BATCH = 100


def follow(database: Database, progress: Progress = lambda done, total: None) -> int:
    """Link the articles that the feed reports as new or changed; returns their number.

    An article that cannot be compared does not stop the others; the ArchiveError at the end names the first.
    """
    failed: list[str] = []
    done = consume_changes(
        database,
        CONSUMER,
        batch=_BATCH,
        prepare=lambda changes: _link_changes(database, changes, failed),
        apply=lambda _, linked: linked,
        progress=progress,
    )
    _refuse(failed)
    return done


def _link_changes(database: Database, changes: Sequence[Change], failed: list[str]) -> int:
    """Link the changed articles, one transaction each, and regroup them after each day's silent or announced
    changes. All of it may be repeated: the cursor moves after the whole batch."""
    linked = 0
    for _, alike in groupby(changes, key=lambda change: (change.silent, change.at.date())):
        touched: dict[int, dt.datetime] = {}
        for change in alike:
            with _recording_failure(failed, change.article_id):
                linked += _link_change(database, change, touched)
        _regroup_queued(database, failed)
        _report_force(database, touched)
    return linked


@contextmanager
def _recording_failure(failed: list[str], article_id: int) -> Iterator[None]:
    """Log and record the failure of one article; errors of the database are raised."""
    try:
        yield
    except SQLAlchemyError:
        raise  # the changes are read again on the next run
    except Exception as error:
        logger.exception("article %d cannot be compared", article_id)
        failed.append(f"article {article_id}: {error}")


def _link_change(database: Database, change: Change, touched: dict[int, dt.datetime]) -> int:
    """Link one changed article; 0 if its words did not change or another process has done it.

    ``touched`` collects the policies whose force it may change. Of an attachment that was read only the
    references are new.
    """
    if change.kind not in _WITH_WORDS and change.kind != "attachments":
        return 0
    with database.write() as session:
        done = lock_cursor(session, CONSUMER) >= change.id
        version = None if done else queries.version(session, change.article_id)
        if version is None:
            return 0
        arrived = change.kind in ("new_policy", "source_added")
        before = frozenset() if arrived else citations.policies_of_force(session, change.article_id)
        if change.kind == "attachments":
            _save_citations(session, version, version.article.references)
        else:
            connect(session, version, silent=change.silent)
        after = citations.policies_of_force(session, change.article_id)
        touched.update(dict.fromkeys(before | after, change.at))
        return int(change.kind != "attachments")


def _report_force(database: Database, touched: Mapping[int, dt.datetime]) -> None:
    """Report the policies whose force other documents changed, once each, silently."""
    for policy_id, at in sorted(touched.items()):
        with database.write() as session:
            lock_cursor(session, CONSUMER)
            policy = memberships.root(session, policy_id)
            articles = memberships.articles_of(session, [policy], 1)
            version = queries.version(session, articles[0]) if articles else None
            if version is None or not citations.record_effects(session, policy):
                continue
            lock_feed(session)
            change = Change(
                id=0,
                kind="force_changed",
                policy_id=policy,
                article_id=version.article_id,
                version=version.number,
                at=at,
                silent=True,
            )
            add_change(session, change)


def _regroup_queued(database: Database, failed: list[str]) -> None:
    """Regroup the articles in the queue, each with all that are linked with it, one transaction each. The
    cursor's lock admits one process at a time, so that a second one repeats no move and no change."""
    while True:
        with database.write() as session:
            lock_cursor(session, CONSUMER)
            queued = article_links.next_queued(session)
            if queued is None:
                return
            grouped = {queued.article_id}
            with _recording_failure(failed, queued.article_id), session.begin_nested():
                grouped |= regroup(session, [queued.article_id], at=queued.at, silent=queued.silent)
            article_links.dequeue(session, grouped)


def rebuild(database: Database, progress: Progress = lambda done, total: None) -> int:
    """Link every article again, as after a change of the comparison; returns their number.

    Raises ArchiveError at the end, as :func:`follow` does.
    """
    with database.read() as session:
        total = queries.totals(session).articles
    done, after, failed = 0, 0, list[str]()
    while batch := _newest_versions(database, after):
        touched: dict[int, dt.datetime] = {}
        for version in batch:
            with _recording_failure(failed, version.article_id), database.write() as session:
                lock_cursor(session, CONSUMER)
                earlier = citations.policies_of_force(session, version.article_id)
                connect(session, _read_again(version), silent=True)
                now = citations.policies_of_force(session, version.article_id)
                touched.update(dict.fromkeys(earlier | now, version.at))
            done += 1
            progress(done, total)
        _regroup_queued(database, failed)
        _report_force(database, touched)
        after = batch[-1].article_id
    _renew_keys(database)
    _refuse(failed)
    return done


def _renew_keys(database: Database) -> None:
    """Make the keys of all policies again, which an earlier release may have made otherwise.

    All are withdrawn before any is added, because a key has one policy.
    """
    for change in (memberships.withdraw_number_keys, memberships.add_keys):
        after = 0
        while batch := _newest_versions(database, after):
            with database.write() as session:
                lock_cursor(session, CONSUMER)
                for policy_id in sorted({version.policy_id for version in batch}):
                    change(session, policy_id, _keys_of_policy(session, policy_id))
            after = batch[-1].article_id


def _keys_of_policy(session: Session, policy_id: int) -> list[str]:
    """The keys of all versions of a policy's articles."""
    versions = queries.versions_of(session, memberships.articles_of(session, [policy_id]))
    every = (version for article in versions.values() for version in article)
    return [*dict.fromkeys(key for version in every for key in policy_keys(version.article))]


def _newest_versions(database: Database, after: int) -> list[Version]:
    with database.read() as session:
        return queries.newest_versions(session, after=after, limit=_BATCH)


def _refuse(failed: Sequence[str]) -> None:
    if failed:
        raise ArchiveError(f"{len(failed)} articles could not be compared with others: {failed[0]}")


def connect(session: Session, version: Version, *, silent: bool) -> None:
    """Link an article's newest version with the archive, and queue it and all that were linked with it for
    regrouping."""
    article = version.article
    _save_citations(session, version, article.references)
    ours = comparison_profile(article)
    prints = fingerprints(ours)
    links = article_links.links_of(session, [version.article_id])
    before = {link.other(version.article_id) for link in links}
    joined = {link.other(version.article_id) for link in links if link.joins}
    compared = [*_compared(session, version.article_id, prints, joined)]
    article_links.set_links(session, version.article_id, compared)
    index.index_article(session, version.article_id, prints)
    article_links.save_facts(session, version.article_id, facts_of(article, ours, version.number))
    article_links.enqueue(session, {version.article_id, *before}, at=version.at, silent=silent)


# ------------------------------------------------------------------ references


def _read_again(version: Version) -> Version:
    """The version with its references as today's code reads them from the archived text."""
    article = version.article
    number = article.doc_no.value if article.doc_no else None
    lines = unify_radicals(article.text).split("\n")
    return evolve(
        version,
        article=evolve(article, references=references(lines, title=article.title.value, doc_no=number)),
    )


def _save_citations(session: Session, version: Version, cited: Sequence[Reference]) -> None:
    """Save what an article cites in its text, and what its attachments do to other documents."""
    annexed = [each for file in version.files for each in _in_file(version.article, file)]
    citations.save_citations(session, version.article_id, names_of(version.article), [*cited, *annexed])


def _in_file(article: Article, file: File) -> Iterator[Reference]:
    """What an attachment does to the force or words of other documents: 附件：废止的文件目录. Its name is its
    heading."""
    name = file.name.rpartition(".")[0] or file.name
    if not _MAY_ACT.search(f"{name}\n{file.text}"):
        return
    lines = [name, *unify_radicals(file.text).split("\n")]
    for each in references(lines, title=article.title.value):
        if each.line is not None and each.kind in (*FORCE_KINDS, "amends"):
            yield evolve(each, sentence=f"{file.name}: {each.sentence}")


_MAY_ACT = re.compile(r"废止|失效|停止执行|修改|修订|有效|暂停|恢复")


# ------------------------------------------------------------------ comparison of pairs


def _compared(
    session: Session, article_id: int, prints: Fingerprints, joined: Collection[int]
) -> Iterator[Link]:
    """What the article is to those which the index says are like it, and to those that were joined with what
    it said before."""
    likely = index.candidates(session, prints, besides=article_id)
    near = sorted({*joined, *(article for one in likely for article in one.articles)})
    profiles = _profiles(session, [article_id, *near]) if near else {}
    mine = _wordings(profiles.get(article_id, []))
    for other in near:
        a, b = sorted(((article_id, mine), (other, _wordings(profiles.get(other, [])))), key=itemgetter(0))
        told = _best(a[1], b[1])
        if told is not None and (told.kind != "different" or told.containment >= TELLING or told.contested):
            yield Link(a=a[0], b=b[0], **asdict(told))


_MOST_KEPT = 600
"""Comparison profiles that are kept in memory: reprints of one policy come together."""
_kept: OrderedDict[Wording, ComparisonProfile] = OrderedDict()


def _profiles(session: Session, articles: Sequence[int]) -> dict[int, list[ComparisonProfile]]:
    """The comparison profiles of the last versions of these articles, the newest of each first.

    A version never changes, so its profile is kept; the least recently used are dropped.
    """
    wordings = article_links.wordings_of(session, articles, MOST_WORDINGS)
    missing = [each for each in wordings if each not in _kept]
    read = article_links.compared_articles(session, missing)
    profiles: dict[int, list[ComparisonProfile]] = {}
    for each in wordings:
        profile = _kept.pop(each, None) or comparison_profile(read[each])
        _kept[each] = profile
        profiles.setdefault(each.article_id, []).append(profile)
    while len(_kept) > _MOST_KEPT:
        _kept.popitem(last=False)
    return profiles


def _wordings(profiles: Sequence[ComparisonProfile]) -> list[ComparisonProfile]:
    """An article's newest words, and before them those that they are a revision of: a reprint may be of any.

    Where a page says something else under another title, what it said before counts no more.
    """
    if not profiles:
        return []
    newest, *older = profiles
    return [newest, *(each for each in older if _is_revision(newest, each))]


def _is_revision(newest: ComparisonProfile, older: ComparisonProfile) -> bool:
    """Whether an article's words are a revision of what it said before: they share some, or its title."""
    one, other = newest.title, older.title
    titled = one.normative and other.normative and not one.names.isdisjoint(other.names)
    return titled or find_relation(newest, older).containment >= TELLING


def _best(ours: Sequence[ComparisonProfile], theirs: Sequence[ComparisonProfile]) -> Relation | None:
    """What two articles are to each other: by their newest words, or by earlier ones where those do not join.

    An article that repeats what the other said before is an earlier edition of it.
    """
    newest = find_relation(ours[0], theirs[0]) if ours and theirs else None
    if newest is None or newest.joins:
        return newest
    earlier = [
        (find_relation(mine, other), mine, other)
        for mine in ours
        for other in theirs
        if mine is not ours[0] or other is not theirs[0]
    ]
    joining = [each for each in earlier if each[0].joins]
    if not joining:
        return newest
    relation, mine, _ = max(joining, key=lambda each: (each[0].strength, each[0].containment))
    if relation.kind not in {"same", "edition"}:
        return relation
    return evolve(
        relation,
        kind="edition",
        side="left" if mine is ours[0] else "right",
        differs=True,
        strength=EARLIER_VERSION,
        evidence=f"an earlier version: {relation.evidence}",
    )
