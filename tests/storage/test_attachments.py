"""Files of an article: read once, never a reason to lose anything, a version only when words differ."""

from __future__ import annotations

import datetime as dt

import pytest
from attrs import evolve

from policy.records import Article, Attachment, Fetched, Version
from policy.records.content import Completeness, FileText
from policy.rules.extraction import Extraction
from storage import change_feed, queries
from storage.articles import archive
from storage.articles import captures as captured
from storage.articles.attachments import article_attachments, save_attachments
from storage.articles.captures import capture_of_payload
from storage.database import Database
from storage.runs import leases
from tests.storage.builders import DAY, NIGHT, PLAN, a_capture, a_file, a_new_policy, an_article

WORDS = "到2030年，试点单位全部建成台账。"
OTHER = "到2028年，试点单位全部建成台账。"


def offering(
    *files: Attachment, text: str = "现将实施方案印发给你们，请遵照执行。", full: bool = True
) -> Article:
    whole = Completeness(full_text_in=files[0].url if full else None)
    return evolve(an_article(text), attachments=files, completeness=whole)


def save(
    database: Database,
    article: Article,
    *,
    at: dt.datetime = NIGHT,
    payload: str = "page",
    silent: bool = False,
) -> None:
    archive.save_article(
        database,
        Extraction(article=article, captures=(a_capture(payload, at=at),), code="code-1", silent=silent),
        decide=a_new_policy,
    )


def read_again(database: Database, article: Article, *, at: dt.datetime) -> None:
    """What a later capture of the page, of no other words, says to mended code."""
    save(database, offering(PLAN), at=at, payload="later")
    with database.write() as session:
        run = leases.claim_run(session, "ndrc", at, at)
        captures = captured.record_captures(session, [a_capture("later", at=at)])
    assert run is not None
    archive.save_reextraction(
        database,
        Extraction(article=article, captures=captures, code="code-2", run_id=run.id, silent=True),
        decide=a_new_policy,
    )


def bring(database: Database, *files: Fetched) -> str:
    return save_attachments(database, "ndrc", "1", files)


def newest(database: Database) -> Version:
    with database.read() as session:
        found = queries.version(session, 1)
    assert found is not None
    return found


def feed(database: Database) -> list[str]:
    with database.read() as session:
        return [change.kind for change in change_feed.changes(session)]


@pytest.fixture(autouse=True)
def archived(database: Database) -> None:
    """A notice whose full text is in its file."""
    save(database, offering(PLAN))


def test_the_words_of_a_file_are_its_notices_and_the_feed_says_so(database: Database) -> None:
    assert newest(database).files[0].checked is None
    assert bring(database, a_file(WORDS)) == "read"
    version = newest(database)
    assert version.number == 1
    assert version.text == f"现将实施方案印发给你们，请遵照执行。\n{PLAN.name}\n{WORDS}"
    file = version.files[0]
    assert file.capture is not None
    assert (file.capture.url, file.content and file.content.pages) == (PLAN.url, 1)
    assert feed(database) == ["new_policy", "attachments"]


def test_the_text_of_a_mere_annex_is_not_taken_for_the_notices(database: Database) -> None:
    save(database, offering(PLAN, full=False, text="为做好普查，另行通知如下。"), at=NIGHT + DAY, payload="2")
    bring(database, a_file(WORDS, at=NIGHT + DAY))
    assert newest(database).text == "为做好普查，另行通知如下。"
    assert newest(database).files[0].text == WORDS


@pytest.mark.parametrize(
    "later",
    [
        pytest.param(a_file(failed="http_503", at=NIGHT + DAY), id="not loaded"),
        pytest.param(a_file(status="unreadable", at=NIGHT + DAY), id="not read"),
        pytest.param(a_file(status="encrypted", at=NIGHT + DAY), id="with a password"),
        pytest.param(a_file(status="scan", at=NIGHT + DAY), id="a scan"),
        pytest.param(
            a_file("到 2030 年，试点单位，全部建成台账", at=NIGHT + DAY, payload="2"), id="same words"
        ),
    ],
)
def test_a_file_that_fails_or_says_the_same_adds_no_version_and_takes_no_words(
    database: Database, later: Fetched
) -> None:
    bring(database, a_file(WORDS))
    assert bring(database, later) == "unchanged"
    version = newest(database)
    assert version.number == 1
    assert "试点单位" in version.text
    assert feed(database) == ["new_policy", "attachments"]
    assert version.files[0].checked == NIGHT + DAY


def test_a_file_whose_words_differ_makes_one_version(database: Database) -> None:
    bring(database, a_file(WORDS))
    assert bring(database, a_file(OTHER, at=NIGHT + DAY)) == "revised"
    assert bring(database, a_file(OTHER, at=NIGHT + 2 * DAY)) == "unchanged"
    with database.read() as session:
        first, second = queries.versions(session, 1)
    assert (WORDS in first.text, OTHER in second.text) == (True, True)
    assert first.captures == second.captures
    assert second.at == NIGHT + DAY
    assert feed(database) == ["new_policy", "attachments", "new_version"]
    save(database, offering(PLAN), at=NIGHT + 3 * DAY)
    assert newest(database).number == 2, "the page of every night is still known"


