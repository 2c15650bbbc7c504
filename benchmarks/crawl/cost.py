"""``make bench``: CPU of one archived page, from fetch to commit, beside a spider that only downloads.

Rounds measure, one after the other, our crawl and the plain spider on the same pages. Only CPU counts
(user and system, of the process that crawls; the site has a process of its own), from the first answer
to the end of the crawl. Keywords are computed after the commit and stand in a line of their own.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from attrs import frozen
from rich.console import Console
from rich.progress import track
from rich.table import Table

CONFIG = """\
portal_packages = ["benchmarks.crawl.portals"]
[crawl]
delay = 0.0
first_crawl_days = 36500
[network]
connect = {{ "http://bench.example" = "http://127.0.0.1:{port}" }}
"""


@frozen(kw_only=True)
class Round:
    """Milliseconds of CPU a page, and of each process until its first answer."""

    ours: float
    keywords: float
    plain: float
    ours_start: float
    plain_start: float

    @property
    def ratio(self) -> float:
        """CPU of an archived page divided by the CPU of downloading it."""
        return self.ours / self.plain


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.crawl.cost", description=__doc__)
    parser.add_argument("--pages", type=int, default=240)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    with site(asked.pages) as port:
        numbers = track(range(asked.rounds), "rounds", console=Console(stderr=True), transient=True)
        show([measured(port, asked.pages) for _ in numbers], asked.pages)


def measured(port: int, pages: int) -> Round:
    """Measure one round: our crawl, then the plain spider."""
    ours, plain = archive(port), last_line_of("benchmarks.crawl.plain_scrapy", f"http://127.0.0.1:{port}")
    for name, spent in (("archived", ours), ("downloaded", plain)):
        if spent["pages"] != pages:
            raise SystemExit(f"{spent['pages']} pages {name} of {pages}")
    return Round(
        ours=ours["crawl"] / pages * 1000,
        keywords=ours["keywords"] / pages * 1000,
        plain=plain["crawl"] / pages * 1000,
        ours_start=ours["start"] * 1000,
        plain_start=plain["start"] * 1000,
    )


@contextmanager
def site(pages: int) -> Iterator[int]:
    """Start the site in its own process and give its port."""
    command = [sys.executable, "-m", "benchmarks.crawl.site", str(pages)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield int(server.stdout.readline())
        finally:
            server.terminate()


def archive(port: int) -> Mapping[str, float]:
    """Crawl into an empty archive; what the crawl counted and its CPU."""
    with tempfile.TemporaryDirectory() as home:
        (Path(home) / "polarchive.toml").write_text(CONFIG.format(port=port), "utf-8")
        last_line_of("cli", "--home", home, "init")
        return last_line_of("benchmarks.crawl.polarchive", home)


def last_line_of(module: str, *arguments: str) -> Mapping[str, float]:
    """Run a module; the last line of its output, parsed as JSON."""
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}\n{done.stderr}")
    lines = done.stdout.splitlines()
    return dict(json.loads(lines[-1])) if lines else {}


def show(rounds: Sequence[Round], pages: int) -> None:
    """Medians, with the least and the most; the ratio is taken within each round."""
    table = Table(title=f"CPU of a 57 KB page: {pages} pages, {len(rounds)} rounds", title_justify="left")
    for column in ("", "ms a page", "ms to start"):
        table.add_column(column, justify="right" if column else "left")
    start = _spread([each.ours_start for each in rounds])
    table.add_row("polarchive, fetch to commit", _spread([each.ours for each in rounds]), start)
    start = _spread([each.plain_start for each in rounds])
    table.add_row("plain Scrapy, download only", _spread([each.plain for each in rounds]), start)
    table.add_row("keywords, after the commit", _spread([each.keywords for each in rounds]), "")
    console = Console()
    console.print(table)
    console.print(f"fetch to commit : download only = {_spread([each.ratio for each in rounds])}")


def _spread(values: Sequence[float]) -> str:
    return f"{statistics.median(values):.1f} ({min(values):.1f}–{max(values):.1f})"


if __name__ == "__main__":
    main()
