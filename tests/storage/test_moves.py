"""An article at several addresses: one article, one history."""

from __future__ import annotations

from pathlib import Path

import pytest
from attrs import evolve
from sqlalchemy import select

from policy.records import Article, Capture
from policy.rules.extraction import Extraction
from policy.rules.identity import Alias
from policy.text.words import tokens
from storage import change_feed, queries
from storage.articles import archive, availability, listed_entries
from storage.articles import captures as captured
from storage.articles.attachments import article_attachments, save_attachments
from storage.database import Database
from storage.rows import ArchivedArticle
from storage.runs import leases
from storage.search.index import Index, words
from storage.tables import RunRow
from tests.storage.builders import (
    DAY,
    NIGHT,
    PAGES,
    PLAN,
    WORDS,
    a_capture,
    a_file,
    an_article,
    the_known_policy,
)
from tests.storage.test_listed_entries import entry, owed, show

NEW = "https://www.example.cn/new/2.html"
THERE = Alias(key="2", url=NEW, evidence="redirect")


def at(url: str, article: Article) -> tuple[Article, Capture]:
    """The article and its capture at another address."""
    capture = evolve(a_capture(article.text), url=url)
    return evolve(article, url=url, page_urls=(url,)), capture


def a_run(database: Database, night: int) -> int:
    """The run of a night."""
    with database.write() as session:
        slot = NIGHT + night * DAY
        row = session.scalar(select(RunRow).where(RunRow.slot == slot))
        if row is None:
            row = RunRow(portal="ndrc", slot=slot, state="ok")
            session.add(row)
            session.flush()
        return row.id


def read(
    database: Database, article: Article, *aliases: Alias, night: int = 0, url: str | None = None
) -> list[str]:
    """What reading the article on that night changed."""
    when = NIGHT + night * DAY
    article, capture = at(url, article) if url else (article, a_capture(article.text))
    capture = evolve(capture, at=when, record_id=f"<urn:test:{article.key}:{article.url}:{night}>")
    saved = archive.save_article(
        database,
        Extraction(
            article=article,
            captures=(capture,),
            code="1",
            run_id=a_run(database, night),
            aliases=tuple(aliases),
        ),
        decide=the_known_policy,
    )
    return [change.kind for change in saved.changes]


def known(database: Database, key: str = "1") -> ArchivedArticle:
    with database.read() as session:
        found = queries.article_by_key(session, "ndrc", key)
    assert found is not None
    return found


def gone(database: Database, night: int, key: str = "1") -> str | None:
    with database.write() as session:
        change = availability.mark_gone(session, "ndrc", key, NIGHT + night * DAY)
    return change.kind if change else None


@pytest.fixture
def archived(database: Database) -> Database:
    assert read(database, an_article()) == ["new_policy"]
    return database


def test_a_moved_page_is_the_same_article_under_both_keys_and_asked_where_it_is_now(
    archived: Database,
) -> None:
    assert read(archived, an_article(), THERE, night=1, url=NEW) == ["moved"]
    assert known(archived) == known(archived, "2")
    assert (known(archived).key, known(archived).url, known(archived).newest) == ("1", NEW, 1)
    assert read(archived, an_article(key="2"), night=2, url=NEW) == [], "whoever reads it by its new key"
    with archived.read() as session:
        (alias,) = availability.aliases(session, known(archived).id)
        assert alias == evolve(THERE, since=NIGHT + DAY)
        assert queries.articles_by_key(session, "ndrc", ["1", "2", "3"]).keys() == {"1", "2"}
        assert queries.article_by_url(session, NEW) == known(archived)
        assert queries.article_by_url(session, an_article().url) == known(archived)
        assert availability.keys_by_alias(session, "ndrc") == {"2": "1"}
        assert availability.keys_by_alias(session, "govcn") == {}
        assert [change.kind for change in queries.availability_changes(session, known(archived).id)] == [
            "moved"
        ]


