"""What analysts see: search, show, versions."""

from __future__ import annotations

from collections.abc import Callable

import attrs
import pytest
from attrs import evolve

from policy.documents.issuers import split_issuers
from policy.documents.topics import topics
from policy.records import Conflict, FieldValue
from policy.records.content import Completeness, Statement
from policy.records.saves import SaveResult
from policy.rules.extraction import Extraction
from storage.articles import archive
from storage.articles.attachments import save_attachments
from storage.database import open_database
from storage.search.index import Index
from tests.cli.conftest import Polarchive
from tests.storage.builders import DAY, NIGHT, PLAN, a_capture, a_file, an_article, the_known_policy

Publish = Callable[..., SaveResult]

FIRST = (
    "一、总体要求。坚持安全第一，统筹电源、电网与储能。\n"
    "二、申报。于三月三十一日前报送。\n"
    "三、附则。本通知自印发之日起施行。"
)
SECOND = FIRST.replace("三月三十一日", "四月三十日")
OTHER = (
    "氢能产业的实施意见，明确制氢、储运、加注各环节的重点任务与保障措施，自印发之日起施行，请各地遵照执行。"
)


@pytest.fixture
def filled(archived: Polarchive, publish: Publish) -> Polarchive:
    """Two articles, the first of which has two versions."""
    publish(FIRST)
    publish(OTHER, key="2", title="关于氢能的意见")
    publish(SECOND, night=1)
    archived("update")
    return archived


def test_a_search_says_how_far_the_index_is_behind_until_it_is_updated(
    filled: Polarchive, publish: Publish
) -> None:
    assert filled("search", "四月三十日", "--json").json["total"] == 1
    publish(
        "抽水蓄能电站的价格形成机制，按照两部制电价执行，由各省价格主管部门会同能源主管部门制定并公布。",
        key="3",
    )
    behind = filled("search", "抽水蓄能", "--json")
    assert (behind.code, behind.json["total"], behind.json["behind"]) == (0, 0, 1)
    assert behind.err == (
        "the search index is 1 change behind the archive; polarchive update brings it up to date\n"
    )
    assert filled("update").code == 0
    found = filled("search", "抽水蓄能", "--json")
    assert (found.code, found.json["hits"][0]["article_id"], found.err) == (0, 3, "")
    assert found.json["behind"] == 0


def test_a_search_shows_title_portal_and_a_snippet(filled: Polarchive) -> None:
    found = filled("search", "制氢 门户:国家发展改革委")
    assert "关于氢能的意见" in found.out
    assert "明确制氢、储运" in found.out
    assert "ndrc" in found.out
    assert found.out.endswith("1 articles, 1 policies shown\n")


def test_an_article_is_named_by_number_key_or_address(filled: Polarchive) -> None:
    named = [filled("show", name, "--json").json for name in ("1", "ndrc/1", "https://www.example.cn/1.html")]
    assert named[0] == named[1] == named[2]
    assert (named[0]["version"], named[0]["text"]) == (2, SECOND)
    assert filled("show", "1", "--version", "1", "--json").json["text"] == FIRST


def test_the_json_of_an_article_lists_the_spaces_inside_words_of_its_text(
    archived: Polarchive, publish: Publish
) -> None:
    publish(OTHER.replace("重点任务", "重点任 务"))
    shown = archived("show", "1", "--json").json
    assert [shown["text"][at - 1 : at + 2] for at in shown["scars"]] == ["任 务"]


def test_an_article_is_shown_with_where_its_fields_came_from(filled: Polarchive) -> None:
    shown = filled("show", "ndrc/2").out
    assert "关于氢能的意见" in shown
    assert "1 of 1" in shown
    assert OTHER in shown


