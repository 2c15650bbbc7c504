"""The CPU of a start is that of the right process, up to the right moment."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable
from functools import partial

import pytest

from benchmarks.crawl.startup import (
    Start,
    Subject,
    children,
    own_modules,
    report,
    to_first_request,
    to_its_end,
)

pytestmark = pytest.mark.slow

BUSY = "import time\nwhile time.process_time() < 0.2: pass\n"
REQUEST = "import socket, time\nsocket.create_connection(('127.0.0.1', {port})).send(b'x')\ntime.sleep(600)\n"


def test_the_cpu_of_a_process_is_taken_at_its_end() -> None:
    assert 0.15 < to_its_end(sys.executable, "-c", BUSY).cpu < 5


def test_a_process_that_fails_is_not_measured() -> None:
    with pytest.raises(SystemExit, match="ended with 3"):
        to_its_end(sys.executable, "-c", "raise SystemExit(3)")


def _in_child(script: str) -> str:
    return f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {script!r}])"


@pytest.mark.parametrize("wrap", [str, _in_child], ids=["itself", "in a child process"])
def test_the_cpu_of_a_crawl_is_taken_at_its_first_request(wrap: Callable[[str], str]) -> None:
    others = children(os.getpid())
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(60)
        script = wrap(BUSY + REQUEST.format(port=server.getsockname()[1]))
        start = to_first_request(server, (sys.executable, "-c", script))
    assert 0.15 < start.cpu < 5
    assert children(os.getpid()) == others


def test_modules_of_ours_are_counted() -> None:
    command = (sys.executable, "-c", "import policy.errors, json")
    assert own_modules(Subject(name="errors", start=partial(to_its_end, *command))) == 2


def test_a_start_stands_beside_its_baseline_and_its_target() -> None:
    def start() -> Start:
        raise AssertionError

    measured = [
        Subject(name="python", start=start),
        Subject(name="crawl", start=start, target=1.6, baseline="python"),
    ]
    made = report(measured, {"python": [0.4, 0.5, 0.6], "crawl": [1, 1, 2]}, {"python": 0, "crawl": 7})
    assert made.rows["crawl"] == {
        "CPU s": "1.00 (1.00–2.00)",
        "over python": "2.0 ×",
        "over plain Scrapy": "2.00 ×",
        "target": "≤ 1.6 ×",
        "our modules": "7",
    }
