"""``make bench``: CPU of one archived page, from fetch to commit, beside a spider that only downloads.

Each round measures, one after the other, our crawl and the plain spider, each with few and with many
pages; a child process's CPU (user and system) is what the kernel says when it ends.  The difference of
the two, divided by the pages between them, is what a page costs, without the start of the process.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from attrs import frozen
from rich.console import Console
from rich.table import Table

FEW = 20
CONFIG = """\
portal_packages = ["benchmarks.portals"]
[crawl]
delay = 0.0
first_crawl_days = 36500
[network]
connect = {{ "http://bench.example" = "http://127.0.0.1:{port}" }}
"""


@frozen(kw_only=True)
class Cost:
    """CPU of one process: ``start`` what it costs to begin and end, ``page`` each page more; milliseconds."""

    start: float
    page: float


def cost(few: float, many: float, *, pages: int) -> Cost:
    """What two runs of the same program say, in seconds, with ``FEW`` and with ``pages`` pages; pure."""
    page = (many - few) / (pages - FEW)
    return Cost(start=(few - page * FEW) * 1000, page=page * 1000)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.crawl", description=__doc__)
    parser.add_argument("--pages", type=int, default=240, help="articles of the larger crawl")
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    if asked.pages < 2 * FEW:
        parser.error(f"--pages: at least {2 * FEW}")
    with site(asked.pages) as port:
        rounds = [measured(port, asked.pages) for _ in range(asked.rounds)]
    show(rounds, asked.pages)


def measured(port: int, pages: int) -> tuple[Cost, Cost]:
    """One round: ours, then the peer's."""
    ours = [archive(port, group, count) for group, count in (("few", FEW), ("many", pages))]
    plain = [download(port, group, count) for group, count in (("few", FEW), ("many", pages))]
    return cost(ours[0], ours[1], pages=pages), cost(plain[0], plain[1], pages=pages)


@contextmanager
def site(pages: int) -> Iterator[int]:
    """The site in its own process; its port."""
    command = [sys.executable, "-m", "benchmarks.site", str(FEW), str(pages)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield int(server.stdout.readline())
        finally:
            server.terminate()


def archive(port: int, group: str, count: int) -> float:
    """CPU seconds of our crawl process into an empty home; every page must have become an article."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "polarchive.toml").write_text(CONFIG.format(port=port), "utf-8")
        command = [sys.executable, "-m", "cli", "--home", folder]
        spent([*command, "init"])
        seconds, said = spent([*command, "crawl", f"bench-{group}", "--json"])
    new = json.loads(said.splitlines()[-1])["new"]
    if new != count:
        raise SystemExit(f"{new} articles archived of {count}")
    return seconds


def download(port: int, group: str, count: int) -> float:
    """CPU seconds of the plain spider; every page must have come."""
    seconds, said = spent([sys.executable, "-m", "benchmarks.plain", f"http://127.0.0.1:{port}", group])
    if int(said) != count:
        raise SystemExit(f"{said.strip()} pages downloaded of {count}")
    return seconds


def spent(command: Sequence[str]) -> tuple[float, str]:
    """CPU seconds of a child process, and its stdout."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        said = child.stdout.read()
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise SystemExit(f"{' '.join(command)} ended with {child.returncode}")
    return used.ru_utime + used.ru_stime, said


def show(rounds: Sequence[tuple[Cost, Cost]], pages: int) -> None:
    """The medians, with the least and the most, and the ratio within each round."""
    table = Table(title=f"CPU of a 57 KB page, {pages} pages, {len(rounds)} rounds", title_justify="left")
    for column in ("", "ms a page", "ms to start", "pages a second and core"):
        table.add_column(column, justify="left" if not column else "right")
    table.add_row("polarchive: fetch to commit", *_row([ours for ours, _ in rounds]))
    table.add_row("plain Scrapy: download only", *_row([plain for _, plain in rounds]))
    console = Console()
    console.print(table)
    console.print(f"ratio, ours to plain: {_spread([ours.page / plain.page for ours, plain in rounds])}")


def _row(costs: Sequence[Cost]) -> tuple[str, str, str]:
    page = statistics.median(each.page for each in costs)
    start = statistics.median(each.start for each in costs)
    return _spread([each.page for each in costs]), f"{start:.0f}", f"{1000 / page:.0f}"


def _spread(values: Sequence[float]) -> str:
    return f"{statistics.median(values):.2f} ({min(values):.2f}–{max(values):.2f})"


if __name__ == "__main__":
    main()
