from __future__ import annotations

from pathlib import Path

import pytest

from crawler import extraction
from crawler.portals import get, load, owner
from policy.errors import LayoutChanged, Rejected, SoftNotFound, UnknownPortal
from policy.records import Article, Entry, Page, Payload

PORTALS = Path(__file__).parent.parent / "portals"
ARTICLE = "https://news.bjx.com.cn/html/20260310/1300001"


def payload(number: int) -> Payload:
    suffix = f"-{number}" if number > 1 else ""
    return Payload(
        url=f"{ARTICLE}{suffix}.shtml", body=(PORTALS / "bjx" / f"long-{number}.html").read_bytes()
    )


def stitched(*numbers: int, missing: tuple[str, ...] = ()) -> Article:
    pages = [extraction.read_page(get("bjx"), payload(number)) for number in numbers]
    return extraction.read_article(get("bjx"), pages, missing=missing)


def test_pages_are_stitched_in_reading_order_however_they_came() -> None:
    article = stitched(3, 1, 2)
    assert article.text == stitched(1, 2, 3).text
    assert article.page_urls == tuple(payload(n).url for n in (1, 2, 3))
    assert (article.completeness.pages, article.completeness.missing_pages) == (3, ())
    assert [heading.label for heading in article.outline.headings if heading.level == 1] == [
        "一、",
        "二、",
        "三、",
    ]
    assert article.outline.gaps == ()


def test_a_missing_page_is_stated() -> None:
    article = stitched(1, 3, missing=(payload(2).url,))
    assert article.completeness.missing_pages == (payload(2).url,)
    assert not article.completeness.complete


def test_a_page_nobody_asked_for_is_missing_too() -> None:
    assert stitched(1).completeness.missing_pages == (payload(2).url, payload(3).url)


def test_a_pager_may_link_another_host_or_scheme() -> None:
    channel = "http://qn.bjx.com.cn/news/20260310/1300001"
    body = payload(1).body.replace(b'href="1300001-', f'href="{channel}-'.encode())
    page = extraction.read_page(get("bjx"), Payload(url=payload(1).url, body=body))
    assert page.others == (f"{channel}-2.shtml", f"{channel}-3.shtml")
    second = extraction.read_page(get("bjx"), Payload(url=page.others[0], body=payload(2).body))
    article = extraction.read_article(get("bjx"), [page, second])
    assert article.completeness.missing_pages == (f"{channel}-3.shtml",)


@pytest.mark.parametrize("pager", ["", '<div class="cc-paging"><a href="javascript:;">2</a></div>'])
def test_a_later_page_by_itself_lacks_those_before_it(pager: str) -> None:
    alone = payload(3).body.decode().partition('<div class="cc-paging">')[0] + pager
    article = extraction.read_saved([Payload(url=payload(3).url, body=alone.encode())])
    assert article.completeness.missing_pages == (payload(1).url, payload(2).url)
    assert article.key == "1300001"


def test_a_pager_within_the_body_is_no_text() -> None:
    body = payload(1).body.replace(b'</p></div><div class="cc-paging">', b'</p><div class="cc-paging">')
    page = extraction.read_page(get("bjx"), Payload(url=payload(1).url, body=body))
    assert "cc-paging" not in page.body
    assert len(page.others) == 2


def test_a_mobile_page_is_read_generically_under_the_same_key() -> None:
    prose = "样例省各地要认真做好风电场的改造升级，按时报送进展情况，不得拖延。"
    html = f"<title>样例方案-北极星</title><h1>样例方案</h1><p>2026-03-10 来源：样例省</p><div>{prose}</div>"
    url = "https://m.bjx.com.cn/mnews/20260310/1300001.shtml"
    article = extraction.reread(get("bjx"), [Payload(url=url, body=html.encode())])
    assert (article.portal, article.key, article.text) == ("bjx", "1300001", prose)


def test_the_article_is_its_first_page_whatever_came_first() -> None:
    article = stitched(2, 1)
    assert (article.key, article.url) == ("1300001", payload(1).url)
    assert article.published is not None
    assert str(article.published.value) == "2026-03-10 09:36:00+08:00"


