"""``make bench-startup``: CPU of commands and of a crawl before its first request, beside Python and Scrapy.

Rounds start each process once, one after the other; only CPU counts (user and system). A command is measured
to its end. A crawl and the plain spider of :mod:`benchmarks.crawl.plain_scrapy` are measured until their
first request reaches a loopback server, and are killed then. Linux only: the CPU of a running process is
read from ``/proc``.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from attrs import frozen
from rich.console import Console
from rich.progress import track

from benchmarks.crawl.cost import CONFIG, last_line_of
from benchmarks.report import Report, show
from checks.sources import read_tree
from samples.stage import free_port, fresh_home, site

ROOT = Path(__file__).parents[2]
PATIENCE = 120
"""Seconds until a process must have sent its first request."""
POLARCHIVE = (sys.executable, "-m", "cli")
IDLE_SPIDER = """\
from scrapy import Spider
from scrapy.crawler import AsyncCrawlerProcess

class Idle(Spider):
    name = "idle"

process = AsyncCrawlerProcess({"LOG_LEVEL": "WARNING"})
process.crawl(Idle)
process.start()
"""
_IMPORTED = re.compile(r"^import time:.*\| +(\S+)$", re.MULTILINE)


@frozen(kw_only=True)
class Start:
    """A process that was started once: its CPU in seconds and what it wrote to stderr."""

    cpu: float
    log: str


@frozen(kw_only=True)
class Subject:
    """A process to be measured. ``target`` is in seconds, or a multiple of the baseline if it has one."""

    name: str
    start: Callable[[], Start]
    target: float | None = None
    baseline: str | None = None


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.crawl.startup", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(PATIENCE)
        measured = subjects(Path(folder), server)
        modules = {subject.name: own_modules(subject) for subject in measured}  # a round to warm the caches
        numbers = track(range(rounds), "rounds", console=Console(stderr=True), transient=True)
        starts = [{subject.name: subject.start().cpu for subject in measured} for _ in numbers]
    seconds = {subject.name: [times[subject.name] for times in starts] for subject in measured}
    show([report(measured, seconds, modules)])


def subjects(folder: Path, server: socket.socket) -> list[Subject]:
    """All that is measured; the archives that it needs are made in the folder."""
    archive, home = sample_archive(folder / "archive"), empty_archive(folder / "home", server)
    plain = (sys.executable, "-m", "benchmarks.crawl.plain_scrapy", f"http://127.0.0.1:{_port(server)}")
    python, scrapy = "python -c pass", "plain Scrapy, before its first request"
    return [
        Subject(name=python, start=partial(to_its_end, sys.executable, "-c", "pass")),
        Subject(name="polarchive --help", start=partial(to_its_end, *POLARCHIVE, "--help"), target=0.25),
        Subject(
            name="polarchive search, a small archive",
            start=partial(to_its_end, *POLARCHIVE, "--home", str(archive), "search", "氢能"),
            target=0.5,
        ),
        Subject(
            name="plain Scrapy, no request, to its end",
            start=partial(to_its_end, sys.executable, "-c", IDLE_SPIDER),
        ),
        Subject(name=scrapy, start=partial(to_first_request, server, plain)),
        Subject(
            name="polarchive crawl, before its first request",
            start=partial(crawl_to_first_request, server, home, "crawl", "bench"),
            target=1.6,
            baseline=scrapy,
        ),
        Subject(
            name="a night's child process, before its first request",
            start=partial(crawl_to_first_request, server, home, "nightly"),
            target=1.6,
            baseline=scrapy,
        ),
    ]


def sample_archive(home: Path) -> Path:
    """The archive of a night on the sample portals."""
    port = free_port()
    fresh_home(home, site=port, mail=free_port())
    last_line_of("cli", "--home", str(home), "init")
    with site(port, night=1):
        last_line_of("cli", "--home", str(home), "nightly", "--json")
    return home


def empty_archive(home: Path, server: socket.socket) -> Path:
    """An empty archive whose one portal is the server."""
    home.mkdir()
    (home / "polarchive.toml").write_text(CONFIG.format(port=_port(server)), "utf-8")
    last_line_of("cli", "--home", str(home), "init")
    return home


def to_its_end(*command: str) -> Start:
    """A process that ends by itself, with its children."""
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=log, cwd=ROOT)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        log.seek(0)
        text = log.read().decode()
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}\n{text}")
    return Start(cpu=usage.ru_utime + usage.ru_stime, log=text)


def crawl_to_first_request(server: socket.socket, archive: Path, *arguments: str) -> Start:
    """A crawl into a copy of the archive."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(shutil.copytree(archive, Path(folder) / "home"))
        start = to_first_request(server, (*POLARCHIVE, "--home", str(home), *arguments))
        logs = [path.read_text("utf-8") for path in home.glob("logs/*.log")]
        return Start(cpu=start.cpu, log="".join(logs) or start.log)


def to_first_request(server: socket.socket, command: Sequence[str]) -> Start:
    """The process that sends a request to the server: the command itself, or the child that it started."""
    with tempfile.TemporaryFile() as log:
        with _killed(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=log, cwd=ROOT)) as started:
            try:
                connection, _ = server.accept()
            except TimeoutError:
                raise SystemExit(f"{' '.join(command)}: no request within {PATIENCE} seconds") from None
            connection.recv(1)
            cpu = cpu_of([started.pid, *children(started.pid)][-1])
        connection.close()  # no sooner: the client would connect once more
        log.seek(0)
        return Start(cpu=cpu, log=log.read().decode())


@contextmanager
def _killed(process: subprocess.Popen[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """A process that is killed at the end, its children first."""
    try:
        yield process
    finally:
        for child in children(process.pid):
            os.kill(child, 9)
        process.kill()
        process.wait()


def children(process: int) -> list[int]:
    """The running children of a process."""
    lists = Path(f"/proc/{process}/task").glob("*/children")
    return [int(child) for path in lists for child in path.read_text().split()]


def cpu_of(process: int) -> float:
    """User and system seconds of a running process so far."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


def own_modules(subject: Subject) -> int:
    """How many modules of ours the process imports."""
    os.environ["PYTHONPROFILEIMPORTTIME"] = "1"
    try:
        imported = set(_IMPORTED.findall(subject.start().log))
    finally:
        del os.environ["PYTHONPROFILEIMPORTTIME"]
    return len(imported & read_tree(ROOT).modules.keys())


def report(
    measured: Sequence[Subject], seconds: Mapping[str, Sequence[float]], modules: Mapping[str, int]
) -> Report:
    """A row for each process: median CPU, least and most, beside its baseline and its target."""
    python, medians = measured[0].name, {name: statistics.median(values) for name, values in seconds.items()}
    rows = {}
    for subject in measured:
        median, values = medians[subject.name], seconds[subject.name]
        over = f"{median / medians[subject.baseline]:.2f} ×" if subject.baseline else ""
        rows[subject.name] = {
            "CPU s": f"{median:.2f} ({min(values):.2f}–{max(values):.2f})",
            "over python": f"{median / medians[python]:.1f} ×",
            "over plain Scrapy": over,
            "target": _target(subject),
            "our modules": str(modules[subject.name]),
        }
    rounds = len(next(iter(seconds.values())))
    return Report(title=f"CPU to start, median of {rounds} fresh processes (least–most)", rows=rows)


def _target(subject: Subject) -> str:
    if subject.target is None:
        return ""
    return f"≤ {subject.target} ×" if subject.baseline else f"≤ {subject.target} s"


def _port(server: socket.socket) -> int:
    return int(server.getsockname()[1])


if __name__ == "__main__":
    main()
