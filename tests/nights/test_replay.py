"""An old night run again from its captures: without a network, at its own time.

A replay starts an interpreter in which ``sitecustomize`` has closed the network.
"""

from __future__ import annotations

import datetime as dt
import gzip
import shutil
from pathlib import Path

from attrs import evolve

from policy.records import Version
from storage.warc import reader
from tests.mocksite import shapes
from tests.mocksite.shapes import paper
from tests.nights.conftest import SHANGHAI, Home

OFFLINE = str(Path(__file__).parent / "offline")
ZC = "https://news.bjx.com.cn/zc/"
TODAY = dt.datetime.now(SHANGHAI).date()


def said(version: Version) -> Version:
    """A version without what is the archive's own: its numbers, the code, where its captures lie."""
    captures = tuple(evolve(c, id=None, file="", offset=0, length=0) for c in version.captures)
    return evolve(version, article_id=0, policy_id=0, code="", captures=captures)


def test_a_replay_archives_the_same_at_the_same_time_without_a_network(
    home: Home, tmp_path: Path, cache: Path
) -> None:
    long, short, lost = paper(1, TODAY - dt.timedelta(days=200)), paper(2, TODAY), paper(3, TODAY)
    site = home.site
    site.put(ZC, shapes.bjx_list([long, short, lost]))
    site.put_all({shapes.bjx_url(long, n): shapes.bjx_article(long, n, 3) for n in (1, 2, 3)})
    site.put(shapes.bjx_url(short), shapes.bjx_article(short))
    site.put(shapes.bjx_url(lost), fault="truncated")
    row = home.crawl("bjx", "--section", "zc", "--since", "2020-01-01")
    assert (row["new"], row["failed"]) == (2, {"truncated": 1})
    night = home.newest()
    warc = next((home.path / "captures").rglob("*.warc.gz"))
    saved = tmp_path / "saved"
    saved.mkdir()
    shutil.copy(warc, saved)
    site.clear()

    other = Home(path=tmp_path / "other", site=site, pythonpath=OFFLINE)
    other.prepare(cache)
    row = other.crawl("bjx", "--replay", str(saved))
    assert (row["state"], row["entries"], row["new"]) == ("ok", 3, 2)
    assert row["failed"] == {"truncated": 1}, "what got no whole answer then is told again"
    assert row["not_saved"] == 4, "four sections; robots.txt was saved"
    assert {key: said(version) for key, version in other.newest().items()} == {
        key: said(version) for key, version in night.items()
    }
    shutil.rmtree(saved)

    own = next((other.path / "captures").rglob("*.warc.gz"))
    row = other.crawl("bjx", "--replay", str(own), "--section", "zc")
    assert (row["state"], row["new"], row["revised"], row["unchanged"]) == ("ok", 0, 0, 2)
    assert [path.name for path in (other.path / "captures").rglob("*.warc.gz")] == [own.name]
    assert len(other.changes()) == 2
    assert len(other.captures(shapes.bjx_url(short))) == 1, "captures of the home are referred to"
    assert site.asked() == []


def test_a_replay_of_nothing_it_needs_fails_and_one_of_no_warc_says_so(home: Home, tmp_path: Path) -> None:
    home.site.put(ZC, shapes.bjx_list([paper(1, TODAY)]))
    home.site.put(shapes.bjx_url(paper(1, TODAY)), shapes.bjx_article(paper(1, TODAY)))
    home.crawl("bjx", "--section", "zc")
    warc = next((home.path / "captures").rglob("*.warc.gz"))
    row = home.crawl("ndrc", "--replay", str(warc), expect=1)
    assert (row["state"], row["entries"], row["not_saved"]) == ("failed", 0, 5)
    (tmp_path / "x.warc.gz").write_text("not a WARC")
    out, err = home.start("bjx", "--replay", str(tmp_path / "x.warc.gz")).communicate()
    assert (out, err) == ("", "error: x.warc.gz: not a WARC\n")
    assert [run.portal for run in home.runs()] == ["ndrc", "bjx"], "nothing half-written"


