"""One policy with all its articles: its fields, what it cites and what cites it, and whether it is in force.

Either of the archive as it is, or as it was known at the end of an earlier day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from itertools import product

from attrs import frozen
from sqlalchemy.orm import Session

from pipelines.consumers.regrouping import regroup
from pipelines.dedupe.comparison_profile import comparison_profile
from pipelines.dedupe.consensus import Consensus, PolicyArticle, form_consensus, rank_of
from pipelines.dedupe.grouping import grouping_member
from pipelines.diff.comparison import Fidelity, compare_reprint
from policy.documents.dates import SHANGHAI, calendar_day
from policy.documents.issuers import organ_name
from policy.errors import ArchiveError
from policy.records import Article
from policy.records.content import FORCE_KINDS
from policy.records.saves import Announcement, Ruling
from policy.rules.validity import Coverage, ForceStatement, PortalReading, Validity, own_days, validity
from services.archive.lookup import find_article
from services.consumer_lag import ConsumerLag, linking_lag
from storage import queries
from storage.policies import article_links, citations, memberships
from storage.policies.citations import Citation
from storage.policies.memberships import ArticleOfPolicy, Membership
from storage.runs import leases

Owner = Callable[[str], str | None]
"""From a portal's slug to the organ whose own site it is; None for media and portals no longer declared."""

_MOST_COMPARED = 40
"""Reprints that are compared with the original, clause by clause."""


@frozen(kw_only=True)
class PolicyView:
    """A policy as it is shown. ``article_in_force`` has the text in force on the day; ``kept`` says, by
    article, what each reprint keeps of the original of its edition. ``former_ids`` are of policies merged
    into it, ``successors`` the policies that articles were split off into."""

    id: int
    former_ids: Sequence[int]
    successors: Sequence[int]
    announcement: Announcement | None
    consensus: Consensus
    article_in_force: PolicyArticle
    kept: Mapping[int, Fidelity]
    validity: Validity
    cites: Sequence[Citation]
    cited_by: Sequence[Citation]
    lag: ConsumerLag


def end_of(day: dt.date) -> dt.datetime:
    """The last moment of a day in China."""
    return dt.datetime.combine(day, dt.time.max, tzinfo=SHANGHAI)


def view_policy(
    session: Session,
    number: int,
    owner: Owner,
    *,
    as_of: dt.date | None = None,
    in_force_on: dt.date | None = None,
) -> PolicyView:
    """The policy of this number; raises ArchiveError when there is none, or was none on the day."""
    moment = end_of(as_of) if as_of else None
    number = number if as_of else memberships.root(session, number)
    consensus = policy_consensus(session, number, owner, moment)
    mentions = citations.citing(session, number, as_of=moment, doubtful=True)
    day = in_force_on or dt.datetime.now(SHANGHAI).date()
    in_force = consensus.on(day)
    return PolicyView(
        id=number,
        former_ids=memberships.family(session, number)[1:],
        successors=memberships.successors(session, number),
        announcement=memberships.announcement(session, number),
        consensus=consensus,
        article_in_force=in_force,
        kept=_kept(consensus),
        validity=validity(
            in_force.article,
            _force_statements(session, number, mentions),
            day=day,
            seen=calendar_day(in_force.first_seen),
            coverage=_coverage(session, consensus, owner, moment),
            official=owner(in_force.article.portal) is not None,
        ),
        cites=citations.cited_in(session, [in_force.article_id], as_of=moment),
        cited_by=[mention for mention in mentions if mention.target == number],
        lag=linking_lag(session),
    )


def policy_consensus(session: Session, number: int, owner: Owner, moment: dt.datetime | None) -> Consensus:
    """The fields and editions of a policy as known at that time; raises ArchiveError where there was none."""
    printed = memberships.articles_of_policy(session, number, as_of=moment)
    if not printed:
        day = f" on {calendar_day(moment)}" if moment else ""
        raise ArchiveError(
            f"policy {number}: no such policy{day} (`polarchive show ARTICLE` names an article's)"
        )
    current = memberships.current_memberships(session, [page.article.id for page in printed], as_of=moment)
    return form_consensus(
        [_member(page, current.get(page.article.id), owner(page.article.portal)) for page in printed]
    )


def _member(printed: ArticleOfPolicy, membership: Membership | None, owner: str | None) -> PolicyArticle:
    article = printed.version.article
    marks = grouping_member(comparison_profile(article))
    return PolicyArticle(
        article_id=printed.article.id,
        version=printed.version.number,
        article=article,
        first_seen=printed.article.first_seen,
        rank=rank_of(article, owner),
        relation=membership.relation if membership else "",
        edition=membership.edition if membership else None,
        draft=marks.draft,
        revised=marks.revised,
        withdrawn=printed.article.withdrawn_at is not None,
    )


def _kept(consensus: Consensus) -> dict[int, Fidelity]:
    """Of so many reprints as are worth the time."""
    best = {edition.edition or 1: edition for edition in consensus.editions}
    reprints = [lag.member for lag in consensus.sources if lag.member not in consensus.editions]
    return {
        reprint.article_id: compare_reprint(best[reprint.edition or 1].article, reprint.article)
        for reprint in reprints[:_MOST_COMPARED]
    }


