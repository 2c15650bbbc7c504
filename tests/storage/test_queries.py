"""The read side: records, found by what people know about an article."""

from __future__ import annotations

import datetime as dt

import pytest
from attrs import evolve

from policy.records import FieldValue
from policy.records.content import DocNumber
from policy.records.saves import Candidate
from policy.rules.extraction import Extraction
from policy.rules.identity import policy_keys
from storage import change_feed, queries
from storage.articles import archive, availability, captures
from storage.database import Database
from storage.runs import leases
from tests.storage.builders import (
    DAY,
    NIGHT,
    PAGES,
    WORDS,
    a_capture,
    an_article,
    captures_of,
    the_known_policy,
)

NUMBER = DocNumber(raw="发改能源〔2026〕7号", code="发改能源", year=2026, number=7)
FIRST = evolve(an_article(pages=2), doc_no=FieldValue(value=NUMBER, raw=NUMBER.raw, rule="cell"))
SECOND = evolve(an_article(WORDS + "三、附则。", pages=2), doc_no=FIRST.doc_no)
REPRINT = evolve(SECOND, portal="bjx", key="9", url="https://news.example.cn/9.shtml")


@pytest.fixture
def archived(database: Database) -> Database:
    """One article in two versions, and its reprint on another portal."""
    readings = [
        (FIRST, ["one", "two"], NIGHT),
        (SECOND, ["other one", "other two"], NIGHT + DAY),
        (
            evolve(SECOND, portal="bjx", key="9", url="https://news.example.cn/9.shtml"),
            ["reprint"],
            NIGHT + DAY,
        ),
    ]
    for article, payloads, at in readings:
        captures = tuple(a_capture(one, at=at, page=page) for page, one in enumerate(payloads, start=1))
        archive.save_article(
            database, Extraction(article=article, captures=captures, code="code-1"), decide=the_known_policy
        )
    return database


def test_candidates_are_the_policies_known_under_a_key(archived: Database) -> None:
    keys = policy_keys(SECOND)
    with archived.read() as session:
        found = queries.candidates(session, ["words:unknown", *keys])
        assert queries.candidates(session, []) == []
    first = {key: SECOND if key.startswith("doc:") else None for key in keys}
    assert found == [
        Candidate(policy_id=1, key=key, doc_nos=("发改能源〔2026〕7号",), article=first[key]) for key in keys
    ]


def test_known_articles_are_those_of_the_portal(archived: Database) -> None:
    with archived.read() as session:
        (known,) = queries.articles_of_portal(session, "ndrc")
        assert queries.articles_of_portal(session, "govcn") == []
    assert (known.key, known.url, known.page_urls) == ("1", PAGES[0], PAGES[:2])
    assert (known.newest, known.newest_at, known.last_seen) == (2, NIGHT + DAY, NIGHT + DAY)


def test_an_article_is_found_by_number_key_and_address(archived: Database) -> None:
    with archived.read() as session:
        known = queries.article(session, 1)
        assert known is not None
        assert queries.article_by_key(session, "ndrc", "1") == known
        assert queries.article_by_url(session, PAGES[0]) == known
        assert queries.article_by_url(session, PAGES[1]) == known
        assert queries.article(session, 99) is None
        assert queries.article_by_key(session, "ndrc", "99") is None
        assert queries.article_by_url(session, "https://www.example.cn/99.html") is None


def test_versions_come_with_their_captures(archived: Database) -> None:
    with archived.read() as session:
        first, second = queries.versions(session, 1)
        assert queries.version(session, 1) == second
        assert queries.version(session, 1, 1) == first
        assert queries.version(session, 1, 3) is None
    assert (first.article, second.article) == (FIRST, SECOND)
    assert [capture.url for capture in second.captures] == list(PAGES[:2])
    assert {capture.at for capture in second.captures} == {NIGHT + DAY}


def test_newest_versions_are_read_in_batches(archived: Database) -> None:
    with archived.read() as session:
        first = queries.newest_versions(session, limit=1)
        rest = queries.newest_versions(session, after=first[-1].article_id)
    assert [(version.article_id, version.number) for version in first + rest] == [(1, 2), (2, 1)]


def test_a_policy_shows_its_articles_and_keys(archived: Database) -> None:
    with archived.read() as session:
        policy = queries.policy(session, 1)
        assert queries.policy(session, 99) is None
    assert policy is not None
    assert policy.title == FIRST.title.value
    assert policy.first_seen == NIGHT
    assert [article.portal for article in policy.articles] == ["ndrc", "bjx"]
    assert set(policy_keys(SECOND)) <= set(policy.keys)


def test_the_feed_is_read_from_where_one_stopped(archived: Database) -> None:
    with archived.read() as session:
        first, *rest = change_feed.changes(session)
        assert [change.kind for change in (first, *rest)] == ["new_policy", "new_version", "source_added"]
        assert change_feed.changes(session, first.id) == rest
        assert change_feed.changes(session, first.id, 1) == rest[:1]
        assert change_feed.last_change(session) == rest[-1].id
        assert list(change_feed.every_change(session, batch=2)) == [first, *rest]


def test_captures_are_found_by_payload_record_and_address(archived: Database) -> None:
    with archived.read() as session:
        wanted = a_capture("one")
        first = captures.first_capture(session, wanted.digest)
        assert first is not None
        assert evolve(first, id=None) == wanted
        assert captures.capture_by_record(session, wanted.record_id, wanted.digest) == first
        assert [capture.at for capture in captures_of(session, PAGES[1])] == [NIGHT + DAY, NIGHT]
        assert captures.first_capture(session, "sha1:unknown") is None
        assert captures.capture_by_record(session, "<urn:unknown>", wanted.digest) is None


def test_the_overview_has_a_line_for_each_portal(archived: Database) -> None:
    with archived.write() as session:
        run = leases.claim_run(session, "ndrc", NIGHT, NIGHT)
        assert run is not None
        closed = leases.close_run(session, run.id, "ok", NIGHT, entries=2)
        leases.record_missed(session, "ndrc", NIGHT + DAY, NIGHT + DAY)
        availability.mark_gone(session, "bjx", "9", NIGHT + DAY)
    with archived.read() as session:
        bjx, most, ndrc = queries.overview(session, ["most"])
    assert (ndrc.articles, ndrc.versions, ndrc.missing, ndrc.newest) == (1, 2, 0, NIGHT + DAY)
    assert ndrc.last_run == closed
    assert (bjx.articles, bjx.missing, bjx.last_run) == (1, 1, None)
    assert most == queries.PortalOverview(portal="most")


def test_totals_count_all_layers(archived: Database) -> None:
    with archived.read() as session:
        totals = queries.totals(session)
    assert totals == queries.Totals(policies=1, articles=2, versions=3, captures=5, changes=3)


def test_all_fields_of_an_article_come_back(database: Database) -> None:
    article = evolve(
        FIRST,
        written=FieldValue(value=dt.date(2026, 2, 28), raw="二〇二六年二月二十八日", rule="signature"),
        published=FieldValue(value=dt.date(2026, 3, 1), raw="2026-03-01", rule="meta"),
        keywords=("储能", "电网"),
        warnings=("two titles",),
    )
    saved = archive.save_article(
        database,
        Extraction(article=article, captures=(a_capture("one"),), code="code-1"),
        decide=the_known_policy,
    )
    with database.read() as session:
        version = queries.version(session, saved.article_id)
    assert version is not None
    assert version.article == article
