"""What each portal has published on each night: the truth for reports and archive."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Mapping, Sequence

from attrs import evolve, field, frozen

from health.baseline import is_workday
from simulation import words
from simulation.portals.declared import busy

BEFORE = 30
"""Days of publications before the first night."""
YOUNG = 5
"""Days within which a policy may be revised or withdrawn, as it is revisited every night."""


ELSEWHERE = 50_000_000
"""Added to the number in the address of a policy that has moved."""


@frozen(kw_only=True)
class Paper:
    """A policy on one portal. Night 0 is the first; earlier publications have ``shown`` 0.

    ``editions``: the first night of each edition. ``hidden``: the first night without the page and the first
    night with it again. From night ``moves`` on it has another address, to which the old one redirects if
    ``leads``. ``elsewhere``: the state is that of a night after the move.
    """

    number: int
    day: dt.date
    shown: int
    editions: tuple[int, ...] = (0,)
    hidden: tuple[int, int] | None = None
    moves: int | None = None
    leads: bool = False
    elsewhere: bool = False

    @property
    def key(self) -> str:
        """Its key on the portal."""
        return f"t{self.day:%Y%m%d}_{self.number + ELSEWHERE * self.elsewhere}"

    @property
    def path(self) -> str:
        """The path of its page."""
        return f"/art/{self.day:%Y%m}/{self.key}.html"

    @property
    def title(self) -> str:
        """Its headline."""
        return words.title(self.number)

    @property
    def doc_no(self) -> str:
        """Its 发文字号."""
        return words.doc_no(self.number, self.day.year)

    def words(self, edition: int) -> tuple[str, ...]:
        """The paragraphs of an edition, counted from 0."""
        return words.clauses(self.number, self.day.year, edition=edition)

    def edition(self, night: int) -> int:
        """The edition on that night."""
        return sum(begun <= night for begun in self.editions[1:])

    def on(self, night: int) -> Paper:
        """Its state on that night."""
        return evolve(self, elsewhere=self.moves is not None and self.moves <= night)

    def stands(self, night: int) -> bool:
        """Whether the portal shows it on that night."""
        gone = self.hidden is not None and self.hidden[0] <= night < self.hidden[1]
        return self.shown <= night and not gone


@frozen(kw_only=True)
class World:
    """``papers`` by portal; ``first`` is the day of the first night."""

    first: dt.date
    nights: int
    papers: Mapping[str, tuple[Paper, ...]] = field(repr=False)

    def day(self, night: int) -> dt.date:
        """The day of a night, which begins some hours after midnight."""
        return self.first + dt.timedelta(days=night)

    def shelf(self, portal: str, night: int) -> list[Paper]:
        """The policies that a portal shows, newest day first."""
        standing = (paper.on(night) for paper in self.papers[portal] if paper.stands(night))
        return sorted(standing, key=lambda paper: (paper.day, paper.number), reverse=True)

    def young(self, portal: str, night: int) -> list[Paper]:
        """The policies of the last days that no fault has affected yet."""
        return [
            paper
            for paper in self.papers[portal]
            if night - YOUNG <= paper.shown < night
            and len(paper.editions) == 1
            and not paper.hidden
            and (self.day(night) - paper.day).days <= YOUNG
        ]

    def amended(self, portal: str, paper: Paper) -> World:
        """The world with one policy replaced or added."""
        others = (each for each in self.papers[portal] if each.number != paper.number)
        return evolve(self, papers={**self.papers, portal: (*others, paper)})

    def silenced(self, portal: str, night: int) -> World:
        """The world in which a portal publishes nothing from a night on."""
        kept = tuple(paper for paper in self.papers[portal] if paper.shown < night)
        return evolve(self, papers={**self.papers, portal: kept})


def world(seed: int, portals: Sequence[str], first: dt.date, nights: int) -> World:
    """Every portal publishes on working days, each at its own rate; a few policies are revised."""
    papers = {
        portal: tuple(_papers(random.Random(f"{seed} {portal}"), index, busy(portal), first, nights))
        for index, portal in enumerate(portals)
    }
    return World(first=first, nights=nights, papers=papers)


def _papers(draw: random.Random, index: int, daily: bool, first: dt.date, nights: int) -> Iterator[Paper]:
    number = 100_000 * (index + 1)
    for offset in range(-BEFORE, nights - 1):
        day = first + dt.timedelta(days=offset)
        count = draw.choice((1, 1, 2, 3)) if daily else draw.choice((0, 0, 1))
        for _ in range(count if is_workday(day) else 0):
            number += 1
            yield _paper(draw, number, day, offset + 1, nights)


def _paper(draw: random.Random, number: int, day: dt.date, shown: int, nights: int) -> Paper:
    paper = Paper(number=number, day=day, shown=max(shown, 0))
    revised = shown + draw.randint(1, YOUNG - 1)
    if draw.random() < 0.06 and 0 < revised < nights:
        return evolve(paper, editions=(0, revised))
    return paper
