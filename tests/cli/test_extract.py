"""Saved pages as records: only what is named is opened, and a bad file does not end the others.

Reading a document starts a process: the child with limits.
"""

from __future__ import annotations

import datetime as dt
import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from crawler import saved_pages
from policy.errors import ConfigError, Rejected
from policy.records import Article, FieldValue
from policy.records.content import DocNumber, Issuer
from services.archive.archive_shapes import article_shape
from tests import papers
from tests.cli.conftest import Answer, Polarchive
from tests.mocksite import shapes
from tests.storage.builders import an_article

KEYS = {
    *("file", "url", "portal", "title", "text", "tables", "published", "written", "source", "doc_no"),
    *("doc_no_norm", "index_no", "issuers", "issuer_ids", "keywords", "attachments", "outline"),
    *(
        "completeness",
        "warnings",
        "scars",
        "title_official",
        "effective",
        "expires",
        "statements",
        "references",
        "author",
        "editor",
    ),
    *("channel", "issuers_known", "addressees", "subject", "genre", "validity", "topics", "topic_set"),
    *("provenance", "conflicts", "key", "page_urls"),
}
URL = "https://www.ndrc.gov.cn/xxgk/zcfb/tz/202603/t20260302_1400001.html"
PROSE = (
    "各试点单位要统筹电源、电网、负荷与储能，明确目标任务和时间节点，确保如期完成，并及时总结推广好的做法。"
)
PAGE = f"""<html><head><title>关于开展储能试点工作的通知</title>
<meta name="ArticleTitle" content="关于开展储能试点工作的通知">
<meta name="PubDate" content="2026-03-02 09:30"></head><body>
<h2>关于开展储能试点工作的通知</h2>
<div class="TRS_Editor"><p>东发改能源〔2026〕12号</p><p>{PROSE}</p><p>{PROSE}</p>
<table><tr><td>项目</td><td>容量</td></tr><tr><td>甲</td><td>5</td></tr></table></div></body></html>"""
OF_NDRC = shapes.ndrc_article(shapes.paper(1, dt.date(2026, 3, 2)))


def save(folder: Path, name: str, page: str | bytes = PAGE) -> Path:
    path = folder / name
    body = page.encode() if isinstance(page, str) else page
    path.write_bytes(gzip.compress(body) if name.endswith(".gz") and body[:2] != b"\x1f\x8b" else body)
    return path


def records(answer: Answer) -> dict[str, dict[str, Any]]:
    """The records by the name of their file."""
    return {Path(one["file"]).name: one for one in map(json.loads, answer.out.splitlines())}


def test_a_record_has_these_fields_and_no_others(polarchive: Polarchive, tmp_path: Path) -> None:
    answer = polarchive("extract", str(save(tmp_path, "a.html")), "--json")
    record = records(answer)["a.html"]
    assert (answer.code, answer.err, set(record)) == (0, "", KEYS)
    assert record["title"] == "关于开展储能试点工作的通知"
    assert record["published"] == "2026-03-02T09:30:00+08:00"
    assert record["text"].count(PROSE) == 2
    assert record["tables"] == [[["项目", "容量"], ["甲", "5"]]]
    assert record["portal"] is None
    assert not polarchive.home.exists(), "no archive is needed"


def test_the_text_is_as_published_and_the_spaces_inside_words_are_listed(
    polarchive: Polarchive, tmp_path: Path
) -> None:
    scarred = PROSE.replace("目标任务", "目标任 务")
    page = save(tmp_path, "a.html", PAGE.replace(PROSE, scarred, 1))
    record = records(polarchive("extract", str(page), "--json"))["a.html"]
    assert scarred in record["text"]
    [scar] = record["scars"]
    assert record["text"][scar - 1 : scar + 2] == "任 务"


def test_values_are_as_printed_and_canonical_forms_stand_beside_them() -> None:
    article = an_article()
    number = DocNumber(raw="东发改〔２０２６〕０１２号", code="东发改", year=2026, number=12)
    issuers = (Issuer(printed="国家发改委", id="ndrc", name="国家发展改革委"), Issuer(printed="东海局"))
    fields = {name: getattr(article, name) for name in ("portal", "key", "url", "title", "text")}
    record = article_shape(
        Article(
            **fields,
            doc_no=FieldValue(value=number, raw=number.raw, rule="cell"),
            issuers=FieldValue(value=issuers, raw="", rule="cell"),
        )
    )
    assert (record["doc_no"], record["doc_no_norm"]) == ("东发改〔２０２６〕０１２号", "东发改〔2026〕12号")
    assert (record["issuers"], record["issuer_ids"]) == (["国家发改委", "东海局"], ["ndrc", None])


