"""What a server calls a page's state by, and when it is not asked for it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.rules.extraction import FULL, Validators, contradicts_request, is_full_fetch_due, validators

URL = "https://www.example.cn/1.html"


def of(**headers: str) -> Validators | None:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return validators(URL, given, code="1", boilerplate=None)


@given(key=st.text(), looks=st.integers(min_value=0, max_value=10**6))
def test_of_so_many_looks_in_a_row_one_takes_the_page_whole(key: str, looks: int) -> None:
    assert sum(is_full_fetch_due(key, look) for look in range(looks, looks + FULL)) == 1


def test_the_etag_counts_before_the_day() -> None:
    before = of(ETag='"a"', Last_Modified="Mon, 23 Nov 2026 00:00:00 GMT")
    assert before is not None
    assert before.says_same(of(ETag='"a"', Last_Modified="Tue, 24 Nov 2026 00:00:00 GMT"))
    assert not before.says_same(of(Last_Modified="Mon, 23 Nov 2026 00:00:00 GMT"))
    assert not before.says_same(None)


@pytest.mark.parametrize("etag", ["", "  ", '"号"', '"a"\r\nX: y', '"' + "a" * 300 + '"'])
def test_what_cannot_be_sent_back_is_no_validator(etag: str) -> None:
    assert of(ETag=etag) is None


@pytest.mark.parametrize(
    ("answer", "other"),
    [
        pytest.param({"ETag": '"a"'}, False, id="the state we named"),
        pytest.param({"ETag": 'W/"a"'}, False, id="the same, weak"),
        pytest.param({"ETag": '"a-gzip"'}, False, id="the same, packed"),
        pytest.param({"ETag": '"b"'}, True, id="another state"),
        pytest.param({"ETag": '"a"', "Last-Modified": "tomorrow"}, False, id="the ETag counts"),
        pytest.param({"Last-Modified": "today"}, False, id="the day we named"),
        pytest.param({"Last-Modified": "tomorrow"}, True, id="another day"),
        pytest.param({}, False, id="nothing"),
    ],
)
def test_a_304_that_names_another_state_than_ours_vouches_for_nothing(
    answer: dict[str, str | None], other: bool
) -> None:
    assert contradicts_request({"If-None-Match": '"a"', "If-Modified-Since": "today"}, answer) == other
    assert not contradicts_request({"If-None-Match": None, "If-Modified-Since": None}, answer)
