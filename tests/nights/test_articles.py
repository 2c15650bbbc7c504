"""Articles of several pages: stitched in order, and what is missing is stated."""

from __future__ import annotations

import datetime as dt

from tests.mocksite import shapes
from tests.mocksite.shapes import paper
from tests.nights.conftest import SHANGHAI, Home

ZC = "https://news.bjx.com.cn/zc/"
DAY = dt.datetime.now(SHANGHAI).date() - dt.timedelta(days=3)


def test_the_pages_of_an_article_are_one_article_and_a_missing_one_is_stated(home: Home) -> None:
    whole, torn, single = paper(1, DAY), paper(2, DAY), paper(3, DAY)
    site = home.site
    site.put(ZC, shapes.bjx_list([whole, torn, single]))
    site.put(shapes.bjx_url(single), shapes.bjx_article(single))
    for number in (1, 2, 3):
        site.put(shapes.bjx_url(whole, number), shapes.bjx_article(whole, number, 3))
        site.put(shapes.bjx_url(torn, number), shapes.bjx_article(torn, number, 3))
    site.put(shapes.bjx_url(torn, 2), status=500)

    row = home.crawl("bjx", "--section", "zc")
    assert (row["state"], row["new"], row["failed"]) == ("ok", 3, {"http_500": 1})
    newest = home.newest()
    first = newest[f"bjx/{whole.id}"]
    assert first.article.text.splitlines() == list(whole.clauses)
    assert first.article.completeness.pages == 3
    assert [capture.url for capture in first.captures] == [shapes.bjx_url(whole, n) for n in (1, 2, 3)]
    missing = newest[f"bjx/{torn.id}"].article.completeness
    assert missing.missing_pages == (shapes.bjx_url(torn, 2),)
    assert not missing.complete

    site.put(shapes.bjx_url(torn, 2), shapes.bjx_article(torn, 2, 3))
    site.put(shapes.bjx_url(whole, 2), status=500)
    row = home.crawl("bjx", "--section", "zc")
    assert (row["revised"], row["unchanged"], row["failed"]) == (1, 1, {"http_500": 1})
    newest = home.newest()
    assert newest[f"bjx/{torn.id}"].article.completeness.complete
    assert newest[f"bjx/{whole.id}"] == first, "a page that fails tonight takes nothing from a known article"
    assert [change.kind for change in home.changes()[3:]] == ["completed"]
