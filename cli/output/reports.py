"""Runs, nights and reports on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from cli.output import console
from policy.documents.dates import format_moment

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

    from config import Config
    from health.daily_report import DailyReport
    from policy.records.runs import Backfill, Run
    from services.nightly import Night
    from storage.database import Database

_COUNTED = ("#entries", "#new", "#revised", "#unchanged", "#not saved")
_STATES = {
    "ok": "green",
    "running": "cyan",
    "partial": "yellow",
    "missed": "yellow",
    "stopped": "yellow",
    "skipped": "yellow",
    "budget": "yellow",
}
_HEADINGS = {
    "Broken": "bold red",
    "Warnings": "bold yellow",
    "Stale": "bold yellow",
    "Backed off": "bold yellow",
    "Blocked": "bold yellow",
}


def state(value: str) -> Text:
    """A run's state in its colour."""
    return console.styled(value, _STATES.get(value, "red"))


def runs_table(title: str, runs: Iterable[Run]) -> Table:
    """One line a run."""
    made = console.table(title, "portal", "state", *_COUNTED, "failed", "#seconds")
    for run in runs:
        numbers = (run.entries, run.new, run.revised, run.unchanged, run.not_saved)
        failed = console.counts(run.failed)
        made.add_row(run.portal, state(run.state), *map(str, numbers), failed, _seconds(run))
    return made


def _seconds(run: Run) -> str:
    return f"{(run.finished - run.started).total_seconds():.1f}" if run.started and run.finished else "–"


def show_run(run: Run, *, as_json: bool) -> None:
    """A run with what needs a look."""
    from services.reports import finding_lines
    from services.shapes import run_shape

    if as_json:
        console.write_json(run_shape(run))
        return
    console.say(runs_table("", [run]))
    if run.message:
        console.note(f"{run.portal}: {run.message}")
    for line in finding_lines(run.findings or ()):
        console.note(line)


def backfill_lines(backfill: Backfill) -> Iterator[str]:
    """A back-fill with when it ran last, and how far each of its listings was read."""
    ran = f"; last run {format_moment(backfill.ran)}" if backfill.ran else ""
    yield f"{backfill.headline}{ran}"
    yield from (f"  {backfill.sentence(section)}" for section in backfill.sections)


def show_night(config: Config, database: Database, night: Night, *, as_json: bool = False) -> None:
    """Print the report of a night's day, and mail it where the configuration says to whom."""
    from services import nightly
    from services.reports import mail_report
    from services.shapes import night_shape

    if as_json:
        report = nightly.report_night(config, database, night)
        console.write_json(night_shape(night) | {"mail": mail_report(config, report)})
    else:
        show_report(nightly.report_and_mail(config, database, night))


def show_report(report: DailyReport) -> None:
    """Print a report."""
    from services.reports import report_lines

    headline, *lines = report_lines(report)
    console.say(console.styled(headline, "bold"))
    for line in lines:
        console.say(console.styled(line, "" if line.startswith(" ") else _HEADINGS.get(line, "bold")))
