"""The terminal: lines, tables, progress bars and reports for people, JSON for programs.

Rich is imported when something is drawn with it: JSON needs none of it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from cli.output import _, translated
from policy.documents.dates import format_moment
from services.ops_shapes import jsonable

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.progress import Progress
    from rich.table import Table
    from rich.text import Text

    from config import Config
    from health.daily_report import DailyReport
    from policy.records.runs import Backfill, Run
    from services.consumer_lag import ConsumerLag
    from services.nightly import Night
    from storage.database import Database

T = TypeVar("T")

_PIPED = 180
"""Columns where nobody looks at a terminal."""


def out() -> Console:
    """The terminal for results. Made when asked for: tests exchange ``sys.stdout``."""
    from rich.console import Console

    return Console(highlight=False, width=None if sys.stdout.isatty() else _PIPED)


def err() -> Console:
    """The terminal for progress and complaints."""
    from rich.console import Console

    return Console(stderr=True, highlight=False, soft_wrap=True)


def say(shown: RenderableType) -> None:
    """Print a result; lines of text are as long as they are."""
    from rich.text import Text

    out().print(shown, soft_wrap=isinstance(shown, str | Text))


def fail(message: str) -> None:
    """One clear line on stderr."""
    from rich.text import Text

    err().print(Text.assemble((_("error: "), "bold red"), " ".join(message.split())))


def note(message: str) -> None:
    """A line for people, never on stdout."""
    from rich.text import Text

    err().print(Text(message))


def note_lag(lag: ConsumerLag) -> None:
    """Say on stderr that what was read is behind the archive, if it is."""
    if lag:
        note(translated(str(lag)))


def write_json(value: Any) -> None:
    """One JSON value on one line of stdout."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=jsonable) + "\n")
    sys.stdout.flush()


def table(title: str, *columns: str) -> Table:
    """An empty table; columns that begin with ``#`` hold numbers."""
    from rich.table import Table

    made = Table(title=title or None, title_justify="left", pad_edge=False)
    for column in columns:
        made.add_column(
            _(column.lstrip("#")), justify="right" if column.startswith("#") else "left", overflow="fold"
        )
    return made


def counts(numbers: Mapping[str, int]) -> str:
    """``timeout 2, http_404 1``, or nothing."""
    return ", ".join(f"{name} {count}" for name, count in sorted(numbers.items()))


def styled(text: str, style: str = "") -> Text:
    """Text as it is, without markup."""
    from rich.text import Text

    return Text(text, style=style)


# ------------------------------------------------------------------ progress


@contextmanager
def progress(label: str, total: int | None) -> Iterator[Progress]:
    """A bar on stderr, shown on a terminal only."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

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
    if not sys.stderr.isatty():
        yield
        return
    with err().status(label):
        yield


@contextmanager
def counted(label: str) -> Iterator[Callable[[int, int], None]]:
    """A function to call with how many of how many are done."""
    with progress(label, None) as bar:
        yield lambda done, total: bar.update(bar.task_ids[0], completed=done, total=total)


@contextmanager
def staged(label: str) -> Iterator[Callable[[str, int, int], None]]:
    """A function to call with what is done, and how many of how many."""
    with progress(label, None) as bar:
        yield lambda stage, done, total: bar.update(
            bar.task_ids[0], description=f"{label}: {stage}", completed=done, total=total
        )


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


def state_text(value: str) -> Text:
    """A run's state in its colour."""
    return styled(_(value), _STATES.get(value, "red"))


def runs_table(title: str, runs: Iterable[Run]) -> Table:
    """One line a run."""
    made = table(title, "portal", "state", *_COUNTED, "failed", "#seconds")
    for run in runs:
        numbers = (run.entries, run.new, run.revised, run.unchanged, run.not_saved)
        failed = counts(run.failed)
        made.add_row(run.portal, state_text(run.state), *map(str, numbers), failed, _seconds(run))
    return made


def _seconds(run: Run) -> str:
    return f"{(run.finished - run.started).total_seconds():.1f}" if run.started and run.finished else "–"


def show_run(run: Run, *, as_json: bool) -> None:
    """A run with what needs a look."""
    from services.ops_shapes import run_shape
    from services.reports import finding_lines

    if as_json:
        write_json(run_shape(run))
        return
    say(runs_table("", [run]))
    if run.message:
        note(f"{run.portal}: {translated(run.message)}")
    for line in finding_lines(run.findings or ()):
        note(translated(line))


def backfill_lines(backfill: Backfill) -> Iterator[str]:
    """A backfill with when it ran last, and how far each of its listings was read."""
    ran = _("; last run {time}", time=format_moment(backfill.ran)) if backfill.ran else ""
    yield f"{translated(backfill.headline)}{ran}"
    yield from (f"  {translated(backfill.sentence(section))}" for section in backfill.sections)


def show_night(config: Config, database: Database, night: Night, *, as_json: bool = False) -> None:
    """Print the report of a night's day, and mail it where the configuration says to whom."""
    from services import nightly
    from services.ops_shapes import night_shape
    from services.reports import mail_report

    if as_json:
        report = nightly.report_night(config, database, night)
        write_json(night_shape(night) | {"mail": mail_report(config, report)})
    else:
        show_report(nightly.report_and_mail(config, database, night))


def show_report(report: DailyReport) -> None:
    """Print a report."""
    from services.reports import report_lines

    headline, *lines = report_lines(report)
    say(styled(translated(headline), "bold"))
    for line in lines:
        say(styled(translated(line), "" if line.startswith(" ") else _HEADINGS.get(line, "bold")))
