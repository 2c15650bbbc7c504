"""Pages saved by hand come into the archive on the way of a replay, and each refused file is named.

An import crawls in a child process, as it does for ops.
"""

from __future__ import annotations

import datetime as dt
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from pathlib import Path

import pytest

from storage.warc.reader import scan
from storage.warc.writer import CaptureWriter
from tests.cli.conftest import Answer, Polarchive
from tests.mocksite import shapes
from tests.nights.conftest import Home
from tests.nights.test_nights import TZ, key, papers, publish

SHOWN = papers(12)
NOW = dt.datetime.now(dt.UTC)


def address(number: int) -> str:
    return f"{TZ}{SHOWN[number].stem}.html"


def saved(folder: Path, name: str, url: str, page: str) -> Path:
    """A page as a browser saves it: with a comment that says where it was."""
    file = folder / name
    file.write_text(
        f"<!DOCTYPE html>\n<!-- saved from url=({len(url):04})url -->\n".replace("url -->", f"{url} -->")
        + page
    )
    return file


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "下载"
    made.mkdir()
    return made


def bring(home: Home, *arguments: str | Path) -> Answer:
    return Polarchive(home.path)("import", *map(str, arguments), "--json")


def test_a_blocked_portal_is_read_from_pages_saved_by_hand(home: Home, folder: Path) -> None:
    listing = saved(folder, "list.html", TZ, shapes.ndrc_list(SHOWN))
    pages = [saved(folder, f"{n}.html", address(n), shapes.ndrc_article(SHOWN[n])) for n in range(3)]
    answer = bring(home, listing, *pages)
    assert answer.code == 0, answer.err
    assert [one["kind"] for one in answer.json["brought"]] == ["listing", "article", "article", "article"]
    (run,) = answer.json["runs"]
    assert (run["kind"], run["state"], run["entries"], run["new"]) == ("import", "ok", 12, 3)
    assert set(home.newest()) == {key(each) for each in SHOWN[:3]}
    assert home.site.asked() == [], "nothing was asked of the portal"

    (version,) = [each for each in home.newest().values() if each.article.url == address(0)]
    records = {record.url: record for record in scan(home.path / "captures" / version.captures[0].file)}
    assert dict(records[address(0)].headers)["X-Polarchive-Import"] == "0.html", "it says where it is from"
    again = bring(home, pages[0])
    assert (again.code, again.json["runs"][0]["unchanged"], again.json["runs"][0]["new"]) == (0, 1, 0)


def test_an_article_comes_in_though_no_listing_shows_it_and_is_news(home: Home, folder: Path) -> None:
    publish(home, SHOWN[1:])
    home.crawl("ndrc", "--section", "tz")
    page = saved(folder, "news.html", address(0), shapes.ndrc_article(SHOWN[0]))
    assert bring(home, "ndrc", page).json["runs"][0]["new"] == 1
    assert [change.silent for change in home.changes()] == [True] * 11 + [False]


def test_web_archives_of_one_file_and_warcs_are_taken(home: Home, folder: Path) -> None:
    whole = MIMEMultipart("related")
    whole["Snapshot-Content-Location"] = address(0)
    whole.attach(MIMEText(shapes.ndrc_article(SHOWN[0]), "html", "utf-8"))
    single = folder / "page.mhtml"
    single.write_bytes(whole.as_bytes())
    with CaptureWriter(folder, "by-wget", 1, now=NOW) as writer:
        for n in (1, 2):
            body, kind = (
                shapes.ndrc_article(SHOWN[n]).encode(),
                [("Content-Type", "text/html; charset=utf-8")],
            )
            writer.write(url=address(n), status=200, headers=kind, body=body, at=NOW)
        writer.write(url="https://elsewhere.example/", status=200, headers=kind, body=b"<p>x", at=NOW)
    answer = bring(home, single, folder / writer.file)
    assert (answer.code, answer.json["refused"]) == (0, [])
    assert set(home.newest()) == {key(each) for each in SHOWN[:3]}


def test_each_file_that_is_refused_is_named_with_its_reason(home: Home, folder: Path) -> None:
    article = shapes.ndrc_article(SHOWN[0])
    good = saved(folder, "good.html", address(0), article)
    lost = folder / "lost.html"
    lost.write_text("<html><body><p>正文</p></body></html>")
    files = {
        lost: "the file does not contain its address: give it with --url",
        saved(folder, "foreign.html", "https://www.example.com/1.html", article): "of no known portal",
        saved(folder, "script.html", "javascript:alert(1)", "<p>x</p>"): "does not contain its address",
        saved(folder, "blocked.html", address(1), shapes.CHALLENGE): "challenge",
        folder / "none.html": "No such file or directory",
        folder: "Is a directory",
    }
    torn = folder / "torn.warc.gz"
    with CaptureWriter(folder, "torn", 1, now=NOW) as writer:
        kind = [("Content-Type", "text/html; charset=utf-8")]
        writer.write(url=address(2), status=200, headers=kind, body=article.encode(), at=NOW)
    torn.write_bytes((folder / writer.file).read_bytes()[:-400])
    files[torn] = "bytes are not read"
    answer = bring(home, good, *files)
    refused = {one["file"]: one["reason"] for one in answer.json["refused"]}
    assert answer.code == 3
    assert set(refused) == {str(file) for file in files}
    for file, reason in files.items():
        assert reason in refused[str(file)], file
    assert set(home.newest()) == {key(SHOWN[0])}


def test_a_page_that_cannot_be_read_is_kept_all_the_same(home: Home, folder: Path) -> None:
    page = saved(
        folder, "new.html", address(0), "<html><body><h1>x</h1><p>" + "正文" * 400 + "</p></body></html>"
    )
    answer = bring(home, page)
    assert (answer.code, answer.json["runs"][0]["failed"]) == (1, {"layout_changed": 1})
    assert "no template matches" in answer.json["brought"][0]["flaw"]
    assert len(home.captures(address(0))) == 1
    assert bring(home, folder / "none.html").code == 1
    assert "--url" in Polarchive(home.path)("import", str(page), str(page), "--url", TZ).err
