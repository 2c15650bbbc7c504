"""Reading commands change nothing, whatever is behind: no byte of the database, none of the index."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from tests.acts import act
from tests.cli.conftest import Polarchive
from tests.cli.test_why import Publish

READING = {
    "search": ["search", "储能"],
    "search of a portal": ["search", "门户:国家发展改革委", "--json"],
    "show": ["show", "1"],
    "versions": ["versions", "1"],
    "policy": ["policy", "1"],
    "policy of a day": ["policy", "1", "--known-at", "2026-03-02", "--json"],
    "why": ["why", "2"],
    "clause": ["clause", "1#一、"],
    "clauses of a policy": ["clause", "policy/1"],
    "diff": ["diff", "1", "2"],
    "status": ["status"],
    "report": ["report"],
}
LINKED = {"policy": ["policy", "1"], "why": ["why", "2"], "clause": ["clause", "1#一、"]}


@pytest.fixture
def behind(archived: Polarchive, publish: Publish) -> Polarchive:
    """An archive that was brought up to date, and then got two more articles."""
    publish(act(1), key="original", title="样例省储能行动计划")
    archived("update")
    publish(act(1, 2, 5), key="excerpt", portal="bjx", title="储能这样干")
    publish(act(2), key="other", portal="bjx", title="样例省供水管理办法")
    return archived


def contents(home: Path) -> dict[str, str]:
    """The digest of every file, without SQLite's shared memory, which is no data."""
    files = (path for path in sorted(home.rglob("*")) if path.is_file() and not path.name.endswith("-shm"))
    return {str(path.relative_to(home)): sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.mark.parametrize("command", READING.values(), ids=READING.keys())
def test_a_reading_command_changes_no_byte(behind: Polarchive, command: list[str]) -> None:
    before = contents(behind.home)
    assert behind(*command).code == 0
    assert contents(behind.home) == before


@pytest.mark.parametrize("command", READING.values(), ids=READING.keys())
def test_nor_where_nothing_was_ever_indexed(
    archived: Polarchive, publish: Publish, command: list[str]
) -> None:
    publish(act(1), key="original", title="样例省储能行动计划")
    publish(act(1, 2, 5), key="excerpt", portal="bjx", title="储能这样干")
    before = contents(archived.home)
    assert archived(*command).code == 0
    assert contents(archived.home) == before


@pytest.mark.parametrize("command", LINKED.values(), ids=LINKED.keys())
def test_it_says_how_far_linking_is_behind_and_what_to_do(behind: Polarchive, command: list[str]) -> None:
    said = behind(*command, "--json")
    assert said.err == "linking is 2 changes behind the archive; polarchive update brings it up to date\n"
    assert said.json["behind"] == 2
    assert behind("update").code == 0
    again = behind(*command, "--json")
    assert (again.err, again.json["behind"]) == ("", 0)
