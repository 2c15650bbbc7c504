"""The simulated world is the same for the same seed, and its portals are read by the real families."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from urllib.parse import urlsplit

import pytest

from crawler import extraction
from policy.records import Entry, Payload
from simulation.calendar import first_day
from simulation.faults import KINDS, Plan, plan
from simulation.fortnight import SLUGS
from simulation.portals.declared import PORTALS
from simulation.site import reply
from simulation.world import World, world

FIRST = dt.date(2026, 3, 9)


@pytest.fixture(scope="module")
def fortnight() -> World:
    """A world of fourteen nights."""
    return world(7, SLUGS, FIRST, 14)


def test_the_same_seed_is_the_same_world_with_the_same_faults(fortnight: World) -> None:
    assert plan(7, fortnight) == plan(7, world(7, SLUGS, FIRST, 14))
    assert plan(7, fortnight) != plan(8, world(8, SLUGS, FIRST, 14))


def test_no_portal_has_two_faults_and_every_kind_is_planned(fortnight: World) -> None:
    planned = plan(7, fortnight)
    assert max(Counter(fault.portal for fault in planned.faults).values()) == 1
    assert {fault.kind for fault in planned.faults} == set(KINDS)
    assert len(SLUGS) - len(planned.faults) >= 10, "some portals have quiet weeks"


def test_nothing_is_published_on_a_day_off() -> None:
    across = world(7, SLUGS, dt.date(2026, 2, 9), 14)
    days = {paper.day for papers in across.papers.values() for paper in papers}
    assert dt.date(2026, 2, 14) in days, "a Saturday that is worked"
    assert not days & {dt.date(2026, 2, 17) + dt.timedelta(days=n) for n in range(5)}


def test_every_second_seed_has_a_holiday() -> None:
    long = [seed for seed in range(20) if first_day(seed).month in {1, 2, 4, 9}]
    assert set(range(1, 20, 2)) <= set(long)


@pytest.mark.parametrize("portal", [declared() for declared in PORTALS], ids=SLUGS)
def test_a_listing_is_read_by_its_family_page_by_page(portal, fortnight: World) -> None:  # type: ignore[no-untyped-def]
    quiet = Plan(world=fortnight, faults=())
    section = portal.sections[0]
    found: dict[str, Entry] = {}
    waiting, asked = [section.url], set[str]()
    while waiting:
        asked.add(url := waiting.pop(0))
        parts = urlsplit(url)
        said = reply(quiet, portal.slug, 3, parts.path + (f"?{parts.query}" if parts.query else ""))
        payload = Payload(url=url, body=said.text.encode(), content_type=said.kind)
        page = extraction.read_listing(portal, section, payload, first=not found)
        found.update((entry.key, entry) for entry in page.entries)
        waiting.extend(each for each in page.more if each not in asked and each not in waiting)
    assert [(entry.key, entry.title, entry.listed_on) for entry in found.values()] == [
        (paper.key, paper.title, paper.day) for paper in fortnight.shelf(portal.slug, 3)
    ]