def test_a_replay_in_which_every_article_fails_ends_as_such_a_night_and_says_what_to_do(
    home: Home, tmp_path: Path, cache: Path
) -> None:
    shown = [paper(n, TODAY) for n in range(1, 11)]
    home.site.put(ZC, shapes.bjx_list(shown))
    for each in shown:
        home.site.put(
            shapes.bjx_url(each), "<html><body><h1>another layout</h1><p>" + "正文" * 400 + "</p></body>"
        )
    night = home.crawl("bjx", "--section", "zc", expect=1)
    warc = next((home.path / "captures").rglob("*.warc.gz"))
    other = Home(path=tmp_path / "other", site=home.site, pythonpath=OFFLINE)
    other.prepare(cache)
    row = other.crawl("bjx", "--replay", str(warc), expect=1)
    assert (
        (row["state"], row["failed"])
        == (night["state"], night["failed"])
        == ("failed", {"layout_changed": 10})
    )
    assert row["message"] == (
        "none of 10 articles could be read; not in the saved captures, and left unchanged: 4 listings"
    )
    assert [one["kind"] for one in row["findings"]] == [one["kind"] for one in night["findings"]]
    assert "fix the declaration" in row["findings"][0]["advice"]
    child = other.run("nightly", "--replay", str(warc))
    out, _ = child.communicate(timeout=180)
    assert child.returncode == 1
    assert "fix the declaration" in out


def test_a_copy_altered_under_the_same_record_ids_is_kept_beside_the_first(
    home: Home, tmp_path: Path, cache: Path
) -> None:
    each = paper(1, TODAY)
    home.site.put(ZC, shapes.bjx_list([each]))
    home.site.put(shapes.bjx_url(each), shapes.bjx_article(each))
    home.crawl("bjx", "--section", "zc")
    plain = gzip.decompress(next((home.path / "captures").rglob("*.warc.gz")).read_bytes())
    (tmp_path / "base.warc").write_bytes(plain)
    (tmp_path / "clause.warc").write_bytes(plain.replace("有效期三年".encode(), "有效期五年".encode()))

    other = Home(path=tmp_path / "other", site=home.site, pythonpath=OFFLINE)
    other.prepare(cache)
    assert other.crawl("bjx", "--replay", str(tmp_path / "base.warc"))["new"] == 1
    assert other.crawl("bjx", "--replay", str(tmp_path / "clause.warc"))["revised"] == 1
    row = other.crawl("bjx", "--replay", str(tmp_path / "clause.warc"))
    assert (row["revised"], row["unchanged"], row["warc"]) == (0, 1, None), "what is held is not copied again"
    (version,) = other.newest().values()
    held = reader.read_payload(other.path / "captures", version.captures[0], 1_000_000).body.decode()
    assert "有效期五年" in held
    assert "有效期三年" not in held


def test_what_is_cut_off_is_replayed_as_far_as_it_goes_and_said(
    home: Home, tmp_path: Path, cache: Path
) -> None:
    first, second = paper(1, TODAY), paper(2, TODAY)
    home.site.put(ZC, shapes.bjx_list([first, second]))
    home.site.put_all({shapes.bjx_url(each): shapes.bjx_article(each) for each in (first, second)})
    home.crawl("bjx", "--section", "zc")
    kept = [home.captures(shapes.bjx_url(each))[0] for each in (first, second)]
    last = max(kept, key=lambda capture: capture.offset)
    whole = (home.path / "captures" / last.file).read_bytes()
    torn = tmp_path / "torn.warc.gz"
    torn.write_bytes(whole[: last.offset + last.length // 2])

    other = Home(path=tmp_path / "other", site=home.site, pythonpath=OFFLINE)
    other.prepare(cache)
    row = other.crawl("bjx", "--replay", str(torn), expect=3)
    assert (row["state"], row["new"]) == ("partial", 1)
    assert row["message"].startswith("torn.warc.gz: the record at byte ")
    assert "bytes are not read; not in the saved captures, and left unchanged: 1 article" in row["message"]
