"""A forked command is a process like any other.

Each test starts processes: that they are such is what is tested.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.forkserver import ForkServer, Process

Start = Callable[..., Process]


@pytest.fixture
def start(forkserver: ForkServer, tmp_path: Path) -> Start:
    def run(program: str, **environ: str) -> Process:
        file = tmp_path / "program.py"
        file.write_text(program, encoding="utf-8")
        return forkserver.start([str(file), "储能"], environ)

    return run


def test_it_has_its_own_arguments_environment_output_and_exit_code(start: Start) -> None:
    program = (
        "import os, sys\nprint(sys.argv[1], dict(os.environ), os.getpid())\n"
        "print('no', file=sys.stderr)\nsys.exit(7)"
    )
    child = start(program, WHO="it")
    out, err = child.communicate(timeout=180)
    assert (out, err, child.returncode) == (f"储能 {{'WHO': 'it'}} {child.pid}\n", "no\n", 7)
    assert child.pid != os.getpid()


@pytest.mark.parametrize(
    ("program", "code"),
    [("pass", 0), ("raise SystemExit", 0), ("raise SystemExit('no')", 1), ("raise ValueError", 1)],
)
def test_it_ends_as_an_interpreter_does(start: Start, program: str, code: int) -> None:
    assert start(program).wait(180) == code


def test_what_runs_at_exit_is_run_and_threads_are_waited_for(start: Start) -> None:
    program = (
        "import atexit, sys, threading, time\natexit.register(print, 'at exit')\n"
        "threading.Thread(target=lambda: (time.sleep(0.2), print('thread'))).start()\nsys.exit(0)"
    )
    assert start(program).communicate(timeout=180)[0] == "thread\nat exit\n"


def test_signals_reach_it_alone(start: Start) -> None:
    waiting = "import time; time.sleep(180)"
    killed, other = start(waiting), start(waiting)
    assert (killed.poll(), other.poll()) == (None, None)
    killed.kill()
    assert killed.wait(180) == -signal.SIGKILL
    assert other.poll() is None
    other.terminate()
    assert other.wait(180) == -signal.SIGTERM
