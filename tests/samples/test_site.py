"""The sample site as a client sees it: by pure function, and once over a socket.

The sample site is started as the demo starts it: a server in a process.
"""

from __future__ import annotations

import http.client
import json
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest

from pipelines.attachments.bounded_reader import read_attachment
from samples.hosts.html import Answer
from samples.site import respond

LISTINGS = [
    ("news.reprints.example", "/zc/", 6),
    ("news.reprints.example", "/qn/", 2),
    ("www.ministry.example", "/xxgk/zcfb/tz/", 5),
    ("www.ministry.example", "/xxgk/zcfb/tz/index_1.html", 2),
    ("www.ministry.example", "/xxgk/zcfb/gg/", 2),
    ("www.council.example", "/zhengce/zuixin/ZUIXINZHENGCE.json", 5),
    ("www.council.example", "/zhengce/zhengceku/bmwj/TONGYONGGAILAN.json", 2),
]


def _words(answer: Answer) -> str:
    return answer.body.decode("utf-8")


@pytest.mark.parametrize(("host", "path", "rows"), LISTINGS, ids=[path for _, path, _ in LISTINGS])
def test_a_listing_has_its_rows(host: str, path: str, rows: int) -> None:
    said = respond(host, path, 1)
    assert said.status == 200
    found = json.loads(said.body) if path.endswith("json") else re.findall(r"<li><a href", _words(said))
    assert len(found) == rows


def test_the_last_page_of_a_list_is_followed_by_nothing() -> None:
    assert "createPageHTML(2, 0," in _words(respond("www.ministry.example", "/xxgk/zcfb/tz/", 1))
    assert respond("www.ministry.example", "/xxgk/zcfb/tz/index_2.html", 1).status == 404


@pytest.mark.slow
def test_the_notice_on_parks_has_its_file() -> None:
    place = "/xxgk/zcfb/tz/202610/P020261013571.pdf"
    said = respond("www.ministry.example", place, 1)
    assert (said.status, said.content_type) == (200, "application/pdf")
    found = read_attachment(said.body, place)
    assert found.text.splitlines()[0] == "东澜省首批零碳园区建设要点"
    assert "核算边界一经确定三年内不作调整，核算结果每年公布一次。" in found.text
    assert respond("www.ministry.example", place.replace("571", "572"), 1).status == 404


def test_a_long_reprint_links_its_three_pages() -> None:
    first = _words(respond("news.reprints.example", "/html/20261105/1512401.shtml", 1))
    assert re.findall(r'shtml">(\d)</a>', first) == ["1", "2", "3"]
    assert respond("news.reprints.example", "/html/20261105/1512401-3.shtml", 1).status == 200
    assert respond("news.reprints.example", "/html/20261105/1512401-4.shtml", 1).status == 404


def test_the_council_prints_the_body_twice_and_a_table_of_fields() -> None:
    said = _words(respond("www.council.example", "/zhengce/content/202611/content_7046201.htm", 1))
    assert said.count('<p style="text-indent: 2em">一、总体要求</p>') == 2
    assert "东政发〔2026〕19号" in said


def test_boilerplate_alone_changes_bytes_but_not_the_words() -> None:
    one, two = (
        _words(respond("news.reprints.example", "/html/20261102/1512322.shtml", night)) for night in (1, 2)
    )
    body = re.compile(r'cc-article">(.*?)<div class="cc-article-source', re.DOTALL)
    assert one != two
    assert body.findall(one) == body.findall(two)


@pytest.mark.parametrize(
    "path", ["/html/20261105/1512401.shtml", "/html/20261030/1512290.shtml"], ids=["long", "short"]
)
def test_other_reprints_do_not_change_a_byte(path: str) -> None:
    assert respond("news.reprints.example", path, 1) == respond("news.reprints.example", path, 2)


def test_the_second_night_has_a_gone_article_and_a_challenge() -> None:
    gone = "/xxgk/zcfb/tz/202610/t20261021_1401902.html"
    assert [respond("www.ministry.example", gone, night).status for night in (1, 2)] == [200, 404]
    blocked = respond("www.council.example", "/zhengce/zhengceku/bmwj/TONGYONGGAILAN.json", 2)
    assert blocked.status == 200
    assert "aliyun_waf" in _words(blocked)


def test_an_unknown_host_is_misdirected() -> None:
    assert respond("www.other.example", "/", 1).status == 421


@pytest.fixture
def port() -> Iterator[int]:
    command = [sys.executable, "-m", "samples.site", "--night", "2"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        yield int(server.stdout.readline())
        server.terminate()


def test_the_server_tells_hosts_apart(port: int) -> None:
    for host, path in (("www.ministry.example", "/xxgk/zcfb/gg/"), ("news.reprints.example", "/robots.txt")):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", path, headers={"Host": host})
        said = connection.getresponse()
        assert said.status == 200
        assert said.read() == respond(host, path, 2).body
        connection.close()
