"""The settings: every dotted path loads, and nothing opens a second way out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from scrapy.settings import Settings
from scrapy.utils.misc import load_object

from crawler import settings


def paths(value: Any) -> Iterator[str]:
    """Every dotted path of our own among settings."""
    if isinstance(value, str) and value.startswith(("crawler.", "pipelines.", "scrapy.")):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from (*paths(key), *paths(item))


OURS = [value for name, value in vars(settings).items() if name.isupper() and not name.endswith("MODULE")]


@pytest.mark.parametrize("path", sorted({path for value in OURS for path in paths(value)}))
def test_every_path_in_the_settings_loads(path: str) -> None:
    assert load_object(path)


def test_no_console_no_proxy_no_cookies_no_other_scheme() -> None:
    ours = Settings()
    ours.setmodule("crawler.settings")
    closed = ("REMOTE_CONTROL_ENABLED", "TELNETCONSOLE_ENABLED", "HTTPPROXY_ENABLED", "COOKIES_ENABLED")
    assert not any(ours.getbool(name) for name in closed)
    assert ours.getbool("ROBOTSTXT_OBEY")
    handlers = ours.getdict("DOWNLOAD_HANDLERS")
    assert {scheme for scheme, handler in handlers.items() if handler} == {"http", "https"}
