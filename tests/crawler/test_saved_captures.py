"""Which saved capture answers a request."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from crawler.fetching.replay import SavedCaptures
from storage.warc.record_parser import FailedRequest, StoredRecord

URL = "https://www.ndrc.gov.cn/xxgk/zcfb/tz/"


def record(url: str, *, day: int = 1, method: str = "GET", body: bytes = b"") -> StoredRecord:
    return StoredRecord(
        path=Path("x.warc.gz"),
        offset=day,
        length=1,
        url=url,
        status=200,
        headers=(),
        at=dt.datetime(2026, 11, day, tzinfo=dt.UTC),
        record_id=f"<{day}>",
        digest=f"sha1:{day}",
        method=method,
        request_body=body,
    )


def test_the_exact_address_answers_before_one_that_is_written_otherwise() -> None:
    exact, alike = record(URL), record(URL.replace("https", "http"), day=2)
    assert SavedCaptures([exact, alike]).find("GET", URL, b"") == exact


def test_scheme_fragment_and_index_html_do_not_matter() -> None:
    saved = SavedCaptures([record(URL)])
    assert saved.find("GET", "http://www.ndrc.gov.cn/xxgk/zcfb/tz/index.html#top", b"") == record(URL)
    assert saved.find("GET", f"{URL}index_1.html", b"") is None


def test_of_several_captures_the_last_answers() -> None:
    assert SavedCaptures([record(URL, day=3), record(URL, day=2)]).find("GET", URL, b"") == record(URL, day=3)


def test_a_post_is_answered_by_its_own_body_only() -> None:
    saved = SavedCaptures([record(URL, method="POST", body=b"page=1")])
    assert saved.find("POST", URL, b"page=1")
    assert saved.find("POST", URL, b"page=2") is None
    assert saved.find("GET", URL, b"") is None


def test_that_nobody_answered_is_known_of_the_address_and_its_body() -> None:
    lost = FailedRequest(url=URL, at=dt.datetime(2026, 11, 1, tzinfo=dt.UTC), reason="dns", method="POST")
    saved = SavedCaptures([record(URL)], failed=[lost])
    assert saved.failed_request("POST", URL.replace("https", "http"), b"") == lost
    assert saved.failed_request("POST", URL, b"page=2") is None
    assert saved.failed_request("GET", URL, b"") is None
