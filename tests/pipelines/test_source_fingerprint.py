"""Which modules a fingerprint covers, on packages written for the purpose and on our own."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from importlib import invalidate_caches
from pathlib import Path

import pytest

from pipelines.source_fingerprint import data_files, fingerprint, imported_modules, imported_names

ROOT = Path(__file__).parents[2]
SOURCES = {
    "library/__init__.py": "from library.base import Base",
    "library/base.py": "class Base: ...",
    "library/entry.py": "from library.html import clean\nfrom library import words as w\n",
    "library/words.py": "import library.numbers.roman as roman, json",
    "library/html/__init__.py": "",
    "library/html/clean.py": (
        "from typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n"
        "    from library import typed\n\n"
        "from .tables import (\n    rows,  # a comment, with a comma\n    cells as columns,\n)\n"
        "from ..dates import today, \\\n    tomorrow\n\n"
        "def read():\n    from library import lazy\n    return lazy\n"
    ),
    "library/html/tables.py": "rows = cells = ()",
    "library/html/boilerplate.txt": "分享到",
    "library/dates.py": "today = tomorrow = None",
    "library/lazy.py": "",
    "library/typed.py": "",
    "library/numbers/roman.py": "from elsewhere import numerals",
    "library/comparison.py": "from library import entry",
    "library/unused/__init__.py": "",
    "library/unused/words.txt": "无",
    "elsewhere/__init__.py": "",
    "elsewhere/numerals.py": "",
}


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Two importable packages."""
    for name, source in SOURCES.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(source, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    invalidate_caches()
    yield tmp_path / "library"
    for name in [name for name in sys.modules if name.partition(".")[0] in {"library", "elsewhere"}]:
        del sys.modules[name]


def entry_modules() -> dict[str, Path]:
    return imported_modules(["library.entry"], {"library"})


def test_imports_are_followed_in_every_form_and_through_every_package(library: Path) -> None:
    assert set(entry_modules()) == {
        "library",
        "library.base",
        "library.dates",
        "library.entry",
        "library.html",
        "library.html.clean",
        "library.html.tables",
        "library.lazy",
        "library.numbers.roman",
        "library.words",
    }


def test_another_top_level_package_is_followed_where_it_is_named(library: Path) -> None:
    modules = imported_modules(["library.entry"], {"library", "elsewhere"})
    assert {"elsewhere", "elsewhere.numerals"} <= set(modules)


@pytest.mark.parametrize("name", ["library.missing", "library.base.Base", "elsewhere.numerals"])
def test_an_entry_that_is_no_module_of_these_packages_is_an_error(library: Path, name: str) -> None:
    with pytest.raises(ModuleNotFoundError, match=name):
        imported_modules([name], {"library"})


@pytest.mark.parametrize("changed", ["html/tables.py", "html/boilerplate.txt", "lazy.py", "__init__.py"])
def test_a_change_in_a_covered_file_changes_the_fingerprint(library: Path, changed: str) -> None:
    before = fingerprint(entry_modules())
    with (library / changed).open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    assert fingerprint(entry_modules()) != before


@pytest.mark.parametrize("changed", ["comparison.py", "typed.py", "unused/words.txt", "new.py"])
def test_a_change_elsewhere_does_not(library: Path, changed: str) -> None:
    before = fingerprint(entry_modules())
    with (library / changed).open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    assert fingerprint(entry_modules()) == before


def test_a_module_that_moves_into_a_sub_package_stays_covered(library: Path) -> None:
    (library / "words.py").rename(library / "numbers/words.py")
    (library / "entry.py").write_text("from library.numbers import words\n", encoding="utf-8")
    modules = entry_modules()
    assert "library.numbers.words" in modules
    assert "library.numbers.roman" in modules


def test_only_packages_have_data_files(library: Path) -> None:
    assert data_files(library / "html/__init__.py") == [library / "html/boilerplate.txt"]
    assert data_files(library / "html/clean.py") == []


def test_the_expression_sees_every_import_that_the_parser_sees() -> None:
    files = [file for name in ("policy", "pipelines", "crawler") for file in (ROOT / name).rglob("*.py")]
    assert len(files) > 100
    for file in files:
        source = file.read_text(encoding="utf-8")
        module = ".".join(file.relative_to(ROOT).with_suffix("").parts)
        missed = set(parsed_names(source)) - set(imported_names(source, module.rpartition(".")[0]))
        assert not missed, f"{module}: {missed}"


def parsed_names(source: str) -> Iterator[str]:
    """The absolute names in the import statements, those for type checkers apart."""
    tree = ast.parse(source)
    for_types = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and ast.unparse(block.test).endswith("TYPE_CHECKING")
        for statement in block.body
        for node in ast.walk(statement)
    }
    for node in ast.walk(tree):
        if id(node) in for_types:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports are tested above"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
