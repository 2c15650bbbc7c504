"""A portal's module and cases from the template."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType

import pytest

from crawler.pages.listings import JpaasList
from crawler.platforms import TrsPortal
from tests.cli.conftest import Polarchive

URL = "https://www.baisha.example/zcwj/"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with nothing in it."""
    for folder in ("crawler/portals", "tests/portals"):
        (tmp_path / folder).mkdir(parents=True)
    return tmp_path


def begun(polarchive: Polarchive, checkout: Path, *options: str, slug: str = "baisha") -> int:
    given = ("--name", "白沙市", "--url", URL, "--checkout", str(checkout), *options)
    return polarchive("portal", "new", slug, *given).code


def test_the_module_from_the_template_is_a_portal(polarchive: Polarchive, checkout: Path) -> None:
    assert begun(polarchive, checkout, "--listing", "JpaasList") == 0
    module = ModuleType("baisha")
    text = (checkout / "crawler/portals/baisha.py").read_text("utf-8")
    exec(text, vars(module))
    portal = module.Baisha()
    assert isinstance(portal, TrsPortal)
    assert (portal.slug, portal.name, portal.hosts) == ("baisha", "白沙市", ("www.baisha.example",))
    (section,) = portal.sections
    assert (section.url, section.listing, section.rests_on) == (URL, JpaasList, "unverified")


def test_its_cases_wait_for_their_pages(polarchive: Polarchive, checkout: Path) -> None:
    begun(polarchive, checkout)
    cases = sorted((checkout / "tests/portals/baisha").iterdir())
    assert [case.name for case in cases] == ["article.case.json", "list.case.json"]
    assert json.loads(cases[1].read_text("utf-8")) == {"section": "zcwj", "pages": {"list.html": URL}}


def test_a_portal_is_never_written_over(polarchive: Polarchive, checkout: Path) -> None:
    begun(polarchive, checkout)
    (checkout / "crawler/portals/baisha.py").write_text("mine", encoding="utf-8")
    assert begun(polarchive, checkout) == 2
    assert (checkout / "crawler/portals/baisha.py").read_text("utf-8") == "mine"


@pytest.mark.parametrize("slug", ["../x", "X", "a b", "os.path", ""])
def test_a_slug_is_a_module_name(polarchive: Polarchive, checkout: Path, slug: str) -> None:
    assert begun(polarchive, checkout, slug=slug) == 2
    assert list((checkout / "crawler/portals").iterdir()) == []


@pytest.mark.parametrize(
    "options",
    [("--listing", "NoSuchList"), ("--url", "ftp://x.example/"), ("--url", 'https://x.example/"+evil+"')],
)
def test_a_family_and_an_address_must_be_ones(
    polarchive: Polarchive, checkout: Path, options: tuple[str, str]
) -> None:
    assert begun(polarchive, checkout, *options) == 2
