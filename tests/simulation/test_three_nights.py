"""Three nights of forty portals: two in order, and one on which everything goes wrong that can.

The simulation needs a process: Twisted's reactor starts once in each.
"""

from __future__ import annotations

import json
import subprocess
import sys

import pytest


@pytest.mark.slow
def test_every_fault_is_told_that_night_and_none_harms_the_archive() -> None:
    command = [sys.executable, "-m", "simulation", "--seed", "3", "--nights", "3", "--json"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    said = json.loads(done.stdout)
    assert said["planned"] >= 24
    assert {name: said[name] for name in ("missed", "false", "wrong", "lost", "misnotified")} == {
        name: [] for name in ("missed", "false", "wrong", "lost", "misnotified")
    }
