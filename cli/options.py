"""Options and arguments that several commands share, and the exit codes."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

FAILED, USAGE, PARTIAL = 1, 2, 3
"""Exit codes a cron job can trust; beside them 75 (EX_TEMPFAIL): another process has the lease."""

_DAY = ["%Y-%m-%d"]

Json = Annotated[bool, typer.Option("--json", help="JSON on stdout, nothing else.")]
ArticleName = Annotated[str, typer.Argument(metavar="ARTICLE", help="Its number, portal/key, or address.")]
KnownAt = Annotated[
    dt.datetime | None,
    typer.Option(metavar="DATE", formats=_DAY, help="As the archive knew it at the end of that day."),
]
InForceOn = Annotated[
    dt.datetime | None,
    typer.Option(metavar="DATE", formats=_DAY, help="Whether it was in force on that day; else today."),
]
Replay = Annotated[
    list[Path] | None, typer.Option(help="Answer from this WARC file or folder, never from the network.")
]
