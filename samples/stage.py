"""The environment of the demo: the sample site in its own process, a mailbox, the real commands."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from samples.site import HOSTS

MARK = "# Written by the demo, anew each time."
CONFIG = """\
{mark}
contact = "demo@example.org"
portal_packages = ["samples.portals"]

[crawl]
delay = 0.2
first_crawl_days = 36500
heartbeat = 2.0

[schedule]
spread_minutes = 0.0

[mail]
host = "127.0.0.1"
port = {mail}
sender = "polarchive@example.org"

[network.connect]
{connect}
"""


class Mailbox:
    """A loopback SMTP server that keeps all messages."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self._controller = Controller(self, hostname="127.0.0.1", port=free_port())

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._controller.port)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep a message (aiosmtpd calls this method)."""
        content = envelope.content
        raw = content.encode() if isinstance(content, str) else content or b""
        message = message_from_bytes(raw, policy=default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        return "250 OK"

    @contextmanager
    def open(self) -> Iterator[Mailbox]:
        """Listen within this block."""
        self._controller.start()
        try:
            yield self
        finally:
            self._controller.stop()


class Polarchive:
    """The command line on the demo's archive directory."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def show(self, *arguments: str) -> int:
        """Run a command with its output on the terminal; its exit code."""
        sys.stdout.flush()
        return subprocess.run(self._command(*arguments), env=_environment()).returncode

    def ask(self, *arguments: str) -> Any:
        """The JSON output of a command."""
        command = self._command(*arguments, "--json")
        said = subprocess.run(command, env=_environment(), check=True, stdout=subprocess.PIPE).stdout
        return json.loads(said)

    def _command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "cli", "--home", str(self.home), *arguments]


def _environment() -> dict[str, str]:
    """The environment without variables that select another archive."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("POLARCHIVE_")}
    return kept | {"PYTHONIOENCODING": "utf-8"}


@contextmanager
def site(port: int, night: int) -> Iterator[None]:
    """Serve the sample portals as on that night."""
    command = [sys.executable, "-m", "samples.site", "--port", str(port), "--night", str(night)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            if not server.stdout.readline().strip():
                raise RuntimeError("the sample site did not start")
            yield
        finally:
            server.terminate()


def fresh_home(home: Path, *, site: int, mail: int) -> None:
    """An empty archive directory, configured for the sample site and the mailbox."""
    file = home / "polarchive.toml"
    if home.exists() and not (file.is_file() and file.read_text("utf-8").startswith(MARK)):
        raise SystemExit(f"{home}: not made by the demo, so it is not deleted")
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    connect = "\n".join(f'"https://{host}" = "http://127.0.0.1:{site}"' for host in HOSTS)
    file.write_text(CONFIG.format(mark=MARK, mail=mail, connect=connect), "utf-8")


def free_port() -> int:
    """A port that is free at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
