"""Citations: the names of policies and the references of articles, joined on reading.

A reference is not resolved when it is saved: it is open until a policy with the cited name is archived,
and resolves from then on. So the order of saving does not matter, and a query for a past date only needs
the articles archived by then. What citations did to the force of a policy is stored once it was reported
in the change feed.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import cast

from attrs import evolve, frozen
from sqlalchemy import Select, case, delete, or_, select
from sqlalchemy import insert as insert_rows
from sqlalchemy.orm import Session

from policy.documents.references import reference_keys
from policy.records.content import FORCE_KINDS, Reference, ReferenceKind
from storage.database import insert
from storage.policies import memberships
from storage.tables import ArticleNameRow, ArticleRow, PolicyForceRow, ReferenceRow

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
    clauses: tuple[str, ...] = ()
    day: dt.date | None = None
    issued: dt.date | None = None
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
    rows = [_columns(article_id, place, each) for place, each in enumerate(references)]
    for start in range(0, len(rows), _AT_ONCE):
        session.execute(insert_rows(ReferenceRow), rows[start : start + _AT_ONCE])


def _columns(article_id: int, place: int, reference: Reference) -> dict[str, object]:
    named = {key.partition(":")[0]: key for key in reference_keys(reference)}
    return {
        "article_id": article_id,
        "place": place,
        "kind": reference.kind,
        "title": reference.full or reference.title,
        "number": reference.doc_no.norm if reference.doc_no else None,
        "number_key": named.get("no"),
        "title_key": named.get("title"),
        "sentence": reference.sentence,
        "clauses": [*reference.clauses],
        "day": reference.day,
        "issued": reference.issued,
    }


def cited_in(
    session: Session, articles: Collection[int], *, as_of: dt.datetime | None = None
) -> list[Citation]:
    """The references of these articles, in text order; a policy's mention of itself is left out."""
    query = select(ReferenceRow, ArticleRow.policy_id).join(ArticleRow)
    mentioned = query.where(ReferenceRow.article_id.in_(articles))
    rows = session.execute(mentioned.order_by(ReferenceRow.article_id, ReferenceRow.place))
    return _resolved(session, [_citation(row, policy) for row, policy in rows], as_of)


def citing(
    session: Session, policy_id: int, *, as_of: dt.datetime | None = None, doubtful: bool = False
) -> list[Citation]:
    """The references of other policies' articles to this policy, by article id; with ``doubtful`` also those
    that may be to another policy. Of very many, those about force are read first."""
    names = _names_of_policy(session, policy_id)
    citing_rows = _rows_citing(names).where(ArticleRow.policy_id != policy_id)
    if as_of is not None:
        citing_rows = citing_rows.where(ArticleRow.first_seen <= as_of)
    about_force = case((ReferenceRow.kind.in_(FORCE_KINDS), 0), else_=1)
    ordered = citing_rows.order_by(about_force, ReferenceRow.article_id, ReferenceRow.place)
    read = [_citation(row, policy) for row, policy in session.execute(ordered.limit(MOST_CITING))]
    citations = _resolved(session, sorted(read, key=lambda each: (each.article_id, each.place)), as_of)
    wanted = (each for each in citations if policy_id in each.targets)
    return [each for each in wanted if doubtful or each.target == policy_id]


def _names_of_policy(session: Session, policy_id: int) -> list[str]:
    keys_of_policy = select(ArticleNameRow.key).join(ArticleRow).where(ArticleRow.policy_id == policy_id)
    return [*session.scalars(keys_of_policy.distinct())]


def _rows_citing(names: Sequence[str]) -> Select[ReferenceRow, int]:
    query = select(ReferenceRow, ArticleRow.policy_id).join(ArticleRow)
    return query.where(or_(ReferenceRow.number_key.in_(names), ReferenceRow.title_key.in_(names)))


def _citation(row: ReferenceRow, policy_id: int) -> Citation:
    return Citation(
        article_id=row.article_id,
        policy_id=policy_id,
        place=row.place,
        kind=cast("ReferenceKind", row.kind),  # only connect writes it
        title=row.title,
        number=row.number,
        sentence=row.sentence,
        clauses=tuple(row.clauses),
        day=row.day,
        issued=row.issued,
        keys=tuple(key for key in (row.number_key, row.title_key) if key),
    )


def _resolved(session: Session, citations: Sequence[Citation], as_of: dt.datetime | None) -> list[Citation]:
    named = _named(session, {key for each in citations for key in each.keys}, as_of)
    numbered = _numbers(session, {policy for policies in named.values() for policy in policies})
    organs = _organs(session, citations, named)
    dated = _dated(session, named, {each.issued for each in citations if each.issued}, as_of)
    resolved = (evolve(each, targets=_targets(each, named, numbered, dated)) for each in citations)
    kept = (_without_itself(_of_its_organs(each, organs)) for each in resolved)
    return [each for each in kept if each.policy_id not in each.targets]


def _without_itself(each: Citation) -> Citation:
    """A document that repeals an earlier one of its own name does not mean itself."""
    if each.kind != "repeals" or each.policy_id not in each.targets or not each.issued:
        return each
    others = tuple(target for target in each.targets if target != each.policy_id)
    return evolve(each, targets=others) if others else each


def _organs(
    session: Session, citations: Sequence[Citation], named: Mapping[str, frozenset[int]]
) -> Mapping[int, frozenset[str]]:
    """The organs of the policies that end others by a title that many organs use, and of those."""
    ending = [each for each in citations if _is_common(each)]
    cited = {policy for each in ending for key in each.keys for policy in named.get(key, ())}
    return (
        _numbers(session, {*cited, *(each.policy_id for each in ending)}, prefix=organ_key(""))
        if cited
        else {}
    )


