"""Formats of files: detect the kind of a file, and convert old office formats with LibreOffice.

The kind is detected by signature and content, and by the name only where these are inconclusive.

LibreOffice is used where it is installed. It runs with a profile of its own and macros disabled, and its
proxy is a closed local port, so that a document cannot make it fetch anything. Its processes end with the
process group of the reader.
"""

from __future__ import annotations

import codecs
import os
import re
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

from attrs import frozen

from policy.records.content import FileStatus


@frozen(kw_only=True)
class Limits:
    """Limits of reading one file; ``seconds`` and ``memory_mb`` are those of the child process."""

    seconds: float = 60.0
    memory_mb: int = 1024
    pages: int = 2000
    characters: int = 1_000_000
    unpacked: int = 200_000_000
    """Most bytes of all unpacked members of a packed file."""


@frozen(kw_only=True)
class ReadFile:
    """The lines of a file. ``notes`` name what was left out; ``scanned`` counts pages without a
    text layer."""

    lines: tuple[str, ...] = ()
    pages: int | None = None
    notes: tuple[str, ...] = ()
    scanned: bool = False
    truncated: bool = False


class UnreadableFile(Exception):
    """A file cannot be read; ``status`` is the reason as stored."""

    def __init__(self, message: str, status: FileStatus = "unreadable") -> None:
        super().__init__(message)
        self.status: FileStatus = status


def limit_lines(lines: Iterable[str], limit: int) -> tuple[tuple[str, ...], bool]:
    """The lines that are not blank, cut at ``limit`` characters, and whether any were cut."""
    taken: list[str] = []
    for line in filter(None, map(str.strip, lines)):
        if len(line) > limit:
            return (*taken, *([line[:limit]] if limit > 0 else [])), True
        taken.append(line)
        limit -= len(line)
    return tuple(taken), False


_HTML = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.{0,2000}?-->\s*)*"
    rb"<(?:!doctype\s+html|html|head|body|script|meta|title|div|center|h1|p|iframe)\b",
    re.IGNORECASE | re.DOTALL,
)
_MAGIC = {
    b"PK\x03\x04": "zip",
    b"PK\x05\x06": "zip",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "ole",
    b"{\\rtf": "rtf",
    b"Rar!": "rar",
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"\x89PNG": "image",
    b"\xff\xd8\xff": "image",
    b"GIF8": "image",
    b"II*\x00": "image",
    b"MM\x00*": "image",
    b"HKEB": "ceb",
    b"Founder CEB": "ceb",
}
_PACKED = {
    "word/document.xml": "docx",
    "xl/workbook.xml": "xlsx",
    "ppt/presentation.xml": "pptx",
    "ofd.xml": "ofd",
}
_STREAMS = {
    "EncryptedPackage": "encrypted",
    "WordDocument": "doc",
    "Workbook": "xls",
    "PowerPoint Document": "ppt",
}
MOST_MEMBERS = 10_000
"""Most members of a packed file; the directory alone of a larger one could exhaust the memory."""


def suffix_of(name: str) -> str:
    """The suffix of a name or address in lower case without the dot; empty when there is none."""
    last = re.split(r"[?#]", name, maxsplit=1)[0].rpartition("/")[2]
    stem, dot, suffix = last.rpartition(".")
    return suffix.strip().lower() if dot and stem and suffix.strip().isalnum() else ""


def is_html(body: bytes) -> bool:
    """Whether the bytes are an HTML page, which is what a portal often returns for a file that it no longer
    has."""
    return _HTML.match(body[:4096]) is not None


def kind_of(body: bytes, name: str = "") -> str:
    """The kind of a file: ``pdf``, ``docx`` … ``html``, ``image``, ``empty``, ``unknown``.

    Raises UnreadableFile for a packed file with a damaged directory.
    """
    if not body:
        return "empty"
    if is_html(body):
        return "html"
    if b"%PDF-" in body[:1024]:
        return "pdf"
    for magic, kind in _MAGIC.items():
        if body.startswith(magic):
            return _packed(body) if kind == "zip" else _old_office(body) if kind == "ole" else kind
    suffix = suffix_of(name)
    wide = body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return suffix if suffix in {"txt", "csv"} and (wide or b"\0" not in body[:4096]) else "unknown"


