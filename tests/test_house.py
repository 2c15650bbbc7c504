"""What import-linter cannot see: names in settings strings, and the files a release must carry."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from scrapy.settings import Settings
from scrapy.utils.misc import load_object


def dotted_paths() -> Iterator[str]:
    """Every dotted path of ours that the Scrapy settings name."""
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    for name in (
        "DOWNLOADER_MIDDLEWARES",
        "SPIDER_MIDDLEWARES",
        "EXTENSIONS",
        "ITEM_PIPELINES",
        "DOWNLOAD_HANDLERS",
    ):
        for key, value in settings.getdict(name).items():
            yield from (path for path in (key, value) if isinstance(path, str) and "." in path)
    yield str(settings["TWISTED_DNS_RESOLVER"])


@pytest.mark.parametrize("path", sorted(set(dotted_paths())))
def test_every_dotted_path_in_the_settings_loads(path: str) -> None:
    assert load_object(path)


def test_no_remote_door_is_open() -> None:
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    assert not settings.getbool("REMOTE_CONTROL_ENABLED")
    assert not settings.getbool("TELNETCONSOLE_ENABLED")
    assert not settings.getbool("HTTPPROXY_ENABLED")
