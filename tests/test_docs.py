"""Documentation is under test: the generated reference, commands, portals, modules and links."""

from __future__ import annotations

import importlib.util
import pkgutil
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from checks import reference
from crawler import portals
from policy.query import parse
from storage.tables import Base

ROOT = Path(__file__).parent.parent
READMES = [ROOT / "README.md", ROOT / "README.zh.md"]
PAGES = [*READMES, ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
GUIDES = [page for page in PAGES if page.parent.name != "adr" and page.name != "CHANGELOG.md"]
LINK = re.compile(r"\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)


def _anchors(page: Path) -> set[str]:
    text = FENCE.sub("", page.read_text("utf-8"))
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.fixture(scope="module")
def generated() -> dict[str, str]:
    return reference.pages()


@pytest.mark.parametrize(
    "name", ["commands.md", "configuration.md", "fields.md", "json.md", "portals.md", "tables.md"]
)
def test_the_generated_reference_is_current(name: str, generated: dict[str, str]) -> None:
    assert (reference.FOLDER / name).read_text("utf-8") == generated[name], "run: python -m checks.reference"


def test_every_portal_is_in_the_reference(generated: dict[str, str]) -> None:
    slugs = portals.load(("crawler.portals", "samples.portals"))
    assert [slug for slug in sorted(slugs) if f"`{slug}`" not in generated["portals.md"]] == []


def test_every_table_of_the_archive_is_in_the_docs(generated: dict[str, str]) -> None:
    words = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    missing = [name for name in sorted(Base.metadata.tables) if f"`{name}`" not in words]
    assert missing == []
    assert [name for name in Base.metadata.tables if f"## `{name}`" not in generated["tables.md"]] == []


def test_every_renamed_table_and_column_is_in_the_changelog() -> None:
    words = (ROOT / "CHANGELOG.md").read_text("utf-8")
    renames = importlib.import_module("storage.migrations.versions.0019_standard_terms")
    names = {
        *renames._TABLES.items(),
        *((f"{table}.{old}", f"{table}.{new}") for table, old, new in renames._COLUMNS),
    }
    assert [pair for pair in sorted(names) if not all(f"`{name}`" in words for name in pair)] == []


@pytest.mark.parametrize("page", GUIDES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_in_the_docs_exists(page: Path, generated: dict[str, str]) -> None:
    commands = set(re.findall(r"^## polarchive (.+)$", generated["commands.md"], re.MULTILINE))
    groups = {command.partition(" ")[0] for command in commands if " " in command}
    text = page.read_text("utf-8")
    calls = re.findall(r"(?:\$ |`)polarchive (?:--home \S+ )?([a-z]+)(?: ([a-z]+))?", text)
    named = {f"{name} {below}" if name in groups else name for name, below in calls}
    assert sorted(named - commands - groups - {f"{group} " for group in groups}) == []


def _names_in_code(page: Path) -> list[str]:
    """Dotted names of our own modules, and of functions and classes in them."""
    packages = "alerts|checks|config|crawler|health|pipelines|policy|services|storage"
    return re.findall(rf"`((?:{packages})(?:\.\w+)+)(?:\(\))?`", page.read_text("utf-8"))


@pytest.mark.parametrize("name", sorted(set(_names_in_code(ROOT / "docs" / "architecture.md"))))
def test_every_module_and_function_that_the_architecture_names_exists(name: str) -> None:
    assert pkgutil.resolve_name(name)


@pytest.mark.parametrize("page", GUIDES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_module_that_the_docs_run_exists(page: Path) -> None:
    for name in re.findall(r"python -m ([a-z_.]+[a-z])", page.read_text("utf-8")):
        assert importlib.util.find_spec(name), name


@pytest.mark.parametrize("page", GUIDES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_path_of_the_source_tree_in_the_docs_exists(page: Path) -> None:
    packages = (
        "alerts|checks|config|crawler|health|pipelines|policy|samples|services|simulation|storage|tests"
    )
    paths = re.findall(rf"`((?:{packages})/[\w/.]*)`", page.read_text("utf-8"))
    assert [path for path in paths if not (ROOT / path).exists() and "baisha" not in path] == []


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
    rows = re.findall(
        r"^\| (`.*?`) \|", (ROOT / "docs" / "reference" / "queries.md").read_text("utf-8"), re.MULTILINE
    )
    return [query for row in rows for query in re.findall(r"`([^`]+)`", row)]


@pytest.mark.parametrize("query", _queries())
def test_every_query_in_the_docs_can_be_read(query: str) -> None:
    assert parse(query)
