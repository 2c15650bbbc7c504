"""Whole nights of every kind, replayed into an empty home: the same records, byte for byte.

A replay starts an interpreter in which ``sitecustomize`` has closed the network.
"""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

from attrs import evolve

from tests import papers
from tests.mocksite import shapes
from tests.mocksite.shapes import Paper, paper
from tests.nights import test_files, test_services
from tests.nights.conftest import SHANGHAI, Home
from tests.nights.dump import dump

OFFLINE = str(Path(__file__).parent / "offline")
PACKAGES = ("crawler.portals", "tests.mocksite.portals")
ZC = "https://news.bjx.com.cn/zc/"
TZ = test_files.TZ
TODAY = dt.datetime.now(SHANGHAI).date()
PDF = {"content_type": "application/pdf"}


def reprints(home: Home, shown: list[Paper]) -> None:
    """Pages of pages, one lost, one moved, one that is busy first, one gone, one that leads astray."""
    long, short, lost, moved, busy, gone, away, *_ = shown
    site = home.site
    site.put(ZC, shapes.bjx_list(shown))
    for each in shown:
        site.put(shapes.bjx_url(each), shapes.bjx_article(each))
    site.put_all({shapes.bjx_url(long, n): shapes.bjx_article(long, n, 3) for n in (1, 2, 3)})
    site.put_all({shapes.bjx_url(lost, n): shapes.bjx_article(lost, n, 2) for n in (1, 2)})
    site.put(shapes.bjx_url(lost, 2), fault="truncated")
    new = shapes.bjx_url(moved).replace("/html/", "/news/")
    site.put(shapes.bjx_url(moved), status=301, headers={"Location": new})
    site.put(new, shapes.bjx_article(moved))
    site.put(shapes.bjx_url(busy), shapes.bjx_article(busy), fault="busy", times=2)
    site.remove(shapes.bjx_url(gone))
    site.put(shapes.bjx_url(away), status=302, headers={"Location": "https://www.example.com/"})
    site.put(shapes.bjx_url(short), shapes.bjx_article(short), headers={"ETag": '"1"'})


def covers(home: Home) -> None:
    """Articles with files: one that is read, one that is cut off, one that is not there."""
    cover, second = test_files.notice(1), test_files.notice(2)
    files = [("a.pdf", "附件1：方案"), ("b.pdf", "附件2：名单"), ("c.pdf", "附件3：表")]
    test_files.publish(home, [(cover, files), (second, [("d.txt", "附件：说明")])])
    home.site.put(test_files.place("a.pdf"), papers.a_pdf(["第一条 城市绿地养护应当因地制宜。"]), **PDF)
    home.site.put(test_files.place("b.pdf"), papers.a_pdf(["名单"]), fault="truncated", **PDF)
    home.site.put(test_files.place("d.txt"), "第一条 试点期限为两年。", content_type="text/plain")


def nights(home: Home) -> None:
    """Two nights of three portals; in the second an article changed, one was gone, one is new, two moved."""
    home.configure(packages=PACKAGES, timeout=5)
    shown = [paper(n, TODAY - dt.timedelta(days=n)) for n in range(1, 11)]
    reprints(home, shown)
    covers(home)
    test_services.publish(home)
    everything(home)
    clauses = tuple(line.replace("3个月内", "30日内") for line in shown[2].clauses)
    fresh = paper(30, TODAY)
    led, elsewhere = (evolve(each, id=each.id + 500) for each in (shown[7], shown[9]))
    reprints(home, [*shown[:2], evolve(shown[2], clauses=clauses), *shown[3:9], elsewhere, fresh])
    home.site.put(shapes.bjx_url(led), shapes.bjx_article(led))
    home.site.put(shapes.bjx_url(shown[7]), status=301, headers={"Location": shapes.bjx_url(led)})
    home.site.remove(shapes.bjx_url(shown[9]))
    home.site.remove(shapes.bjx_url(shown[8]))
    home.site.put(test_files.place("b.pdf"), papers.a_pdf(["名单"]), **PDF)
    everything(home)


def everything(home: Home, *replay: str) -> None:
    for slug in ("bjx", "ndrc", "services"):
        home.start(slug, *replay).communicate(timeout=180)


def test_a_replay_of_two_nights_is_the_same_archive_byte_for_byte_and_so_is_another(
    home: Home, tmp_path: Path, cache: Path
) -> None:
    nights(home)
    assert [change.kind for change in home.changes()].count("moved") == 2
    warcs = sorted(
        (home.path / "captures").rglob("*.warc.gz"), key=lambda path: int(path.stem.split("-")[-1][:-5])
    )
    first, second = tmp_path / "first", tmp_path / "second"
    for folder, files in ((first, warcs[:3]), (second, warcs[3:])):
        folder.mkdir()
        for file in files:
            shutil.copy(file, folder)
    home.site.clear()
    said = []
    for name in ("once", "twice"):
        other = Home(path=tmp_path / name, site=home.site, pythonpath=OFFLINE)
        other.prepare(cache)
        other.configure(packages=PACKAGES)
        for folder in (first, second):
            everything(other, "--replay", str(folder))
        said.append(dump(other.path / "polarchive.db"))
    assert said[0] == said[1]
    (tmp_path / "live.txt").write_text(dump(home.path / "polarchive.db"))
    (tmp_path / "replayed.txt").write_text(said[0])
    assert said[0] == dump(home.path / "polarchive.db")
    assert home.site.asked() == []
