"""The sample articles on their two nights."""

from __future__ import annotations

import pytest

from samples.stock import find, shelf

PORTALS = ("reprints", "ministry", "council")


@pytest.mark.parametrize("portal", PORTALS)
@pytest.mark.parametrize("night", [1, 2])
def test_every_portal_has_six_to_ten_articles(portal: str, night: int) -> None:
    assert 6 <= len(shelf(portal, night)) <= 10


@pytest.mark.parametrize("portal", PORTALS)
def test_every_article_has_words_and_its_fields(portal: str) -> None:
    for text in shelf(portal, 2):
        assert text.title
        assert text.sections
        assert all(text.pages)
        assert sum(len(line) for page in text.pages for line in page) > 100


def test_the_shelf_is_newest_first() -> None:
    days = [text.published for text in shelf("ministry", 1)]
    assert days == sorted(days, reverse=True)


def test_one_clause_changes_on_the_second_night() -> None:
    before, after = (find("ministry", "t20261103_1402031", night) for night in (1, 2))
    assert before is not None
    assert after is not None
    changed = set(before.pages[0]) ^ set(after.pages[0])
    assert len(changed) == 2
    assert all(line.startswith("第七条") for line in changed)


def test_only_that_one_article_has_other_words_on_the_second_night() -> None:
    changed = [
        text.name
        for portal in PORTALS
        for text in shelf(portal, 2)
        if (before := find(portal, text.name, 1)) and before.pages != text.pages
    ]
    assert changed == ["t20261103_1402031"]


def test_one_article_is_dressed_differently_on_the_second_night() -> None:
    assert [text.name for text in shelf("reprints", 2) if text.refurnished] == ["1512322"]
    assert not any(text.refurnished for text in shelf("reprints", 1))


def test_one_article_is_gone_on_the_second_night() -> None:
    assert find("ministry", "t20261021_1401902", 1)
    assert find("ministry", "t20261021_1401902", 2) is None


def test_a_new_policy_stands_on_two_portals_in_the_same_words() -> None:
    official, reprint = find("ministry", "t20261119_1402233", 2), find("reprints", "1513066", 2)
    assert official is not None
    assert reprint is not None
    assert official.pages == reprint.pages
    assert find("ministry", "t20261119_1402233", 1) is None
    assert find("reprints", "1513066", 1) is None


def test_the_reprint_of_the_plan_has_three_pages() -> None:
    reprint = find("reprints", "1512401", 1)
    assert reprint is not None
    assert len(reprint.pages) == 3


def test_an_unknown_article_is_none() -> None:
    assert find("reprints", "9999999", 1) is None
