"""Portals that people keep outside this repository import from these paths."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

from crawler.pages.government import GovernmentArticle
from crawler.pages.templates import CommonArticle

GUIDE = Path(__file__).parents[2] / "docs/adding-a-portal.md"
IMPORT = re.compile(r"^from (crawler\.(?!portals\.)[\w.]+) import (.+)$", re.MULTILINE)
DOCUMENTED = [
    (module, name) for module, names in IMPORT.findall(GUIDE.read_text("utf-8")) for name in names.split(", ")
]
STABLE = [
    ("crawler.pages.base", "ArticlePage"),
    ("crawler.pages.base", "ListingPage"),
    ("crawler.pages.base", "Maybe"),
    ("crawler.pages.base", "One"),
    ("crawler.pages.base", "document"),
    ("crawler.pages.generic", "GenericArticle"),
    ("crawler.pages.listings", "StaticList"),
    ("crawler.pages.templates", "CommonArticle"),
    ("crawler.platforms", "TrsPortal"),
    ("crawler.portals", "load"),
]


def test_the_guide_shows_what_to_import() -> None:
    assert len(DOCUMENTED) >= 4


@pytest.mark.parametrize(("module", "name"), sorted({*DOCUMENTED, *STABLE}), ids=str)
def test_what_portals_import_is_there(module: str, name: str) -> None:
    assert hasattr(importlib.import_module(module), name)


def test_the_former_name_of_the_templates_still_imports() -> None:
    with pytest.deprecated_call(match=r"crawler\.pages\.templates"):
        dialects = importlib.import_module("crawler.pages.dialects")
    assert dialects.CommonArticle is CommonArticle


@pytest.mark.parametrize(("former", "current"), [("furniture", "boilerplate"), ("said", "label_lines")])
def test_a_template_may_name_its_places_as_before(former: str, current: str) -> None:
    with pytest.deprecated_call(match=current):
        template = type("Own", (GovernmentArticle,), {former: "div.share"})
    assert getattr(template, current) == "div.share"
