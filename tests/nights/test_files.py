"""Files of articles in nights from end to end: found, kept, read, searched, and never in the way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pytest
from attrs import evolve

from policy.query import parse
from policy.records import File, Version
from storage.search.index import Index
from storage.search.searcher import Results, search
from storage.warc.reader import read_payload
from tests import papers
from tests.mocksite import shapes
from tests.mocksite.shapes import Paper, paper
from tests.nights.conftest import SHANGHAI, Home

TZ = "https://www.ndrc.gov.cn/xxgk/zcfb/tz/"
DAY = dt.datetime.now(SHANGHAI).date() - dt.timedelta(days=2)
KIND = "application/pdf"
COVER = ("现将《城市绿地养护实施方案》印发给你们，请认真贯彻执行。",)


def notice(number: int, *, clauses: Sequence[str] = COVER) -> Paper:
    return evolve(paper(number, DAY, topic="绿地养护实施"), clauses=tuple(clauses))


def publish(home: Home, offered: Sequence[tuple[Paper, Sequence[tuple[str, str]]]]) -> None:
    """Ten papers on the listing; the first are those given, with links to these files."""
    shown = [each for each, _ in offered]
    rest = [paper(number, DAY) for number in range(100, 110 - len(shown))]
    home.site.put(TZ, shapes.ndrc_list([*shown, *rest]))
    home.site.put_all({f"{TZ}{each.stem}.html": shapes.ndrc_article(each) for each in rest})
    for each, files in offered:
        links = "".join(f'<p><a href="{name}">{text}</a></p>' for name, text in files)
        block = f'<div class="attachment"><div class="attachment_r">{links}</div></div><div class="xgwz">'
        page = shapes.ndrc_article(each).replace('<div class="xgwz">', block)
        home.site.put(f"{TZ}{each.stem}.html", page)


def place(name: str) -> str:
    return f"{TZ}{DAY:%Y%m}/{name}"


def night(home: Home, *options: str, expect: int = 0) -> dict[str, object]:
    row = home.crawl("ndrc", "--section", "tz", *options, expect=expect)
    counted = ("state", "new", "revised", "unchanged", "failed", "not_saved")
    return {name: row[name] for name in counted if row[name]}


def version_of(home: Home, each: Paper) -> Version:
    return home.newest()[f"ndrc/{each.stem.rpartition('/')[2]}"]


def file_of(home: Home, each: Paper) -> File:
    return version_of(home, each).files[0]


def found(home: Home, query: str) -> Results:
    index = Index(home.path / "index")
    with home.database() as database:
        index.follow(database)
        return search(index, database, parse(query))


def asked(home: Home, name: str) -> int:
    return sum(each["url"].endswith(name) for each in home.site.asked())


PLAN = (("./plan.pdf", "附件：城市绿地养护实施方案.pdf"),)


def test_the_words_of_a_file_are_the_notices_and_are_found(home: Home) -> None:
    each = notice(1)
    publish(home, [(each, PLAN)])
    home.site.put(place("plan.pdf"), papers.a_pdf(), content_type=KIND)
    assert night(home) == {"state": "ok", "new": 10}
    version = version_of(home, each)
    assert version.article.completeness.full_text_in == place("plan.pdf")
    assert "对照本方案附表逐株登记古树名木" in version.text
    assert "古树名木" not in version.article.text
    file = version.files[0]
    assert (file.content and (file.content.kind, file.content.pages)) == ("pdf", 1)
    assert file.capture is not None
    kept = read_payload(home.path / "captures", file.capture, 10_000_000)
    assert kept.body == papers.a_pdf(), "the file lies in the WARC as it came"
    hits = found(home, '"逐株登记古树名木"')
    assert [hit.title for hit in hits.hits] == [each.title]
    assert "古树名木" in hits.hits[0].snippet
    assert {change.kind for change in home.changes()} == {"new_policy", "attachments"}
    assert all(change.silent for change in home.changes())

    assert night(home) == {"state": "ok", "unchanged": 10}
    assert asked(home, "plan.pdf") == 1, "an unchanged page leaves its files alone"


def test_a_file_that_changed_makes_one_version_where_it_is_the_full_text(home: Home) -> None:
    each = notice(1)
    publish(home, [(each, PLAN)])
    home.site.put(place("plan.pdf"), papers.a_pdf(), content_type=KIND)
    night(home)
    other = [line.replace("六个月内", "三十日内") for line in papers.PLAN]
    home.site.put(place("plan.pdf"), papers.a_pdf(other), content_type=KIND)
    publish(home, [(evolve(each, boilerplate="点击 12 次"), PLAN)])
    assert night(home) == {"state": "ok", "unchanged": 10}
    version = version_of(home, each)
    assert version.number == 2
    assert "三十日内" in version.text
    assert found(home, '"三十日内完成普查"').total == 1
    assert found(home, '"六个月内完成普查"').total == 0
    assert [change.kind for change in home.changes()][-1] == "new_version"
    publish(home, [(evolve(each, boilerplate="点击 13 次"), PLAN)])
    night(home)
    assert version_of(home, each).number == 2


@pytest.mark.parametrize(
    ("body", "fault", "counted"),
    [
        pytest.param(b"", {"status": 503}, "attachment_http_503", id="an error"),
        pytest.param(shapes.CHALLENGE.encode(), {}, "attachment_challenge", id="a challenge"),
        pytest.param(shapes.SOFT_404.encode(), {}, "attachment_soft_404", id="a page that says not found"),
        pytest.param(b"<html><body><p>" + "登录".encode() * 400, {}, "attachment_html_page", id="a page"),
        pytest.param(papers.a_pdf()[:800], {}, "attachment_unreadable", id="cut off"),
        pytest.param(papers.with_password(papers.a_pdf()), {}, "attachment_encrypted", id="a password"),
        pytest.param(papers.a_pdf(), {"fault": "truncated"}, "attachment_truncated", id="a short answer"),
        pytest.param(b"", {"fault": "huge", "megabytes": 50}, "attachment_too_large", id="a huge one"),
    ],
)
def test_a_file_that_fails_is_counted_and_changes_nothing(
    home: Home, body: bytes, fault: dict[str, object], counted: str
) -> None:
    each = notice(1)
    publish(home, [(each, PLAN)])
    home.site.put(place("plan.pdf"), papers.a_pdf(), content_type=KIND)
    night(home)
    publish(home, [(evolve(each, boilerplate="点击 12 次"), PLAN)])
    home.site.put(place("plan.pdf"), body, content_type=KIND, **fault)  # type: ignore[arg-type]
    expect = 3 if counted == "attachment_challenge" else 0
    assert night(home, expect=expect) == {"state": "ok", "unchanged": 10, "failed": {counted: 1}}
    version = version_of(home, each)
    assert version.number == 1
    assert "古树名木" in version.text
    assert found(home, "古树名木").total == 1
    assert [change.kind for change in home.changes()].count("new_version") == 0


def test_a_challenge_met_by_files_is_told_and_keeps_nobody_from_the_pages(home: Home) -> None:
    each = notice(1)
    publish(home, [(each, [*PLAN, ("./other.pdf", "附件2：名录.pdf")])])
    for name in ("plan.pdf", "other.pdf"):
        home.site.put(place(name), shapes.CHALLENGE, content_type=KIND)
    failed = {"attachment_challenge": 1, "attachment_blocked": 1}
    assert night(home, expect=3) == {"state": "ok", "new": 10, "failed": failed}
    (alarm,) = home.ask("report", "--json")["alarms"]
    assert (alarm["kind"], alarm["severity"], alarm["subject"]) == (
        *("challenge", "broken"),
        "www.ndrc.gov.cn",
    )
    assert home.ask("status", "--json")["resting"] == [], "its pages are answered"
    for name in ("plan.pdf", "other.pdf"):
        home.site.put(place(name), papers.a_pdf(), content_type=KIND)
    assert night(home) == {"state": "ok", "unchanged": 10}
    assert [file.failed for file in version_of(home, each).files] == [None, None]
    assert home.ask("report", "--json")["alarms"] == []


def test_a_file_that_failed_at_first_reaches_the_index_when_it_comes(home: Home) -> None:
    each = notice(1)
    publish(home, [(each, PLAN)])
    assert night(home) == {"state": "ok", "new": 10, "failed": {"attachment_http_404": 1}}
    assert file_of(home, each).failed == "http_404"
    assert found(home, "古树名木").total == 0
    home.site.put(place("plan.pdf"), papers.a_pdf(), content_type=KIND)
    assert night(home) == {"state": "ok", "unchanged": 10}
    assert found(home, "古树名木").total == 1
    assert version_of(home, each).number == 1


def test_each_kind_of_file_says_what_it_is(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(home.path))  # no LibreOffice, whatever this machine has
    files = {
        "scan.pdf": papers.a_scan(),
        "old.doc": papers.OLD_DOC,
        "plan.ofd": papers.an_ofd(),
        "plan.pdf": papers.a_pdf(),
        "annex.docx": papers.a_docx(("附表一为古树名木登记簿。",)),
        "sum.xlsx": papers.an_xlsx('<row><c t="s"><v>0</v></c></row>', strings=("银杏总数",)),
        "all.zip": papers.a_zip({"../../x/说明.txt": "由各区汇总后报送。"}),
    }
    each = notice(1, clauses=("为做好普查工作，现就有关事项通知如下。", "一、如实登记。", "二、按时报送。"))
    publish(home, [(each, [(f"./{name}", name) for name in files])])
    for name, body in files.items():
        home.site.put(place(name), body, content_type="application/octet-stream")
    assert night(home)["state"] == "ok"
    known = {file.name: file.content for file in version_of(home, each).files}
    states = {name: content and (content.kind, content.status) for name, content in known.items()}
    assert states == {
        "scan.pdf": ("pdf", "scan"),
        "old.doc": ("doc", "unsupported"),
        "plan.ofd": ("ofd", "unsupported"),
        "plan.pdf": ("pdf", "read"),
        "annex.docx": ("docx", "read"),
        "sum.xlsx": ("xlsx", "read"),
        "all.zip": ("zip", "read"),
    }
    assert version_of(home, each).article.completeness.full_text_in is None
    for query in ("登记簿", "银杏总数", "汇总后报送", "古树名木"):
        assert found(home, query).total == 1, query


def test_files_obey_the_rules_of_pages(home: Home) -> None:
    each = notice(1)
    offered = [
        ("/private/plan.pdf", "方案一.pdf"),
        ("https://files.example.org/plan.pdf", "方案二.pdf"),
        ("http://169.254.169.254/plan.pdf", "方案三.pdf"),
        ("./plan.rar", "方案四.rar"),
    ]
    publish(home, [(each, offered)])
    home.site.put("https://www.ndrc.gov.cn/robots.txt", "User-agent: *\nDisallow: /private/")
    text = (home.path / "polarchive.toml").read_text()
    (home.path / "polarchive.toml").write_text(f'{text}[attachments]\nkinds = ["pdf"]\n')
    failed = {"attachment_robots": 1, "attachment_off_portal": 1, "attachment_address_refused": 1}
    assert night(home) == {"state": "ok", "new": 10, "failed": failed}
    assert not any("plan" in each["url"] for each in home.site.asked())


def test_a_portal_whose_files_are_switched_off_is_not_asked_for_any(home: Home) -> None:
    publish(home, [(notice(1), PLAN)])
    text = (home.path / "polarchive.toml").read_text()
    (home.path / "polarchive.toml").write_text(f"{text}[portals.ndrc]\nattachments = false\n")
    assert night(home) == {"state": "ok", "new": 10}
    assert asked(home, "plan.pdf") == 0


def test_a_night_with_files_is_replayed_without_the_network(home: Home) -> None:
    each = notice(1)
    publish(home, [(each, PLAN)])
    home.site.put(place("plan.pdf"), papers.a_pdf(), content_type=KIND)
    night(home)
    before = len(home.site.asked())
    (home.path / "polarchive.db").rename(home.path / "old.db")
    from storage.database import upgrade

    upgrade(f"sqlite:///{home.path / 'polarchive.db'}")
    assert night(home, "--replay", str(home.path / "captures")) == {"state": "ok", "new": 10}
    assert len(home.site.asked()) == before
    assert "古树名木" in version_of(home, each).text
