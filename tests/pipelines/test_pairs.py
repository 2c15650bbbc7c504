"""Hard pairs of pages: one policy, two editions of one, written about one, or two that merely look alike."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from pipelines.dedupe.comparison_profile import ComparisonProfile, comparison_profile
from pipelines.dedupe.relations import find_relation
from pipelines.metadata.fields import extract_fields
from policy.records import Article, FieldValue, Label

HARD = tomllib.loads(Path(__file__).with_name("pairs.toml").read_text("utf-8"))
Page = Mapping[str, Any]
Reading = Callable[[Page, str], ComparisonProfile]


def printed(page: Page) -> str:
    """The page's text: one of the texts, with something put in the place of something else."""
    text: str = HARD["texts"][page["text"]]
    for words, by in page.get("put", ()):
        assert text.count(words) == 1, words
        text = text.replace(words, by)
    return text


def saved(page: Page, key: str) -> ComparisonProfile:
    """A page of which nothing but its headline and its text is known."""
    title = FieldValue(value=page["title"], raw=page["title"], rule="test")
    return comparison_profile(
        Article(portal="saved", key=key, url=f"https://www.example.cn/{key}", title=title, text=printed(page))
    )


def crawled(page: Page, key: str) -> ComparisonProfile:
    """The same page on a portal of its own, with all that is read in its text."""
    text, headline = printed(page), Label(name="title", value=page["title"], rule="meta:ArticleTitle")
    found = extract_fields([headline], text.split("\n"))
    assert found.title
    return comparison_profile(
        Article(
            portal=f"portal-{key}",
            key=key,
            url=f"https://{key}.example.cn/1",
            title=found.title,
            title_official=found.title_official,
            text=text,
            doc_no=found.doc_no,
            issuers=found.issuers,
            written=found.written,
            effective=found.effective,
        )
    )


def pairs(*truths: str) -> list[Any]:
    return [pytest.param(each, id=each["name"]) for each in HARD["pairs"] if each["truth"] in truths]


@pytest.fixture(params=[saved, crawled], ids=["saved", "crawled"])
def read(request: pytest.FixtureRequest) -> Reading:
    reading: Reading = request.param
    return reading


@pytest.mark.parametrize("pair", pairs("one policy"))
def test_two_pages_of_one_policy_are_joined(pair: Page, read: Reading) -> None:
    found = find_relation(read(pair["one"], "a"), read(pair["other"], "b"))
    assert found.joins, found.evidence


@pytest.mark.parametrize("pair", pairs("two editions"))
def test_two_editions_are_one_policy_the_earlier_first(pair: Page, read: Reading) -> None:
    found = find_relation(read(pair["one"], "a"), read(pair["other"], "b"))
    assert (found.kind, found.side) == ("edition", "left"), found.evidence


@pytest.mark.parametrize("pair", pairs("two policies", "written about it"))
def test_two_pages_that_merely_look_alike_are_not_joined(pair: Page, read: Reading) -> None:
    found = find_relation(read(pair["one"], "a"), read(pair["other"], "b"))
    assert not found.joins, found.evidence


def test_each_pair_is_the_same_from_both_sides(read: Reading) -> None:
    for pair in HARD["pairs"]:
        one, other = read(pair["one"], "a"), read(pair["other"], "b")
        assert find_relation(one, other) == find_relation(other, one).mirrored(), pair["name"]
