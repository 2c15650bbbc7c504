"""Combine the articles of a policy: the consensus of each field, dissenting values, and the delay of each
portal.

Articles are ranked by whose page they are: the issuer's own site, another organ's, any other portal. Among
the articles of the best rank the most frequent value wins, at a tie the one published first. Pure; the result
does not depend on the order of arrival.
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
from policy.records.article import field_names
from policy.text.words import fold


class Rank(IntEnum):
    """Whose page an article is: its issuer's, another organ's, or that of a portal of no organ."""

    ISSUER = 0
    OFFICIAL = 1
    PORTAL = 2


@frozen(kw_only=True)
class PolicyArticle:
    """The newest version of an article of a policy, and its role there (``full``, ``excerpt`` …)."""

    article_id: int
    version: int
    article: Article
    first_seen: dt.datetime
    rank: Rank = Rank.PORTAL
    relation: str = ""
    edition: int | None = None
    """The edition of the policy that it prints, counted from 1; None where there is only one."""
    draft: bool = False
    revised: dt.date | None = None
    """The day of its edition: adopted or last revised, as printed above the text."""
    withdrawn: bool = False

    @property
    def published(self) -> dt.date | None:
        """The day of publication on its portal."""
        return calendar_day(self.article.published.value) if self.article.published else None

    @property
    def since(self) -> dt.date | None:
        """The day from which its edition is in force, as stated; None for a draft, never before its
        revision."""
        effective = self.article.effective.value if self.article.effective else None
        stated = [day for day in (effective, self.revised) if day]
        return max(stated) if stated and not self.draft else None

    @property
    def order(self) -> tuple[int, dt.date, str, str]:
        """Sort key: rank, day of publication, portal, key."""
        return (self.rank, self.published or dt.date.max, self.article.portal, self.article.key)


@frozen(kw_only=True)
class Attestation:
    """A value and the articles that print it."""

    value: str
    articles: tuple[int, ...]


@frozen(kw_only=True)
class FieldConsensus:
    """A field of the policy: the winning value and the dissenting ones."""

    name: str
    kept: Attestation
    others: tuple[Attestation, ...] = ()


@frozen(kw_only=True)
class PublicationLag:
    """Days between the first publication of the policy and that of this article; None where a day
    is unknown."""

    member: PolicyArticle
    days: int | None


@frozen(kw_only=True)
class Consensus:
    """The combined fields and the ranking of a policy's articles."""

    votes: tuple[FieldConsensus, ...]
    sources: tuple[PublicationLag, ...]
    """The issuer's own page first, then by day of publication."""
    first_seen: PolicyArticle
    """The article that was archived first."""
    best: PolicyArticle
    """The article to read: complete, of the last edition, of the best rank."""

    @property
    def title(self) -> str:
        """The official title; where no article has one, the headline of the article to read."""
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
        """The article to read of the edition in force on a day; the best article where none is, or no day is
        stated."""
        begun = [each for each in self.editions if each.since and each.since <= day]
        return max(begun, key=lambda each: (each.since, each.edition or 1), default=self.best)

    @property
    def missing(self) -> tuple[str, ...]:
        """Outline labels that the article to read lacks and no other article has."""
        printed = {label for lag in self.sources for label in _labels(lag.member)}
        return tuple(gap for gap in self.best.article.completeness.gaps if gap not in printed)

    @property
    def complete(self) -> bool:
        """Whether one article has the whole text, or the others fill its gaps."""
        return self.best.article.completeness.complete or bool(
            self.best.article.completeness.gaps and not self.missing
        )


def form_consensus(members: Sequence[PolicyArticle]) -> Consensus:
    """The consensus of at least one article."""
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


# ------------------------------------------------------------------ publication lags


def _lags(ordered: Sequence[PolicyArticle]) -> Iterator[PublicationLag]:
    first = _first_day(ordered)
    for member in sorted(ordered, key=lambda each: (each.rank > Rank.ISSUER, *each.order[1:])):
        day = member.published
        yield PublicationLag(member=member, days=(day - first).days if day and first else None)


def _first_day(ordered: Iterable[PolicyArticle]) -> dt.date | None:
    return min((member.published for member in ordered if member.published), default=None)
