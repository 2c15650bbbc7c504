"""The application: its global options, its errors, its groups of commands."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy.exc import DBAPIError
from typer.core import TyperGroup

import console
from cli.home import Home
from policy.errors import BadAddress, ConfigError, PolarchiveError, QuerySyntax, UnknownPortal

FAILED, USAGE, PARTIAL = 1, 2, 3
"""Exit codes a cron job can trust; beside them 75 (EX_TEMPFAIL): somebody else has the lease."""

Json = Annotated[bool, typer.Option("--json", help="JSON on stdout, nothing else.")]

_USAGE_ERRORS = (BadAddress, ConfigError, QuerySyntax, UnknownPortal)


class Commands(TyperGroup):
    """Knows ``--home`` in any place, and shows our errors as one line without a traceback."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        return super().parse_args(ctx, _home_first(args))

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except PolarchiveError as error:
            console.fail(str(error))
            raise typer.Exit(USAGE if isinstance(error, _USAGE_ERRORS) else FAILED) from None
        except DBAPIError as error:  # what opening it could not know: a full disk, a damaged page
            console.fail(f"the database: {str(error.orig).strip()}")
            raise typer.Exit(FAILED) from None
        except OSError as error:
            if error.filename is None:  # as a reader that went away: not about a file of ours
                raise
            console.fail(f"{error.filename}: {error.strerror}")
            raise typer.Exit(FAILED) from None


def _home_first(args: list[str]) -> list[str]:
    """``polarchive status --home X`` is ``polarchive --home X status``; the last one counts."""
    end = args.index("--") if "--" in args else len(args)
    homes, others = list[str](), list[str]()
    for place, arg in enumerate(args[:end]):
        ours = arg == "--home" or arg.startswith("--home=") or args[place - 1 : place] == ["--home"]
        (homes if ours else others).append(arg)
    return [*homes, *others, *args[end:]]


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,
)


@app.callback()
def polarchive(
    ctx: typer.Context,
    home: Annotated[Path | None, typer.Option(help="The archive's folder. [env: POLARCHIVE_HOME]")] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log what happens, on stderr.")] = False,
) -> None:
    """A nightly crawler and versioned archive of Chinese policy."""
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.INFO if verbose else logging.WARNING,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    ctx.obj = Home(home, os.environ)


def main() -> None:
    """The command ``polarchive``."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    app(prog_name="polarchive")
