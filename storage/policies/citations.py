"""Citations: the names of policies and the references of articles, joined on reading.

A reference is not resolved when it is saved: it is open until a policy with the cited name is archived,
and resolves from then on. So the order of saving does not matter, and a query for a past date only needs
the articles archived by then.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import cast

from attrs import evolve, frozen
from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from policy.documents.references import reference_keys
from policy.records.content import Reference, ReferenceKind
from storage.database import insert
from storage.tables import ArticleNameRow, ArticleRow, ReferenceRow

_AT_ONCE = 500
"""Names per statement."""
MOST_CITING = 1000
"""The most mentions of one policy that are read: everybody cites a basic law."""


@frozen(kw_only=True)
class Citation:
    """A reference of an article and the policies with the cited name: none (open), one, or several
    (ambiguous). ``number`` is in its normal form."""

    article_id: int
    policy_id: int
    place: int
    kind: ReferenceKind
    title: str
    number: str | None
    sentence: str
    keys: tuple[str, ...]
    targets: tuple[int, ...] = ()

    @property
    def target(self) -> int | None:
        """The cited policy, if it is unambiguous."""
        return self.targets[0] if len(self.targets) == 1 else None


def save_citations(
    session: Session, article_id: int, names: Iterable[str], references: Sequence[Reference]
) -> None:
    """Replace an article's names and references."""
    session.execute(delete(ArticleNameRow).where(ArticleNameRow.article_id == article_id))
    session.execute(delete(ReferenceRow).where(ReferenceRow.article_id == article_id))
    for key in dict.fromkeys(names):
        insert(session, ArticleNameRow, key=key, article_id=article_id)
    for place, each in enumerate(references):
        named = {key.partition(":")[0]: key for key in reference_keys(each)}
        insert(
            session,
            ReferenceRow,
            article_id=article_id,
            place=place,
            kind=each.kind,
            title=each.full or each.title,
            number=each.doc_no.norm if each.doc_no else None,
            number_key=named.get("no"),
            title_key=named.get("title"),
            sentence=each.sentence,
        )


def cited_in(
    session: Session, articles: Collection[int], *, as_of: dt.datetime | None = None
) -> list[Citation]:
    """The references of these articles, in text order; a policy's mention of itself is left out."""
    query = select(ReferenceRow, ArticleRow.policy_id).join(ArticleRow)
    mentioned = query.where(ReferenceRow.article_id.in_(articles))
    rows = session.execute(mentioned.order_by(ReferenceRow.article_id, ReferenceRow.place))
    return _resolved(session, [_citation(row, policy) for row, policy in rows], as_of)


def citing(session: Session, policy_id: int, *, as_of: dt.datetime | None = None) -> list[Citation]:
    """The references of other policies' articles to this policy, by article id."""
    keys_of_policy = select(ArticleNameRow.key).join(ArticleRow).where(ArticleRow.policy_id == policy_id)
    names = [*session.scalars(keys_of_policy.distinct())]
    query = select(ReferenceRow, ArticleRow.policy_id).join(ArticleRow)
    mentioned = or_(ReferenceRow.number_key.in_(names), ReferenceRow.title_key.in_(names))
    citing_rows = query.where(mentioned, ArticleRow.policy_id != policy_id)
    if as_of is not None:
        citing_rows = citing_rows.where(ArticleRow.first_seen <= as_of)
    rows = session.execute(
        citing_rows.order_by(ReferenceRow.article_id, ReferenceRow.place).limit(MOST_CITING)
    )
    citations = _resolved(session, [_citation(row, policy) for row, policy in rows], as_of)
    return [each for each in citations if each.target == policy_id]


def _citation(row: ReferenceRow, policy_id: int) -> Citation:
    return Citation(
        article_id=row.article_id,
        policy_id=policy_id,
        place=row.place,
        kind=cast("ReferenceKind", row.kind),  # only connect writes it
        title=row.title,
        number=row.number,
        sentence=row.sentence,
        keys=tuple(key for key in (row.number_key, row.title_key) if key),
    )


def _resolved(session: Session, citations: Sequence[Citation], as_of: dt.datetime | None) -> list[Citation]:
    named = _named(session, {key for each in citations for key in each.keys}, as_of)
    numbered = _numbers(session, {policy for policies in named.values() for policy in policies})
    resolved = (evolve(each, targets=_targets(each, named, numbered)) for each in citations)
    return [each for each in resolved if each.policy_id not in each.targets]


def _named(
    session: Session, wanted: Collection[str], as_of: dt.datetime | None
) -> Mapping[str, frozenset[int]]:
    """The policies with these names."""
    policies: defaultdict[str, set[int]] = defaultdict(set)
    asked = sorted(wanted)
    for start in range(0, len(asked), _AT_ONCE):
        query = select(ArticleNameRow.key, ArticleRow.policy_id).join(ArticleRow)
        query = query.where(ArticleNameRow.key.in_(asked[start : start + _AT_ONCE]))
        if as_of is not None:
            query = query.where(ArticleRow.first_seen <= as_of)
        for key, policy_id in session.execute(query.distinct()):
            policies[key].add(policy_id)
    return {key: frozenset(found) for key, found in policies.items()}


def _numbers(session: Session, policies: Collection[int]) -> Mapping[int, frozenset[str]]:
    """The document numbers of these policies, as names."""
    numbers: defaultdict[int, set[str]] = defaultdict(set)
    asked = sorted(policies)
    for start in range(0, len(asked), _AT_ONCE):
        query = select(ArticleRow.policy_id, ArticleNameRow.key).join(ArticleNameRow)
        numbered = query.where(
            ArticleRow.policy_id.in_(asked[start : start + _AT_ONCE]), ArticleNameRow.key.startswith("no:")
        )
        for policy_id, key in session.execute(numbered):
            numbers[policy_id].add(key)
    return {policy: frozenset(found) for policy, found in numbers.items()}


def _targets(
    citation: Citation,
    named: Mapping[str, frozenset[int]],
    numbered: Mapping[int, frozenset[str]],
) -> tuple[int, ...]:
    """The policies with the cited number, of several those that also have the cited title; without one those
    with the cited title that have no other number."""
    number, titled = (
        next((key for key in citation.keys if key.startswith(kind)), None) for kind in ("no:", "title:")
    )
    policies = named.get(titled, frozenset()) if titled else frozenset()
    if number and (found := named.get(number)):
        return tuple(sorted(found & policies or found))
    return tuple(sorted(one for one in policies if not (number and _differ(number, numbered.get(one)))))


def _differ(number: str, names: frozenset[str] | None) -> bool:
    """Whether a policy with these numbers has another one than that; an order of a policy whose year is not
    known may have any year."""
    return bool(names) and names != frozenset([_YEAR_OF_ORDER.sub("", number)])


_YEAR_OF_ORDER = re.compile(r"〔\d{4}〕(?=第)")
