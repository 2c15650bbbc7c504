"""``python -m pipelines.files.child NAME LIMITS``: one file on stdin, one JSON object on stdout.

The process binds itself before it reads a byte: memory, time, no files written, no network, no other
program but LibreOffice. What kills it all the same is seen by its parent.
"""

from __future__ import annotations

import json
import resource
import signal
import sys

import attrs

from pipelines.files import libreoffice
from pipelines.files.kinds import kind_of
from pipelines.files.reading import read_file
from pipelines.files.said import Limits, Unread
from policy.files import FileText

_FORBIDDEN = ("socket.", "os.exec", "os.posix_spawn", "os.system", "os.fork", "pty.", "ctypes.dlopen")
_OFFICE_MEMORY = 4096
"""Megabytes of address space that LibreOffice needs to begin."""


def main() -> None:
    """Read the file that the command line speaks of."""
    name, limits = sys.argv[1], Limits(**json.loads(sys.argv[2]))
    body = sys.stdin.buffer.read()
    office = _needs_office(body, name)
    bind(limits, office=office)
    try:
        found = read_file(body, name, limits)
    except MemoryError:
        found = FileText(kind="unknown", status="too_large", note=f"needs more than {limits.memory_mb} MB")
    except RecursionError:
        found = FileText(kind="unknown", status="unreadable", note="nested beyond reason")
    sys.stdout.buffer.write(json.dumps(attrs.asdict(found)).encode())


def _needs_office(body: bytes, name: str) -> bool:
    try:
        return kind_of(body, name) in {*libreoffice.TARGETS, "zip"} and libreoffice.program() is not None
    except Unread:
        return False


def bind(limits: Limits, *, office: bool = False) -> None:
    """Bind this process for good."""
    memory = max(limits.memory_mb, _OFFICE_MEMORY if office else 0) * 1024 * 1024
    seconds = max(int(limits.seconds), 1)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.unpacked, limits.unpacked) if office else (0, 0))
    signal.alarm(seconds + 5)  # where nobody is left to end us
    sys.addaudithook(_refuse_office if office else _refuse)


def _refuse(event: str, _arguments: object) -> None:
    if event.startswith(_FORBIDDEN) or event == "subprocess.Popen":
        raise PermissionError(f"a file reader may not do this: {event}")


def _refuse_office(event: str, _arguments: object) -> None:
    if event.startswith("socket."):
        raise PermissionError(f"a file reader may not do this: {event}")


if __name__ == "__main__":
    main()