def test_all_that_was_found_is_shown_what_lost_too(archived: Polarchive) -> None:
    found = attrs.evolve(
        an_article(FIRST),
        issuers=FieldValue(value=split_issuers("国家卫生计生委 浙江省财政厅"), raw="", rule="cell:发文机关"),
        addressees=FieldValue(value=("各市人民政府", "各有关单位"), raw="…：", rule="salutation"),
        editor=FieldValue(value="甲乙丙", raw="甲乙丙", rule="tail:责任编辑"),
        conflicts=(Conflict(name="written", value="2026-02-27", raw="2026年2月27日", rule="signature"),),
        statements=(
            Statement(role="effective", words="自印发之日起施行", sentence="本通知自印发之日起施行", line=2),
        ),
        topics=topics("关于储能的通知", ()),
    )
    with open_database(f"sqlite:///{archived.home / 'polarchive.db'}") as database:
        archive.save_article(
            database,
            Extraction(article=found, captures=(a_capture("1"),), code="code-1"),
            decide=the_known_policy,
        )
    shown = " ".join(archived("show", "1").out.replace("│", " ").split())
    for words in ("2013–2018", "国家卫生健康委员会", "各市人民政府、各有关单位", "tail:责任编辑"):
        assert words in shown
    assert "written: 2026-02-27 signature" in shown
    assert "储能 8.0 title 1" in shown
    assert "自印发之日起施行 本通知自印发之日起施行" in shown
    record = archived("show", "1", "--json").json
    assert record["conflicts"][0]["raw"] == "2026年2月27日"
    assert record["issuers_known"][0]["former"]["until"] == 2018
    assert record["topics"][0]["id"] == "storage"


def test_versions_are_listed_with_their_captures(filled: Polarchive) -> None:
    listed = filled("versions", "1", "--json").json
    assert [one["version"] for one in listed] == [1, 2]
    assert listed[0]["captures"][0]["file"] == "2026/03/ndrc.warc.gz"
    assert "2026/03/ndrc.warc.gz" in filled("versions", "1").out


def test_a_lost_index_is_rebuilt(filled: Polarchive) -> None:
    assert filled("index", "rebuild").code == 0
    assert Index(filled.home / "index").position == 3


def test_status_counts_what_is_held(filled: Polarchive) -> None:
    said = filled("status", "--json").json
    assert said["totals"] == {"policies": 2, "articles": 2, "versions": 3, "captures": 3, "changes": 3}
    assert next(line for line in said["portals"] if line["portal"] == "ndrc")["versions"] == 3
    assert "policies 2  articles 2" in filled("status").out


# ------------------------------------------------------------------ files


@pytest.fixture
def enclosed(archived: Polarchive) -> Polarchive:
    """A notice whose full text is in its file, which changed after a night."""
    cover = evolve(
        an_article("现将实施方案印发给你们，请遵照执行。"),
        attachments=(PLAN,),
        completeness=Completeness(full_text_in=PLAN.url),
    )
    with open_database(f"sqlite:///{archived.home / 'polarchive.db'}") as database:
        archive.save_article(
            database,
            Extraction(article=cover, captures=(a_capture("1"),), code="code-1"),
            decide=the_known_policy,
        )
        save_attachments(database, "ndrc", "1", [a_file("一、总体要求\n到2030年建成台账。")])
        save_attachments(database, "ndrc", "1", [a_file("一、总体要求\n到2028年建成台账。", at=NIGHT + DAY)])
    archived("update")
    return archived


def test_a_notice_is_shown_with_its_files_and_the_text_that_is_in_one(enclosed: Polarchive) -> None:
    shown = enclosed("show", "1").out
    assert "附件：实施方案.pdf" in shown
    assert "pdf, read, 1 pages" in shown
    assert shown.rstrip().endswith("到2028年建成台账。")
    record = enclosed("show", "1", "--json").json
    assert record["text"].endswith("到2028年建成台账。")
    assert record["completeness"]["full_text_in"] == PLAN.url
    (file,) = record["attachments"]
    assert (file["kind"], file["status"], file["pages"], file["failed"]) == ("pdf", "read", 1, None)
    assert file["capture"]["url"] == PLAN.url


def test_what_changed_in_a_file_is_a_difference_of_versions(enclosed: Polarchive) -> None:
    found = enclosed("diff", "1", "--json").json
    (change,) = found["changes"]
    assert [(line["old"], line["new"]) for line in change["lines"]] == [
        ("到2030年建成台账。", "到2028年建成台账。")
    ]
    assert change["new"]["label"] == "一、"
    assert [one["version"] for one in enclosed("versions", "1", "--json").json] == [1, 2]
    assert enclosed("search", '"2028年建成台账"', "--json").json["total"] == 1


def test_an_article_is_shown_as_it_was_known_on_a_day(filled: Polarchive) -> None:
    days = ["2026-03-02", "2026-03-03"]  # the nights end at 02:30 in Shanghai
    known = [filled("show", "1", "--known-at", day, "--json").json["version"] for day in days]
    assert known == [1, 2]
    before = filled("show", "1", "--known-at", "2026-02-01")
    assert (before.code, before.err) == (1, "error: article 1 was not in the archive on 2026-02-01\n")
