"""What is measured is what is said: pages of that size, read by the declaration, no two the same."""

from __future__ import annotations

from benchmarks.crawl.pages import SIZE, article, listing, title
from crawler import extraction, portals
from policy.records import Article, Payload
from policy.rules.identity import policy_keys

BENCH = portals.get("bench", ("benchmarks.crawl.portals",))
ROOT = "http://bench.example/"


def _read(number: int) -> Article:
    payload = Payload(url=f"{ROOT}content_{number}.htm", body=article(number), content_type="text/html")
    return extraction.read_article(BENCH, [extraction.read_page(BENCH, payload)])


def test_a_page_has_the_size_that_is_said() -> None:
    assert all(abs(len(article(number)) - SIZE) < 200 for number in (0, 7, 239))


def test_the_list_names_every_page() -> None:
    payload = Payload(url=f"{ROOT}list.json", body=listing(240), content_type="application/json")
    assert len(extraction.read_listing(BENCH, BENCH.sections[0], payload).entries) == 240


def test_a_page_is_read_as_an_article_of_some_length() -> None:
    read = _read(3)
    assert read.title.value == title(3)
    assert 4_000 < len(read.text) < 8_000


def test_no_two_pages_are_one_policy() -> None:
    keys = [set(policy_keys(_read(number))) for number in range(5)]
    assert all(keys)
    assert len(set.union(*keys)) == sum(map(len, keys))
