"""How each family pages, and what it makes of answers that are not what they should be."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import re
import time
from urllib.parse import parse_qs, urlsplit

import pytest

from crawler.extraction import read_listing
from crawler.pages.base import ListingPage, Many
from crawler.pages.listings import (
    CountedList,
    DataproxyList,
    EportalList,
    FeedList,
    GkmlptList,
    GovCnSearch,
    IList,
    JpaasList,
    JsonList,
    NeaList,
    RecordList,
    ReverseList,
    SearchList,
    SitemapList,
    StaticList,
    TrsList,
    WasList,
    WrittenList,
    posting,
    split_posting,
)
from crawler.pages.listings.entries import content_type_of, with_page_number
from crawler.portal import Portal, Section
from policy.errors import ErrorPage, LayoutChanged, NotHtml, TooDeep
from policy.records import Listing, Payload

ROOT = "https://list.example/"
URL = f"{ROOT}zc/"


class Sample(Portal):
    slug = "sample"
    name = "样例"
    hosts = ("list.example",)
    article_url = re.compile(r"/(?P<key>t\d+)\.html$")
    articles = ()
    sections = ()


def read(
    family: type[ListingPage], text: str, url: str = URL, section: str = "", at_least: int = 1
) -> Listing:
    declared = Section(slug="zc", name="政策", url=section or url, listing=family, at_least=at_least)
    return read_listing(Sample(), declared, Payload(url=url, body=text.encode()))


def names(listing: Listing) -> list[str]:
    return [url.removeprefix(URL) for url in listing.more]


def keys(listing: Listing) -> list[str]:
    return [entry.key for entry in listing.entries]


def row(n: int) -> str:
    return f'<li><a href="/zc/t{n}.html" title="第{n}号">第…</a><span>2026-03-{n:02}</span></li>'


ROWS = f"<ul>{row(1)}{row(2)}</ul>"

# ------------------------------------------------------------------ F1, F2, F3


def test_a_row_may_keep_its_link_title_and_day_anywhere() -> None:
    class Table(StaticList):
        rows = Many("tbody tr")
        links = "td.t a"
        titles = ".name"
        days = ".when"

    html = (
        "<table><tbody><tr><td><a href='x.pdf'>下载</a></td><td class=t><a href='t1.html'>"
        "<b class=name>一号</b><i>（2020年1月1日）</i></a></td><td class=when>2026-03-01</td></tr></table>"
    )
    found = read(Table, html).entries[0]
    assert (found.key, found.title, found.listed_on) == ("t1", "一号", dt.date(2026, 3, 1))


def test_a_link_deeper_in_the_row_is_found() -> None:
    html = "<ul><li><h4><a href='t1.html'>一号</a></h4><p class=date>2026.03.01</p></li></ul>"
    assert read(StaticList, html).entries[0].listed_on == dt.date(2026, 3, 1)


@pytest.mark.parametrize(
    ("call", "following"),
    [
        ('createPage(3, 0, "index", "html");', ["index_1.html", "index_2.html"]),
        (
            "function createPageHTML(_nPageCount, _nCurrIndex, _sName){} createPageHTML(2,0,'index','shtml')",
            ["index_1.shtml"],
        ),
        ("createPageHTML(9, 'x')", []),
    ],
    ids=["createPage", "behind its definition", "cut short"],
)
def test_the_call_that_says_the_pages_counts(call: str, following: list[str]) -> None:
    assert names(read(TrsList, f"{ROWS}<script>{call}</script>")) == following


def test_a_variable_says_how_many_pages_there_are() -> None:
    class Named(CountedList):
        file = "index_{id}_{n}.shtml"
        named = re.compile(r"pageId\s*=\s*'(\d+)'")

    page = f"{ROWS}<script>var countPage = 3; var pageId = '77';</script>"
    assert names(read(Named, page)) == ["index_77_1.shtml", "index_77_2.shtml"]
    assert names(read(Named, f"{ROWS}<script>var countPage = 3;</script>")) == []


def test_a_variable_says_how_many_rows_there_are() -> None:
    class Rows(CountedList):
        total, size = re.compile(r"totalData:\s*(\d+)"), re.compile(r"showData:\s*(\d+)")
        file, behind = "index_pc_{n}.html", 0

    page = f"{ROWS}<script>totalData: 31, showData: 15</script>"
    assert names(read(Rows, page)) == ["index_pc_2.html", "index_pc_3.html"]


def test_reverse_numbers_go_from_the_second_newest_file_to_the_oldest() -> None:
    script = 'var purl="../zc/index_9"; var maxPageNum=0; maxPageNum = 3; if (pageName==maxPageNum) {}'
    assert names(read(ReverseList, f"{ROWS}<script>{script}</script>")) == [
        "index_9_2.html",
        "index_9_1.html",
    ]
    assert names(read(ReverseList, f"{ROWS}<script>{script.replace('= 3', '= 1')}</script>")) == []


# ------------------------------------------------------------------ JSON


def test_rows_of_other_sites_and_of_scripts_are_told_apart() -> None:
    rows = [
        {"TITLE": "一", "URL": "t1.html"},
        {"TITLE": "外", "URL": "https://other.example/t2.html", "DOCRELPUBTIME": "2026-03-01"},
        {"TITLE": "脚本", "URL": "javascript:alert(1)", "DOCRELPUBTIME": "2026-03-01"},
        {"TITLE": "坏", "URL": "http://[oops/t3.html", "DOCRELPUBTIME": "2026-03-01"},
        {"TITLE": "本站非文章", "URL": "/about/", "DOCRELPUBTIME": "2026-03-01"},
        {"TITLE": "菜单", "URL": "https://other.example/"},
    ]
    listing = read(JsonList, json.dumps(rows))
    assert keys(listing) == ["t1"]
    assert [one.title for one in listing.elsewhere] == ["外", "脚本", "坏"]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("<!DOCTYPE html><html><body>请稍候再看本页面的内容</body></html>", "expected JSON, found HTML"),
        ('[{"TITLE": "一", "URL": "t1.html"}, {"TITLE": "二', "JSON that is cut or broken"),
        ('{"TITLE": "一"}', "expected rows at '', found keys 'TITLE'"),
        ("[1, 2]", "expected rows"),
        ("[]", "promises 1 entries, found 0"),
    ],
    ids=["HTML", "cut in half", "an object", "numbers", "no row"],
)
def test_an_answer_without_rows_says_what_it_is(answer: str, said: str) -> None:
    with pytest.raises(LayoutChanged, match=re.escape(said)):
        read(JsonList, answer)


def test_nesting_beyond_reason_is_refused() -> None:
    with pytest.raises(TooDeep):
        read(JsonList, "[" * 200_000)


def test_a_hundred_thousand_rows_are_refused_at_once() -> None:
    rows = json.dumps([{"TITLE": "一", "URL": f"t{n}.html"} for n in range(100_000)])
    begun = time.process_time()
    with pytest.raises(LayoutChanged, match="100000 rows on one page"):
        read(JsonList, rows)
    assert time.process_time() - begun < 5


@pytest.mark.parametrize(
    ("day", "read_as"),
    [
        ("1772323200", dt.date(2026, 3, 1)),
        (1772323200000, dt.date(2026, 3, 1)),
        ("2026.03.01", dt.date(2026, 3, 1)),
        (None, None),
        ("99999999999999999999", None),
        ("2026-02-30", None),
    ],
)
def test_a_day_may_be_an_epoch(day: object, read_as: dt.date | None) -> None:
    row = {"TITLE": "一", "URL": "t1.html", "DOCRELPUBTIME": day}
    assert read(JsonList, json.dumps([row])).entries[0].listed_on == read_as


def search(**searched: object) -> str:
    return json.dumps({"code": 200, "searchVO": searched})


FLAT = {"title": "<em>氢</em>能一号", "url": "/zc/t1.html", "pubtimeStr": "2026.03.01"}
GROUPED = {"title": "二号", "url": "/zc/t2.html", "pubtimeStr": None, "pubtime": 1772323200000}
SEARCH = f"{ROOT}search-gov/data?t=zhengcelibrary_gw&q=&p=1&n=20&sort=pubtime"


def test_both_shapes_of_the_search_service_are_read() -> None:
    flat = read(GovCnSearch, search(listVO=[FLAT], totalCount=41, catMap=None), SEARCH)
    assert [(one.title, str(one.listed_on)) for one in flat.entries] == [("氢能一号", "2026-03-01")]
    assert [parse_qs(urlsplit(url).query)["p"] for url in flat.more] == [["2"], ["3"]]
    groups = {
        "gongwen": {"listVO": [GROUPED], "totalCount": 21},
        "otherfile": {"listVO": None, "totalCount": 0},
    }
    grouped = read(GovCnSearch, search(catMap=groups, totalCount=0), SEARCH)
    assert [(one.key, str(one.listed_on)) for one in grouped.entries] == [("t2", "2026-03-01")]
    assert len(grouped.more) == 1


def test_a_search_that_finds_nothing_is_an_empty_listing() -> None:
    with pytest.raises(LayoutChanged, match="promises 1 entries, found 0"):
        read(GovCnSearch, search(listVO=None, totalCount=0), SEARCH)


def test_a_service_asked_with_post_turns_its_pages_in_the_body() -> None:
    class Posted(SearchList):
        page, size, total = "pageNum", 10, ("total",)
        rows = ("rows",)

    section = posting(f"{ROOT}list", '{"pageNum":1,"pageSize":10,"words":"氢能"}')
    answer = json.dumps({"total": 21, "rows": [{"title": "一", "url": "/t1.html"}]})
    listing = read(Posted, answer, f"{ROOT}list", section)
    asked = [split_posting(url) for url in listing.more]
    assert [url for url, _ in asked] == [f"{ROOT}list"] * 2
    assert [json.loads(body or "") for _, body in asked] == [
        {"pageNum": n, "pageSize": 10, "words": "氢能"} for n in (2, 3)
    ]
    form = with_page_number(posting(f"{ROOT}list?pageSize=15", "pageIndex=1&channel_id=5"), "pageIndex", 2)
    assert split_posting(form) == (f"{ROOT}list?pageSize=15", "pageIndex=2&channel_id=5")
    assert [content_type_of(split_posting(url)[1] or "") for url in (section, form)] == [
        "application/json",
        "application/x-www-form-urlencoded",
    ]


def test_a_callback_around_the_rows_is_taken_off() -> None:
    assert keys(read(JsonList, 'callback_search([{"TITLE": "一", "URL": "t1.html"}]);')) == ["t1"]


def test_a_shell_names_the_file_of_its_rows() -> None:
    name = "40d365c13659452aa06cdb7268d6192e"
    shell = read(NeaList, f'<ul data="datasource:{name}" id="showData0"></ul>', f"{URL}zxwj.htm", at_least=20)
    assert (shell.entries, names(shell), shell.rowless) == ((), [f"ds_{name}.json"], True)
    with pytest.raises(LayoutChanged, match="shown"):
        read(NeaList, "<ul><li>改版</li></ul>", f"{URL}zxwj.htm")


def test_the_rows_behind_a_shell_must_keep_its_promise() -> None:
    section = Section(slug="zc", name="政策", url=f"{URL}zxwj.htm", listing=NeaList, at_least=2)
    rows = json.dumps([{"title": "一", "publishUrl": "t1.html", "publishTime": "2026-03-01 09:00:00"}])
    with pytest.raises(LayoutChanged, match="promises 2 entries, found 1"):
        read_listing(Sample(), section, Payload(url=f"{URL}ds_1.json", body=rows.encode()), first=True)


# ------------------------------------------------------------------ gkmlpt


def test_gkmlpt_is_asked_by_its_sid_and_lists_own_articles_only() -> None:
    shell = read(
        GkmlptList, "<script>window._CONFIG = {SID:'2', TREE:[{jump_url:''}]}</script>", f"{ROOT}gkmlpt/index"
    )
    assert shell.more == (f"{ROOT}gkmlpt/api/all/0?page=1&sid=2",)
    rows = [
        {"title": "一", "url": f"{ROOT}gkmlpt/content/t1.html", "display_publish_time": 1772323200},
        {"title": "微信", "url": "https://mp.weixin.example/s/1", "display_publish_time": 1772323200},
    ]
    answer = {"total": 201, "classify": {"post_count": 201}, "articles": rows}
    listing = read(GkmlptList, json.dumps(answer), shell.more[0], f"{ROOT}gkmlpt/index")
    assert [(one.key, str(one.listed_on)) for one in listing.entries] == [("t1", "2026-03-01")]
    assert listing.more == tuple(f"{ROOT}gkmlpt/api/all/0?page={n}&sid=2" for n in (2, 3))
    with pytest.raises(LayoutChanged, match="SID"):
        read(GkmlptList, "<script>window._CONFIG = {}</script>", f"{ROOT}gkmlpt/index")


# ------------------------------------------------------------------ jpaas


UNIT = "/api-gateway/jpaas-publish-server/front/page/build/unit"
QUERY = "{'webId':'8d82','pageId':'3e3a','tplSetId':'2097','tagId':'右侧内容','pageType':'column'}"
COLUMN = f'<script parseType="bulidstatic" url="{UNIT}" querydata="{QUERY}"></script>'


def unit(html: str) -> str:
    return json.dumps({"success": True, "code": "200", "data": {"html": html}})


def param(url: str) -> dict[str, int]:
    found: dict[str, int] = json.loads(parse_qs(urlsplit(url).query)["paramJson"][0])
    return found


def test_a_jpaas_column_names_its_unit_and_pages_by_param_json() -> None:
    other = COLUMN.replace("右侧内容", "导航")
    shell = read(JpaasList, f"<html><body>{other}{COLUMN}</body></html>", f"{ROOT}zwgk/index.html")
    asked = parse_qs(urlsplit(shell.more[0]).query)
    assert (asked["tagId"], asked["webId"]) == (["右侧内容"], ["8d82"])
    assert shell.more[0].startswith(ROOT[:-1] + UNIT)
    listing = read(
        JpaasList, unit(f'{ROWS}<div class="pagination" rows="15" count="40"></div>'), shell.more[0], URL
    )
    assert keys(listing) == ["t1", "t2"]
    assert [param(url) for url in listing.more] == [{"pageNo": n, "pageSize": 20} for n in (2, 3)]


def test_without_a_total_the_next_page_is_asked_for_and_an_empty_one_ends_it() -> None:
    first = f"{ROOT[:-1]}{UNIT}?webId=1"
    (second,) = read(JpaasList, unit(ROWS), first, URL).more
    assert param(second)["pageNo"] == 2
    last = read(JpaasList, unit("<div>没有更多</div>"), second, URL)
    assert (last.entries, last.more, last.rowless) == ((), (), True)
    with pytest.raises(LayoutChanged):
        read(JpaasList, unit("<div>没有</div>"), first, URL)


def test_the_text_may_say_the_total() -> None:
    listing = read(JpaasList, unit(f"{ROWS}<i>共 41 条</i>"), f"{ROOT[:-1]}{UNIT}?webId=1", URL)
    assert [param(url)["pageNo"] for url in listing.more] == [2, 3]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ('{"success": false, "message": "no"}', ErrorPage),
        ('{"success": true, "data": {}}', LayoutChanged),
        ("<html><body>登录后查看所有的内容</body></html>", LayoutChanged),
    ],
)
def test_a_unit_that_does_not_answer_is_an_error(answer: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        read(JpaasList, answer, f"{ROOT[:-1]}{UNIT}?webId=1", URL)


def test_a_small_column_has_its_rows_itself_and_broken_parameters_are_named() -> None:
    assert keys(read(JpaasList, f"<html><body>{ROWS}</body></html>")) == ["t1", "t2"]
    with pytest.raises(LayoutChanged, match="querydata cannot be read"):
        read(JpaasList, COLUMN.replace(QUERY, "{'webId':"))


# ------------------------------------------------------------------ dataproxy, recordsets


def records(*rows: str) -> str:
    inner = "".join(f"<record><![CDATA[{row}]]></record>" for row in rows)
    return f"<recordset>{inner}</recordset>"


BROKEN_DAY = "<li><a href='/zc/t3.html' title='三号'>三</a><span class=time>2026-\n03-03</span></li>"


def test_rows_in_records_are_read_from_a_page() -> None:
    page = (
        f"<html><body><script type='text/xml'><datastore>{records(row(1), BROKEN_DAY)}</datastore></script>"
    )
    listing = read(RecordList, page, f"{ROOT}col/col37/index.html")
    assert [(one.key, str(one.listed_on)) for one in listing.entries] == [
        ("t1", "2026-03-01"),
        ("t3", "2026-03-03"),
    ]
    assert listing.more == ()


def test_table_rows_in_records_are_read_too() -> None:
    line = "<tr><td><a href='/zc/t1.html'>一号</a></td><td>2026-03-01</td></tr>"
    assert keys(read(RecordList, records(line))) == ["t1"]


def test_a_column_leads_to_the_dataproxy_and_its_answers_on() -> None:
    script = (
        "<script>url:'/module/web/jpage/dataproxy.jsp', webid:'1', unitid:'356383', columnid: 84242</script>"
    )
    page = f"<html><body>{script}{records(row(1), row(2))}</body></html>"
    (asked,) = read(DataproxyList, page, f"{ROOT}col/col84242/index.html").more
    said = parse_qs(urlsplit(asked).query)
    assert [said[name] for name in ("startrecord", "endrecord", "columnid", "unitid")] == [
        ["3"],
        ["47"],
        ["84242"],
        ["356383"],
    ]
    answer = f"<datastore><totalrecord>100</totalrecord>{records(*map(row, range(3, 10)))}</datastore>"
    listing = read(DataproxyList, answer, asked, f"{ROOT}col/col84242/index.html")
    assert len(listing.entries) == 7
    assert [parse_qs(urlsplit(url).query)["startrecord"] for url in listing.more] == [["10"], ["55"], ["100"]]


def test_an_empty_dataproxy_answer_is_an_error_of_its_own() -> None:
    with pytest.raises(LayoutChanged, match="dataproxy answers without a record"):
        read(
            DataproxyList,
            "<datastore><recordset></recordset></datastore>",
            f"{ROOT}module/web/jpage/dataproxy.jsp?startrecord=1",
        )


def test_a_column_without_rows_is_a_shell() -> None:
    shell = read(
        DataproxyList, "<html><body><div id=356>请稍候</div></body></html>", f"{ROOT}col/col7/index.html"
    )
    assert shell.rowless
    assert parse_qs(urlsplit(shell.more[0]).query)["startrecord"] == ["1"]


def test_many_unclosed_records_cost_no_time() -> None:
    begun = time.process_time()
    with pytest.raises(TooDeep):
        read(DataproxyList, "<record>" * 200_000, f"{ROOT}module/web/jpage/dataproxy.jsp?startrecord=1")
    assert time.process_time() - begun < 5


# ------------------------------------------------------------------ query parameters


@pytest.mark.parametrize(
    ("family", "section", "pager", "second"),
    [
        (
            WasList,
            "was5/web/search?channelid=1&page=1",
            "var countPage = 3;",
            "was5/web/search?channelid=1&page=2",
        ),
        (EportalList, "eportal/ui?pageId=5", "<span>共3页</span>", "eportal/ui?pageId=5&currentPage=2"),
        (
            IList,
            "view/iList.jsp?cat_id=7&cur_page=1",
            "<a href='iList.jsp?cat_id=7&cur_page=3'>尾页</a>",
            "view/iList.jsp?cat_id=7&cur_page=2",
        ),
    ],
)
def test_a_parameter_of_the_query_turns_the_pages(
    family: type[ListingPage], section: str, pager: str, second: str
) -> None:
    more = read(family, f"<div>{ROWS}{pager}</div>", ROOT + section).more
    assert (len(more), more[0]) == (2, ROOT + second)


# ------------------------------------------------------------------ feeds and sitemaps


def test_rss_and_atom_are_read_with_their_days() -> None:
    rss = (
        "<?xml version='1.0' encoding='gb2312'?><rss><channel><title>政策</title><item><title>一号</title>"
        "<link>https://list.example/t1.html</link><pubDate>Sat, 28 Feb 2026 17:00:00 GMT</pubDate></item>"
        "</channel></rss>"
    )
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>二号</title><link rel="self" href="/self"/>'
        '<link href="/t2.html"/><updated>2026-03-02T08:00:00+08:00</updated></entry></feed>'
    )
    assert [(one.key, one.title, str(one.listed_on)) for one in read(FeedList, rss).entries] == [
        ("t1", "一号", "2026-03-01")
    ]
    assert [(one.key, str(one.listed_on)) for one in read(FeedList, atom).entries] == [("t2", "2026-03-02")]


def test_a_sitemap_lists_addresses_and_an_index_its_newest_sitemap_first() -> None:
    news = (
        '<urlset xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>https://list.example/t1.html</loc>'
        "<n:news><n:publication_date>2026-03-01</n:publication_date><n:title>一号</n:title></n:news></url>"
        "<url><loc>https://list.example/t2.html</loc><lastmod>2026-03-02</lastmod></url></urlset>"
    )
    assert [(one.key, one.title, str(one.listed_on)) for one in read(SitemapList, news).entries] == [
        ("t1", "一号", "2026-03-01"),
        ("t2", "", "2026-03-02"),
    ]
    index = (
        "<sitemapindex><sitemap><loc>/old.xml</loc><lastmod>2020-01-01</lastmod></sitemap>"
        "<sitemap><loc>/new.xml</loc><lastmod>2026-03-01</lastmod></sitemap></sitemapindex>"
    )
    assert read(SitemapList, index).more == (f"{ROOT}new.xml", f"{ROOT}old.xml")


@pytest.mark.parametrize("family", [FeedList, SitemapList])
@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        ('<!DOCTYPE rss [<!ENTITY a "aaaa">]><rss><item><title>&a;</title></item></rss>', NotHtml, "DTD"),
        ('<!DOCTYPE x SYSTEM "file:///etc/passwd"><urlset/>', NotHtml, "DTD"),
        ("<rss><channel><item>", NotHtml, "expected XML"),
        ("<a>" * 5000, TooDeep, "nested"),
        ("<other><thing/></other>", LayoutChanged, "found 'other'"),
    ],
    ids=["entities", "external", "cut in half", "deep", "other XML"],
)
def test_what_is_no_feed_is_refused(
    family: type[ListingPage], text: str, error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        read(family, text)


# ------------------------------------------------------------------ hostile


@pytest.mark.parametrize(
    ("family", "text", "url"),
    [
        (RecordList, "<div>" * 200_000, URL),
        (JpaasList, unit("<div>" * 200_000), f"{ROOT[:-1]}{UNIT}?webId=1"),
        (WrittenList, "<script>" * 200_000, URL),
        (TrsList, f"{ROWS}{'createPage(' * 200_000}", URL),
        (CountedList, f"{ROWS}{'countPage = ' * 200_000}", URL),
    ],
    ids=["deep records", "deep unit", "scripts", "calls", "variables"],
)
def test_hostile_pages_cost_little_time(family: type[ListingPage], text: str, url: str) -> None:
    begun = time.process_time()
    with contextlib.suppress(LayoutChanged, TooDeep):
        read(family, text, url, URL)
    assert time.process_time() - begun < 5


@pytest.mark.parametrize("query", ["[]", "[1]", "3", "{'a':", "null"])
def test_parameters_that_are_none_are_named(query: str) -> None:
    with pytest.raises(LayoutChanged):
        read(JpaasList, COLUMN.replace(QUERY, query))


def test_a_stretch_asked_for_oddly_is_read_all_the_same() -> None:
    url = f"{ROOT}module/web/jpage/dataproxy.jsp?startrecord=first"
    assert keys(read(DataproxyList, records(row(1)), url)) == ["t1"]


def test_days_no_clock_knows_are_none() -> None:
    item = (
        "<entry><title>一</title><link href='/t1.html'/><updated>9999-12-31T23:59:59+00:00</updated></entry>"
    )
    assert str(read(FeedList, f"<feed>{item}</feed>").entries[0].listed_on) in {"None", "9999-12-31"}
