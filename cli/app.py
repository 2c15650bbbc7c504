"""The application: its table of commands, its global options, its errors.

A command's module is imported when the command runs and not before, so that ``polarchive --help`` costs no
more than this file. Each module holds a ``typer.Typer`` named ``commands``; its commands bear their full
names, as ``"index rebuild"``.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from attrs import field, frozen
from typer.core import TyperGroup

from policy.errors import BadAddress, ConfigError, PolarchiveError, QuerySyntax, UnknownPortal

_USAGE_ERRORS = (BadAddress, ConfigError, QuerySyntax, UnknownPortal)


@frozen
class Entry:
    """A command with its module, or a group of commands; ``help`` is the line in the listing."""

    help: str
    module: str = ""
    commands: Mapping[str, Entry] = field(factory=dict)


COMMANDS: Mapping[str, Entry] = {
    # archive
    "search": Entry("Search the newest version of every article.", "cli.archive.searching"),
    "show": Entry("One article with its fields and where each came from.", "cli.archive.reading"),
    "versions": Entry("The versions of an article, the first first.", "cli.archive.reading"),
    "policy": Entry(
        "A policy with its pages, what it cites and what cites it, and its force with the evidence.",
        "cli.archive.policies",
    ),
    "clause": Entry(
        "One clause through all versions; without #CLAUSE the newest version's clauses and their ids.",
        "cli.archive.clauses",
    ),
    "diff": Entry("What changed, clause by clause, and whether it matters.", "cli.archive.comparing"),
    "why": Entry(
        "Why an article is of its policy: what it is to others, and what was decided by hand.",
        "cli.archive.belonging",
    ),
    "join": Entry(
        "Make the policies of two articles one; the decision stays, whatever the words say later.",
        "cli.archive.belonging",
    ),
    "split": Entry(
        "Take an article out of its policy; it is one of its own from then on, whatever its words say.",
        "cli.archive.belonging",
    ),
    "extract": Entry("Read saved pages into records, one JSON object a line.", "cli.archive.extracting"),
    # subscribers
    "subscribe": Entry("Tell an address about new policies that answer a query.", "cli.subscribers.alerting"),
    "alerts": Entry(
        "Messages to subscribers.",
        commands={"send": Entry("Match what is new and send what is due.", "cli.subscribers.alerting")},
    ),
    # ops
    "init": Entry("Make the home: its folder, its configuration, its tables.", "cli.ops.setup"),
    "crawl": Entry("Crawl one portal now, also one whose domain is left alone at night.", "cli.ops.crawling"),
    "nightly": Entry(
        "Crawl every portal now, index, send alerts, print the morning report.", "cli.ops.crawling"
    ),
    "backfill": Entry(
        "Archive a portal's older years, told to nobody; without days go on with what is open.",
        "cli.ops.backfilling",
    ),
    "import": Entry(
        "Bring pages into the archive that were saved by hand, as of a portal that refuses us.",
        "cli.ops.importing",
    ),
    "reextract": Entry("Read a portal's stored captures again with today's code.", "cli.ops.reextracting"),
    "update": Entry(
        "Bring links between articles, keywords, search index and alerts up to date.", "cli.ops.updating"
    ),
    "index": Entry(
        "The full-text index.",
        commands={"rebuild": Entry("Make the index anew from the database.", "cli.ops.updating")},
    ),
    "connections": Entry(
        "What articles are to each other.",
        commands={"rebuild": Entry("Compare every article anew with all others.", "cli.ops.updating")},
    ),
    "status": Entry("What the archive holds, and how the last runs ended.", "cli.ops.status"),
    "report": Entry(
        "The morning report: what broke and what to do, what is stale, what is new, that nothing was lost.",
        "cli.ops.health",
    ),
    "diary": Entry(
        "How a portal has been, night by night: what came, which alarms began and ended, after how long.",
        "cli.ops.health",
    ),
    "accept": Entry(
        "Take a portal as its last run found it: its alarms end, what they were about is usual from now on.",
        "cli.ops.health",
    ),
    "requests": Entry(
        "Every request of a run; with --gaps whether the delay was kept (exit code 1: it was not).",
        "cli.ops.control",
    ),
    "stop": Entry(
        "Ask nothing more of any portal: running crawls finish what is under way, none begins until resume.",
        "cli.ops.control",
    ),
    "resume": Entry("Crawl again after a stop.", "cli.ops.control"),
    "db": Entry(
        "The database.",
        commands={"upgrade": Entry("Bring the tables up to this release.", "cli.ops.setup")},
    ),
    # portals
    "portals": Entry(
        "The portals, their sections, when they run, and which of them lie or refuse us since when.",
        "cli.portals.listing",
    ),
    "portal": Entry(
        "Declare a portal.",
        commands={
            "new": Entry("Write a module and its test cases from a template.", "cli.portals.declaring")
        },
    ),
    "capture": Entry(
        "Save the first listing page and some articles of a portal, as politely as a crawl.",
        "cli.portals.declaring",
    ),
    "boilerplate": Entry(
        "The lines a portal repeats around its texts, as learned from its pages.", "cli.portals.boilerplate"
    ),
}


class CommandGroup(TyperGroup):
    """A group that lists its commands from the table and imports the module of the one that runs."""

    def __init__(
        self, *args: Any, entries: Mapping[str, Entry] = COMMANDS, path: str = "", **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.entries, self._path = entries, path
        self.commands: Any = dict.fromkeys(entries)  # their names only: typer suggests the nearest to a typo

    def list_commands(self, ctx: Any) -> list[str]:
        return [*self.entries]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        entry = self.entries.get(cmd_name)
        if entry is None:
            return None
        path = f"{self._path} {cmd_name}".strip()
        if not entry.module:
            return CommandGroup(
                name=cmd_name,
                entries=entry.commands,
                path=path,
                help=entry.help,
                no_args_is_help=True,
                rich_markup_mode=None,
            )
        return typer.main.get_group(importlib.import_module(entry.module).commands).commands[path]

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.help) for name, entry in self.entries.items()])


class Application(CommandGroup):
    """Knows ``--home`` in any place, and shows our errors as one line without a traceback."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        return super().parse_args(ctx, _home_first(args))

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except PolarchiveError as error:
            raise _exit(str(error), usage=isinstance(error, _USAGE_ERRORS)) from None
        except OSError as error:
            if error.filename is None:  # as a reader that went away: not about a file of ours
                raise
            raise _exit(f"{error.filename}: {error.strerror}") from None
        except Exception as error:
            if not _is_database_error(error):
                raise
            raise _exit(f"the database: {str(getattr(error, 'orig', error)).strip()}") from None


