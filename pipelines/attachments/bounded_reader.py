"""Run the file reader in a child process with limits on time and memory.

Attachments are untrusted input: a parser may crash, hang or use all memory. Whatever happens in the child,
the result is a :class:`policy.records.FileText` whose status says why there is no text.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from functools import cache
from importlib.metadata import version
from pathlib import Path

import attrs

from pipelines.attachments import formats
from pipelines.attachments.formats import Limits
from pipelines.source_fingerprint import fingerprint, imported_modules
from policy.records.content import FileText

_ROOT = Path(__file__).resolve().parents[2]
_CHILD = "pipelines.attachments.child"
_STARTING = 5.0
"""Seconds allowed for the child to start and to exit, in addition to those for reading."""


def read_attachment(body: bytes, name: str, limits: Limits | None = None) -> FileText:
    """Extract the text of a file. Never raises for the file's content, and never takes longer than
    ``limits``.

    ``name`` is the file's name or address. It is a hint for formats without a signature, and is never opened.
    """
    limits = limits or Limits()
    return attrs.evolve(_answer(body, name, limits), reader=reader_version())


def _answer(body: bytes, name: str, limits: Limits) -> FileText:
    try:
        code, out, complaint = _run(body, name, limits)
    except subprocess.TimeoutExpired:
        return _broken(f"took longer than {limits.seconds:g} s", too_large=True)
    except OSError as error:
        return _broken(f"its reader could not be started: {error.strerror or error}")
    if code == 0 and out:
        return FileText(**json.loads(out))
    if code in {-signal.SIGXCPU, -signal.SIGALRM, -signal.SIGKILL}:
        return _broken(f"took longer than {limits.seconds:g} s", too_large=True)
    last = complaint.decode(errors="replace").strip().rpartition("\n")[2][:200]
    if "MemoryError" in last:
        return _broken(f"needs more than {limits.memory_mb} MB", too_large=True)
    return _broken(f"its reader broke: {last or signal_name(code)}")


def signal_name(code: int) -> str:
    """The name of the signal of a negative exit code (``SIGSEGV``), otherwise the number."""
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"exit {code}"


def _broken(why: str, *, too_large: bool = False) -> FileText:
    return FileText(kind="unknown", status="too_large" if too_large else "unreadable", note=why)


def _run(body: bytes, name: str, limits: Limits) -> tuple[int, bytes, bytes]:
    """Exit code, output and complaints of a child that gets the file on stdin."""
    shown = name.encode("utf-8", "replace").decode().replace("\0", "")[-200:]
    command = [sys.executable, "-m", _CHILD, shown, json.dumps(attrs.asdict(limits))]
    with tempfile.TemporaryDirectory(prefix="polarchive-file-") as folder:
        process = subprocess.Popen(  # noqa: S603 - our own command
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder,
            env=_environment(folder),
            start_new_session=True,
        )
        try:
            out, complaint = process.communicate(body, timeout=limits.seconds + _STARTING)
        finally:
            _end(process)
    return process.returncode, out, complaint


def _environment(folder: str) -> dict[str, str]:
    """Nothing of ours but the path: no secrets, no proxies."""
    path = os.environ.get("PATH", "")
    return {"PATH": path, "PYTHONPATH": str(_ROOT), "HOME": folder, "TMPDIR": folder, "LANG": "C.UTF-8"}


def _end(process: subprocess.Popen[bytes]) -> None:
    """The child and all it started, whatever happened."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream:
            stream.close()


@cache
def reader_version() -> str:
    """A fingerprint of everything that extraction depends on: our code, PDFium, and whether LibreOffice is
    installed."""
    code = hashlib.sha256(f"{version('pypdfium2')} {fingerprint(reader_modules())}".encode())
    return code.hexdigest()[:12] + ("+office" if formats.libreoffice_path() else "")


def reader_modules() -> dict[str, Path]:
    """The modules that extraction depends on, in the child and in this process, with their files."""
    return imported_modules([_CHILD, __name__], ("pipelines", "policy"))
