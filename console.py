"""What people see on their terminal, and the shapes programs read: tables, lines, JSON."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import attrs
from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from health.history import OpenAlarm
from policy.documents.dates import SHANGHAI
from policy.records import Moment
from policy.records.backfills import Backfill
from policy.records.runs import Finding, Run

T = TypeVar("T")

_COUNTED = ("#entries", "#new", "#revised", "#unchanged", "#not saved")
_PIPED = 180
"""Columns where nobody looks at a terminal."""
_STYLES = {
    "ok": "green",
    "running": "cyan",
    "partial": "yellow",
    "missed": "yellow",
    "stopped": "yellow",
    "skipped": "yellow",
    "budget": "yellow",
}


def out() -> Console:
    """The terminal for results. Made when asked for: tests exchange ``sys.stdout``."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else _PIPED)


def err() -> Console:
    """The terminal for progress and complaints."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def say(shown: RenderableType) -> None:
    """Print a result; lines of text are as long as they are."""
    out().print(shown, soft_wrap=isinstance(shown, str | Text))


def fail(message: str) -> None:
    """One clear line on stderr."""
    line = " ".join(message.split())
    err().print(Text.assemble(("error: ", "bold red"), line))


def note(message: str) -> None:
    """A line for people, never on stdout."""
    err().print(Text(message))


def write_json(value: Any) -> None:
    """One JSON value on one line of stdout."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=_plain) + "\n")
    sys.stdout.flush()


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    if attrs.has(type(value)):
        return plain(value)
    return dict(value) if isinstance(value, Mapping) else list(value)


def table(title: str, *columns: str) -> Table:
    """An empty table; columns that begin with ``#`` hold numbers."""
    made = Table(title=title or None, title_justify="left", pad_edge=False)
    for column in columns:
        made.add_column(
            column.lstrip("#"), justify="right" if column.startswith("#") else "left", overflow="fold"
        )
    return made


@contextmanager
def progress(label: str, total: int | None) -> Iterator[Progress]:
    """A bar on stderr, shown on a terminal only."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err(), transient=True, disable=not sys.stderr.isatty()) as bar:
        bar.add_task(label, total=total)
        yield bar


def track(items: Iterable[T], label: str, total: int | None = None) -> Iterator[T]:
    """The items, with a bar that says how far we are; ``total`` of them, where they come one by one."""
    with progress(label, len(items) if isinstance(items, Sequence) else total) as bar:
        for item in items:
            yield item
            bar.advance(bar.task_ids[0])


@contextmanager
def busy(label: str) -> Iterator[None]:
    """A sign of life on stderr, on a terminal only."""
    with err().status(label):
        yield


@contextmanager
def counted(label: str) -> Iterator[Callable[[int, int], None]]:
    """A function to be told how many of how many are done."""
    with progress(label, None) as bar:
        yield lambda done, total: bar.update(bar.task_ids[0], completed=done, total=total)


@contextmanager
def staged(label: str) -> Iterator[Callable[[str, int, int], None]]:
    """A function to be told what is done, and how many of how many."""
    with progress(label, None) as bar:
        yield lambda what, done, total: bar.update(
            bar.task_ids[0], description=f"{label}: {what}", completed=done, total=total
        )


# ------------------------------------------------------------------ how values are shown


def moment(value: Moment | None) -> str:
    """A day as a day, a time as Shanghai's."""
    if isinstance(value, dt.datetime):
        return value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
    return value.isoformat() if value else "–"


def state(value: str) -> Text:
    """A run's state in its colour."""
    return Text(value, style=_STYLES.get(value, "red"))


def counts(failed: Mapping[str, int]) -> str:
    """``timeout 2, http_404 1``, or nothing."""
    return ", ".join(f"{reason} {count}" for reason, count in sorted(failed.items()))


def plain(record: Any) -> dict[str, Any]:
    """A record's fields, not those of the records in it."""
    return attrs.asdict(record, recurse=False)


def run_shape(run: Run) -> dict[str, Any]:
    """A run's row for programs."""
    return {
        "slug": run.portal,
        "slot": run.slot,
        "started": run.started,
        "finished": run.finished,
        "state": run.state,
        "entries": run.entries,
        "new": run.new,
        "revised": run.revised,
        "unchanged": run.unchanged,
        "failed": dict(run.failed),
        "captures": run.captures,
        "not_saved": run.not_saved,
        "kind": run.kind,
        "since": run.since,
        "sections": {slug: report.entries for slug, report in run.sections.items() if report.pages},
        "reports": {slug: plain(report) for slug, report in run.sections.items()},
        "traffic": {host: plain(each) for host, each in run.traffic.items()},
        "swept": list(run.swept),
        "warc": run.warc,
        "replay": run.replay,
        "message": run.message,
        "findings": None if run.findings is None else [plain(one) for one in run.findings],
    }


def backfill_lines(backfill: Backfill) -> Iterator[str]:
    """A back-fill with when it ran last, and how far each of its listings was read."""
    ran = f"; last run {moment(backfill.ran)}" if backfill.ran else ""
    yield f"{backfill.headline}{ran}"
    yield from (f"  {backfill.sentence(section)}" for section in backfill.sections)


def backfill_shape(backfill: Backfill) -> dict[str, Any]:
    """A back-fill for programs."""
    walked = {section: plain(backfill.walk(section)) for section in backfill.sections}
    return plain(backfill) | {"sections": list(backfill.sections), "owed": backfill.owed, "walked": walked}


def finding_lines(findings: Iterable[Finding]) -> Iterator[str]:
    """What needs a look, each with its examples and what to do."""
    for one in findings:
        place = "/".join(filter(None, [one.portal, one.section]))
        yield f"{place}: {one.kind}: {one.sentence}"
        yield from (f"    {url}" for url in one.examples)
        yield f"    → {one.advice}"


def alarm_shape(alarm: OpenAlarm) -> dict[str, Any]:
    """An alarm with its finding for programs."""
    return plain(alarm.finding) | {"since": alarm.since, "nights": alarm.nights}


def runs_table(title: str, runs: Iterable[Run]) -> Table:
    """One line a run."""
    made = table(title, "portal", "state", *_COUNTED, "failed", "#seconds")
    for run in runs:
        numbers = (run.entries, run.new, run.revised, run.unchanged, run.not_saved)
        made.add_row(run.portal, state(run.state), *map(str, numbers), counts(run.failed), _seconds(run))
    return made


def _seconds(run: Run) -> str:
    return f"{(run.finished - run.started).total_seconds():.1f}" if run.started and run.finished else "–"