def _packed(body: bytes) -> str:
    names = {name.lower() for name in open_archive(body).namelist()}
    return next((kind for name, kind in _PACKED.items() if name in names), "zip")


def _old_office(body: bytes) -> str:
    for name, kind in _STREAMS.items():
        if name.encode("utf-16-le") in body:
            return kind
    return "unknown"


def open_archive(body: bytes) -> zipfile.ZipFile:
    """A packed file, opened; raises UnreadableFile when its directory is damaged or too large."""
    if body.count(b"PK\x01\x02") > MOST_MEMBERS:
        raise UnreadableFile(f"more than {MOST_MEMBERS} files in one", "too_large")
    try:
        return zipfile.ZipFile(BytesIO(body))
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError) as error:
        raise UnreadableFile(f"damaged: {error}") from error


# ------------------------------------------------------------------ LibreOffice


TARGETS = {"doc": "docx", "rtf": "docx", "xls": "xlsx", "ppt": "pptx"}
"""The format that each kind is converted to, which is then read like any file of that format."""

_PROFILE = """\
<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
{items}
</oor:items>
"""
_ITEM = (
    '<item oor:path="/org.openoffice.{path}"><prop oor:name="{name}" oor:op="fuse">'
    "<value>{value}</value></prop></item>"
)
_SETTINGS = (
    ("Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("Office.Common/Security/Scripting", "DisableActiveContent", "true"),
    ("Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("Office.Writer/Content/Update", "Link", "2"),
    ("Office.Calc/Content/Update", "Link", "2"),
    ("Inet/Settings", "ooInetProxyType", "2"),
    ("Inet/Settings", "ooInetHTTPProxyName", "127.0.0.1"),
    ("Inet/Settings", "ooInetHTTPProxyPort", "9"),
    ("Inet/Settings", "ooInetHTTPSProxyName", "127.0.0.1"),
    ("Inet/Settings", "ooInetHTTPSProxyPort", "9"),
)


def libreoffice_path() -> str | None:
    """The path of LibreOffice; None when it is not installed."""
    return shutil.which("soffice") or shutil.which("libreoffice")


def convert_file(body: bytes, kind: str, seconds: float) -> tuple[bytes, str]:
    """The converted file and its format. Raises UnreadableFile when LibreOffice is missing, fails or is too
    slow."""
    office, target = libreoffice_path(), TARGETS[kind]
    if office is None:
        raise UnreadableFile(f"{kind} files are read by LibreOffice, which is not installed", "unsupported")
    with tempfile.TemporaryDirectory(prefix="polarchive-office-") as folder:
        home = Path(folder)
        _write_profile(home / "profile")
        (home / f"in.{kind}").write_bytes(body)
        _run(office, home, kind, target, seconds)
        try:
            return (home / "out" / f"in.{target}").read_bytes(), target
        except OSError as error:
            raise UnreadableFile(f"LibreOffice could not read this {kind} file") from error


def _write_profile(profile: Path) -> None:
    items = "\n".join(_ITEM.format(path=path, name=name, value=value) for path, name, value in _SETTINGS)
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(
        _PROFILE.format(items=items), encoding="utf-8"
    )


def _run(office: str, home: Path, kind: str, target: str, seconds: float) -> None:
    command = [
        office,
        f"-env:UserInstallation={(home / 'profile').as_uri()}",
        *("--headless", "--norestore", "--nolockcheck", "--nodefault", "--nologo"),
        *("--convert-to", target, "--outdir", str(home / "out"), str(home / f"in.{kind}")),
    ]
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "HOME": str(home),
        "TMPDIR": str(home),
        "LANG": "C.UTF-8",
    }
    quiet = subprocess.DEVNULL
    try:
        subprocess.run(  # noqa: S603 - our own command
            command,
            stdin=quiet,
            stdout=quiet,
            stderr=quiet,
            cwd=home,
            env=environment,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise UnreadableFile(f"LibreOffice took longer than {seconds:g} s", "too_large") from error
