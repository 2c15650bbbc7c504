"""The verdict complains of what nobody told, of what is not archived, and of alarms without a cause."""

from __future__ import annotations

import datetime as dt

from attrs import evolve

from policy.records.runs import Finding, Run
from services.nightly import Night
from simulation.faults import Fault, Plan
from simulation.fortnight import Passed
from simulation.verdict import verdict
from simulation.world import World, world
from storage.database import Database

FIRST = dt.date(2026, 3, 9)
WORLD = world(7, ("trs1",), FIRST, 3)
SLOT = dt.datetime(2026, 3, 8, 18, 30, tzinfo=dt.UTC)
RUN = Run(id=1, portal="trs1", slot=SLOT, state="ok")


def nights(*findings: Finding) -> list[Passed]:
    """Three nights, of which the last has these findings."""
    ran = [Night(runs=(evolve(RUN, findings=each),)) for each in ((), (), findings)]
    return [Passed(number=n, day=WORLD.day(n), night=night, asked=0) for n, night in enumerate(ran)]


def alarm(kind: str) -> Finding:
    """An alarm at the only portal."""
    return Finding(portal="trs1", kind=kind, severity="broken", sentence="Look.", advice="Mend.")  # type: ignore[arg-type]


def bare(first: World) -> World:
    """A world in which nothing was published, so that nothing can be lost."""
    return evolve(first, papers={"trs1": ()})


def test_what_is_not_archived_is_lost(database: Database) -> None:
    found = verdict(Plan(world=WORLD, faults=()), nights(), database)
    assert len(found.lost) == len(WORLD.shelf("trs1", 2)) > 10


def test_a_fault_is_missed_unless_it_is_told_that_night(database: Database) -> None:
    down = Fault(kind="host_down", portal="trs1", first=2, last=2)
    planned = Plan(world=bare(WORLD), faults=(down,))
    silent, told = (verdict(planned, nights(*each), database) for each in ((), (alarm("host_down"),)))
    assert (silent.recall, len(silent.complaints)) == (0.0, 1)
    assert (told.recall, told.precision, told.complaints) == (1.0, 1.0, ())


def test_an_alarm_without_a_fault_is_false(database: Database) -> None:
    found = verdict(Plan(world=bare(WORLD), faults=()), nights(alarm("slow")), database)
    assert (found.precision, found.false) == (0.0, ("night 2: trs1: slow: Look.",))


def test_a_policy_that_moved_must_be_announced_as_moved(database: Database) -> None:
    moved = Fault(kind="moved", portal="trs1", first=2, last=2, papers=(100_001,))
    found = verdict(Plan(world=bare(WORLD), faults=(moved,)), nights(), database)
    assert found.missed == ("night 2: trs1: 100001: no change moved: []",)
