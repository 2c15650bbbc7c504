"""Options and arguments that several commands share, and the exit codes."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

FAILED, USAGE, PARTIAL = 1, 2, 3
"""Exit codes a cron job can trust; beside them 75 (EX_TEMPFAIL): another process has the lease."""

_DAY = ["%Y-%m-%d"]

Json = Annotated[bool, typer.Option("--json", help="Write JSON to stdout and nothing else.")]
ArticleName = Annotated[str, typer.Argument(metavar="ARTICLE", help="An article: number, portal/key or URL.")]
KnownAt = Annotated[
    dt.datetime | None,
    typer.Option(metavar="DATE", formats=_DAY, help="As the archive knew it at the end of this day."),
]
InForceOn = Annotated[
    dt.datetime | None,
    typer.Option(metavar="DATE", formats=_DAY, help="Whether it is in force on this day; defaults to today."),
]
Replay = Annotated[
    list[Path] | None,
    typer.Option(help="Answer requests from this WARC file or directory, never from the network."),
]
