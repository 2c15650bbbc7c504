"""Counting a run: keys in Scrapy's stats, and what they add up to. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from attrs import field, frozen

from policy.runs import RunState

ENTRIES, NOT_SAVED, CAPTURES, ASKED = "run/entries", "run/not_saved", "run/captures", "run/asked"
SAVED = "run/saved/"
FAILED = "run/failed/"
HANDED = "run/handed"
UNREAD = "run/unread/"
SWEPT = "run/swept/"
TORN = "run/torn"
NOTES = "run/notes"
ELSEWHERE: Final = "leads_elsewhere"
FUTURE: Final = "future_day"
LYING: Final = "lying_etag"
"""Words for rows of a listing that are counted and not followed, or followed whatever their day says."""


@frozen(kw_only=True)
class Tally:
    """What a run has done so far. ``handed`` are articles of an import that no listing showed, ``unread``
    sections whose listing failed, with the reason; ``torn`` says which of the saved captures are damaged;
    ``notes`` are sentences for the report; ``swept`` are sections walked to the end."""

    entries: int = 0
    asked: int = 0
    handed: int = 0
    new: int = 0
    revised: int = 0
    unchanged: int = 0
    captures: int = 0
    not_saved: int = 0
    failed: Mapping[str, int] = field(factory=dict)
    unread: Mapping[str, str] = field(factory=dict)
    torn: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    swept: tuple[str, ...] = ()


def tally(stats: Mapping[str, Any]) -> Tally:
    """Read the counts out of the stats. A save that added nothing, because its capture was older
    than the newest version, is unchanged."""
    return Tally(
        entries=stats.get(ENTRIES, 0),
        asked=stats.get(ASKED, 0),
        handed=stats.get(HANDED, 0),
        new=stats.get(SAVED + "new", 0),
        revised=stats.get(SAVED + "revised", 0),
        unchanged=stats.get(SAVED + "unchanged", 0) + stats.get(SAVED + "outdated", 0),
        captures=stats.get(CAPTURES, 0),
        not_saved=stats.get(NOT_SAVED, 0),
        failed=_below(stats, FAILED),
        unread=_below(stats, UNREAD),
        torn=tuple(stats.get(TORN, ())),
        notes=tuple(stats.get(NOTES, ())),
        swept=tuple(_below(stats, SWEPT)),
    )


def _below(stats: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    return {key.removeprefix(prefix): stats[key] for key in sorted(stats) if key.startswith(prefix)}


_ENDED: dict[str, RunState] = {"shutdown": "stopped", "closespider_timeout": "timeout", "budget": "budget"}
_EARLY = {*_ENDED, "later"}
"""Reasons that have a sentence among the notes."""


def final_state(reason: str, counts: Tally) -> RunState:
    """The state of a run that ended for Scrapy's ``reason``.

    Silence is the worst failure: no entries, or not one of the articles asked for, is failed.
    """
    read = counts.new + counts.revised + counts.unchanged
    if reason in _ENDED:
        return _ENDED[reason]
    if reason not in {"finished", "later"} or not (counts.entries or counts.handed):
        return "failed"
    if counts.handed and not read:
        return "failed"
    if counts.asked and not read and not counts.not_saved:
        return "failed"
    halved = (
        reason == "later" or counts.unread or counts.torn or {"challenge", "crash"} & counts.failed.keys()
    )
    return "partial" if halved else "ok"


def explain(reason: str, counts: Tally) -> str | None:
    """One line for the report where there is something to say."""
    parts = [*counts.torn, *(f"{slug}: {why}" for slug, why in counts.unread.items()), *counts.notes]
    if reason != "finished" and reason not in _EARLY:
        parts.append(f"ended early: {reason}")
    if reason == "finished" and not (counts.entries or counts.handed):
        parts.append("no entries in any listing")
    return "; ".join(parts) or None