def _force_statements(session: Session, policy_id: int, mentions: Sequence[Citation]) -> list[ForceStatement]:
    """What other policies say about this one's force, one statement of each article and kind: that with a day
    of its own, else the first."""
    about = [each for each in mentions if each.kind in FORCE_KINDS or each.kind == "amends"]
    said = {
        (citation.article_id, citation.kind, citation.clauses): citation
        for citation in sorted(about, key=lambda each: (each.day is not None, -each.place))
    }
    articles = {citation.article_id for citation in said.values()}
    versions = {number: queries.version(session, number) for number in sorted(articles)}
    first_seen = queries.first_seen_of(session, articles)
    return [
        _force_statement(citation, version.article, first_seen[citation.article_id], policy_id)
        for citation in sorted(said.values(), key=lambda each: (each.article_id, each.place))
        if (version := versions[citation.article_id])
    ]


def _force_statement(
    citation: Citation, article: Article, first_seen: dt.datetime, policy_id: int
) -> ForceStatement:
    since = own_days(article).since
    return ForceStatement(
        kind=citation.kind,
        policy_id=citation.policy_id,
        article_id=citation.article_id,
        sentence=citation.sentence,
        title=article.title.value,
        clauses=citation.clauses,
        stated=citation.day,
        effective=since.value if since else None,
        published=calendar_day(article.published.value) if article.published else None,
        written=article.written.value if article.written else None,
        seen=calendar_day(first_seen),
        certain=citation.target == policy_id,
    )


def _coverage(session: Session, consensus: Consensus, owner: Owner, moment: dt.datetime | None) -> Coverage:
    """The portals of the policy's issuers that the archive reads; without issuers those of the organs on
    whose sites it is printed."""
    organs = _issuers(consensus) or {
        organ: organ_name(organ) or organ
        for source in consensus.sources
        if (organ := owner(source.member.article.portal))
    }
    read = [
        PortalReading(
            portal=slug, organ=organs[organ], since=calendar_day(first), last_read=calendar_day(last)
        )
        for slug, first, last in leases.reading_periods(session, as_of=moment)
        if (organ := _body(owner(slug) or "")) in organs
    ]
    covered = {portal.organ for portal in read}
    missing = tuple(name for name in organs.values() if name not in covered)
    return Coverage(portals=tuple(read), missing=missing)


def _issuers(consensus: Consensus) -> dict[str, str]:
    """The printed names of the policy's issuers by their ids, as its best page states them."""
    pages = [consensus.best, *(source.member for source in consensus.sources)]
    stated = (page.article.issuers.value for page in pages if page.article.issuers)
    return {_body(issuer.id or issuer.printed): issuer.printed for issuer in next(stated, ())}


def _body(organ: str) -> str:
    """The organ of which an organ is the office, else itself: an office publishes on its organ's portal."""
    return organ.removesuffix("-office")


# ------------------------------------------------------------------ decisions by hand


MOST_PAIRS = 20_000
"""Pairs of articles that one ruling may be about."""


def join_policies(
    session: Session, article: str, other: str, *, by: str, why: str, at: dt.datetime
) -> dict[int, int]:
    """Make the policies of two articles one; the policy of each afterwards. Raises ArchiveError."""
    a, b = find_article(session, article), find_article(session, other)
    if a.policy_id == b.policy_id:
        raise ArchiveError(f"both articles are of policy {a.policy_id} already")
    first, second = (memberships.articles_of(session, [known.policy_id]) for known in (a, b))
    _rule(session, [*product(first, second)], same=True, by=by, why=why, at=at)
    return memberships.policies_of(session, [a.id, b.id])


def split_policy(session: Session, article: str, *, by: str, why: str, at: dt.datetime) -> dict[int, int]:
    """Make an article a policy of its own; the policies of it and of one it was with. Raises ArchiveError."""
    known = find_article(session, article)
    rest = [number for number in memberships.articles_of(session, [known.policy_id]) if number != known.id]
    if not rest:
        raise ArchiveError(f"article {known.id} is the only one of policy {known.policy_id}")
    _rule(session, [(known.id, number) for number in rest], same=False, by=by, why=why, at=at)
    return memberships.policies_of(session, [known.id, rest[0]])


def _rule(
    session: Session, pairs: Sequence[tuple[int, int]], *, same: bool, by: str, why: str, at: dt.datetime
) -> None:
    """Record the ruling about every pair, and group anew all that it bears on."""
    if len(pairs) > MOST_PAIRS:
        raise ArchiveError(f"that decides {len(pairs)} pairs of articles, at most {MOST_PAIRS}")
    for a, b in pairs:
        article_links.add_ruling(session, Ruling(a=a, b=b, same=same, by=by, why=why, at=at))
    regroup(session, {end for pair in pairs for end in pair}, at=at, by=by)
