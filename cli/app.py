"""The application: its table of commands, its global options, its errors.

A command's module is imported when the command runs and not before, so that ``polarchive --help`` costs no
more than this file. Each module holds a ``typer.Typer`` named ``commands``; its commands bear their full
names, as ``"index rebuild"``.
"""

from __future__ import annotations

import gc
import importlib
import itertools
import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from attrs import field, frozen
from typer.core import TyperGroup
from typer.exceptions import TyperException

from cli.output import _, translated, use_language
from policy.errors import BadAddress, ConfigError, PolarchiveError, QuerySyntax, UnknownChannel, UnknownPortal

_USAGE_ERRORS = (BadAddress, ConfigError, QuerySyntax, UnknownChannel, UnknownPortal)


@frozen
class CommandEntry:
    """A command with its module, or a group of commands; ``help`` is the line in the listing."""

    help: str
    module: str = ""
    commands: Mapping[str, CommandEntry] = field(factory=dict)


COMMANDS: Mapping[str, CommandEntry] = {
    # archive
    "search": CommandEntry("Search the newest version of every article.", "cli.archive.reading"),
    "show": CommandEntry("Show an article: its fields, and the rule that found each.", "cli.archive.reading"),
    "versions": CommandEntry("List the versions of an article, the oldest first.", "cli.archive.reading"),
    "policy": CommandEntry(
        "Show a policy: its articles, references in both directions, and whether it is in force.",
        "cli.archive.policies",
    ),
    "clause": CommandEntry(
        "Show one clause in every version; without #CLAUSE, list the clauses of the newest version.",
        "cli.archive.comparing",
    ),
    "diff": CommandEntry("Compare two versions or two articles clause by clause.", "cli.archive.comparing"),
    "why": CommandEntry(
        "Explain why an article belongs to its policy: related articles and decisions by hand.",
        "cli.archive.policies",
    ),
    "join": CommandEntry(
        "Join the policies of two articles. The decision overrides later automatic grouping.",
        "cli.archive.policies",
    ),
    "split": CommandEntry(
        "Split an article off its policy. The decision overrides later automatic grouping.",
        "cli.archive.policies",
    ),
    "extract": CommandEntry(
        "Extract records from saved pages and documents, one JSON object per line.", "cli.archive.reading"
    ),
    # subscribers
    "subscribe": CommandEntry("Subscribe an address to new policies that match a query.", "cli.alerts"),
    "alerts": CommandEntry(
        "Send messages to subscribers.",
        commands={
            "send": CommandEntry(
                "Match new changes against all subscriptions and send the messages that are due.",
                "cli.alerts",
            )
        },
    ),
    # ops
    "init": CommandEntry(
        "Create the archive directory, its configuration and its database.", "cli.ops.maintenance"
    ),
    "crawl": CommandEntry("Crawl one portal now, even if its domain is backed off.", "cli.ops.crawling"),
    "nightly": CommandEntry(
        "Crawl all portals now, run the consumers, send alerts, print the daily report.", "cli.ops.crawling"
    ),
    "backfill": CommandEntry(
        "Archive older years of a portal without notifications; without dates, continue the open backfill.",
        "cli.ops.crawling",
    ),
    "import": CommandEntry(
        "Import pages or WARC files that were saved by hand.",
        "cli.ops.importing",
    ),
    "reextract": CommandEntry(
        "Extract a portal's stored captures again with the current code.", "cli.ops.importing"
    ),
    "update": CommandEntry(
        "Run the change-feed consumers: linking, keywords, search index and alerts.", "cli.ops.maintenance"
    ),
    "index": CommandEntry(
        "Manage the full-text index.",
        commands={
            "rebuild": CommandEntry("Rebuild the full-text index from the database.", "cli.ops.maintenance")
        },
    ),
    "linking": CommandEntry(
        "Manage the links between articles.",
        commands={
            "rebuild": CommandEntry(
                "Compare every article with all others again and regroup them.", "cli.ops.maintenance"
            )
        },
    ),
    "status": CommandEntry(
        "Show what the archive contains, how the last runs ended, and open alarms.", "cli.ops.monitoring"
    ),
    "report": CommandEntry(
        "Show the daily report: failures and what to do, stale sections, new policies, completeness.",
        "cli.ops.monitoring",
    ),
    "history": CommandEntry(
        "Show the health history of a portal: results and alarms, night by night.",
        "cli.ops.monitoring",
    ),
    "accept": CommandEntry(
        "Accept the state of a portal: end its alarms and take the last run as normal.",
        "cli.ops.monitoring",
    ),
    "requests": CommandEntry(
        "List every request of a run; --gaps checks the delays (exit code 1 if one was too short).",
        "cli.ops.monitoring",
    ),
    "stop": CommandEntry(
        "Stop all crawling. Running crawls finish their current requests and exit.",
        "cli.ops.monitoring",
    ),
    "resume": CommandEntry("Allow crawling again after a stop.", "cli.ops.monitoring"),
    "db": CommandEntry(
        "Manage the database.",
        commands={"upgrade": CommandEntry("Upgrade the tables to this release.", "cli.ops.maintenance")},
    ),
    # portals
    "portals": CommandEntry(
        "List the portals, their sections and schedules, and which of them block crawling.",
        "cli.portals",
    ),
    "portal": CommandEntry(
        "Declare a new portal.",
        commands={
            "new": CommandEntry(
                "Write the module and the test cases of a new portal from a template.",
                "cli.portals",
            )
        },
    ),
    "capture": CommandEntry(
        "Save the first listing page and some articles of a portal, with the delays of a crawl.",
        "cli.portals",
    ),
    "boilerplate": CommandEntry(
        "Show or revise the boilerplate learned from a portal's pages.", "cli.portals"
    ),
}