def test_fields_of_an_official_page_are_shown_with_where_they_came_from(
    polarchive: Polarchive, tmp_path: Path
) -> None:
    page = (
        PAGE.replace(
            "<h2>关于开展储能试点工作的通知</h2>",
            "<table><tr><td>发文机关：</td><td>东海省能源局</td></tr><tr><td>成文日期：</td><td>2026年2月26日</td></tr>"
            "<tr><td>有效性：</td><td>有效</td></tr></table><h2>关于开展储能试点工作的通知</h2>",
        )
        .replace("12号</p>", "12号</p><p>余杭区发展改革局，国家电网有限公司、国家能源局：</p>")
        .replace(
            "<table><tr><td>项目",
            "<p>本通知自印发之日起施行，有效期2年。</p>"
            "<p>浙江省能源局</p><p>2026年2月27日</p><table><tr><td>项目",
        )
        .replace("</table></div>", "</table><p>责任编辑：甲乙丙</p></div>")
    )
    record = records(polarchive("extract", str(save(tmp_path, "a.html", page)), "--json"))["a.html"]
    assert record["addressees"] == ["余杭区发展改革局", "国家电网有限公司", "国家能源局"]
    assert (record["editor"], "甲乙丙" in record["text"]) == ("甲乙丙", False)
    assert record["validity"] == "有效"
    assert record["effective"] == "2026-02-26"
    assert record["expires"] == "2028-02-25"
    assert [one["words"] for one in record["statements"]] == ["自印发之日起施行", "有效期2年"]
    assert record["topics"][0]["name"] == "储能"
    assert record["topic_set"]
    assert record["provenance"]["written"] == {"raw": "2026年2月26日", "rule": "cell:成文日期"}
    assert {one["name"]: one["value"] for one in record["conflicts"]} == {
        "written": "2026-02-27",
        "issuers": "浙江省能源局",
    }
    known = record["issuers_known"][0]
    assert (known["printed"], known["level"], known["region"]) == ("东海省能源局", None, None)


def test_the_address_comes_from_the_option(polarchive: Polarchive, tmp_path: Path) -> None:
    answer = polarchive("extract", str(save(tmp_path, "a.html.gz", OF_NDRC)), "--url", URL, "--json")
    record = records(answer)["a.html.gz"]
    assert (record["url"], record["portal"]) == (URL, "ndrc")


@pytest.mark.parametrize(
    "head", [f'<link rel="canonical" href="{URL}">', f'<meta property="og:url" content="{URL}">']
)
def test_else_it_is_the_canonical_link(polarchive: Polarchive, tmp_path: Path, head: str) -> None:
    path = save(tmp_path, "a.html", OF_NDRC.replace("</head>", f"{head}</head>"))
    assert records(polarchive("extract", str(path), "--json"))["a.html"]["portal"] == "ndrc"


@pytest.mark.parametrize(
    "listed",
    [
        f"pages/a.html.gz\t{URL}\n\nb.html\thttps://www.example.cn/b\n",
        json.dumps({"a.html": URL}),
        json.dumps([{"file": "pages/a.html.gz", "url": URL}, {"file": "b.html", "url": None}]),
        json.dumps({"about": "saved pages", "pages": [{"file": "a.html.gz", "url": URL}]}),
    ],
    ids=["tsv", "object", "list", "manifest"],
)
def test_addresses_of_many_files_come_from_a_list(
    polarchive: Polarchive, tmp_path: Path, listed: str
) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    save(folder, "a.html.gz")
    save(folder, "b.html")
    (tmp_path / "urls").write_text(listed, encoding="utf-8")
    found = records(polarchive("extract", "--batch", str(folder), "--urls", str(tmp_path / "urls"), "--json"))
    assert found["a.html.gz"]["url"] == URL
    assert found["b.html"]["url"] in {None, "https://www.example.cn/b"}


