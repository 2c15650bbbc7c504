"""A headline goes without the name of its site, whatever sets them apart and whatever the headline holds."""

from __future__ import annotations

import pytest

from crawler.pages import generic
from policy.records import Payload

PROSE = (
    "<p>各试点单位要统筹电源、电网、负荷与储能，明确目标任务和时间节点，确保如期完成，并及时总结推广好的做法。</p>"
    * 3
)
PLAN = "样例省新型储能发展规划（2021—2025年）"


def title_of(title: str, *, head: str = "", body: str = "") -> str:
    page = f"<html><head><title>{title}</title>{head}</head><body>{body}<div>{PROSE}</div></body></html>"
    found = generic.read_page(Payload(url="https://unknown.example/1.html", body=page.encode()))
    return next(label.value for label in found.labels if label.name == "title")


@pytest.mark.parametrize(
    "title",
    [
        f"{PLAN}_样例省能源局",
        f"{PLAN}-样例网",
        f"{PLAN} - 样例网",
        f"{PLAN}|样例网",
        f"{PLAN} | 样例网",
        f"{PLAN}——样例省人民政府",
        f"{PLAN} — 样例省人民政府",
        f"{PLAN}_通知公告_样例省能源局",
        f"{PLAN}-政策文件-政务公开-样例省能源局",
        f"{PLAN}_规划 | 样例网",
        f"{PLAN}--样例网",
        PLAN,
    ],
)
def test_a_title_alone_goes_without_columns_and_site(title: str) -> None:
    assert title_of(title) == PLAN


@pytest.mark.parametrize(
    "title",
    [
        "样例省2021-2025年新型储能发展规划",
        "京沪-沪昆高铁联络线环评公示",
        "CO2-EOR项目管理办法",
        "关于“双碳”工作的通知——以样例省为例的落实情况与下一步工作安排的意见",
        "样例省新型储能发展规划（2021-2025年）",
    ],
)
def test_a_dash_of_the_title_itself_stays(title: str) -> None:
    assert title_of(title) == title
    assert title_of(f"{title}_样例网") == title


def test_the_sites_own_name_is_known_from_its_metas() -> None:
    head = '<meta name="SiteName" content="样例省2030-能源在线">'
    assert title_of(f"{PLAN}-样例省2030-能源在线", head=head) == PLAN


def test_a_printed_headline_is_the_title() -> None:
    body = f"<h1>{PLAN}-征求意见稿</h1>"
    assert title_of(f"{PLAN}-征求意见稿-样例网", body=body) == f"{PLAN}-征求意见稿"
