"""A policy as all its articles print it: each field a vote, what disagrees beside it, and who was late.

An article counts by whose page it is: the issuer's own site before another organ's before any other
portal. Within a rank the value most articles print wins, and where they are as many the one that
was published first. Pure, and the same whatever came first.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from enum import IntEnum

from attrs import frozen

from pipelines.metadata.genres import names_a_policy, without_number
from policy.documents.dates import calendar_day
from policy.records import ARTICLE_FIELDS, Article
from policy.records.field_registry import field_names
from policy.text.words import fold


class Rank(IntEnum):
    """Whose page an article is: its issuer's, another organ's, or that of a portal of none."""

    ISSUER = 0
    OFFICIAL = 1
    PORTAL = 2


@frozen(kw_only=True)
class PolicyArticle:
    """An article of a policy: its newest version, and how it belongs there (``full``, ``excerpt`` …)."""

    article_id: int
    version: int
    article: Article
    first_seen: dt.datetime
    rank: Rank = Rank.PORTAL
    relation: str = ""
    edition: int | None = None
    """Which edition of the policy it prints, counted from 1; None where there is one only."""
    draft: bool = False
    revised: dt.date | None = None
    """The day of its edition: adopted, or last revised, as printed above the text."""
    withdrawn: bool = False

    @property
    def published(self) -> dt.date | None:
        """The day its page says."""
        return calendar_day(self.article.published.value) if self.article.published else None

    @property
    def since(self) -> dt.date | None:
        """From when its edition is in force, as it states: never a draft, never before it was revised."""
        effective = self.article.effective.value if self.article.effective else None
        stated = [day for day in (effective, self.revised) if day]
        return max(stated) if stated and not self.draft else None

    @property
    def order(self) -> tuple[int, dt.date, str, str]:
        """Which article comes before another, whatever was archived first."""
        return (self.rank, self.published or dt.date.max, self.article.portal, self.article.key)


@frozen(kw_only=True)
class Attestation:
    """A value and the articles that print it."""

    value: str
    articles: tuple[int, ...]


@frozen(kw_only=True)
class FieldConsensus:
    """A field of the policy: the value kept, and those that disagree with it."""

    name: str
    kept: Attestation
    others: tuple[Attestation, ...] = ()


@frozen(kw_only=True)
class Lag:
    """How many days after the first page an article was published; None where a day is not said."""

    member: PolicyArticle
    days: int | None


@frozen(kw_only=True)
class Consensus:
    """What a policy's articles say together."""

    votes: tuple[FieldConsensus, ...]
    sources: tuple[Lag, ...]
    """The issuer's own page first, then by the day of publication."""
    first_seen: PolicyArticle
    """The article that the archive saw first."""
    best: PolicyArticle
    """The article to read: whole, of the last edition, and of the best rank."""

    @property
    def title(self) -> str:
        """The official title; where nobody prints one, the headline of the article to read."""
        official = (vote.kept.value for vote in self.votes if vote.name == "title_official")
        return next(official, self.best.article.title.value)

    @property
    def editions(self) -> tuple[PolicyArticle, ...]:
        """The article to read of each edition, the earliest edition first."""
        best: dict[int, PolicyArticle] = {}
        for member in sorted((lag.member for lag in self.sources), key=_to_read):
            best.setdefault(member.edition or 1, member)
        return tuple(best[number] for number in sorted(best))

    def on(self, day: dt.date) -> PolicyArticle:
        """The article to read of the edition that is in force on a day; where none is, or nobody states
        when, that of the last."""
        begun = [each for each in self.editions if each.since and each.since <= day]
        return max(begun, key=lambda each: (each.since, each.edition or 1), default=self.best)

    @property
    def missing(self) -> tuple[str, ...]:
        """What the article to read lacks and no other has: labels of the numbering."""
        printed = {label for lag in self.sources for label in _labels(lag.member)}
        return tuple(gap for gap in self.best.article.completeness.gaps if gap not in printed)

    @property
    def complete(self) -> bool:
        """Whether one of the articles has all of the text, or the others fill its gaps."""
        return self.best.article.completeness.complete or bool(
            self.best.article.completeness.gaps and not self.missing
        )


def consensus(members: Sequence[PolicyArticle]) -> Consensus:
    """The portrait of a policy that has at least one article."""
    ordered = sorted(members, key=lambda member: member.order)
    votes = (_vote(name, ordered) for name in field_names(ARTICLE_FIELDS, "consensus"))
    return Consensus(
        votes=tuple(vote for vote in votes if vote),
        sources=tuple(_lags(ordered)),
        first_seen=min(ordered, key=lambda member: (member.first_seen, member.order)),
        best=min(ordered, key=lambda each: (not _is_whole(each), -(each.edition or 1), each.order)),
    )


def rank_of(article: Article, owner: str | None) -> Rank:
    """The rank of an article on the portal of this organ (None: of no organ)."""
    if owner is None:
        return Rank.PORTAL
    issuers = {issuer.id for issuer in article.issuers.value} if article.issuers else set()
    return Rank.ISSUER if owner in issuers else Rank.OFFICIAL


def _to_read(member: PolicyArticle) -> tuple[bool, object]:
    """What is whole before what is not, then by rank."""
    return not _is_whole(member), member.order


def _labels(member: PolicyArticle) -> set[str]:
    return {heading.label for heading in member.article.outline.headings if heading.level == 1}


def _is_whole(member: PolicyArticle) -> bool:
    return member.article.completeness.complete and member.relation in {"", "full", "annotated"}


# ------------------------------------------------------------------ votes


def _title(article: Article) -> str | None:
    """A headline is no title, unless it ends as a document's does."""
    if article.title_official:
        return article.title_official.value
    title = article.title.value
    return without_number(title) if names_a_policy(title) else None


def _vote(name: str, ordered: Sequence[PolicyArticle]) -> FieldConsensus | None:
    values: defaultdict[str, list[tuple[PolicyArticle, str]]] = defaultdict(list)
    for member in ordered:
        value = _title(member.article) if name == "title_official" else member.article.printed(name)
        if value:
            values[fold(value) or value].append((member, value))
    if not values:
        return None
    best = min(member.rank for entries in values.values() for member, _ in entries)
    ranked = sorted(values.values(), key=lambda entries: _weight(entries, best))
    kept, *others = (
        Attestation(value=entries[0][1], articles=tuple(member.article_id for member, _ in entries))
        for entries in ranked
    )
    return FieldConsensus(name=name, kept=kept, others=tuple(others))


def _weight(each: Sequence[tuple[PolicyArticle, str]], best: Rank) -> tuple[int, int, int, object]:
    """Values of the best rank first, those that more of that rank print before others."""
    voices = sum(member.rank == best for member, _ in each)
    return (not voices, -voices, -len(each), each[0][0].order)


# ------------------------------------------------------------------ who was late


def _lags(ordered: Sequence[PolicyArticle]) -> Iterator[Lag]:
    first = _first_day(ordered)
    for member in sorted(ordered, key=lambda each: (each.rank > Rank.ISSUER, *each.order[1:])):
        day = member.published
        yield Lag(member=member, days=(day - first).days if day and first else None)


def _first_day(ordered: Iterable[PolicyArticle]) -> dt.date | None:
    return min((member.published for member in ordered if member.published), default=None)
