"""What is kept of a compared article, and the relations that links and rulings say. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from typing import Any, cast

from attrs import frozen

from pipelines.grouping import Member, member
from pipelines.relations import Kind, Relation, Side
from pipelines.sheets import Sheet
from policy.links import Link, Ruling
from policy.records import Article

MOST_LABELS = 60
"""Headings of the first level that are kept to know what a part holds."""


@frozen(kw_only=True)
class Facts:
    """What grouping asks of an article, and what it lacks and has of its text."""

    key: str
    title: str
    version: int
    member: Member
    complete: bool
    gaps: tuple[str, ...]
    labels: tuple[str, ...]


def facts_of(article: Article, sheet: Sheet, version: int) -> dict[str, Any]:
    """The facts as JSON."""
    asked = member(sheet)
    top = [heading.label for heading in article.outline.headings if heading.level == 1]
    return {
        "key": sheet.source,
        "title": (article.title_official or article.title).value,
        "version": version,
        "names": sorted(asked.names),
        "draft": asked.draft,
        "revised": asked.revised.isoformat() if asked.revised else None,
        "day": asked.day.isoformat() if asked.day else None,
        "complete": article.completeness.complete,
        "gaps": list(article.completeness.gaps),
        "labels": top[:MOST_LABELS],
    }


def load(facts: Mapping[str, Any]) -> Facts:
    """The facts again."""
    return Facts(
        key=facts["key"],
        title=facts["title"],
        version=facts["version"],
        member=Member(
            names=frozenset(facts["names"]),
            draft=facts["draft"],
            revised=_day(facts["revised"]),
            day=_day(facts["day"]),
        ),
        complete=facts["complete"],
        gaps=tuple(facts["gaps"]),
        labels=tuple(facts["labels"]),
    )


def _day(printed: str | None) -> dt.date | None:
    return dt.date.fromisoformat(printed) if printed else None


def relations_of(
    links: Iterable[Link], rulings: Collection[Ruling], facts: Mapping[int, Facts]
) -> dict[tuple[str, str], Relation]:
    """The relations of these articles by their keys; what a person ruled counts before what the words say."""
    ruled = {(ruling.a, ruling.b): _ruled(ruling) for ruling in rulings}
    told = {(link.a, link.b): _relation(link) for link in links} | ruled
    return {
        (facts[a].key, facts[b].key): found for (a, b), found in told.items() if a in facts and b in facts
    }


def _relation(link: Link) -> Relation:
    return Relation(
        kind=cast("Kind", link.kind),  # only gathering writes it
        side=cast("Side | None", link.side),
        conflict=link.conflict,
        differs=link.differs,
        containment=link.containment,
        strength=link.strength,
        evidence=link.evidence,
    )


def _ruled(ruling: Ruling) -> Relation:
    evidence = f"{ruling.by} said so on {ruling.at.date()}: {ruling.why}"
    if ruling.same:
        return Relation(kind="same", containment=1.0, strength=3, evidence=evidence)
    return Relation(kind="different", conflict=True, evidence=evidence)
