"""The morning report: what happened in a night, and what to do about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

from rich.text import Text

import console
from night import Aftermath, Night


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
    yield from (f"{run.portal}: {run.message}" for run in night.runs if run.message)
    yield from console.judgement_lines(night.judgements)
    for slug, slots in _by_portal(night.missed).items():
        first = console.moment(slots[0])
        yield f"{slug}: {len(slots)} missed, from {first} on: nothing ran; is the scheduler running?"
    yield from (f"{slug}: another process has its slot" for slug in night.elsewhere)
    yield from (f"not crawled: {why}" for why in night.refused)
    yield from (f"broken: {why}" for why in night.after.broken)
    yield _mail_line(night.after)


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
        "judgements": [console.plain(one) for one in night.judgements],
        "indexed": night.after.indexed,
        "alerts": {"matched": night.after.matched} | sent,
        "broken": night.after.broken,
    }