ALIASES = {"furniture": "boilerplate", "diary": "history", "connections": "linking"}
"""Names of commands in the releases before; hidden, and kept working."""


class CommandGroup(TyperGroup):
    """A group that lists its commands from the table and imports the module of the one that runs."""

    def __init__(
        self,
        *args: Any,
        entries: Mapping[str, CommandEntry] = COMMANDS,
        path: str = "",
        language: str = "en",
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.entries, self._path, self.language = entries, path, language
        self.commands: Any = dict.fromkeys(entries)  # their names only: typer suggests the nearest to a typo

    def list_commands(self, ctx: Any) -> list[str]:
        return [*self.entries]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        cmd_name = cmd_name if self._path else ALIASES.get(cmd_name, cmd_name)
        entry = self.entries.get(cmd_name)
        if entry is None:
            return None
        command = self._load(cmd_name, entry)
        if self.language == "zh":
            from cli.output.chinese import ChineseContext

            command.context_class = ChineseContext
        return command

    def _load(self, name: str, entry: CommandEntry) -> Any:
        path = f"{self._path} {name}".strip()
        if not entry.module:
            return CommandGroup(
                name=name,
                entries=entry.commands,
                path=path,
                language=self.language,
                help=entry.help,
                no_args_is_help=True,
                rich_markup_mode=None,
            )
        command: Any = typer.main.get_group(importlib.import_module(entry.module).commands).commands[path]
        command.rich_markup_mode = None  # help is plain text, as that of the groups
        return command

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.help) for name, entry in self.entries.items()])


class Application(CommandGroup):
    """Accepts ``--home`` and ``--lang`` in any place; shows our errors as one line without a traceback."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        args = _shared_options_first(args)
        self.language = _language(args, os.environ)
        use_language(self.language)
        if self.language == "zh":
            from cli.output.chinese import ChineseHelpFormatter

            ctx.formatter_class = ChineseHelpFormatter
        with self._usage_errors():
            return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        try:
            with self._usage_errors():
                return super().invoke(ctx)
        except PolarchiveError as error:
            raise _exit(translated(str(error)), usage=isinstance(error, _USAGE_ERRORS)) from None
        except OSError as error:
            if error.filename is None:  # as a reader that went away: not about a file of ours
                raise
            raise _exit(f"{error.filename}: {error.strerror}") from None
        except Exception as error:
            if not _is_database_error(error):
                raise
            reason = str(getattr(error, "orig", error)).strip()
            raise _exit(_("the database: {reason}", reason=reason)) from None

    @contextmanager
    def _usage_errors(self) -> Iterator[None]:
        """Print typer's errors in the language of the user; it prints them in English itself."""
        try:
            yield
        except TyperException as error:
            if self.language == "en":
                raise
            if ctx := getattr(error, "ctx", None):
                hint = _("Try '{command} --help' for help.", command=ctx.command_path)
                typer.echo(f"{ctx.get_usage()}\n{hint}\n", err=True)
            raise _exit(translated(error.format_message()), usage=True) from None


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


_SHARED = {"--home", "--lang"}


def _shared_options_first(args: list[str]) -> list[str]:
    """``polarchive status --home X`` is ``polarchive --home X status``; the last one counts."""
    end = args.index("--") if "--" in args else len(args)
    shared, others = list[str](), list[str]()
    for place, arg in enumerate(args[:end]):
        is_shared = arg.partition("=")[0] in _SHARED or not _SHARED.isdisjoint(args[place - 1 : place])
        (shared if is_shared else others).append(arg)
    return [*shared, *others, *args[end:]]


def _language(args: list[str], environ: Mapping[str, str]) -> str:
    """The language of the output: the last ``--lang``, else the locale's, in the order of POSIX.

    Read from the arguments because ``--help`` may end the parsing of options before ``--lang``.
    """
    options = itertools.takewhile(lambda arg: arg != "--", args)
    chosen = ""
    for option, value in itertools.pairwise((*options, "")):
        chosen = value if option == "--lang" else option.partition("--lang=")[2] or chosen
    locale = next((environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(name)), "")
    return "zh" if (chosen or re.split("[_.@]", locale)[0]) == "zh" else "en"


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
    home: Annotated[Path | None, typer.Option(help="The archive directory. [env: POLARCHIVE_HOME]")] = None,
    lang: Annotated[
        Literal["en", "zh"] | None,
        typer.Option(is_eager=True, help="The language of the output; defaults to that of the locale."),
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log progress to stderr.")] = False,
) -> None:
    """A nightly crawler and versioned archive for Chinese policy."""
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
    gc.set_threshold(200_000)  # imports leave no garbage: collecting it 250 times takes a tenth of a start
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    app(prog_name="polarchive")
