"""The folder of the index: its generations, and a small file with the current one and its position.

The position in the change feed lies beside the index, not in the database: whoever deletes the index
deletes the position too, and two machines on one database have one each.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from attrs import asdict, frozen

_STATE = "state.json"
_LOCK = "lock"


@frozen(kw_only=True)
class State:
    """The folder of the current index, and the last change that is indexed."""

    schema: int
    folder: str
    position: int = 0
    at: str | None = None
    """When that change happened: distinguishes this archive's feed from another's."""

    def moved(self, position: int, at: dt.datetime) -> State:
        """The state after indexing up to a change."""
        return State(schema=self.schema, folder=self.folder, position=position, at=at.isoformat())


def load_state(root: Path) -> State | None:
    """The state; None if there is no usable index."""
    try:
        return State(**json.loads((root / _STATE).read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def position(root: Path) -> int:
    """The id of the last change that is indexed; 0 if there is no index."""
    state = load_state(root)
    return state.position if state else 0


def save_state(root: Path, state: State) -> None:
    """Replace the state atomically: readers see the old one or the new one."""
    temporary = root / f"{_STATE}.new"
    with temporary.open("w") as stream:
        json.dump(asdict(state), stream)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(root / _STATE)


def create_generation(root: Path) -> Path:
    """Create a folder for a new generation."""
    folder = root / f"g-{uuid4().hex[:12]}"
    folder.mkdir(parents=True)
    return folder


def remove_other_generations(root: Path, keep: str) -> None:
    """Remove generations that are no longer current; readers that have one open keep reading it."""
    for folder in root.glob("g-*"):
        if folder.name != keep:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def write_lock(root: Path) -> Iterator[bool]:
    """Take the lock for writing, until the block ends; yields False if another process has it. A killed
    process releases it."""
    root.mkdir(parents=True, exist_ok=True)
    with (root / _LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
