"""Lists that only a script makes: rendered by a browser, under the rules of all pages."""

from __future__ import annotations

import datetime as dt
import json
from itertools import pairwise
from pathlib import Path

from storage.warc.reader import load_response, scan
from storage.warc.record_parser import RENDERED
from tests.mocksite import shapes
from tests.mocksite.scripted.made import ROOT
from tests.mocksite.shapes import paper
from tests.nights.conftest import SHANGHAI, Home
from tests.programs import needs_browser

OFFLINE = str(Path(__file__).parent / "offline")
PACKAGES = ["tests.mocksite.scripted"]
TODAY = dt.datetime.now(SHANGHAI).date()
PAGE = """\
<html><head><meta charset="utf-8"><title>最新政策</title>
<script src="https://tracker.example/count.js"></script><link rel="stylesheet" href="/style.css"></head>
<body><ul class="u-list"></ul><img src="/picture.png"><script src="/list.js"></script></body></html>
"""
SCRIPT = """\
const ask = async (url) => { try { return await (await fetch(url)).json() } catch (e) { return [] } };
(async () => {
  await ask("http://127.0.0.1:9/admin"); await ask("/private/rows.json"); await ask("https://www.example.com/x.json");
  for (const row of await ask("/rows.json")) {
    const li = document.createElement("li");
    li.innerHTML = `<a href="${row.url}">${row.title}</a><span>${row.day}</span>`;
    document.querySelector("ul").append(li);
  }
})();
"""


def publish(home: Home) -> None:
    made, plain = (
        [paper(n, TODAY - dt.timedelta(days=n)) for n in numbers] for numbers in ((1, 2, 3), (4, 5))
    )
    site = home.site
    site.put(f"{ROOT}robots.txt", "User-agent: *\nDisallow: /private/")
    site.put(f"{ROOT}made/", PAGE)
    site.put(f"{ROOT}list.js", SCRIPT, content_type="text/javascript")
    rows = [{"url": f"/made/{each.stem}.html", "title": each.title, "day": str(each.day)} for each in made]
    site.put(f"{ROOT}rows.json", json.dumps(rows), content_type="application/json")
    for name in ("style.css", "picture.png", "private/rows.json"):
        site.put(f"{ROOT}{name}", "[]")
    site.put(f"{ROOT}plain/", shapes.ndrc_list(plain))
    for folder, shown in (("made", made), ("plain", plain)):
        site.put_all({f"{ROOT}{folder}/{each.stem}.html": shapes.ndrc_article(each) for each in shown})


@needs_browser
def test_a_list_made_by_a_script_is_rendered_politely_and_replayed_without_a_browser(
    home: Home, tmp_path: Path, cache: Path
) -> None:
    home.configure(packages=PACKAGES, delay=0.1)
    publish(home)
    row = home.crawl("scripted")
    assert (row["state"], row["sections"], row["new"]) == ("ok", {"made": 3, "plain": 2}, 5)
    seen = home.site.asked()
    asked = [each["url"].removeprefix("scripted.example/") for each in seen]
    assert {"made/", "list.js", "rows.json"} <= set(asked)
    assert not {"style.css", "picture.png", "private/rows.json"} & set(asked), "not needed, or forbidden"
    assert {each["url"].partition("/")[0] for each in seen} == {"scripted.example"}
    assert {each["agent"] for each in seen} == {"polarchive/0.1 (policy archive; nights@example.org)"}
    assert min(after["at"] - before["at"] for before, after in pairwise(seen)) >= 0.1
    (warc,) = (home.path / "captures").rglob("*.warc.gz")
    kept = {(record.method, record.url): record for record in scan(warc)}
    assert b"<li>" not in load_response(kept["GET", f"{ROOT}made/"]).body, "as received"
    assert load_response(kept[RENDERED, f"{ROOT}made/"]).body.count(b"<li>") == 3, "and as rendered"

    home.site.clear()
    other = Home(path=tmp_path / "other", site=home.site, pythonpath=OFFLINE)
    other.prepare(cache)
    other.configure(packages=PACKAGES, crawl='browser = "/nowhere/chromium"')
    row = other.crawl("scripted", "--replay", str(warc))
    assert (row["state"], row["sections"], row["new"]) == ("ok", {"made": 3, "plain": 2}, 5)
    assert home.site.asked() == []


def test_without_a_browser_its_section_says_what_to_install_and_the_others_go_on(home: Home) -> None:
    home.configure(packages=PACKAGES, crawl='browser = "/nowhere/chromium"')
    publish(home)
    out, err = home.start("scripted").communicate(timeout=180)
    row = json.loads(out)
    assert (row["state"], row["sections"], row["new"]) == ("partial", {"plain": 2}, 2)
    assert row["message"] == "made: no_browser"
    assert "scripted/made is made by scripts and needs a browser" in err
    assert "pip install 'polarchive[browser]', and a browser (on Debian: apt install chromium)" in err
