"""Convert old office formats with LibreOffice, where it is installed.

It runs with a profile of its own and macros disabled, and its proxy is a closed local port, so that a
document cannot make it fetch anything. Its processes end with the process group of the reader.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from pipelines.attachments.formats import UnreadableFile

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
