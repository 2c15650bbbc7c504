"""A command imports what it needs: measured in an interpreter of its own, as imports are once a process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from cli.app import ALIASES, COMMANDS, CommandEntry, CommandGroup
from tests.acts import act
from tests.cli.conftest import Polarchive
from tests.cli.test_why import Publish

CHECKOUT = Path(__file__).parents[2]
FRAMEWORKS = {"scrapy", "twisted", "jieba", "pypdfium2", "alembic", "apscheduler", "bs4", "selectolax"}
LISTED = """
import sys, cli
try: cli.main()
except SystemExit: pass
print(" ".join(sys.modules), file=sys.stderr)
"""


def imported(*command: str) -> set[str]:
    """Every module that is loaded when a command has ended."""
    ended = subprocess.run(
        [sys.executable, "-c", LISTED, *command],
        cwd=CHECKOUT,
        env={"PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        check=True,
    )
    return {*ended.stderr.split()}


def packages(modules: set[str]) -> set[str]:
    """The packages of these modules. The configuration names the channels of alerts, which import nothing."""
    channels = {"alerts", *(module for module in modules if module.startswith("alerts.channels"))}
    return {module.partition(".")[0] for module in modules - channels}


@pytest.mark.slow
@pytest.mark.parametrize("command", [["--help"], ["alerts", "--help"]], ids=["all", "a group"])
def test_help_imports_nothing_but_the_list_of_commands(command: list[str]) -> None:
    ours = {"crawler", "pipelines", "storage", "alerts"}
    heavy = FRAMEWORKS | ours | {"sqlalchemy", "tantivy", "rich"}
    assert packages(imported(*command)) & heavy == set()


@pytest.mark.slow
def test_a_search_imports_no_crawler(archived: Polarchive, publish: Publish) -> None:
    publish(act(1), key="original", title="样例省储能行动计划")
    archived("update")
    modules = imported("--home", str(archived.home), "search", "储能")
    assert packages(modules) & (FRAMEWORKS | {"sqlalchemy", "crawler", "pipelines", "alerts"}) == set()
    assert "storage.search.searcher" in modules


def commands(entries: dict[str, CommandEntry], path: str = "") -> list[tuple[str, CommandEntry]]:
    """Every command with its full name."""
    return [
        pair
        for name, entry in entries.items()
        for pair in (commands({**entry.commands}, f"{path}{name} ") or [(f"{path}{name}", entry)])
    ]


@pytest.mark.parametrize(("name", "entry"), commands({**COMMANDS}), ids=lambda value: str(value)[:20])
def test_the_list_of_commands_says_what_each_says_of_itself(name: str, entry: CommandEntry) -> None:
    group = CommandGroup(entries=COMMANDS)
    for word in name.split():
        command = group.get_command(None, word)
        group = command
    assert command.help
    assert " ".join(command.help.split("\n\n")[0].split()) == entry.help


@pytest.mark.parametrize(("old", "new"), ALIASES.items())
def test_a_renamed_command_still_answers_to_its_old_name_and_is_not_listed(old: str, new: str) -> None:
    group = CommandGroup(entries=COMMANDS)
    assert group.get_command(None, old).help == group.get_command(None, new).help
    assert old not in group.list_commands(None)


@pytest.mark.slow
def test_the_scheduler_and_the_command_line_do_not_import_each_other() -> None:
    code = "import sys, scheduler; print(' '.join(sys.modules))"
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    assert packages({*ended.stdout.split()}) & {"cli", "typer", "rich"} == set()
