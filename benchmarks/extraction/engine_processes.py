"""Runs an engine on saved pages, in a process and an environment of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import frozen

from benchmarks.extraction.engines import ENGINES

PEERS = Path(".venv-bench/bin/python")


@frozen(kw_only=True)
class Answers:
    """Records, milliseconds and failures, each by its file."""

    version: str
    records: Mapping[str, Mapping[str, Any]]
    spent: Mapping[str, float]
    failures: Mapping[str, str]


def answers(engine: str, jobs: Mapping[Path, str], *, limit: float) -> Answers:
    """The engine's answers for pages at these addresses, within ``limit`` seconds for all.

    A page it fails at, and every page after a crash or the limit, is a failure with its reason.
    """
    asked = "".join(json.dumps({"file": str(page), "url": url}) + "\n" for page, url in jobs.items())
    output, end = _run(_command(engine), asked.encode(), limit)
    version, *said = [json.loads(line) for line in output.decode().split("\n")[:-1]] or [{}]
    lines: dict[str, dict[str, Any]] = {line["file"]: line for line in said}
    unanswered = {str(page): f"no answer, {end}" for page in jobs if str(page) not in lines}
    return Answers(
        version=version.get("version", ""),
        records={file: line["record"] for file, line in lines.items() if "record" in line},
        spent={file: line["ms"] for file, line in lines.items()},
        failures={file: line["error"] for file, line in lines.items() if "error" in line} | unanswered,
    )


def _command(engine: str) -> list[str]:
    if ENGINES[engine].ours:
        return [sys.executable, "-m", "benchmarks.extraction.engines", engine]
    if not PEERS.exists():
        raise SystemExit(f"{PEERS} is missing: make bench-extract installs the peers")
    return [str(PEERS), "-m", "benchmarks.extraction.engines", engine]


def _run(command: Sequence[str], asked: bytes, limit: float) -> tuple[bytes, str]:
    """What it wrote, as far as it came, and how it ended."""
    try:
        done = subprocess.run(command, input=asked, capture_output=True, check=False, timeout=limit)
    except subprocess.TimeoutExpired as late:
        return late.stdout or b"", f"over {limit:.0f} s"
    if not done.stdout:
        raise SystemExit(f"{' '.join(command)} did not start\n{done.stderr.decode(errors='replace')}")
    return done.stdout, f"ended with {done.returncode}: {done.stderr.decode(errors='replace').strip()[-500:]}"
