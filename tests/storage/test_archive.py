"""What becomes a version, and what does not."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any

import pytest
from attrs import evolve
from sqlalchemy import delete, select, update

from policy.documents.outline import outline
from policy.errors import ArchiveError, Rejected, UnreadableCapture
from policy.records import Article, Attachment, Capture, FieldValue
from policy.records.content import DocNumber
from policy.records.saves import Decision, SaveResult
from policy.rules.extraction import Extraction, Reread
from storage import change_feed, queries
from storage.articles import archive
from storage.articles import captures as captured
from storage.database import Database
from storage.runs import leases
from storage.tables import VersionRow
from tests.storage.builders import (
    DAY,
    NIGHT,
    PAGES,
    WORDS,
    a_capture,
    a_new_policy,
    an_article,
    the_known_policy,
)

NEW_WORDS = WORDS.replace("安全第一", "安全第一、绿色低碳")


def keep(
    database: Database,
    article: Article,
    *payloads: str,
    at: dt.datetime = NIGHT,
    decide: archive.Decide = the_known_policy,
    reread: Reread | None = None,
    **options: Any,
) -> SaveResult:
    """Save a reading of pages with these payloads, fetched at ``at``."""
    captures = tuple(a_capture(one, at=at, page=page) for page, one in enumerate(payloads, start=1))
    reading = Extraction(article=article, captures=captures, **{"code": "code-1"} | options)
    return archive.save_article(database, reading, decide=decide, reread=reread)


def feed(database: Database) -> list[str]:
    """The kinds of all changes in order."""
    with database.read() as session:
        return [change.kind for change in change_feed.changes(session)]


def numbers(database: Database) -> list[int]:
    """The numbers of all versions of article 1."""
    with database.read() as session:
        return [version.number for version in queries.versions(session, 1)]


def never(captures: tuple[Capture, ...]) -> Article:
    """A reread that must not happen."""
    raise AssertionError(captures)


# ------------------------------------------------------------------ the first and the next


def test_a_first_reading_is_a_policy_with_one_version(database: Database) -> None:
    saved = keep(database, an_article(), "page")
    assert (saved.kind, saved.version) == ("new", 1)
    assert [change.kind for change in saved.changes] == ["new_policy"]
    with database.read() as session:
        version = queries.version(session, saved.article_id)
    assert version is not None
    assert version.article == an_article()
    assert (version.number, version.at, version.code) == (1, NIGHT, "code-1")
    assert [capture.url for capture in version.captures] == [PAGES[0]]


def test_other_words_are_the_next_version_of_the_same_policy(database: Database) -> None:
    first = keep(database, an_article(), "page")
    second = keep(database, an_article(NEW_WORDS), "other page", at=NIGHT + DAY)
    assert (second.kind, second.article_id, second.version) == ("revised", first.article_id, 2)
    assert [change.kind for change in second.changes] == ["new_version"]
    assert second.changes[0].policy_id == first.changes[0].policy_id


def test_words_that_return_are_a_third_version(database: Database) -> None:
    keep(database, an_article(), "page")
    keep(database, an_article(NEW_WORDS), "other page", at=NIGHT + DAY)
    assert keep(database, an_article(), "page", at=NIGHT + 2 * DAY).version == 3


def test_white_space_and_boilerplate_make_no_version(database: Database) -> None:
    keep(database, an_article(), "page")
    spaced = WORDS.replace("。", "。 \n")
    assert keep(database, an_article(spaced), "page with a clock", at=NIGHT + DAY).kind == "unchanged"
    assert numbers(database) == [1]
    assert feed(database) == ["new_policy"]


def test_a_real_field_makes_a_version(database: Database) -> None:
    keep(database, an_article(), "page")
    attached = evolve(
        an_article(), attachments=(Attachment(url="https://www.example.cn/a.pdf", name="附件"),)
    )
    assert keep(database, attached, "page with a link", at=NIGHT + DAY).kind == "revised"


def test_searchable_columns_hold_the_number_and_the_day(database: Database) -> None:
    number = DocNumber(raw="发改能源〔2026〕 007号", code="发改能源", year=2026, number=7)
    shanghai = dt.datetime(2026, 3, 2, 0, 30, tzinfo=dt.timezone(dt.timedelta(hours=8)))
    article = evolve(
        an_article(),
        doc_no=FieldValue(value=number, raw=number.raw, rule="cell"),
        published=FieldValue(value=shanghai, raw="2026-03-02 00:30", rule="meta"),
    )
    keep(database, article, "page")
    with database.read() as session:
        row = session.scalars(select(VersionRow)).one()
        assert (row.title, row.doc_no, row.published) == (
            article.title.value,
            "发改能源〔2026〕7号",
            dt.date(2026, 3, 2),
        )
        version = queries.version(session, 1)
    assert version is not None
    assert version.article == article


# ------------------------------------------------------------------ payload and code


def test_the_same_payload_makes_no_version_whatever_the_code_says(database: Database) -> None:
    keep(database, an_article(), "page")
    saved = keep(
        database, an_article("新代码读出了别的文字。"), "page", at=NIGHT + DAY, code="code-2", reread=never
    )
    assert (saved.kind, saved.version) == ("unchanged", 1)


def test_a_payload_seen_last_makes_no_version_either(database: Database) -> None:
    keep(database, an_article(), "page")
    keep(database, an_article(), "page with a clock", at=NIGHT + DAY)
    late = {"at": NIGHT + 2 * DAY, "code": "code-2", "reread": never}
    assert keep(database, an_article("别的文字。"), "page with a clock", **late).kind == "unchanged"
    assert keep(database, an_article("别的文字。"), "page", **late).kind == "unchanged"


def test_where_payload_and_code_changed_the_old_capture_is_read_with_the_new_code(database: Database) -> None:
    keep(database, an_article(), "page")
    read: list[tuple[str, ...]] = []

    def reread(captures: tuple[Capture, ...]) -> Article:
        read.append(tuple(capture.url for capture in captures))
        return an_article("新代码读出的文字。")

    better = an_article("新代码读出的文字。")
    saved = keep(database, better, "page with a clock", at=NIGHT + DAY, code="code-2", reread=reread)
    assert (saved.kind, read) == ("unchanged", [(PAGES[0],)])


def test_the_old_capture_is_read_again_once_and_not_every_night(database: Database) -> None:
    keep(database, an_article(), "page")
    better = an_article("新代码读出的文字。")
    options = {"code": "code-2"}
    keep(database, better, "clock 1", at=NIGHT + DAY, reread=lambda _: better, **options)
    assert keep(database, better, "clock 2", at=NIGHT + 2 * DAY, reread=never, **options).kind == "unchanged"
    changed = an_article("新代码读出的另一条文字。")
    assert keep(database, changed, "clock 3", at=NIGHT + 3 * DAY, reread=never, **options).kind == "revised"


def test_words_that_changed_with_the_code_are_still_a_version(database: Database) -> None:
    keep(database, an_article(), "page")
    saved = keep(
        database,
        an_article("新代码读出的另一条文字。"),
        "other page",
        at=NIGHT + DAY,
        code="code-2",
        reread=lambda _: an_article("新代码读出的文字。"),
    )
    assert saved.kind == "revised"


def test_a_capture_that_cannot_be_read_again_hides_no_change(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    def reread(_: tuple[Capture, ...]) -> Article:
        raise UnreadableCapture("2026/03/ndrc.warc.gz: no such file")

    keep(database, an_article(), "page")
    later = {"at": NIGHT + DAY, "code": "code-2", "reread": reread}
    assert keep(database, an_article(NEW_WORDS), "other page", **later).kind == "revised"
    assert "cannot be extracted again" in caplog.text


# ------------------------------------------------------------------ payload and boilerplate


def test_a_version_names_the_boilerplate_set_it_was_read_with(database: Database) -> None:
    keep(database, an_article(), "page")
    keep(database, an_article(NEW_WORDS), "other page", at=NIGHT + DAY, boilerplate=7)
    with database.read() as session:
        assert [version.boilerplate for version in queries.versions(session, 1)] == [None, 7]


def test_learning_alone_makes_no_version(database: Database) -> None:
    """The first text holds a line that was learned since; clocks change, then the words do."""
    stripped, read = an_article(), list[int]()

    def reread(_: tuple[Capture, ...]) -> Article:
        read.append(1)
        return stripped

    keep(database, an_article(f"{WORDS}\n江潮出品"), "page")
    later = {"boilerplate": 7, "reread": reread}
    assert keep(database, stripped, "page", at=NIGHT + DAY, **later).kind == "unchanged"
    assert read == [], "the same payload says nothing new under any set"
    assert keep(database, stripped, "clock 1", at=NIGHT + 2 * DAY, **later).kind == "unchanged"
    assert keep(database, stripped, "clock 2", at=NIGHT + 3 * DAY, **later).kind == "unchanged"
    assert read == [1], "read again once, not every night"
    assert (
        keep(database, stripped, "clock 3", at=NIGHT + 4 * DAY, **later | {"boilerplate": 8}).kind
        == "unchanged"
    )
    changed = an_article(NEW_WORDS)
    assert (
        keep(database, changed, "new page", at=NIGHT + 5 * DAY, **later | {"boilerplate": 8}).kind
        == "revised"
    )
    assert numbers(database) == [1, 2]
    assert read == [1, 1]


def test_words_that_changed_with_the_boilerplate_are_one_version(database: Database) -> None:
    keep(database, an_article(f"{WORDS}\n江潮出品"), "page")
    later = {"boilerplate": 7, "reread": lambda _: an_article()}
    assert keep(database, an_article(NEW_WORDS), "new page", at=NIGHT + DAY, **later).kind == "revised"
    assert keep(database, an_article(NEW_WORDS), "clock", at=NIGHT + 2 * DAY, **later).kind == "unchanged"
    assert numbers(database) == [1, 2]


# ------------------------------------------------------------------ pages


def test_a_payload_is_that_of_all_pages(database: Database) -> None:
    keep(database, an_article(WORDS, pages=2), "one", "two")
    saved = keep(database, an_article(NEW_WORDS, pages=2), "one", "other two", at=NIGHT + DAY)
    assert saved.kind == "revised"
    with database.read() as session:
        captures = queries.version(session, saved.article_id, 2).captures
    assert [capture.url for capture in captures] == list(PAGES[:2])


def test_a_page_that_could_not_be_read_leaves_the_archived_version(database: Database) -> None:
    keep(database, an_article(pages=3), "one", "two", "three")
    with pytest.raises(Rejected, match="page 2 of 3 could not be read; the archived version stays"):
        keep(database, an_article(NEW_WORDS, pages=3, missing=[2]), "one", "three", at=NIGHT + DAY)
    assert numbers(database) == [1]
    with database.read() as session:
        assert queries.totals(session).captures == 3


def test_a_page_that_arrives_completes_the_article(database: Database) -> None:
    keep(database, an_article(pages=2, missing=[2]), "one")
    again = keep(database, an_article(pages=2, missing=[2]), "one with a clock", at=NIGHT + DAY)
    assert again.kind == "unchanged"
    keep(database, an_article(WORDS + "三、附则。", pages=2), "one", "two", at=NIGHT + 2 * DAY)
    assert feed(database) == ["new_policy", "completed"]


HEADED = "一、总则\n各地要统筹。\n{}三、附则\n本通知自印发之日起施行。"
SECOND = "二、职责\n各部门按职责分工负责。\n"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        pytest.param(HEADED.format(SECOND), "completed", id="the part came"),
        pytest.param(
            HEADED.format(SECOND).replace("统筹", "规划").replace("印发", "公布"),
            "new_version",
            id="rewritten",
        ),
        pytest.param(HEADED.format("").replace("三、", "二、"), "new_version", id="renumbered"),
    ],
)
def test_an_article_is_completed_if_the_missing_part_came(database: Database, text: str, kind: str) -> None:
    keep(database, an_article(HEADED.format(""), gaps=["二、"]), "page")
    whole = evolve(an_article(text), outline=outline(text.split("\n")))
    keep(database, whole, "other page", at=NIGHT + DAY)
    assert feed(database) == ["new_policy", kind]


# ------------------------------------------------------------------ time


def test_the_time_of_a_version_is_that_of_its_capture(database: Database) -> None:
    saved = keep(database, an_article(), "page", at=NIGHT)
    assert saved.changes[0].at == NIGHT
    with database.read() as session:
        known = queries.article(session, saved.article_id)
    assert known is not None
    assert (known.first_seen, known.last_seen, known.newest_at) == (NIGHT, NIGHT, NIGHT)


def test_a_capture_older_than_the_newest_version_adds_nothing(database: Database) -> None:
    keep(database, an_article(), "page")
    saved = keep(database, an_article(NEW_WORDS), "older page", at=NIGHT - DAY)
    assert (saved.kind, saved.version, saved.changes) == ("outdated", 1, ())
    with database.read() as session:
        known = queries.article(session, saved.article_id)
    assert known is not None
    assert (known.first_seen, known.last_seen) == (NIGHT - DAY, NIGHT)


def test_an_altered_copy_of_the_same_moment_is_a_version(database: Database) -> None:
    keep(database, an_article(), "page")
    assert keep(database, an_article(NEW_WORDS), "altered page").kind == "revised"


# ------------------------------------------------------------------ policies


def test_another_portal_with_the_same_words_is_a_source_of_the_policy(database: Database) -> None:
    first = keep(database, an_article(portal="ndrc"), "page")
    second = keep(database, an_article(portal="bjx"), "reprint")
    assert second.changes[0].policy_id == first.changes[0].policy_id
    assert feed(database) == ["new_policy", "source_added"]
    with database.read() as session:
        known = queries.policy(session, first.changes[0].policy_id)
    assert known is not None
    assert [article.portal for article in known.articles] == ["ndrc", "bjx"]


def test_a_key_stays_with_the_policy_that_had_it_first(database: Database) -> None:
    keep(database, an_article(portal="ndrc"), "page", decide=a_new_policy)
    keep(database, an_article(portal="bjx"), "reprint", decide=a_new_policy)
    assert feed(database) == ["new_policy", "new_policy"]
    with database.read() as session:
        policies = [queries.policy(session, number) for number in (1, 2)]
    assert [len(known.keys) for known in policies if known] == [1, 0]


def test_a_later_version_brings_its_new_keys(database: Database) -> None:
    keep(database, an_article(), "page")
    keep(database, an_article(NEW_WORDS), "other page", at=NIGHT + DAY)
    reprint = keep(database, an_article(NEW_WORDS, portal="bjx"), "reprint", at=NIGHT + 2 * DAY)
    assert reprint.changes[0].kind == "source_added"


def test_a_decision_already_made_is_kept(database: Database) -> None:
    first = keep(database, an_article(), "page")
    decision = Decision(policy_id=first.changes[0].policy_id, evidence="by hand")
    saved = keep(database, an_article("很短。", portal="bjx"), "reprint", decide=lambda *_: decision)
    assert saved.changes[0].policy_id == first.changes[0].policy_id


def test_the_same_policy_from_two_portals_at_once_is_one(database: Database) -> None:
    portals = [f"portal-{number}" for number in range(6)]

    def crawl(portal: str) -> list[SaveResult]:
        texts = [f"{WORDS}第{number}号。" for number in range(8)]
        return [
            keep(
                database,
                an_article(text, portal=portal, key=str(key)),
                f"{portal} {key}",
            )
            for key, text in enumerate(texts)
        ]

    with ThreadPoolExecutor(len(portals)) as pool:
        list(pool.map(crawl, portals))
    with database.read() as session:
        totals = queries.totals(session)
    assert (totals.policies, totals.articles) == (8, 48)
    assert feed(database).count("new_policy") == 8


def test_the_same_article_from_two_writers_at_once_is_one(database: Database) -> None:
    def crawl(writer: int) -> list[SaveResult]:
        return [
            keep(database, an_article(f"{WORDS}第{day}日。"), f"day {day}", at=NIGHT + day * DAY)
            for day in range(10)
        ]

    with ThreadPoolExecutor(4) as pool:
        saved = [each for results in pool.map(crawl, range(4)) for each in results]
    assert numbers(database) == list(range(1, len(numbers(database)) + 1))
    assert len(feed(database)) == len(numbers(database))
    assert sum(each.kind == "new" for each in saved) == 1


def test_changes_appear_in_the_order_of_their_ids(database: Database) -> None:
    """A follower that saw 2 before 1 would never come back for 1."""
    first = Extraction(article=an_article(), captures=(a_capture("first"),), code="code-1")
    with ThreadPoolExecutor(1) as pool:
        with database.write() as session:
            archive.save_in_session(session, first, decide=a_new_policy)
            second = pool.submit(keep, database, an_article(NEW_WORDS, key="2"), "second")
            wait([second], timeout=0.5)
            assert feed(database) == []
        second.result()
    with database.read() as session:
        assert [change.article_id for change in change_feed.changes(session)] == [1, 2]


# ------------------------------------------------------------------ what belongs to a save


def test_a_save_of_a_first_crawl_is_silent_and_names_its_run(database: Database) -> None:
    with database.write() as session:
        run = leases.claim_run(session, "ndrc", NIGHT, NIGHT)
    assert run is not None
    saved = keep(database, an_article(), "page", silent=True, run_id=run.id)
    assert (saved.changes[0].silent, saved.changes[0].run_id) == (True, run.id)
    with database.read() as session:
        of_run = [change for change in change_feed.changes(session) if change.run_id == run.id]
    assert of_run == list(saved.changes)


def test_a_capture_is_recorded_once(database: Database) -> None:
    captures = [a_capture("one"), a_capture("two", page=2), a_capture("one")]
    with database.write() as session:
        first = captured.record_captures(session, captures)
        again = captured.record_captures(session, captures)
        assert queries.totals(session).captures == 2
    assert first == again
    assert [capture.url for capture in first] == [PAGES[0], PAGES[1], PAGES[0]]
    assert first[0].id == first[2].id


def test_an_altered_copy_under_the_same_record_id_is_a_capture_of_its_own(database: Database) -> None:
    captures = [a_capture(payload, record="<urn:uuid:1>") for payload in ("one", "two", "one", "two")]
    with database.write() as session:
        recorded = captured.record_captures(session, captures)
        assert queries.totals(session).captures == 2
    assert recorded[:2] == recorded[2:]
    assert recorded[0].id != recorded[1].id
    archive.save_article(
        database,
        Extraction(article=an_article(), captures=(captures[0],), code="code-1"),
        decide=a_new_policy,
    )
    archive.save_article(
        database,
        Extraction(article=an_article(NEW_WORDS), captures=(captures[1],), code="code-1"),
        decide=a_new_policy,
    )
    with database.read() as session:
        read_from = [version.captures[0].digest for version in queries.versions(session, 1)]
    assert read_from == [captures[0].digest, captures[1].digest]


def test_nothing_of_a_save_stays_when_the_decision_raises(database: Database) -> None:
    def fail(*_: object) -> Decision:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        keep(database, an_article(), "page", decide=fail)
    with database.read() as session:
        assert queries.totals(session) == queries.Totals(
            policies=0, articles=0, versions=0, captures=0, changes=0
        )


def test_characters_that_cannot_be_stored_are_a_reason_to_reject(database: Database) -> None:
    with pytest.raises(Rejected, match="cannot be stored"):
        keep(database, an_article("半个字\ud800。"), "page")
    assert feed(database) == []


def test_versions_are_neither_altered_nor_deleted(database: Database) -> None:
    keep(database, an_article(), "page")
    with pytest.raises(ArchiveError, match="append-only"), database.write() as session:
        session.scalars(select(VersionRow)).one().text = "改写"
    with pytest.raises(ArchiveError, match="append-only"), database.write() as session:
        session.delete(session.scalars(select(VersionRow)).one())
    for statement in (update(VersionRow).values(text="改写"), delete(VersionRow)):
        with pytest.raises(ArchiveError, match="append-only"), database.write() as session:
            session.execute(statement)
    with database.read() as session:
        assert session.scalars(select(VersionRow.text)).all() == [WORDS]


def test_keywords_are_kept_by_weight_and_replaced(database: Database) -> None:
    saved = keep(database, an_article(), "page")
    for words in (["储能", "电网"], ["新型储能"]):
        with database.write() as session:
            archive.set_keywords(session, saved.article_id, 1, words)
            version = queries.version(session, saved.article_id)
            assert version is not None
            assert version.keywords == tuple(words)
