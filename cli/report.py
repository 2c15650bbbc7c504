"""The morning report: what happened in a night, and what to do about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

from rich.text import Text

import console
from night import Aftermath, Night
from policy.records import Run

_ADVICE = {
    "challenge": "blocked by an anti-bot page; left alone until the next night (a longer delay may help)",
    "layout_changed": "a page is not as declared: mend the declaration, then polarchive reextract it",
    "drift": "articles lost what they had; the archive keeps it: see the examples, then reextract",
    "robots": "forbidden by robots.txt: ask the portal, or remove the section",
    "dns": "its name is not known: check the network",
    "crash": "an error of our own: see the log in the home's logs folder",
}


def show_night(night: Night) -> None:
    """The morning report: one table, and a line for whatever needs a look."""
    if night.runs:
        console.say(console.runs_table("the night", night.runs))
    for line in remarks(night):
        console.say(Text(line))


def remarks(night: Night) -> Iterator[str]:
    """What happened beside the table, and what to do about it."""
    for run in night.lost:
        slot = console.moment(run.slot)
        yield f"{run.portal}: lost: the run of {slot} was killed; what it had saved is kept"
    for run in night.runs:
        yield from _remarks_on(run)
    for portal, alarms in night.drift.items():
        yield from console.alarm_lines(portal, alarms)
    if night.drift:
        yield "drift: mend the declaration, then: polarchive reextract SLUG (see docs/operations.md)"
    for slug, slots in _by_portal(night.missed).items():
        first = console.moment(slots[0])
        yield f"{slug}: {len(slots)} missed, from {first} on: nothing ran; is the scheduler running?"
    yield from (f"{slug}: another process has its slot" for slug in night.elsewhere)
    yield from (f"not crawled: {why}" for why in night.refused)
    yield from (f"broken: {why}" for why in night.after.broken)
    yield _mail_line(night.after)


def _remarks_on(run: Run) -> Iterator[str]:
    if run.message:
        yield f"{run.portal}: {run.message}"
    yield from (f"{run.portal}: {_ADVICE[reason]}" for reason in run.failed if reason in _ADVICE)
    if run.state == "timeout":
        yield f"{run.portal}: over its time limit; raise crawl.time_limit_minutes"


def _by_portal(missed: Iterable[tuple[str, dt.datetime]]) -> dict[str, list[dt.datetime]]:
    found: dict[str, list[dt.datetime]] = {}
    for slug, slot in missed:
        found.setdefault(slug, []).append(slot)
    return found


def _mail_line(after: Aftermath) -> str:
    sent = after.sent
    parts = [f"{after.indexed} indexed", f"{sent.sent} messages sent"]
    parts += [f"{sent.waiting} waiting"] if sent.waiting else []
    parts += [f"{sent.given_up} given up"] if sent.given_up else []
    return ", ".join([*parts, *sent.errors])


def night_shape(night: Night) -> dict[str, Any]:
    """The night for programs."""
    sent = console.plain(night.after.sent)
    return {
        "runs": [console.run_shape(run) for run in night.runs],
        "lost": [console.run_shape(run) for run in night.lost],
        "missed": [{"slug": slug, "slot": slot} for slug, slot in night.missed],
        "elsewhere": night.elsewhere,
        "refused": night.refused,
        "drift": {portal: console.alarm_shapes(alarms) for portal, alarms in night.drift.items()},
        "indexed": night.after.indexed,
        "alerts": {"matched": night.after.matched} | sent,
        "broken": night.after.broken,
    }
