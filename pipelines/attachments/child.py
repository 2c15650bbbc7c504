"""``python -m pipelines.attachments.child NAME LIMITS``: read a file from stdin, write a JSON object to
stdout.

Before reading, the process limits itself: memory, CPU time, no written files, no network, no other program
than LibreOffice. The parent process handles a child that was killed nevertheless.
"""

from __future__ import annotations

import codecs
import json
import resource
import signal
import sys
from collections.abc import Callable, Iterator, Mapping

import attrs

from pipelines.attachments import formats
from pipelines.attachments.formats import Limits, ReadFile, UnreadableFile, kind_of, limit_lines, suffix_of
from pipelines.attachments.office import Package, member_name, plain_name, read_docx, read_pptx, read_xlsx
from pipelines.attachments.pdf import read_pdf
from pipelines.boilerplate.removal import remove_contacts
from policy.records.content import FileStatus, FileText

Reader = Callable[[bytes, Limits], ReadFile]

_MOST_FILES = 50
_WHY = {
    "html": "a web page, whatever its name says",
    "empty": "no bytes",
    "encrypted": "needs a password",
    "unknown": "no kind of file we know",
}


def read_file(body: bytes, name: str, limits: Limits) -> FileText:
    """The text of a file, or the reason why there is none; never raises for the file's content."""
    kind = "unknown"
    try:
        kind = kind_of(body, name)
        said = _zip(body, limits) if kind == "zip" else _read(body, kind, limits)
    except UnreadableFile as error:
        return FileText(kind=kind, status=error.status, note=str(error))
    lines = remove_contacts(said.lines)
    return FileText(
        kind=kind,
        status="scan" if said.scanned else "read",
        text="\n".join(lines),
        pages=said.pages,
        truncated=said.truncated,
        note="; ".join([*said.notes, *_misnamed(kind, name)]) or None,
    )


def _misnamed(kind: str, name: str) -> Iterator[str]:
    suffix = suffix_of(name)
    if suffix in _READERS and kind in _READERS and suffix != kind:
        yield f"named {suffix}, is {kind}"


def _read(body: bytes, kind: str, limits: Limits) -> ReadFile:
    if kind in formats.TARGETS:
        body, kind = formats.convert_file(body, kind, 0.8 * limits.seconds)
    if kind in _READERS:
        return _READERS[kind](body, limits)
    if kind == "encrypted":
        raise UnreadableFile(_WHY[kind], "encrypted")
    if kind in _WHY:
        raise UnreadableFile(_WHY[kind])
    raise UnreadableFile(f"{kind} files are kept, not read", "unsupported")


def _text(body: bytes, limits: Limits) -> ReadFile:
    for encoding in ("utf-8-sig", "gb18030"):
        if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            encoding = "utf-16"
        try:
            lines, cut = limit_lines(body.decode(encoding).splitlines(), limits.characters)
        except UnicodeError:
            continue
        return ReadFile(lines=lines, truncated=cut)
    raise UnreadableFile("in no encoding we know")


def _zip(body: bytes, limits: Limits) -> ReadFile:
    """Each file of it below its name; what is packed in a packed file stays closed."""
    package = Package(body, limits.unpacked)
    members = package.members
    lines: list[str] = []
    notes: list[str] = []
    failed: set[FileStatus] = set()
    read = 0
    for member in members[:_MOST_FILES]:
        name = plain_name(member_name(member))
        try:
            said = _member(package.read(member), name, limits)
        except UnreadableFile as error:
            notes.append(f"{name}: {error}")
            failed.add(error.status)
            continue
        read += not said.scanned
        notes += [
            f"{name}: {note}" for note in (*said.notes, *(("a scan without text",) if said.scanned else ()))
        ]
        lines += [name, *said.lines]
    if members and not read:
        raise UnreadableFile("; ".join(notes[:3]), failed.pop() if len(failed) == 1 else "unreadable")
    notes += [f"{len(members) - _MOST_FILES} files more"] if len(members) > _MOST_FILES else []
    kept, cut = limit_lines(lines, limits.characters)
    return ReadFile(lines=kept, notes=tuple(notes[:10]), truncated=cut or len(members) > _MOST_FILES)


def _member(body: bytes, name: str, limits: Limits) -> ReadFile:
    kind = kind_of(body, name)
    if kind == "zip":
        raise UnreadableFile("packed once more: not opened", "unsupported")
    return _read(body, kind, limits)


_READERS: Mapping[str, Reader] = {
    "pdf": read_pdf,
    "docx": read_docx,
    "pptx": read_pptx,
    "xlsx": read_xlsx,
    "txt": _text,
    "csv": _text,
}


_FORBIDDEN = ("socket.", "os.exec", "os.posix_spawn", "os.system", "os.fork", "pty.", "ctypes.dlopen")
_OFFICE_MEMORY = 4096
"""Megabytes of address space that LibreOffice needs to start."""


def main() -> None:
    """Read the file on stdin with the name and the limits of the command line."""
    name, limits = sys.argv[1], Limits(**json.loads(sys.argv[2]))
    body = sys.stdin.buffer.read()
    office = _needs_office(body, name)
    apply_limits(limits, office=office)
    try:
        found = read_file(body, name, limits)
    except MemoryError:
        found = FileText(kind="unknown", status="too_large", note=f"needs more than {limits.memory_mb} MB")
    except RecursionError:
        found = FileText(kind="unknown", status="unreadable", note="nested beyond reason")
    sys.stdout.buffer.write(json.dumps(attrs.asdict(found)).encode())


def _needs_office(body: bytes, name: str) -> bool:
    try:
        return kind_of(body, name) in {*formats.TARGETS, "zip"} and formats.libreoffice_path() is not None
    except UnreadableFile:
        return False


def apply_limits(limits: Limits, *, office: bool = False) -> None:
    """Apply the limits to this process; they cannot be lifted afterwards."""
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
