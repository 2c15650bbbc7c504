"""Seen, gone, withdrawn and restored."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.rules.extraction import Extraction
from policy.rules.revisit import FEW, is_credible
from storage import change_feed, queries
from storage.articles import archive, availability
from storage.database import Database
from storage.rows import ArchivedArticle
from tests.storage.builders import DAY, NIGHT, WORDS, a_capture, a_new_policy, an_article

HOUR = dt.timedelta(hours=1)


def read(database: Database, text: str = WORDS, *, at: dt.datetime = NIGHT) -> list[str]:
    """What reading the page at ``at`` changed."""
    saved = archive.save_article(
        database,
        Extraction(article=an_article(text), captures=(a_capture(text, at=at),), code="1"),
        decide=a_new_policy,
    )
    return [change.kind for change in saved.changes]


def gone(database: Database, at: dt.datetime, *, believed: bool = True, key: str = "1") -> str | None:
    """What the page's absence at ``at`` changed."""
    with database.write() as session:
        change = availability.mark_gone(session, "ndrc", key, at, believed=believed)
    return change.kind if change else None


def known(database: Database) -> ArchivedArticle:
    with database.read() as session:
        found = queries.article_by_key(session, "ndrc", "1")
    assert found is not None
    return found


@pytest.fixture
def archived(database: Database) -> Database:
    assert read(database) == ["new_policy"]
    return database


def test_a_page_gone_once_is_missing_and_nothing_more(archived: Database) -> None:
    assert gone(archived, NIGHT + DAY) is None
    assert (known(archived).missing_since, known(archived).withdrawn_at) == (NIGHT + DAY, None)
    assert known(archived).due <= (NIGHT + 2 * DAY).date(), "it is looked at again the next night"
    assert gone(archived, NIGHT + DAY, key="unknown") is None


def test_two_looks_of_one_night_are_one_and_another_night_is_a_withdrawal(archived: Database) -> None:
    assert gone(archived, NIGHT + DAY) is None
    assert gone(archived, NIGHT + DAY + HOUR) is None
    assert gone(archived, NIGHT + 2 * DAY) == "withdrawn"
    assert known(archived).withdrawn_at == NIGHT + 2 * DAY
    assert known(archived).due > (NIGHT + 4 * DAY).date(), "it is looked at seldom from now on"
    assert gone(archived, NIGHT + 9 * DAY) is None, "it is told once"
    assert known(archived).due > (NIGHT + 12 * DAY).date()


def test_a_page_that_was_there_between_two_nights_is_not_withdrawn(archived: Database) -> None:
    gone(archived, NIGHT + DAY)
    assert read(archived, at=NIGHT + 2 * DAY) == []
    assert gone(archived, NIGHT + DAY + HOUR) is None, "a look of before says nothing"
    assert known(archived).missing_since is None
    assert gone(archived, NIGHT + 3 * DAY) is None
    with archived.write() as session:
        assert availability.mark_seen(session, "ndrc", "1", NIGHT + 4 * DAY)
        assert not availability.mark_seen(session, "ndrc", "unknown", NIGHT)
    assert gone(archived, NIGHT + 5 * DAY) is None


@pytest.mark.parametrize(
    ("text", "changes"), [(WORDS, ["restored"]), (WORDS + "三、解释。", ["restored", "new_version"])]
)
def test_a_withdrawn_page_that_is_back_is_restored_and_a_version_only_by_other_words(
    archived: Database, text: str, changes: list[str]
) -> None:
    gone(archived, NIGHT + DAY)
    gone(archived, NIGHT + 2 * DAY)
    assert read(archived, text, at=NIGHT + 3 * DAY) == changes
    assert (known(archived).missing_since, known(archived).withdrawn_at) == (None, None)
    with archived.read() as session:
        kinds = [change.kind for change in change_feed.changes(session)]
    assert kinds == ["new_policy", "withdrawn", *changes]


def test_an_old_capture_restores_nothing(archived: Database) -> None:
    gone(archived, NIGHT + DAY)
    gone(archived, NIGHT + 2 * DAY)
    assert read(archived, at=NIGHT + HOUR) == []
    assert known(archived).withdrawn_at == NIGHT + 2 * DAY


def test_nights_that_are_not_believed_count_only_when_that_has_lasted(archived: Database) -> None:
    for day in range(1, 8):
        assert gone(archived, NIGHT + day * DAY, believed=False) is None
    assert gone(archived, NIGHT + 8 * DAY, believed=False) is None
    assert gone(archived, NIGHT + 9 * DAY, believed=False) == "withdrawn"


@given(there=st.integers(0, 10_000), few=st.integers(0, FEW - 1))
def test_a_few_pages_may_always_go_and_a_third_of_a_night_never(there: int, few: int) -> None:
    assert is_credible(few, few + there)
    many = max(FEW, there // 2)
    assert not is_credible(many, many + min(there, 2 * many))
