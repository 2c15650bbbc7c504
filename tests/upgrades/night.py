"""``python -m tests.upgrades.night HOME MOMENT``: crawl the sample portals at that moment, in this process.

A process of its own, because Twisted's reactor does not start twice. The moment is told to the run's
clock, so that the dates of revisits do not depend on the day of the test.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
import time
from pathlib import Path

from config import load
from crawler import portals
from crawler.runs import process as runs
from crawler.runs import setup
from services import consumers
from storage.database import open_database


def main() -> None:
    """Crawl, and work on what changed; the runs' states and the followers' failures as JSON."""
    home, moment, begun = Path(sys.argv[1]), dt.datetime.fromisoformat(sys.argv[2]), time.monotonic()

    def clock() -> dt.datetime:
        return moment + dt.timedelta(seconds=time.monotonic() - begun)

    config, process = load(home), runs.crawler_process()
    with open_database(config.database_url) as database:
        contexts = [
            setup.begin(config, database, slug, slot=moment, now=moment, clock=clock, ignore_backoff=True)
            for slug in portals.load(config.portal_packages)
            if slug.startswith("sample-")
        ]
        for started in contexts:
            process.crawl("portal", context=started)
        process.start()
        states = {started.run.portal: runs.close_run(started).state for started in contexts if started}
        after = consumers.run_and_send(config, database, clock)
    sys.stdout.write(json.dumps({"states": states, "errors": after.errors}))


if __name__ == "__main__":
    main()
