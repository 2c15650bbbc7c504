"""Options and arguments that several commands share, and the exit codes."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from cli.output import _

FAILED, USAGE, PARTIAL = 1, 2, 3
"""Exit codes a cron job can trust; beside them 75 (EX_TEMPFAIL): another process has the lease."""


def parse_day(text: str) -> dt.date:
    """A day as it is written on the command line; raises BadParameter."""
    try:
        return dt.datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007
    except ValueError:
        raise typer.BadParameter(_("{text} is not a day in the format YYYY-MM-DD", text=repr(text))) from None


Json = Annotated[bool, typer.Option("--json", help="Write JSON to stdout and nothing else.")]
Query = Annotated[
    str,
    typer.Argument(
        metavar="QUERY", help="Words, quoted phrases, AND, OR, NOT, and the fields 文号:, 门户: and 日期:."
    ),
]
Slug = Annotated[
    str, typer.Argument(metavar="SLUG", help="The portal's slug, as `polarchive portals` lists it.")
]
Sections = Annotated[list[str] | None, typer.Option("--section", help="Only this section. May be repeated.")]
ArticleName = Annotated[str, typer.Argument(metavar="ARTICLE", help="An article: number, portal/key or URL.")]
KnownAt = Annotated[
    dt.date | None,
    typer.Option(
        "--known-at", metavar="DATE", parser=parse_day, help="As the archive knew it at the end of this day."
    ),
]
InForceOn = Annotated[
    dt.date | None,
    typer.Option(
        metavar="DATE", parser=parse_day, help="Whether it is in force on this day; defaults to today."
    ),
]
Replay = Annotated[
    list[Path] | None,
    typer.Option(help="Answer requests from this WARC file or directory, never from the network."),
]
