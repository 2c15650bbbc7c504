"""Planned faults of portals, drawn from a seed. Only the verdict knows the plan."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence

from attrs import evolve, field, frozen

from simulation.portals.declared import busy
from simulation.world import Paper, World

HISTORY = 2
"""Nights without faults at the beginning, from which the usual values are learned."""


@frozen(kw_only=True)
class Fault:
    """A fault of a portal from night ``first`` to night ``last``; ``papers`` are the policies it affects."""

    kind: str
    portal: str
    first: int
    last: int
    papers: tuple[int, ...] = ()

    def holds(self, night: int) -> bool:
        """Whether the fault is present on that night."""
        return self.first <= night <= self.last


@frozen(kw_only=True)
class Kind:
    """A kind of fault.

    One of the findings in ``shows`` must be reported on the first night on which the fault is visible,
    ``delay`` nights after it begins. Findings in ``entails`` are right as well.
    """

    shows: frozenset[str]
    entails: frozenset[str] = frozenset()
    lasts: tuple[int, int] = (1, 3)
    delay: int = 0
    families: frozenset[str] = frozenset()
    """Listing families in which it can happen; empty for all."""
    busy: bool = False
    """Whether it is visible only on a portal that publishes daily."""


def _kind(shows: str, entails: str = "", families: str = "", **rest: object) -> Kind:
    named = {"shows": frozenset(shows.split()), "entails": frozenset(entails.split())}
    return Kind(**named, families=frozenset(families.split()), **rest)  # type: ignore[arg-type]


_UNREAD = "unread zero_entries error_rate sudden_drop"
KINDS: Mapping[str, Kind] = {
    "listing_redesign": _kind("unread zero_entries layout_unmatched", _UNREAD),
    "article_redesign": _kind("layout_unmatched", "error_rate"),
    "challenge": _kind("challenge blocked", f"{_UNREAD} blocked challenge"),
    "renamed_label": _kind("field_empty", busy=True),
    "body_cut": _kind("body_shrank", "error_rate"),
    "back_dated": _kind("", lasts=(1, 1)),
    "withdrawn": _kind("", lasts=(3, 3), delay=1),
    "host_down": _kind("host_down unread", _UNREAD),
    "slow_host": _kind("slow", busy=True),
    "loop": _kind("loops", families="static trs counted search was", busy=True),
    "duplicate_ids": _kind("duplicate_ids"),
    "sudden_drop": _kind("sudden_drop", busy=True),
    "server_errors": _kind("error_rate"),
    "stale": _kind("stale", busy=True, lasts=(99, 99)),
    "moved": _kind("", lasts=(1, 1)),
}


@frozen(kw_only=True)
class Plan:
    """A world and its planned faults."""

    world: World
    faults: tuple[Fault, ...] = field(repr=False)

    def at(self, portal: str, night: int) -> tuple[Fault, ...]:
        """The fault of a portal on that night, if any."""
        return tuple(fault for fault in self.faults if fault.portal == portal and fault.holds(night))


def plan(seed: int, world: World, *, each: int = 2, earliest: int = HISTORY) -> Plan:
    """This number of faults of each kind, at most one per portal."""
    draw = random.Random(f"faults {seed}")
    free = sorted(world.papers)
    draw.shuffle(free)
    faults: list[Fault] = []
    for kind in KINDS:
        for _ in range(each):
            found = _draw(draw, kind, free, world, earliest)
            if found is not None:
                fault, world = found
                free.remove(fault.portal)
                faults.append(fault)
    return Plan(world=world, faults=tuple(faults))


def _draw(
    draw: random.Random, kind: str, free: Sequence[str], world: World, earliest: int
) -> tuple[Fault, World] | None:
    """A fault of this kind, and the world changed by it."""
    for portal in free:
        if not _possible(kind, portal):
            continue
        lasts = draw.randint(*KINDS[kind].lasts)
        begin = max(1, earliest - KINDS[kind].delay)
        nights = range(begin, max(begin, world.nights - min(lasts, 3)) + 1)
        for first in sorted(nights, key=lambda _: draw.random()):
            fault = Fault(kind=kind, portal=portal, first=first, last=min(first + lasts, world.nights) - 1)
            befallen = _BEFALLS.get(kind, _nothing)(fault, world, draw)
            if befallen is not None:
                return befallen
    return None


def _possible(kind: str, portal: str) -> bool:
    family = portal.rstrip("0123456789")
    where = KINDS[kind].families
    return (not where or family in where) and (busy(portal) or not KINDS[kind].busy)


# ------------------------------------------------------------------ effects of faults

_Befall = Callable[[Fault, World, random.Random], "tuple[Fault, World] | None"]


def _nothing(fault: Fault, world: World, _draw: random.Random) -> tuple[Fault, World] | None:
    return fault, world


def _withdraw(fault: Fault, world: World, draw: random.Random) -> tuple[Fault, World] | None:
    """A recent policy disappears; sometimes it returns after some nights."""
    young = world.young(fault.portal, fault.first)
    if not young:
        return None
    paper = draw.choice(young)
    back = fault.last + 1 if draw.random() < 0.5 else world.nights
    gone = evolve(paper, hidden=(fault.first, back))
    return evolve(fault, papers=(paper.number,)), world.amended(fault.portal, gone)


def _move(fault: Fault, world: World, draw: random.Random) -> tuple[Fault, World] | None:
    """A recent policy moves to another address; the old address redirects or is gone."""
    young = world.young(fault.portal, fault.first)
    if not young:
        return None
    paper = draw.choice(young)
    moved = evolve(paper, moves=fault.first, leads=draw.random() < 0.5, elsewhere=False)
    return evolve(fault, papers=(paper.number,)), world.amended(fault.portal, moved)


def _back_date(fault: Fault, world: World, draw: random.Random) -> tuple[Fault, World] | None:
    """A policy appears with an old date, in the middle of the listing."""
    shelf = world.shelf(fault.portal, fault.first)
    before = shelf[min(len(shelf), 12) // 2]
    paper = Paper(number=before.number + 5_000, day=before.day, shown=fault.first)
    return evolve(fault, papers=(paper.number,)), world.amended(fault.portal, paper)


def _needs_young(fault: Fault, world: World, _draw: random.Random) -> tuple[Fault, World] | None:
    """Whether enough articles are read on the first night to notice the fault."""
    read = len(world.young(fault.portal, fault.first))
    new = sum(paper.shown == fault.first for paper in world.papers[fault.portal])
    return (fault, world) if read >= 4 and new >= 1 else None


def _fall_silent(fault: Fault, world: World, draw: random.Random) -> tuple[Fault, World] | None:
    """The portal publishes nothing more."""
    silent = evolve(fault, first=1, last=world.nights - 1)
    return silent, world.silenced(fault.portal, 1)


_BEFALLS: Mapping[str, _Befall] = {
    "withdrawn": _withdraw,
    "back_dated": _back_date,
    "moved": _move,
    "renamed_label": _needs_young,
    "body_cut": _needs_young,
    "article_redesign": _needs_young,
    "server_errors": _needs_young,
    "stale": _fall_silent,
}
