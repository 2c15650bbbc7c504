"""What the fingerprints of the reading code cover, against what Python really imports and opens."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Collection
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from crawler import extraction as versions
from crawler.extraction import code_version, reading_modules
from crawler.portal import Portal
from crawler.portals import get, load
from pipelines.attachments import bounded_reader
from pipelines.source_fingerprint import data_files

ROOT = Path(__file__).parents[2]
OURS = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}

PAGES = """
from crawler import extraction
from policy.records import Payload

folder = ROOT / "tests/portals/bjx"
address = "https://news.bjx.com.cn/html/20260310/1300001.shtml"
article = Payload(url=address, body=(folder / "long-1.html").read_bytes())
assert extraction.reread(None, [article]).title.value
generic = modules()

from crawler.portals import get

case = json.loads((folder / "list.case.json").read_text())
section = next(section for section in get("bjx").sections if section.slug == case["section"])
listing = Payload(url=section.url, body=(folder / "list.html").read_bytes())
assert extraction.read_listing(get("bjx"), section, listing).entries
assert extraction.read_saved([article]).portal == "bjx"
print(json.dumps({"generic": generic, "modules": modules(), "opened": opened}))
"""
FILES = """
from tests import papers
import pipelines.attachments.child
from pipelines.attachments.child import read_file
from pipelines.attachments.formats import Limits

del sys.modules["tests"], sys.modules["tests.papers"]
for name, body in {"a.docx": papers.a_docx(), "a.txt": b"text"}.items():
    assert read_file(body, name, Limits()).status == "read"
print(json.dumps({"modules": modules(), "opened": opened}))
"""
PRELUDE = f"""
import json, sys
from pathlib import Path

ROOT, OURS, opened = Path({str(ROOT)!r}), {OURS!r}, []

def modules():
    return sorted(name for name in sys.modules if name.partition(".")[0] in OURS)

def note(event, arguments):
    if event == "open" and isinstance(arguments[0], str):
        opened.append(arguments[0])

sys.addaudithook(note)
"""


def in_a_fresh_interpreter(script: str) -> Any:
    """What the script prints; a process of its own, because here everything is imported already."""
    command = [sys.executable, "-c", PRELUDE + script]
    return json.loads(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout)


def uncovered_data(opened: Collection[str], modules: dict[str, Path]) -> set[str]:
    """The data files of ours that were opened and are in no fingerprint."""
    covered = {str(path) for file in modules.values() for path in data_files(file)}
    packages = tuple(str(ROOT / name) + "/" for name in OURS)
    data = {name for name in opened if not name.endswith(".py") and "__pycache__" not in name}
    return {name for name in data if name.startswith(packages)} - covered


def all_reading_modules() -> dict[str, Path]:
    return {name: file for portal in load().values() for name, file in reading_modules(portal).items()}


@pytest.mark.slow
def test_every_module_and_dictionary_from_payload_to_record_is_covered() -> None:
    seen = in_a_fresh_interpreter(PAGES)
    assert len(seen["generic"]) > 50
    assert set(seen["generic"]) - set(reading_modules()) == set()
    covered = all_reading_modules()
    assert set(seen["modules"]) - set(covered) == set()
    assert any(name.endswith("organs.txt") for name in seen["opened"])
    assert uncovered_data(seen["opened"], covered) == set()


@pytest.mark.slow
def test_every_module_that_reads_a_file_is_covered() -> None:
    seen = in_a_fresh_interpreter(FILES)
    covered = bounded_reader.reader_modules()
    assert len(seen["modules"]) > 10
    assert set(seen["modules"]) - set(covered) == set()
    assert uncovered_data(seen["opened"], covered) == set()


NOT_READING = [
    "crawler.spiders.portal_state",
    "crawler.spiders.article_requests",
    "crawler.runs.process",
    "crawler.settings",
    "pipelines.archive_pipeline",
    "pipelines.diff.comparison",
    "pipelines.diff.text_diff",
    "pipelines.consumers.linking",
    "pipelines.dedupe.grouping",
    "pipelines.consumers.keywords",
    "pipelines.consumers.keywords",
    "pipelines.archive_pipeline",
    "pipelines.dedupe.relations",
    "pipelines.consumers.regrouping",
    "policy.rules.drift",
    "policy.rules.revisit",
]


@pytest.mark.parametrize("name", NOT_READING)
def test_comparing_grouping_and_backing_off_are_not(name: str) -> None:
    assert find_spec(name)
    assert name not in all_reading_modules()
    assert name not in bounded_reader.reader_modules()


def test_nothing_of_storage_alerts_and_health_is_covered() -> None:
    names = {*all_reading_modules(), *bounded_reader.reader_modules()}
    assert {name.partition(".")[0] for name in names} == {"crawler", "pipelines", "policy"}


def test_a_portal_is_covered_for_itself_alone() -> None:
    modules = set(reading_modules(get("ndrc")))
    assert "crawler.portals.ndrc" in modules
    assert "crawler.portals.bjx" not in modules
    assert code_version(get("ndrc")) != code_version(get("bjx")) != code_version()


def test_a_portal_declared_elsewhere_is_covered_with_its_modules() -> None:
    mended = get("ndrc", ["tests.portals_mended"])
    assert {"tests.portals_mended.ndrc", "crawler.pages.base"} <= set(reading_modules(mended))


def test_a_portal_without_a_source_file_counts_as_the_portal_it_derives_from() -> None:
    kind = type("Typed", (type(get("ndrc")),), {"__module__": "typed_at_the_prompt"})
    portal: Portal = kind()
    assert reading_modules(portal) == reading_modules(get("ndrc"))


def test_the_code_version_is_short_and_stable() -> None:
    assert len(code_version()) == 12
    assert versions.code_version.__wrapped__() == code_version()
