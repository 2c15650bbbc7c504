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
from policy.errors import ArchiveError
from policy.records.saves import Ruling
from policy.rules.validity import Repeal, Validity, validity
from services.archive.lookup import find_article
from services.consumer_lag import ConsumerLag, linking_lag
from storage import queries
from storage.policies import article_links, citations, memberships
from storage.policies.citations import Citation
from storage.policies.memberships import ArticleOfPolicy, Membership

Owner = Callable[[str], str | None]
"""From a portal's slug to the organ whose own site it is; None for media and portals no longer declared."""

_MOST_COMPARED = 40
"""Reprints that are compared with the original, clause by clause."""


@frozen(kw_only=True)
class PolicyView:
    """A policy as it is shown. ``article_in_force`` has the text in force on the day; ``kept`` says, by
    article, what each reprint keeps of the original of its edition."""

    id: int
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
    cited_by = citations.citing(session, number, as_of=moment)
    day = in_force_on or dt.datetime.now(SHANGHAI).date()
    in_force = consensus.on(day)
    return PolicyView(
        id=number,
        consensus=consensus,
        article_in_force=in_force,
        kept=_kept(consensus),
        validity=validity(
            in_force.article, _repeals(session, cited_by), day=day, seen=calendar_day(in_force.first_seen)
        ),
        cites=citations.cited_in(session, [in_force.article_id], as_of=moment),
        cited_by=cited_by,
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


def _repeals(session: Session, cited_by: Sequence[Citation]) -> list[Repeal]:
    repealing = {citation.article_id: citation for citation in cited_by if citation.kind == "repeals"}
    return [
        Repeal(
            policy_id=citation.policy_id,
            article_id=citation.article_id,
            sentence=citation.sentence,
            effective=article.effective.value if article.effective else None,
            published=calendar_day(article.published.value) if article.published else None,
        )
        for citation in repealing.values()
        if (version := queries.version(session, citation.article_id)) and (article := version.article)
    ]


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