def _is_common(each: Citation) -> bool:
    acts = each.kind in FORCE_KINDS or each.kind == "amends"
    return acts and each.number is None and each.title.startswith("关于")


def _of_its_organs(each: Citation, organs: Mapping[int, frozenset[str]]) -> Citation:
    """关于…的通知 without a number and an organ is one of the organs of the document that names it."""
    own = organs.get(each.policy_id) if _is_common(each) else None
    if not own:
        return each
    targets = (target for target in each.targets if not organs.get(target) or organs[target] & own)
    return evolve(each, targets=tuple(targets))


def organ_key(organ: str) -> str:
    """The name of a policy by one of its organs."""
    return f"organ:{organ}"


def _dated(
    session: Session,
    named: Mapping[str, frozenset[int]],
    days: Collection[dt.date],
    as_of: dt.datetime | None,
) -> Mapping[str, frozenset[int]]:
    """The policies with several candidates' names that were issued on one of these days."""
    doubtful = any(len(policies) > 1 for policies in named.values())
    return _named(session, [day_key(day) for day in days], as_of) if doubtful and days else {}


def day_key(day: dt.date) -> str:
    """The name of a policy by the day on which it was issued; it only tells policies of one title apart."""
    return f"day:{day.isoformat()}"


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


def _numbers(
    session: Session, policies: Collection[int], *, prefix: str = "no:"
) -> Mapping[int, frozenset[str]]:
    """The document numbers of these policies, as names, or their names with another prefix."""
    numbers: defaultdict[int, set[str]] = defaultdict(set)
    asked = sorted(policies)
    for start in range(0, len(asked), _AT_ONCE):
        query = select(ArticleRow.policy_id, ArticleNameRow.key).join(ArticleNameRow)
        numbered = query.where(
            ArticleRow.policy_id.in_(asked[start : start + _AT_ONCE]), ArticleNameRow.key.startswith(prefix)
        )
        for policy_id, key in session.execute(numbered):
            numbers[policy_id].add(key)
    return {policy: frozenset(found) for policy, found in numbers.items()}


def _targets(
    citation: Citation,
    named: Mapping[str, frozenset[int]],
    numbered: Mapping[int, frozenset[str]],
    dated: Mapping[str, frozenset[int]],
) -> tuple[int, ...]:
    """The policies with the cited number, of several those that also have the cited title; without one those
    with the cited title that have no other number, of several those issued on the cited day."""
    number, titled = (
        next((key for key in citation.keys if key.startswith(kind)), None) for kind in ("no:", "title:")
    )
    policies = named.get(titled, frozenset()) if titled else frozenset()
    if number and (found := named.get(number)):
        return tuple(sorted(found & policies or found))
    policies = frozenset(one for one in policies if not (number and _differ(number, numbered.get(one))))
    issued = dated.get(day_key(citation.issued), frozenset()) if citation.issued else frozenset()
    return tuple(sorted(policies & issued or policies))


def _differ(number: str, names: frozenset[str] | None) -> bool:
    """Whether a policy with these numbers has another one than that; an order of a policy whose year is not
    known may have any year."""
    return bool(names) and names != frozenset([_YEAR_OF_ORDER.sub("", number)])


_YEAR_OF_ORDER = re.compile(r"〔\d{4}〕(?=第)")


# ------------------------------------------------------------------ what is reported of a policy's force


def policies_of_force(session: Session, article_id: int) -> frozenset[int]:
    """The policies whose force an article may change: its own, and those that it or what it names cites."""
    own = session.scalar(select(ArticleRow.policy_id).where(ArticleRow.id == article_id))
    ours = [each for each in cited_in(session, [article_id]) if each.kind in FORCE_KINDS and each.target]
    cited = {each.target for each in ours if each.target}
    names = select(ArticleNameRow.key).where(ArticleNameRow.article_id == article_id)
    about = _rows_citing([*session.scalars(names)]).where(ReferenceRow.kind.in_(FORCE_KINDS)).limit(1)
    closes = own is not None and session.execute(about).first() is not None
    return frozenset({*cited, *([own] if closes and own else [])})


def record_effects(session: Session, policy_id: int) -> bool:
    """Store what other policies do to a policy's force; whether that is more or less than was stored.

    A repeal is one effect, whoever repeats it; others may happen again and are told apart by their policy.
    """
    family = memberships.family(session, policy_id)
    rows = session.scalars(select(PolicyForceRow).where(PolicyForceRow.policy_id.in_(family)))
    stored = {effect for row in rows for effect in row.effects}
    roots = memberships.roots(session, [int(effect.partition(":")[2]) for effect in stored if ":" in effect])
    before = {_effect(kind, roots.get(int(by), int(by)) if by else 0) for kind, _, by in _parts(stored)}
    whole = (each for each in citing(session, policy_id) if each.kind in FORCE_KINDS and each.target)
    now = {_effect(each.kind, each.policy_id) for each in whole if each.kind != "confirms"}
    if now == before:
        return False
    session.execute(delete(PolicyForceRow).where(PolicyForceRow.policy_id.in_(family)))
    insert(session, PolicyForceRow, policy_id=policy_id, effects=sorted(now))
    return True


def _effect(kind: str, by: int) -> str:
    return kind if kind == "repeals" else f"{kind}:{by}"


def _parts(effects: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    return (effect.partition(":") for effect in effects)