def test_other_words_at_the_new_address_are_its_next_version(archived: Database) -> None:
    assert read(archived, an_article(WORDS + "三、解释。"), THERE, night=1, url=NEW) == [
        "moved",
        "new_version",
    ]
    with archived.read() as session:
        first, second = queries.versions(session, known(archived).id)
    assert (first.article.url, second.article.url) == (an_article().url, NEW)
    assert {first.article.key, second.article.key} == {"1"}


def test_it_may_move_on_and_back(archived: Database) -> None:
    third = "https://www.example.cn/3.html"
    assert read(archived, an_article(), THERE, night=1, url=NEW) == ["moved"]
    assert read(
        archived, an_article(), Alias(key="3", url=third, evidence="redirect"), night=2, url=third
    ) == ["moved"]
    home = an_article().url
    assert read(archived, an_article(), Alias(key="1", url=home, evidence="redirect"), night=3) == ["moved"]
    assert known(archived, "3").url == known(archived, "2").url == home
    with archived.read() as session:
        assert {alias.key for alias in availability.aliases(session, known(archived).id)} == {"2", "3"}


def test_a_capture_of_before_moves_nothing(archived: Database) -> None:
    assert read(archived, an_article(), night=2) == []
    assert read(archived, an_article(), THERE, night=1, url=NEW) == []
    assert known(archived).url == an_article().url


def test_a_withdrawn_article_at_another_address_is_restored_and_moved(archived: Database) -> None:
    assert [gone(archived, 1), gone(archived, 2)] == [None, "withdrawn"]
    assert read(archived, an_article(), THERE, night=3, url=NEW) == ["restored", "moved"]
    assert [gone(archived, 4, "2"), gone(archived, 5, "2")] == [None, "withdrawn"]


def test_a_key_that_is_an_articles_or_stands_for_one_stays_with_it(archived: Database) -> None:
    other = an_article(title="关于储能的另一个通知", text=WORDS * 2, key="2")
    assert read(archived, other, url=NEW) == ["new_policy"]
    read(archived, an_article(), THERE, Alias(key="4", url=f"{NEW}4", evidence="redirect"), night=1)
    read(archived, other, Alias(key="4", url=f"{NEW}4", evidence="redirect"), night=1, url=NEW)
    assert (known(archived, "2").key, known(archived, "4").key) == ("2", "1")


def test_what_leads_to_an_article_is_owed_no_more(archived: Database) -> None:
    show(archived, entry("old"), entry("else"), wanted={"old": False, "else": False})
    assert owed(archived) == ["else", "old"]
    read(archived, an_article(), Alias(key="old", url=f"{NEW}0", evidence="redirect"), night=1)
    assert owed(archived) == ["else"]
    assert known(archived, "old").url == an_article().url, "it is not where it is"
    with archived.write() as session:
        listed_entries.mark_archived(session, "ndrc")


def test_files_find_the_article_under_either_key(database: Database) -> None:
    cover = evolve(an_article(), attachments=(PLAN,))
    read(database, cover)
    read(database, cover, THERE, night=1, url=NEW)
    assert save_attachments(database, "ndrc", "2", [a_file("实施方案", at=NIGHT + 2 * DAY)]) == "read"
    with database.read() as session:
        assert article_attachments(session, "ndrc", "2") == article_attachments(session, "ndrc", "1")
        assert article_attachments(session, "ndrc", "3") is None


def test_twins_say_the_same_at_other_keys_of_the_same_portal(archived: Database) -> None:
    read(archived, an_article(portal="govcn", key="8"))
    read(archived, an_article(key="9", title="关于推进储能应用的通知（转载）"))
    with archived.read() as session:
        found = availability.articles_with_same_text(session, an_article(key="2"))
        none = availability.articles_with_same_text(session, an_article(WORDS + "三、解释。", key="2"))
    assert ([twin.key for twin in found], none) == (["1"], [])


