"""Scrapy's requests as a crawl makes them, and what a failure says of one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from scrapy.http import Request
from twisted.python.failure import Failure

from crawler.fetching.fetch_errors import RunEnded
from crawler.pages.listings import content_type_of, split_posting
from pipelines.items import Item

Output = Iterator[Request | Item]
"""What a callback asks for and hands on."""


def request(
    url: str,
    callback: Callable[..., Any],
    errback: Callable[..., Any],
    so_far: object,
    priority: int = 0,
    meta: dict[str, Any] | None = None,
) -> Request:
    """A request for an address, which may carry the body of a POST; its callbacks are told what was had
    ``so_far``."""
    asked, body = split_posting(url)
    return Request(
        asked,
        method="GET" if body is None else "POST",
        body=body,
        headers=None if body is None else {"Content-Type": content_type_of(body)},
        callback=callback,
        errback=partial(_unless_ended, errback),
        cb_kwargs={"so_far": so_far},
        meta=meta,
        priority=priority,
        dont_filter=True,
    )


def _unless_ended(errback: Callable[[Failure], Any], failure: Failure) -> Any:
    """What was never asked, because the run ended first, says nothing."""
    return None if isinstance(failure.value, RunEnded) else errback(failure)


def so_far_of(failure: Failure) -> Any:
    """What was had when the request was made that failed."""
    return request_of(failure).cb_kwargs["so_far"]


def request_of(failure: Failure) -> Request:
    """The request that failed."""
    asked: Request = failure.request  # type: ignore[attr-defined]  # Scrapy puts it there
    return asked


def error_of(failure: Failure) -> BaseException:
    """Why."""
    return failure.value or RuntimeError("a failure without an error")