def _exit(message: str, *, usage: bool = False) -> typer.Exit:
    from cli.options import FAILED, USAGE
    from cli.output import console

    console.fail(message)
    return typer.Exit(USAGE if usage else FAILED)


def _is_database_error(error: Exception) -> bool:
    """Whether it is what opening the database could not know, as a full disk. SQLAlchemy is not imported to
    find out: without it there is no such error."""
    module = sys.modules.get("sqlalchemy.exc")
    return module is not None and isinstance(error, module.DBAPIError)


def _home_first(args: list[str]) -> list[str]:
    """``polarchive status --home X`` is ``polarchive --home X status``; the last one counts."""
    end = args.index("--") if "--" in args else len(args)
    homes, others = list[str](), list[str]()
    for place, arg in enumerate(args[:end]):
        ours = arg == "--home" or arg.startswith("--home=") or args[place - 1 : place] == ["--home"]
        (homes if ours else others).append(arg)
    return [*homes, *others, *args[end:]]


app = typer.Typer(
    cls=Application,
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
    import logging

    from services.archive_home import ArchiveHome

    logging.basicConfig(
        stream=sys.stderr,
        level=logging.INFO if verbose else logging.WARNING,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    ctx.obj = ArchiveHome(home, os.environ)


def main() -> None:
    """The command ``polarchive``."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    app(prog_name="polarchive")
