"""The child process of a run: ``python -m crawler.runs --home HOME --slot SLOT crawl SLUG …``.

:mod:`crawler.runs.process` starts it. It imports only what a crawl needs, because every portal of every night
pays for that. What it did is in the row of the run; the exit code only says that the lease was taken (75), or
that it failed before there was a row (2 for a wrong configuration, else 1).
"""

from __future__ import annotations

import argparse
import datetime as dt
import gc
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

gc.set_threshold(200_000)  # imports leave no garbage: see crawler.runs.recorder.RunRecorder.opened

import scrapy.core.downloader.handlers.http11  # noqa: F401 - see below

import config as configuration
from config import Config
from policy.errors import ConfigError, PolarchiveError, UnknownPortal

FAILED, USAGE = 1, 2

# Scrapy's downloader looks through the stack and all modules when it is imported. It comes first, while both
# are small: from inside the running crawl that takes three times as long.


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one crawl or one part of a backfill; returns the exit code."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.WARNING,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    try:
        config = configuration.load(options.home)
        return _backfill(config, options) if options.kind == "backfill" else _crawl(config, options)
    except PolarchiveError as error:
        sys.stderr.write(f"error: {' '.join(str(error).split())}\n")
        return USAGE if isinstance(error, ConfigError | UnknownPortal) else FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m crawler.runs", description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--slot", type=dt.datetime.fromisoformat, required=True)
    kinds = parser.add_subparsers(dest="kind", required=True)
    crawl = kinds.add_parser("crawl")
    crawl.add_argument("slug")
    crawl.add_argument("--since", type=dt.date.fromisoformat)
    crawl.add_argument("--replay", type=Path, action="append", default=[])
    crawl.add_argument("--section", action="append", default=[])
    crawl.add_argument("--imported", action="store_true")
    backfill = kinds.add_parser("backfill")
    backfill.add_argument("slug")
    backfill.add_argument("--pages", type=int, required=True)
    return parser


def _crawl(config: Config, options: argparse.Namespace) -> int:
    from crawler.runs.process import TAKEN, crawl

    run = crawl(
        config,
        options.slug,
        slot=options.slot,
        since=options.since,
        replay=options.replay,
        sections=options.section,
        imported=options.imported,
    )
    return TAKEN if run is None else 0


def _backfill(config: Config, options: argparse.Namespace) -> int:
    from crawler.runs.backfill import BackfillBudget, BackfillRequest, run_backfill, with_budget
    from crawler.runs.process import TAKEN

    limited = with_budget(config, options.slug, BackfillBudget(pages=options.pages))
    return TAKEN if run_backfill(limited, options.slug, BackfillRequest(), slot=options.slot) is None else 0


if __name__ == "__main__":
    sys.exit(main())
