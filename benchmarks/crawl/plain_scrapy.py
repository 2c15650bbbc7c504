"""The peer: a plain Scrapy spider that downloads the same pages with the same settings, and no more.

``python -m benchmarks.crawl.plain_scrapy http://127.0.0.1:PORT``
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import AsyncIterator, Iterator

os.environ.setdefault("TLDEXTRACT_PUBLIC_SUFFIX_LIST_URLS", "")

from scrapy import Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Request, Response

from benchmarks.crawl.meter import Meter
from crawler import settings as ours

SHARED = (
    "USER_AGENT",
    "ROBOTSTXT_OBEY",
    "DEFAULT_REQUEST_HEADERS",
    "CONCURRENT_REQUESTS",
    "CONCURRENT_REQUESTS_PER_DOMAIN",
    "CONCURRENT_ITEMS",
    "DOWNLOAD_TIMEOUT",
    "DOWNLOAD_MAXSIZE",
    "COOKIES_ENABLED",
    "HTTPPROXY_ENABLED",
    "REMOTE_CONTROL_ENABLED",
    "TELNETCONSOLE_ENABLED",
    "LOG_LEVEL",
)


class Plain(Spider):
    """Requests a list, then each of its articles."""

    name = "plain"
    base: str

    async def start(self) -> AsyncIterator[Request]:
        yield Request(f"{self.base}/list.json", self.listing)

    def listing(self, response: Response) -> Iterator[Request]:
        for row in response.json():  # type: ignore[attr-defined]  # a TextResponse: our own JSON
            yield Request(response.urljoin(row["URL"]), self.article)

    def article(self, response: Response) -> None:
        self.crawler.stats.inc_value("pages")


def main(base: str) -> None:
    """Crawl; the last line of stdout is a JSON object of counts and CPU seconds."""
    settings = {name: getattr(ours, name) for name in SHARED} | {"DOWNLOAD_DELAY": 0}
    process = AsyncCrawlerProcess(settings)
    crawler = process.create_crawler(Plain)
    meter = Meter(crawler)
    process.crawl(crawler, base=base)
    process.start()
    spent = meter.done() | {"pages": crawler.stats.get_value("pages", 0)}
    sys.stdout.write(json.dumps(spent) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
