"""Nights at services: shells, lists asked with POST, articles that are asked for elsewhere."""

from __future__ import annotations

import datetime as dt
import json

from tests.nights.conftest import SHANGHAI, Home

ROOT = "https://services.example/"
TODAY = dt.datetime.now(SHANGHAI).date()


def article(n: int) -> str:
    body = f"<p>现就第{n}批样例试点有关事项通知如下。</p><p>一、试点期限为两年。</p>"
    return json.dumps({"rptCode": 200, "data": {"docTitle": f"关于第{n}批样例试点的通知", "docClob": body}})


def publish(home: Home) -> None:
    def row(n: int, days: int = 0) -> dict[str, object]:
        return {"id": n, "title": f"第{n}批", "day": str(TODAY - dt.timedelta(days=days))}

    for page, numbers in ((1, (1, 2)), (2, (3,))):
        answer = json.dumps({"total": 3, "rows": [row(n) for n in numbers]})
        home.site.put(f"{ROOT}list", answer, post=f'{{"pageNum":{page},"pageSize":2}}')
    home.site.put(
        f"{ROOT}zxwj.htm", f'<html><body><ul id="showData0" data="x:{"ab" * 16}"></ul></body></html>'
    )
    rows = [
        {"title": "第4批", "publishUrl": f"{ROOT}view.html?docId=4", "publishTime": str(TODAY)},
        {
            "title": "第5批",
            "publishUrl": f"{ROOT}view.html?docId=5",
            "publishTime": f"{TODAY.year + 1}-12-01",
        },
        {"title": "外站", "publishUrl": "https://other.example/7", "publishTime": str(TODAY)},
    ]
    home.site.put(f"{ROOT}ds_{'ab' * 16}.json", json.dumps(rows))
    home.site.put_all({f"{ROOT}data/docId={n}.json": article(n) for n in range(1, 6)})


def test_pages_are_captured_to_be_looked_at_and_not_archived(home: Home) -> None:
    home.configure(packages=("tests.mocksite.portals",))
    publish(home)
    into = home.path / "captured"
    child = home.run("capture", "services", "--into", str(into), "--articles", "1")
    out, err = child.communicate(timeout=180)
    assert child.returncode == 0, out + err
    pages = json.loads((into / "services" / "pages.json").read_text("utf-8"))
    assert sorted(pages.values()) == [
        f"{ROOT}data/docId=1.json",
        f"{ROOT}data/docId=4.json",
        f"{ROOT}ds_{'ab' * 16}.json",
        f"{ROOT}list",
        f"{ROOT}zxwj.htm",
    ]
    held = {url: (into / "services" / name).read_text("utf-8") for name, url in pages.items()}
    assert held[f"{ROOT}data/docId=4.json"] == article(4)
    assert len(list((into / "services").glob("*.warc.gz"))) == 1
    assert home.runs() == []
    again = home.run("capture", "services", "--into", str(into))
    assert "is there already" in again.communicate(timeout=180)[1]


def test_services_are_asked_as_declared_and_replayed_without_them(home: Home) -> None:
    home.configure(packages=("tests.mocksite.portals",))
    publish(home)
    row = home.crawl("services")
    assert (row["state"], row["entries"], row["new"]) == ("ok", 5, 5)
    assert row["failed"] == {"future_day": 1, "leads_elsewhere": 1}
    version = home.newest()["services/3"]
    assert version.article.url == f"{ROOT}view.html?docId=3"
    assert version.article.title.value == "关于第3批样例试点的通知"
    asked = [one["url"] for one in home.site.asked()]
    assert 'services.example/list {"pageNum":2,"pageSize":2}' in asked
    assert home.crawl("services")["unchanged"] == 5

    home.site.clear()
    again = home.crawl("services", "--replay", str(home.path / "captures"))
    assert (again["state"], again["unchanged"]) == ("ok", 5)
    assert home.site.asked() == []
