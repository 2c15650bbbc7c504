"""Bad listings: each its own error or a bounded stop, in the run's report under its section's name."""

from __future__ import annotations

import datetime as dt
import json

from tests.mocksite import shapes
from tests.mocksite.hostile.bad import BAD, HTML, ROOT, TODAY, rows
from tests.mocksite.shapes import paper
from tests.nights.conftest import Home


def test_every_bad_listing_is_named_with_its_section_and_stops_nothing(home: Home) -> None:
    home.configure(packages=["tests.mocksite.hostile"], limit=300)
    site = home.site
    for slug, (_, answer, _) in BAD.items():
        site.put(f"{ROOT}{slug}/", answer)
    site.put(f"{ROOT}posted/", HTML, post="pageNum=1")
    site.put(
        f"{ROOT}away/", rows("https://other.example/t1_1.html", "javascript:open(1)", "/about/", "t1_2.html")
    )
    site.put(f"{ROOT}away/t1_2.html", shapes.ndrc_article(paper(1, TODAY)))
    site.put(f"{ROOT}future/", rows("t1_3.html", day=TODAY + dt.timedelta(days=400)))
    site.put(f"{ROOT}loop/", rows("t1_4.html") + '<a href="?page=2">2</a><a href="?page=9">9</a>')
    for n in range(2, 10):
        site.put(f"{ROOT}loop/?page={n}", rows("t1_4.html") + '<a href="?page=2">2</a>')
    more = '<a href="?page={next}">下一页</a>'
    site.put(f"{ROOT}endless/", rows("t1_5.html") + more.replace("{next}", "2"))
    site.put(f"{ROOT}endless/?*", rows("t{n}_6.html") + more, fault="endless")

    out, err = home.start("bad").communicate(timeout=200)
    row = json.loads(out)
    reports = row["reports"]
    assert row["state"] == "partial"
    assert {slug: reports[slug]["unread"] for slug in BAD} == {
        slug: reason for slug, (*_, reason) in BAD.items()
    }
    assert reports["posted-html"]["unread"] == "layout_changed"
    assert (reports["away"]["entries"], reports["away"]["odd"]["leads_elsewhere"]["count"]) == (1, 2)
    assert reports["future"]["odd"]["future_day"]["examples"] == [f"{ROOT}future/t1_3.html"]
    assert (reports["loop"]["pages"], list(reports["loop"]["odd"])) == (2, ["loops"])
    assert (reports["endless"]["pages"], list(reports["endless"]["odd"])) == (500, ["endless"])
    for slug, (*_, reason) in BAD.items():
        assert f"{slug}: {reason}" in row["message"].split("; ")
        assert f"{ROOT}{slug}/: " in err, "the log names its address"
