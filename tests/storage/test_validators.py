"""Validators of articles, stored and found inconsistent, on every database."""

from __future__ import annotations

from policy.records import Article
from policy.records.saves import SaveResult
from policy.rules.extraction import Extraction, Validators
from policy.rules.revisit import ALWAYS
from storage import queries
from storage.articles import archive, availability
from storage.database import Database
from storage.rows import ArchivedArticle
from tests.storage.builders import DAY, NIGHT, WORDS, a_capture, a_new_policy, an_article

TAG = Validators(url="https://www.example.cn/1.html", etag='"a"', code="code-1")


def save(database: Database, article: Article, payload: str, *, night: int = 0) -> SaveResult:
    at = NIGHT + night * DAY
    captures = (a_capture(payload, at=at),)
    return archive.save_article(
        database,
        Extraction(article=article, captures=captures, code="code-1", validators=TAG),
        decide=a_new_policy,
    )


def held(database: Database, key: str = "1") -> ArchivedArticle:
    with database.read() as session:
        return queries.articles_by_key(session, "ndrc", [key])[key]


def is_trusted(database: Database) -> bool:
    with database.read() as session:
        return availability.are_consistent(session, "ndrc")


def test_an_article_keeps_what_its_page_was_answered_with_and_how_often_it_was_looked_at(
    database: Database,
) -> None:
    save(database, an_article(), "a")
    with database.write() as session:
        assert availability.mark_unchanged(session, "ndrc", "1", NIGHT + DAY)
    save(database, an_article(), "a", night=2)
    assert (held(database).validators, held(database).looks) == (TAG, 2)
    assert held(database).last_seen == NIGHT + 2 * DAY


def test_other_words_under_the_same_etag_end_the_trust_and_make_due_what_it_vouched_for(
    database: Database,
) -> None:
    save(database, an_article(), "a")
    save(database, an_article(key="2"), "b")
    with database.write() as session:
        availability.mark_unchanged(session, "ndrc", "2", NIGHT + DAY)
    assert is_trusted(database)
    saved = save(database, an_article(WORDS + "\n有效期五年。"), "c", night=2)
    assert (saved.kind, saved.lied, is_trusted(database)) == ("revised", True, False)
    assert held(database, "2").due == ALWAYS
    assert held(database, "1").due > ALWAYS


def test_other_bytes_with_the_same_words_are_no_lie(database: Database) -> None:
    save(database, an_article(), "a")
    assert not save(database, an_article(), "a clock", night=1).lied
    assert is_trusted(database)
