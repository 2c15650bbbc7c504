"""Counting a run: keys in Scrapy's stats, and what they add up to. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

from attrs import field, frozen

from policy.runs import RunState

ENTRIES, CAPTURES, ASKED = "run/entries", "run/captures", "run/asked"
MISSING = "run/missing/"
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


Missing = Literal["listing", "article", "page", "file"]
"""What a replay asked for and its captures do not hold; ``page`` is one that continues an article."""


@frozen(kw_only=True)
class Tally:
    """What a run has done so far. ``handed`` are articles of an import that no listing showed, ``unread``
    sections whose listing failed, with the reason; ``missing`` counts what a replay has no capture of;
    ``torn`` says which of the saved captures are damaged; ``notes`` are sentences for the report; ``swept``
    are sections walked to the end."""

    entries: int = 0
    asked: int = 0
    handed: int = 0
    new: int = 0
    revised: int = 0
    unchanged: int = 0
    captures: int = 0
    missing: Mapping[str, int] = field(factory=dict)
    failed: Mapping[str, int] = field(factory=dict)
    unread: Mapping[str, str] = field(factory=dict)
    torn: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    swept: tuple[str, ...] = ()

    @property
    def not_saved(self) -> int:
        """How much a replay asked for in vain."""
        return sum(self.missing.values())

    @property
    def read(self) -> int:
        """Articles that were read, or are known to be as they were."""
        return self.new + self.revised + self.unchanged

    @property
    def fruitless(self) -> bool:
        """Whether articles were asked for, and not one of those that could be had was read."""
        return self.asked > self.missing.get("article", 0) and not self.read


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
        missing=_below(stats, MISSING),
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

    Silence is the worst failure: no entries, or not one of the articles asked for, is failed; in a replay
    too, but for what is not saved there.
    """
    if reason in _ENDED:
        return _ENDED[reason]
    if reason not in {"finished", "later"} or not (counts.entries or counts.handed):
        return "failed"
    if (counts.handed and not counts.read) or counts.fruitless:
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
    elif counts.fruitless:
        parts.append(f"not one of {counts.asked - counts.missing.get('article', 0)} articles could be read")
    if counts.missing:
        told = ", ".join(_counted(count, what) for what, count in counts.missing.items())
        parts.append(f"not saved there, so that nothing is said of them: {told}")
    return "; ".join(parts) or None


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" + "s" * (count != 1)
