"""What a person decides about which articles are one policy; a ruling stays, whatever the words say later."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import product

from sqlalchemy.orm import Session

from pipelines.consumers.regrouping import regroup
from policy.errors import ArchiveError
from policy.records.saves import Ruling
from services.archive.lookup import find_article
from storage.policies import article_links, memberships

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