def test_a_file_that_failed_between_two_readings_makes_one_version_all_the_same(database: Database) -> None:
    bring(database, a_file(WORDS))
    bring(database, a_file(failed="timeout", at=NIGHT + DAY))
    assert bring(database, a_file(OTHER, at=NIGHT + 2 * DAY)) == "revised"


def test_a_file_that_changed_after_its_page_was_read_again_makes_a_version(database: Database) -> None:
    bring(database, a_file(WORDS))
    read_again(database, offering(PLAN, text="现将实施方案印发给你们，请执行。"), at=NIGHT + 2 * DAY)
    assert bring(database, a_file(OTHER, at=NIGHT + 3 * DAY)) == "revised"
    assert newest(database).number == 3
    assert feed(database) == ["new_policy", "attachments", "reextracted", "new_version"]


def test_page_and_file_that_change_in_one_night_are_one_version(database: Database) -> None:
    bring(database, a_file(WORDS))
    save(database, offering(PLAN, text="现将修订后的方案印发给你们。"), at=NIGHT + DAY, payload="2")
    assert WORDS in newest(database).text, "until it is asked for, the file is the one of before"
    assert bring(database, a_file(OTHER, at=NIGHT + DAY + dt.timedelta(minutes=1))) == "read"
    assert newest(database).number == 2
    assert OTHER in newest(database).text
    with database.read() as session:
        first = queries.version(session, 1, 1)
    assert first is not None
    assert WORDS in first.text


def test_a_file_that_moved_is_known_by_its_name(database: Database) -> None:
    bring(database, a_file(WORDS))
    moved = evolve(PLAN, url="https://www.example.cn/moved.pdf")
    assert bring(database, a_file(WORDS, of=moved, at=NIGHT + DAY)) == "unchanged"
    with database.read() as session:
        held = article_attachments(session, "ndrc", "1")
    assert held
    assert moved.url in held.files
    assert bring(database, a_file(OTHER, of=moved, at=NIGHT + 2 * DAY)) == "revised"
    assert OTHER in newest(database).text


def test_a_reader_that_was_mended_makes_no_version(database: Database) -> None:
    bring(database, a_file("到2030年 试点 单位", payload="same"))
    better = a_file(WORDS, payload="same", reader="reader-2", at=NIGHT + DAY)
    assert bring(database, better) == "read"
    assert (newest(database).number, newest(database).files[0].text) == (1, WORDS)


def test_files_read_by_two_readers_are_compared_by_one(database: Database) -> None:
    bring(database, a_file("乱码", payload="old"))
    before = FileText(kind="pdf", status="read", text=OTHER, reader="reader-2")
    same = a_file(OTHER, payload="new", reader="reader-2", at=NIGHT + DAY, before=before)
    assert bring(database, same) == "unchanged"
    assert newest(database).number == 1
    unknown = a_file(WORDS, payload="newer", reader="reader-3", at=NIGHT + 2 * DAY)
    assert bring(database, unknown) == "read"
    assert newest(database).number == 1, "what cannot be compared is no proof of a change"


def test_a_reader_that_fails_takes_no_words_from_a_payload(database: Database) -> None:
    bring(database, a_file(WORDS, payload="same"))
    bring(database, a_file(status="too_large", payload="same", reader="reader-2", at=NIGHT + DAY))
    assert newest(database).files[0].text == WORDS


def test_files_of_an_older_capture_change_nothing(database: Database) -> None:
    bring(database, a_file(WORDS, at=NIGHT + DAY))
    assert bring(database, a_file(OTHER)) == "unchanged"
    assert newest(database).files[0].text == WORDS


def test_files_of_a_first_crawl_are_no_news(database: Database) -> None:
    silent = evolve(offering(PLAN, text="另一份通知，请从附件下载实施方案。"), key="2")
    save(database, silent, silent=True, payload="silent")
    save_attachments(database, "ndrc", "2", [a_file(WORDS)])
    with database.read() as session:
        assert [change.silent for change in change_feed.changes(session)] == [False, True, True]


def test_files_of_an_article_that_was_not_archived_are_only_captures(database: Database) -> None:
    assert save_attachments(database, "ndrc", "none", [a_file(WORDS)]) == "unknown"
    assert feed(database) == ["new_policy"]


def test_a_run_knows_what_it_has_asked_for_and_which_payloads_it_holds(database: Database) -> None:
    bring(database, a_file(WORDS))
    bring(database, a_file(failed="timeout", at=NIGHT + DAY))
    with database.read() as session:
        article = article_attachments(session, "ndrc", "1")
        assert article
        known = article.files[PLAN.url]
        assert known.digest
        held = capture_of_payload(session, "ndrc", known.digest)
        assert capture_of_payload(session, "ndrc", "sha1:unknown") is None
        assert capture_of_payload(session, "govcn", known.digest) is None
        assert article_attachments(session, "ndrc", "2") is None
    assert (known.failed, known.unchanged, known.reader) == ("timeout", 1, "reader-1")
    assert held
    assert held.url == PLAN.url
