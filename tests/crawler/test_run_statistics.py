"""The state of a run and the reasons it counts by."""

from __future__ import annotations

import pytest
from scrapy.exceptions import DownloadTimeoutError, IgnoreRequest, ResponseDataLossError

from crawler.fetching.fetch_errors import AddressRefused, BadStatus, FetchError, NotSaved, reason
from crawler.runs.statistics import RunStatistics, explain, final_state, run_statistics
from policy.errors import Challenge, LayoutChanged


def test_counts_come_out_of_the_stats() -> None:
    stats = {
        "run/entries": 3,
        "run/requested": 3,
        "run/saved/new": 1,
        "run/saved/unchanged": 1,
        "run/saved/outdated": 1,
        "run/failed/timeout": 2,
        "run/unread/gg": "http_500",
        "memusage/max": 1,
    }
    assert run_statistics(stats) == RunStatistics(
        entries=3,
        requested=3,
        new=1,
        unchanged=2,
        failed={"timeout": 2},
        unread={"gg": "http_500"},
    )


@pytest.mark.parametrize(
    ("ended", "counts", "state"),
    [
        pytest.param("finished", RunStatistics(entries=2, requested=2, unchanged=2), "ok", id="all well"),
        pytest.param("finished", RunStatistics(), "failed", id="no entries"),
        pytest.param("finished", RunStatistics(entries=2), "ok", id="entries, but all outside the window"),
        pytest.param(
            "finished",
            RunStatistics(entries=2, requested=2, failed={"dns": 2}),
            "failed",
            id="no article read",
        ),
        pytest.param(
            "finished",
            RunStatistics(entries=2, requested=2, new=1, failed={"dns": 1}),
            "ok",
            id="one of two articles read",
        ),
        pytest.param(
            "finished",
            RunStatistics(entries=2, requested=2, missing={"article": 2}),
            "ok",
            id="replay of a listing without articles",
        ),
        pytest.param(
            "finished",
            RunStatistics(
                entries=2, requested=2, missing={"listing": 4, "article": 1}, failed={"layout_changed": 1}
            ),
            "failed",
            id="replay in which no article that is saved could be read",
        ),
        pytest.param(
            "finished",
            RunStatistics(
                entries=2, requested=2, new=1, missing={"listing": 4}, failed={"layout_changed": 1}
            ),
            "ok",
            id="replay in which one of two was read",
        ),
        pytest.param(
            "finished",
            RunStatistics(entries=2, requested=2, new=2, unread={"gg": "timeout"}),
            "partial",
            id="a listing",
        ),
        pytest.param(
            "finished",
            RunStatistics(entries=2, requested=2, new=1, failed={"challenge": 1}),
            "partial",
            id="blocked",
        ),
        pytest.param(
            "finished", RunStatistics(entries=2, requested=2, new=2, torn=("x",)), "partial", id="torn"
        ),
        pytest.param("shutdown", RunStatistics(entries=2, requested=2, new=1), "stopped", id="told to stop"),
        pytest.param(
            "closespider_timeout", RunStatistics(entries=2, requested=2, new=1), "timeout", id="late"
        ),
        pytest.param("taken over", RunStatistics(entries=2, requested=2, new=1), "failed", id="ended early"),
    ],
)
def test_the_state_of_a_run_follows_from_its_counts(ended: str, counts: RunStatistics, state: str) -> None:
    assert final_state(ended, counts) == state


def test_a_report_says_which_listing_was_not_read_and_that_there_were_no_entries() -> None:
    assert explain("finished", RunStatistics(entries=1, unread={"gg": "timeout"})) == "gg: timeout"
    assert explain("finished", RunStatistics(entries=1, torn=("x.warc.gz: cut off",))) == "x.warc.gz: cut off"
    assert explain("finished", RunStatistics()) == "no entries in any listing"
    assert explain("finished", RunStatistics(entries=1)) is None
    assert explain(
        "finished", RunStatistics(entries=2, requested=2, missing={"article": 1, "listing": 4})
    ) == (
        "none of 1 articles could be read; "
        "not in the saved captures, and left unchanged: 1 article, 4 listings"
    )


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (DownloadTimeoutError(), "timeout"),
        (ResponseDataLossError(), "truncated"),
        (BadStatus(404), "http_404"),
        (AddressRefused("x"), "address_refused"),
        (NotSaved("x"), "not_saved"),
        (Challenge("x"), "challenge"),
        (LayoutChanged("x"), "layout_changed"),
        (IgnoreRequest("Forbidden by robots.txt"), "robots"),
        (IgnoreRequest("anything"), "ignored"),
        (ValueError("x"), "error"),
    ],
)
def test_every_error_has_one_word(error: Exception, word: str) -> None:
    assert reason(error) == word


def test_reasons_do_not_share_a_word() -> None:
    words = [kind.reason for kind in FetchError.__subclasses__() if kind is not BadStatus]
    assert len(words) == len(set(words))