def test_boilerplate_and_contacts_are_not_in_the_text() -> None:
    assert not any(
        word in stitched(1, 2, 3).text for word in ("投稿", "特别声明", "邮箱", "收藏", "别的文章")
    )


@pytest.mark.parametrize(
    "url",
    [
        f"{ARTICLE}.shtml",
        f"{ARTICLE}-2.shtml",
        "https://qn.bjx.com.cn/news/20260310/1300001.shtml",
        "https://m.bjx.com.cn/mnews/20260310/1300001.shtml#top",
    ],
)
def test_one_key_across_desktop_channel_and_mobile(url: str) -> None:
    assert get("bjx").key(url) == "1300001"


@pytest.mark.parametrize(
    ("url", "slug"),
    [
        ("https://chuneng.bjx.com.cn/zc/", "bjx"),
        ("http://www.gov.cn/zhengce/content/2018-11/09/content_5338761.htm", "govcn"),
        ("https://www.ndrc.gov.cn/xxgk/", "ndrc"),
        ("https://bjx.com.cn.example/", None),
        ("", None),
    ],
)
def test_an_address_belongs_to_the_portal_of_its_host(url: str, slug: str | None) -> None:
    found = owner(url)
    assert (found.slug if found else None) == slug


def test_an_unknown_portal_is_told_the_near_ones() -> None:
    with pytest.raises(UnknownPortal, match=r"no portal 'ndcr'; did you mean ndrc\?"):
        get("ndcr")


def test_portals_of_other_packages_are_found() -> None:
    assert set(load(("crawler.portals", "tests.pages.sample_portals"))) == {*load(), "sample"}


def test_a_page_no_template_knows_is_a_changed_layout() -> None:
    with pytest.raises(LayoutChanged, match=r"ndrc: template: .*NdrcArticle"):
        extraction.read_page(get("ndrc"), Payload(url="https://www.ndrc.gov.cn/a.html", body=b"<p>x</p>"))


def test_two_bodies_are_not_a_normal_article() -> None:
    body = payload(1).body.replace(
        b'<div class="cc-paging">', b'<div class="cc-article"><p>x</p></div><div class="cc-paging">'
    )
    with pytest.raises(LayoutChanged, match=r"bjx: body: .*found 2"):
        extraction.read_page(get("bjx"), Payload(url=f"{ARTICLE}.shtml", body=body))


def test_a_soft_404_is_no_page_of_an_article() -> None:
    with pytest.raises(SoftNotFound):
        extraction.read_page(
            get("bjx"), Payload(url=f"{ARTICLE}.shtml", body=b'<p><span class="sorry">x</span>')
        )


def test_a_saved_page_its_portal_does_not_know_is_read_generically_with_a_warning() -> None:
    prose = "各县要按时报送，逾期的说明原因，不得拖延，不得瞒报，年底前办结。"
    html = f"<title>样例</title><h1>样例通知</h1><div><p>{prose}</p></div>"
    article = extraction.read_saved([Payload(url="https://www.ndrc.gov.cn/other.html", body=html.encode())])
    assert (article.portal, article.title.value) == ("ndrc", "样例通知")
    assert "generic reading" in article.warnings[0]


def test_an_article_without_pages_is_rejected() -> None:
    with pytest.raises(Rejected, match="no page"):
        extraction.read_article(get("bjx"), [])


def test_a_body_that_is_all_boilerplate_is_rejected() -> None:
    page = Page(url="https://a.example/", number=1, body="<p>分享到</p><p>上一篇</p><p>下一篇</p>")
    entry = Entry(url=page.url, key="k", title="题目")
    with pytest.raises(Rejected):
        extraction.read_article(None, [page], entry=entry)


def test_the_listings_title_serves_when_the_page_has_none() -> None:
    page = Page(url="https://a.example/1", number=1, body="<p>各县要按时报送，逾期的说明原因。</p>")
    article = extraction.read_article(None, [page], entry=Entry(url=page.url, key="k", title="列表上的题目"))
    assert (article.title.value, article.title.rule, article.key) == ("列表上的题目", "listing", "k")
