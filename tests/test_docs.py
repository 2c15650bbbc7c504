"""Documentation is under test: commands, portals and links."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType

import pytest

from cli.app import COMMANDS, Entry
from crawler import portals
from crawler.portal import Portal
from policy.query.parser import parse
from storage.tables import Base

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)


def _commands(entries: Mapping[str, Entry], prefix: str = "polarchive") -> Iterator[str]:
    for name, entry in entries.items():
        if entry.module:
            yield f"{prefix} {name}"
        yield from _commands(entry.commands, f"{prefix} {name}")


def _anchors(page: Path) -> set[str]:
    text = FENCE.sub("", page.read_text("utf-8"))
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.fixture(scope="module")
def words() -> str:
    return "\n".join(page.read_text("utf-8") for page in PAGES)


@pytest.mark.parametrize("command", sorted(_commands(COMMANDS)))
def test_every_command_is_in_the_docs(command: str, words: str) -> None:
    assert re.search(rf"{re.escape(command)}\b", words), f"{command} is documented nowhere"


@pytest.mark.parametrize("slug", sorted(portals.load(("crawler.portals", "samples.portals"))))
def test_every_portal_is_in_the_docs(slug: str, words: str) -> None:
    assert f"`{slug}`" in words, f"{slug} is documented nowhere"


def test_every_table_of_the_archive_is_in_the_docs() -> None:
    words = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    assert [name for name in sorted(Base.metadata.tables) if f"`{name}`" not in words] == []


def test_the_table_of_portals_says_what_they_declare() -> None:
    def row(portal: Portal) -> str:
        families = ", ".join(dict.fromkeys(section.listing.family for section in portal.sections))
        rests_on = ", ".join(dict.fromkeys(section.rests_on for section in portal.sections))
        return f"| `{portal.slug}` | {portal.name} | {len(portal.sections)} | {families} | {rests_on} |"

    listed = re.findall(r"^\| `.*$", (ROOT / "docs" / "portals.md").read_text("utf-8"), re.MULTILINE)
    assert listed == [row(portal) for _, portal in sorted(portals.load().items())]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in LINK.findall(FENCE.sub("", page.read_text("utf-8"))):
        address, _, anchor = link.partition("#")
        if address.startswith(("http:", "https:", "mailto:")):
            continue
        target = (page.parent / address).resolve() if address else page
        assert target.exists(), f"{page.name}: {link}"
        if anchor:
            assert anchor in _anchors(target), f"{page.name}: {link}"


def test_the_readme_has_a_table_of_exactly_the_commands() -> None:
    text = (ROOT / "README.md").read_text("utf-8").partition("## Commands")[2].partition("\n## ")[0]
    listed = set(re.findall(r"^\| `(polarchive [a-z]+(?: [a-z]+)?)", text, re.MULTILINE))
    assert listed == set(_commands(COMMANDS))


@pytest.mark.parametrize("page", sorted((ROOT / "docs" / "adr").glob("*.md")), ids=lambda page: page.stem[:4])
def test_every_decision_has_context_decision_and_consequence(page: Path) -> None:
    text = page.read_text("utf-8")
    assert re.match(rf"# {int(page.name[:4])}\. ", text)
    assert [name for name in ("Context", "Decision", "Consequence") if f"\n## {name}\n" not in text] == []


def _code(page: Path) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```", page.read_text("utf-8"), re.DOTALL | re.MULTILINE)


def test_the_walk_of_adding_a_portal_ends_in_a_passing_test(monkeypatch: pytest.MonkeyPatch) -> None:
    declaration, test = _code(ROOT / "docs" / "adding-a-portal.md")
    portal, checks = ModuleType("crawler.portals.baisha"), ModuleType("test_baisha")
    monkeypatch.setitem(sys.modules, portal.__name__, portal)
    exec(declaration, vars(portal))
    exec(test, vars(checks))
    passed = [check() for name, check in vars(checks).items() if name.startswith("test_")]
    assert len(passed) == 2


def _queries() -> list[str]:
    rows = re.findall(r"^\| (`.*?`) \|", (ROOT / "docs" / "querying.md").read_text("utf-8"), re.MULTILINE)
    return [query for row in rows for query in re.findall(r"`([^`]+)`", row)]


@pytest.mark.parametrize("query", _queries())
def test_every_query_in_the_docs_can_be_read(query: str) -> None:
    assert parse(query)
