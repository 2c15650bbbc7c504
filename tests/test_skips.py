"""Skipped tests are named in the last line. Each test runs pytest in a process with an empty search path."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

CHECKOUT = Path(__file__).parents[1]
LIBREOFFICE = "tests/pipelines/test_files.py::test_the_libreoffice_of_this_machine_reads_old_files"
BROWSER = (
    "tests/nights/test_browser.py"
    "::test_a_list_made_by_a_script_is_rendered_politely_and_replayed_without_a_browser"
)
OTHER = "tests/pipelines/test_files.py::test_an_ofd_is_recognised_and_kept"
NOT_RUN = (
    "NOT RUN: 4 × no LibreOffice on this machine, `make system-packages` installs it; "
    "1 × no browser on this machine, `make system-packages` installs it"
)


def pytest_without_programs(*arguments: str) -> tuple[int, list[str]]:
    """The exit code and the lines of output where neither a browser nor LibreOffice is on the path."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments]
    environment = {**os.environ, "PATH": "/nowhere", "PYTHONPATH": str(CHECKOUT), "NO_COLOR": "1"}
    ended = subprocess.run(command, cwd=CHECKOUT, env=environment, stdout=subprocess.PIPE, text=True)
    return ended.returncode, ended.stdout.splitlines()


def test_skipped_tests_are_named_in_the_last_line() -> None:
    code, output = pytest_without_programs("--numprocesses", "1", LIBREOFFICE, BROWSER, OTHER)
    assert (code, output[-1]) == (0, NOT_RUN)
    assert output[-2].startswith("1 passed, 5 skipped")


def test_where_no_test_may_be_skipped_the_run_fails() -> None:
    code, output = pytest_without_programs("--no-skips", LIBREOFFICE, BROWSER, OTHER)
    assert (code, output[-1]) == (1, NOT_RUN)
