"""``--fast`` leaves out what starts a process or a server, and fails what does so unmarked.

Each test starts a pytest of its own: an audit hook stays for the life of a process.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.forkserver import CHECKOUT

pytestmark = pytest.mark.slow

HEAD = "import contextlib, socket, subprocess, sys, pytest\n"
STARTING = "subprocess.run([sys.executable, '-c', ''])"
LISTENING = "with socket.socket() as listening: listening.bind(('127.0.0.1', 0))"


def run_fast(folder: Path, body: str) -> str:
    """The last lines of pytest about a module."""
    (folder / "test_module.py").write_text(HEAD + body, encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "tests.fast",
        "--fast",
        "-p",
        "no:cacheprovider",
        str(folder),
    ]
    return subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=180).stdout


@pytest.mark.parametrize("statement", [STARTING, LISTENING], ids=["process", "server"])
def test_a_fast_test_starts_nothing(tmp_path: Path, statement: str) -> None:
    outcome = run_fast(tmp_path, f"def test_it():\n    {statement}\n")
    assert "a fast test may not do this" in outcome
    assert "1 failed" in outcome


def test_a_fast_test_that_hides_the_refusal_fails_all_the_same(tmp_path: Path) -> None:
    outcome = run_fast(
        tmp_path, f"def test_it():\n    with contextlib.suppress(BaseException):\n        {STARTING}\n"
    )
    assert "1 passed, 1 error" in outcome


def test_what_is_marked_or_uses_such_a_fixture_is_left_out(tmp_path: Path) -> None:
    body = (
        "@pytest.fixture\ndef forkserver(): pass\n"
        "@pytest.mark.slow\ndef test_marked(): pass\n"
        "def test_with_a_server(forkserver): pass\n"
        "@pytest.mark.parametrize('engine', ['sqlite', 'postgresql'])\ndef test_on(engine): pass\n"
    )
    assert "1 passed, 3 deselected" in run_fast(tmp_path, body)