def test_a_batch_opens_pages_and_nothing_beside_them(polarchive: Polarchive, tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    save(folder, "a.html")
    save(folder, "b.html.gz")
    for name in ("a.json", "notes.txt", "truth.html.json"):
        (folder / name).write_text("not to be opened")
        (folder / name).chmod(0)
    assert sorted(records(polarchive("extract", "--batch", str(folder), "--json"))) == ["a.html", "b.html.gz"]


def test_bad_files_are_named_and_the_others_are_read(polarchive: Polarchive, tmp_path: Path) -> None:
    bad: dict[str, str | bytes] = {
        "empty.html": "",
        "prose.html": "not a page at all",
        "image.html": b"\x89PNG\r\n\x1a\n" + bytes(200),
        "torn.html.gz": gzip.compress(PAGE.encode() * 50)[:60],
        "deep.html": "<div>" * 400_000,
        "nothing.html": "<html><body></body></html>",
        "answer.json": '{"data": [1, 2, 3]}',
    }
    for name, page in bad.items():
        save(tmp_path, name, page)
    save(tmp_path, "good.html")
    names = [*bad, "missing.html", "good.html"]
    answer = polarchive("extract", *(str(tmp_path / name) for name in names), "--json")
    found = records(answer)
    assert (answer.code, list(found)) == (1, names)
    assert {name for name, record in found.items() if "error" in record} == {*bad, "missing.html"}
    assert "No such file" in found["missing.html"]["error"]
    assert found["torn.html.gz"]["error"].startswith("not_html: damaged gzip")
    assert found["deep.html"]["error"].startswith("too_deep: ")


def test_a_gzip_bomb_is_not_unpacked(tmp_path: Path) -> None:
    bomb = save(tmp_path, "bomb.html.gz", bytes(50_000_000))
    with pytest.raises(Rejected, match="larger than 1000000 bytes"):
        saved_pages.read_file(bomb, limit=1_000_000)


def test_an_article_served_as_json_is_read_when_it_is_named(polarchive: Polarchive, tmp_path: Path) -> None:
    answer = json.dumps({"data": {"docSubtitle": "关于储能的批复", "docClob": f"<p>{PROSE}</p>"}})
    record = records(polarchive("extract", str(save(tmp_path, "a.json", answer)), "--json"))["a.json"]
    assert (record["title"], record["text"]) == ("关于储能的批复", PROSE)


def test_people_see_fields_and_text(polarchive: Polarchive, tmp_path: Path) -> None:
    shown = polarchive("extract", str(save(tmp_path, "a.html"))).out
    assert "关于开展储能试点工作的通知" in shown
    assert PROSE in shown


@pytest.mark.parametrize(
    ("listed", "says"),
    [
        ("a.html URL", "line 1"),
        ("[1]", "expected objects with file and url"),
        ("{", "Expecting"),
        (None, "No such"),
    ],
)
def test_a_list_that_cannot_be_read_says_where(tmp_path: Path, listed: str | None, says: str) -> None:
    file = tmp_path / "urls"
    if listed:
        file.write_text(listed)
    with pytest.raises(ConfigError, match=says) as error:
        saved_pages.addresses(file)
    assert str(file) in str(error.value)


@pytest.mark.parametrize("url", ["page.html", "http://[::1", "javascript:alert(1)", "https://a.example:abc/"])
def test_an_address_that_is_none_is_refused(polarchive: Polarchive, tmp_path: Path, url: str) -> None:
    answer = polarchive("extract", str(save(tmp_path, "page.html")), "--url", url, "--json")
    assert answer.code == 1
    assert answer.json["error"] == f"rejected: url: {url!r} is no web address"


def test_one_address_is_not_for_many_files(polarchive: Polarchive, tmp_path: Path) -> None:
    paths = [str(save(tmp_path, name)) for name in ("a.html", "b.html")]
    answer = polarchive("extract", *paths, "--url", URL, "--json")
    assert (answer.code, answer.out) == (2, "")


def test_a_folder_without_pages_is_an_error(polarchive: Polarchive, tmp_path: Path) -> None:
    assert polarchive("extract", "--batch", str(tmp_path), "--json").code == 2


@pytest.mark.slow
@pytest.mark.parametrize("name", ["plan.pdf", "plan.docx"])
def test_a_document_is_read_without_a_page_around_it(
    polarchive: Polarchive, tmp_path: Path, name: str
) -> None:
    title, lines = "城市绿地养护实施方案", papers.PLAN
    made = papers.a_pdf(title=title) if name.endswith("pdf") else papers.a_docx([title, *lines])
    record = json.loads(polarchive("extract", str(save(tmp_path, name, made)), "--json").out)
    assert (record["title"], record["genre"]) == (title, "方案")
    assert record["text"].split("\n") == [title, *lines]


@pytest.mark.slow
def test_a_document_without_words_says_why(polarchive: Polarchive, tmp_path: Path) -> None:
    answer = polarchive("extract", str(save(tmp_path, "scan.pdf", papers.a_scan(2))), "--json")
    assert answer.code == 1
    assert json.loads(answer.out)["error"].startswith("not_html: body")
