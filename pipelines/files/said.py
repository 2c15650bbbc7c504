"""What a reader of one kind of file returns, the bounds it keeps, and the error it raises. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import frozen

from policy.files import FileStatus


@frozen(kw_only=True)
class Limits:
    """Bounds of one reading; ``seconds`` and ``memory_mb`` are the child process's, the rest the file's."""

    seconds: float = 60.0
    memory_mb: int = 1024
    pages: int = 2000
    characters: int = 1_000_000
    unpacked: int = 200_000_000
    """Bytes that the parts of a packed file may have together."""


@frozen(kw_only=True)
class Said:
    """The lines of a file. ``notes`` are what of it was left out, ``scanned``: pages without words."""

    lines: tuple[str, ...] = ()
    pages: int | None = None
    notes: tuple[str, ...] = ()
    scanned: bool = False
    truncated: bool = False


class Unread(Exception):
    """A file cannot be read; ``status`` says in which way."""

    def __init__(self, message: str, status: FileStatus = "unreadable") -> None:
        super().__init__(message)
        self.status: FileStatus = status


def gathered(lines: Iterable[str], limit: int) -> tuple[tuple[str, ...], bool]:
    """The lines that are not blank, up to so many characters, and whether that is not all."""
    taken: list[str] = []
    for line in filter(None, map(str.strip, lines)):
        if len(line) > limit:
            return (*taken, *([line[:limit]] if limit > 0 else [])), True
        taken.append(line)
        limit -= len(line)
    return tuple(taken), False