def test_captures_of_before_a_move_read_again_do_not_move_it_back(archived: Database) -> None:
    read(archived, an_article(), THERE, night=1, url=NEW)
    with archived.write() as session:
        run = leases.claim_run(session, "ndrc", NIGHT + 9 * DAY, NIGHT + 9 * DAY)
        captures = captured.record_captures(session, [a_capture("again")])
    assert run is not None
    archive.save_reextraction(
        archived,
        Extraction(
            article=an_article(WORDS + "三、解释。"), captures=captures, code="2", run_id=run.id, silent=True
        ),
        decide=the_known_policy,
    )
    assert (known(archived).url, known(archived).newest) == (NEW, 2)


# ------------------------------------------------------------------ two articles that are one


def changes(database: Database) -> list[tuple[str, int, int]]:
    with database.read() as session:
        return [(each.kind, each.article_id, each.version) for each in change_feed.changes(session)]


@pytest.fixture
def doubled(archived: Database) -> Database:
    """An article, and one that appeared two nights later with the same words elsewhere; both stand."""
    assert read(archived, an_article(key="2"), night=2, url=NEW) == ["source_added"]
    return archived


def test_an_article_gone_while_another_says_the_same_has_moved_there(
    doubled: Database, tmp_path: Path
) -> None:
    first, second = known(doubled), known(doubled, "2")
    index = Index(tmp_path)
    assert index.follow(doubled) == 2
    assert [gone(doubled, 3), gone(doubled, 4)] == [None, "moved"]
    one = known(doubled)
    assert (one.id, one.url, one.newest, one.missing_since) == (first.id, NEW, 2, None)
    assert one == known(doubled, "2")
    assert changes(doubled) == [
        ("new_policy", one.id, 1),
        ("source_added", one.id, 2),
        ("moved", one.id, 2),
    ]
    with doubled.read() as session:
        assert [each.article.url for each in queries.versions(session, one.id)] == [PAGES[0], NEW]
        assert queries.article(session, second.id) == one, "its old number still leads to it"
        assert queries.totals(session).articles == 1
        found = queries.policy(session, one.policy_id)
    assert found is not None
    assert len(found.articles) == 1
    assert index.follow(doubled) == 1
    assert index.snapshot().find(words("text", tokens("储能规模化应用")), limit=9).total == 1
    assert read(doubled, an_article(key="2"), night=5, url=NEW) == []


def test_neither_twins_of_one_night_nor_old_ones_nor_two_that_are_gone_have_moved(database: Database) -> None:
    read(database, an_article())
    read(database, an_article(key="2"), url=NEW)
    assert [gone(database, 1), gone(database, 2)] == [None, "withdrawn"], "they were there side by side"
    read(database, an_article(key="3"), night=3, url=f"{NEW}3")
    assert [gone(database, 40, "2"), gone(database, 41, "2")] == [None, "withdrawn"], (
        "one that was gone before"
    )


def test_a_page_that_stood_beside_another_for_long_is_withdrawn(doubled: Database) -> None:
    read(doubled, an_article(), night=50)
    assert [gone(doubled, 51), gone(doubled, 52)] == [None, "withdrawn"]


def test_a_redirect_to_an_article_of_its_own_makes_both_one_with_all_their_words(doubled: Database) -> None:
    other = WORDS + "三、解释。"
    assert read(doubled, an_article(other, key="2"), night=3, url=NEW) == ["new_version"]
    assert read(doubled, an_article(other), THERE, night=3, url=NEW) == ["moved"]
    one = known(doubled, "2")
    with doubled.read() as session:
        found = queries.versions(session, one.id)
        captured = [version.captures[0].url for version in found]
    assert [(version.number, version.text) for version in found] == [(1, WORDS), (2, WORDS), (3, other)]
    assert captured == [an_article().url, NEW, NEW]
    assert read(doubled, an_article(), Alias(key="1", url=PAGES[0], evidence="redirect"), night=4) == [
        "moved",
        "new_version",
    ]


def test_an_article_of_another_policy_is_not_joined(archived: Database) -> None:
    assert read(archived, an_article(WORDS * 2, key="2"), night=1, url=NEW) == ["new_policy"]
    assert read(archived, an_article(), THERE, night=2, url=NEW) == []
    assert (known(archived).key, known(archived, "2").key) == ("1", "2")
