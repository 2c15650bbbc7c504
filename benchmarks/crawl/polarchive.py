"""A crawl as its child process runs it. The CPU is read before keywords are computed, after the commit.

``python -m benchmarks.crawl.polarchive HOME``
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from pathlib import Path

from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings

from benchmarks.crawl.meter import Meter, cpu
from config import load
from crawler.runs.setup import begin
from crawler.spiders.portal_spider import PortalSpider
from pipelines.consumers.keywords import compute_keywords, prepare_dictionary
from storage.database import open_database
from storage.runs import leases


def main(home: str) -> None:
    """Crawl into a prepared archive; the last line of stdout is a JSON object of counts and CPU seconds."""
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    config, now = load(Path(home), {}), dt.datetime.now(dt.UTC)
    with open_database(config.database_url) as database:
        process = AsyncCrawlerProcess(settings)
        crawler = process.create_crawler(PortalSpider)
        meter = Meter(crawler)
        process.crawl(crawler, context=begin(config, database, "bench", slot=now, now=now))
        process.start()
        spent = meter.done()
        prepare_dictionary(config.home / "cache")
        before = cpu()
        compute_keywords(database, config.home / "cache")
        with database.read() as session:
            pages = leases.run_history(session, "bench")[0].new
    spent |= {"pages": pages, "keywords": cpu() - before}
    sys.stdout.write(json.dumps(spent) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
