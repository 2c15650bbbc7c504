"""What ``make check`` measures of a source tree, on a small one."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from checks import measures
from checks.article_path import RECORDER, modules_of
from checks.measures import Measure, circles, is_vague
from checks.sources import SourceTree, read_tree
from checks.structure import Limit, Result, conclude

FILES = {
    "start.py": "from garden import beds\n",
    "garden/__init__.py": '"""Plants and where they grow."""\nfrom garden.plants import Rose\n',
    "garden/plants.py": "class Rose:\n    name: str\n    held: bool\n",
    "garden/beds.py": "from . import tools\nfrom garden.weeds import Nettle\n",
    "garden/weeds.py": (
        "from typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    from garden.beds import Bed\n"
        "class Nettle: ...\nclass Rose: ...\n"
    ),
    "garden/tools/__init__.py": "",
    "garden/tools/plants.py": "def water(known, *, name): ...\ndef _dig(found): ...\n",
    "house/__init__.py": '"""Rooms."""\n',
    "house/plants.py": "from garden import Rose\n",
    "house/kitchen.py": "def cook():\n    from house import cellar\n",
    "house/cellar.py": "import house.kitchen\n",
    "house/guests/__init__.py": "",
    "house/guests/aunt.py": "from garden.tools import plants\nclass Rose: ...\n",
    "tests/__init__.py": "",
    "tests/test_house.py": "from house import plants\n",
}


@pytest.fixture
def tree(tmp_path: Path) -> SourceTree:
    return made(tmp_path, FILES)


def made(root: Path, files: Mapping[str, str]) -> SourceTree:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    return read_tree(root, exclude=["tests"], apart=["house.guests"])


def test_every_module_is_counted_but_excluded_ones_and_those_apart(tree: SourceTree) -> None:
    measure = measures.module_count(tree)
    assert (measure.value, measure.places) == (11, ["garden: 6", "house: 4", "start: 1"])


def test_entries_are_the_modules_and_packages_side_by_side(tree: SourceTree) -> None:
    measure = measures.entries_at_one_level(tree)
    assert (measure.value, measure.places) == (4, ["garden: 4", "house: 3", "garden.tools: 1"])


def test_the_longest_module_comes_first(tree: SourceTree) -> None:
    assert measures.lines_of_a_module(tree).places[0] == "garden.weeds: 5"


def test_a_small_module_of_a_single_importer_is_a_fragment(tree: SourceTree) -> None:
    measure = measures.fragments(tree)
    assert measure.places == [
        "garden.beds: only start",
        "garden.plants: only house.plants",
        "garden.tools.plants: only house.guests.aunt",
        "garden.weeds: only garden.beds",
        "house.cellar: only house.kitchen",
        "house.kitchen: only house.cellar",
    ]
    assert measure.value == 54.5


def test_a_longer_module_is_no_fragment(tmp_path: Path) -> None:
    files = {"a.py": "import b\n", "b.py": "\n" * measures.SMALL}
    assert measures.fragments(made(tmp_path, files)).places == []


def test_packages_without_a_docstring_are_listed(tree: SourceTree) -> None:
    assert measures.packages_without_purpose(tree).places == ["garden.tools", "house.guests"]


def test_a_package_without_init_has_no_purpose(tmp_path: Path) -> None:
    tree = made(tmp_path, {"a/__init__.py": '"""A."""\n', "a/b/c.py": ""})
    assert measures.packages_without_purpose(tree).places == ["a.b"]


def test_module_names_are_unique_within_a_layer(tree: SourceTree) -> None:
    assert measures.doubled_stems(tree).places == ["garden: plants: garden.plants, garden.tools.plants"]


def test_class_names_are_unique_over_all_layers(tree: SourceTree) -> None:
    assert measures.doubled_classes(tree).places == ["Rose: garden.plants, garden.weeds"]


def test_a_circle_is_seen_through_imports_inside_functions(tree: SourceTree) -> None:
    assert measures.import_circles(tree).places == ["house.cellar, house.kitchen"]


def test_imports_for_types_make_circles_of_their_own(tree: SourceTree) -> None:
    assert measures.type_circles(tree).places == ["garden.beds, garden.weeds", "house.cellar, house.kitchen"]


def test_a_name_that_is_exported_is_an_import_of_its_module(tree: SourceTree) -> None:
    assert tree.imports["house.plants"] == {"garden", "garden.plants"}


def test_a_lazy_export_counts_too(tmp_path: Path) -> None:
    lazy = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from a.b import C\n"
    tree = made(tmp_path, {"a/__init__.py": lazy, "a/b.py": "class C: ...\n", "d.py": "from a import C\n"})
    assert (tree.imports["a"], tree.imports["d"]) == (set(), {"a", "a.b"})


@pytest.mark.parametrize(
    ("imports", "groups"),
    [
        ({}, []),
        ({"a": ["b"], "b": ["c"]}, []),
        ({"a": ["b", "c"], "b": ["d"], "c": ["d"]}, []),
        ({"a": ["b"], "b": ["a"]}, [["a", "b"]]),
        ({"a": ["b"], "b": ["c"], "c": ["d", "b"], "d": ["e"], "e": ["d"]}, [["b", "c"], ["d", "e"]]),
        ({"a": ["b"], "b": ["c", "a"], "c": ["b"]}, [["a", "b", "c"]]),
    ],
    ids=["nothing", "a chain", "a diamond", "a pair", "two apart", "two that share a module"],
)
def test_circles_are_the_groups_that_reach_each_other(
    imports: dict[str, list[str]], groups: list[list[str]]
) -> None:
    assert circles(imports) == groups


def test_vague_names_are_those_of_public_parts(tree: SourceTree) -> None:
    assert measures.vague_names(tree).places == [
        "garden.plants:3: attribute held",
        "garden.tools.plants:1: parameter of water known",
    ]


@pytest.mark.parametrize("name", ["found", "held_cursor", "KnownArticle", "one"])
def test_a_name_that_does_not_tell_what_it_holds_is_vague(name: str) -> None:
    assert is_vague(name)


@pytest.mark.parametrize("name", ["one_line", "not_found", "NotFound", "unknown", "foundation"])
def test_a_vague_word_within_another_term_is_none(name: str) -> None:
    assert not is_vague(name)


def test_a_field_is_counted_in_each_module_that_names_it(tree: SourceTree) -> None:
    measure = measures.places_of_a_field(tree, ["name"])
    assert measure.places == ["name: 2: garden.plants, garden.tools.plants"]


def test_a_field_that_nothing_names_is_an_error(tree: SourceTree) -> None:
    with pytest.raises(KeyError, match="colour"):
        measures.places_of_a_field(tree, ["colour"])


def test_a_measure_above_its_ceiling_fails_and_names_the_places(capsys: pytest.CaptureFixture[str]) -> None:
    measure = Measure(2, ["garden.plants", "house.plants"])
    assert conclude({"plants": Result("plants", measure, Limit(2, 0))}, None) == 0
    assert "house.plants" not in capsys.readouterr().out
    assert conclude({"plants": Result("plants", measure, Limit(1, 0))}, None) == 1
    assert "house.plants" in capsys.readouterr().out


def test_what_a_measure_counts_can_be_listed(capsys: pytest.CaptureFixture[str]) -> None:
    result = Result("plants", Measure(2, ["garden.plants", "house.plants"]), Limit(1, 0))
    assert conclude({"plants": result}, "plants") == 0
    assert capsys.readouterr().out == "garden.plants\nhouse.plants\n"


@pytest.mark.slow
def test_the_recorder_lists_files_whose_functions_run(tmp_path: Path) -> None:
    (tmp_path / "records").mkdir()
    (tmp_path / "dug.py").write_text("def dig(): ...\n")
    (tmp_path / "idle.py").write_text("class Rose:\n    name = 1\ndef water(): ...\n")
    (tmp_path / "start.py").write_text(
        "import threading, dug, idle\nt = threading.Thread(target=dug.dig)\nt.start()\nt.join()\n"
    )
    environment = {"PYTHONPATH": str(RECORDER), "RECORD_ROOT": str(tmp_path), "RECORD_INTO": "records"}
    subprocess.run([sys.executable, "start.py"], cwd=tmp_path, env=environment, check=True)
    (record,) = (tmp_path / "records").iterdir()
    assert record.read_text() == str(tmp_path / "dug.py")


def test_layers_beside_the_path_of_an_article_are_left_out(tree: SourceTree) -> None:
    files = [tree.modules[name].path for name in ("garden.beds", "house.plants", "house.guests.aunt")]
    assert modules_of(tree, files, beside=["house"]).places == ["garden.beds"]
