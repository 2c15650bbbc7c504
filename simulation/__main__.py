"""``make simulate``: simulates fortnights of forty portals, one per seed, and prints the results."""

from __future__ import annotations

import argparse
import json
import logging
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import attrs
from rich.text import Text

from cli.output import console
from simulation.calendar import first_day
from simulation.faults import plan
from simulation.fortnight import SLUGS, Fortnight, Passed
from simulation.verdict import Verdict, verdict
from simulation.world import world
from storage.database import open_database

NIGHTS, EACH = 14, 2
FIRST_SEED = 1000
"""Seeds below it were used while the checks were developed."""


def simulate(seed: int, home: Path, *, nights: int = NIGHTS, each: int = EACH) -> Verdict:
    """Simulate a fortnight with this number of faults of each kind. Only once per process."""
    planned = plan(seed, world(seed, SLUGS, first_day(seed), nights), each=each)
    passed = Fortnight(plan=planned, home=home, on_night=_show).run()
    with open_database(f"sqlite:///{home / 'polarchive.db'}") as database:
        return verdict(planned, passed, database)


def _show(passed: Passed) -> None:
    runs, findings = passed.night.runs, passed.night.findings
    new, revised = sum(run.new for run in runs), sum(run.revised for run in runs)
    console.note(
        f"night {passed.number + 1:2}, {passed.day:%a %F}: {passed.asked:5} requests, {new:4} new, "
        f"{revised:3} revised, {len(findings):3} findings"
    )


# ------------------------------------------------------------------ several seeds


def _played(seed: int, nights: int) -> Verdict:
    """Simulate a seed in its own process."""
    command = [sys.executable, "-m", "simulation", "--seed", str(seed), "--nights", str(nights), "--json"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode > 1:
        raise SystemExit(f"seed {seed} failed:\n{done.stderr}")
    return Verdict(**json.loads(done.stdout))


def _table(verdicts: Sequence[tuple[int, Verdict]]) -> None:
    columns = ("seed", "#planned", "#recall", "#judged", "#precision", "#wrong", "#lost", "#misnotified")
    made = console.table("", *columns)
    for seed, one in verdicts:
        counts = (len(one.wrong), len(one.lost), len(one.misnotified))
        cells = (one.planned, f"{one.recall:.3f}", one.judged, f"{one.precision:.3f}", *counts)
        made.add_row(str(seed), *map(str, cells), style="red" if one.complaints else None)
    console.say(made)
    for seed, one in verdicts:
        for complaint in one.complaints:
            console.say(Text(f"seed {seed}: {complaint}", style="red"))


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when no fault was missed, no finding was false, and archive and notifications are right; else 1."""
    parser = argparse.ArgumentParser(prog="python -m simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=20, help="how many fortnights")
    parser.add_argument("--first", type=int, default=FIRST_SEED, help="the first seed")
    parser.add_argument("--nights", type=int, default=NIGHTS, help="nights of each")
    parser.add_argument("--beside", type=int, default=2, help="fortnights at a time")
    parser.add_argument("--seed", type=int, help="one fortnight, night by night")
    parser.add_argument("--home", type=Path, help="where to leave its archive, to be looked at")
    parser.add_argument("--json", action="store_true", help="the verdict for programs")
    asked = parser.parse_args(arguments)
    logging.disable(logging.CRITICAL)  # the faults are planned
    if asked.seed is None:
        seeds = range(asked.first, asked.first + asked.seeds)
        with ThreadPoolExecutor(max_workers=asked.beside) as pool:
            found = pool.map(lambda seed: _played(seed, asked.nights), seeds)
            verdicts = list(zip(seeds, console.track(found, "fortnights", len(seeds)), strict=True))
    else:
        verdicts = [(asked.seed, _one(asked.seed, asked.nights, asked.home))]
    if asked.json:
        console.write_json(attrs.asdict(verdicts[0][1]))
    else:
        _table(verdicts)
    return int(any(one.complaints for _, one in verdicts))


def _one(seed: int, nights: int, home: Path | None) -> Verdict:
    if home is not None:
        return simulate(seed, home, nights=nights)
    with tempfile.TemporaryDirectory(prefix="polarchive-simulation-") as folder:
        return simulate(seed, Path(folder), nights=nights)


if __name__ == "__main__":
    sys.exit(main())
