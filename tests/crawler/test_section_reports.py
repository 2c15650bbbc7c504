"""What a run records of its listings and its hosts."""

from __future__ import annotations

import datetime as dt

import pytest

from crawler.fetching.request_log import TrafficMeter
from crawler.pages.listings.entries import listing
from crawler.runs.statistics import SectionReports
from policy.records import Entry
from policy.records.runs import Anomaly

URL = "https://www.example.cn/tz/"
DAY = dt.date(2026, 11, 20)


def entry(key: str, title: str = "关于开展检查的通知", day: dt.date | None = DAY) -> Entry:
    return Entry(url=f"{URL}{key}.html", key=key, title=title, listed_on=day)


def test_a_listing_is_told_page_by_page() -> None:
    reports = SectionReports()
    reports.add_page("tz", URL, listing([entry("1"), entry("2")]), listed_before={"2"})
    reports.add_page("tz", f"{URL}2", listing([entry("2"), entry("3", day=None)]), listed_before={"2"})
    report = reports.by_section["tz"]
    assert (report.entries, report.first_page, report.pages, report.fresh) == (3, 2, 2, 2)
    assert (report.newest, report.odd, report.unread) == (DAY, {}, None)


def test_a_page_that_shows_only_rows_of_pages_before_is_a_loop() -> None:
    reports = SectionReports()
    for page in (URL, f"{URL}2", f"{URL}3"):
        reports.add_page("tz", page, listing([entry("1"), entry("2")]), listed_before=())
    assert reports.by_section["tz"].odd == {"loops": Anomaly(count=2, examples=(f"{URL}2", f"{URL}3"))}


@pytest.mark.parametrize(
    ("other", "odd"),
    [
        pytest.param(entry("1", "关于设立专项资金的公告"), True, id="another document"),
        pytest.param(entry("1", "关于开展检查"), False, id="its title cut short"),
        pytest.param(entry("1", "关于开展…"), False, id="its title cut short with dots"),
        pytest.param(entry("1", "更多", None), False, id="a link without a day"),
    ],
)
def test_two_documents_under_one_key_are_told_wherever_they_stand(other: Entry, odd: bool) -> None:
    same, later = SectionReports(), SectionReports()
    same.add_page("tz", URL, listing([entry("1"), other]), listed_before=())
    later.add_page("tz", URL, listing([entry("1")]), listed_before=())
    later.add_page("tz", f"{URL}2", listing([other, entry("2")]), listed_before=())
    for reports in (same, later):
        assert bool(reports.by_section["tz"].odd) is odd


def test_a_host_is_told_by_its_answers_and_its_failures() -> None:
    traffic = TrafficMeter()
    for seconds in (0.1, 0.2, 9.0):
        traffic.add_response("www.example.cn", 200, 100, seconds)
    traffic.add_response("www.example.cn", 503, 10, None)
    traffic.add_failure("www.example.cn", "timeout")
    traffic.add_failure("file.example.cn", "dns")
    traffic.add_challenge("example.cn")
    host = traffic.by_host["www.example.cn"]
    assert (host.requests, host.answers, host.bytes) == (5, 4, 310)
    assert (host.median, host.p95, host.statuses) == (0.2, 9.0, {"200": 3, "503": 1})
    other = traffic.by_host["file.example.cn"]
    assert (other.failed, other.median, other.challenged) == ({"dns": 1}, None, True)
