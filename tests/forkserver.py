"""Commands in processes of their own that need not import the project: one interpreter has, and forks.

A process begun by :class:`ForkServer` has its own environment, output, signals and exit, as if
``python ARGUMENTS`` had been started in the checkout, and costs two seconds of CPU less. A test of how a
process begins (its imports, ``sitecustomize``, ``PYTHONPATH``) needs :class:`subprocess.Popen`.

``python -m tests.forkserver FD`` is the server. It reads one request a message from its socket, with three
descriptors: stdout, stderr and the pipe that is told the process's id and, when it has ended, its exit code.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import pkgutil
import runpy
import select
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Self

from sqlalchemy.orm import configure_mappers

CHECKOUT = Path(__file__).parents[1]
_NOT_COMMANDS = {"tests", "benchmarks", "samples", "simulation"}
_LAZY = ("holidays.countries.china", "jieba", "rich.status", "scheduler")
"""What a command imports when it comes to it."""
_LARGEST = 1_000_000
_codes = list[int]()
"""The exit code of this process, once its command has ended."""


class Process:
    """A command that has begun: the part of :class:`subprocess.Popen` that tests need."""

    def __init__(self, arguments: Sequence[str], status: IO[bytes], out: IO[str], err: IO[str]) -> None:
        self.args = arguments
        self.returncode: int | None = None
        self._status, self._out, self._err = status, out, err
        self._written = ("", "")
        self.pid = int(status.readline())

    def poll(self) -> int | None:
        """The exit code, None while it runs."""
        with suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """The exit code, at its end; raises TimeoutExpired."""
        if self.returncode is None:
            if not select.select([self._status], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(list(self.args), timeout or 0)
            self.returncode = int(self._status.readline())
            self._status.close()
            self._written = (_contents(self._out), _contents(self._err))
        return self.returncode

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """All it wrote to stdout and stderr, once it has ended; raises TimeoutExpired."""
        self.wait(timeout)
        return self._written

    def send_signal(self, number: int) -> None:
        """Signal it, if it still runs."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def _contents(file: IO[str]) -> str:
    with file:
        file.seek(0)
        return file.read()


class ForkServer:
    """The test's side of the server."""

    def __enter__(self) -> Self:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._server = subprocess.Popen(
                [sys.executable, "-m", "tests.forkserver", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                cwd=CHECKOUT,
                env={**os.environ, "PYTHONWARNINGS": "error"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )
        return self

    def __exit__(self, *_: object) -> None:
        self._control.close()
        self._server.wait()

    def start(self, arguments: Sequence[str], environ: Mapping[str, str]) -> Process:
        """``python ARGUMENTS`` (``-m MODULE …`` or ``FILE …``), begun."""
        out, err = tempfile.TemporaryFile("w+"), tempfile.TemporaryFile("w+")  # noqa: SIM115 - closed at its end
        reading, writing = os.pipe()
        request = json.dumps({"arguments": list(arguments), "environ": dict(environ)}).encode()
        socket.send_fds(self._control, [request], [out.fileno(), err.fileno(), writing])
        os.close(writing)
        return Process(arguments, os.fdopen(reading, "rb", buffering=0), out, err)


# ------------------------------------------------------------------ the server


def preload() -> None:
    """Import the project, and what Scrapy loads by name; the reactor is each process's own."""
    for name in sorted({path.parent.name for path in CHECKOUT.glob("*/__init__.py")} - _NOT_COMMANDS):
        package = importlib.import_module(name)
        for module in pkgutil.walk_packages(package.__path__, f"{name}."):
            if not {"migrations", "__main__", "child"} & set(module.name.split(".")):
                with suppress(DeprecationWarning):  # names that moved warn when they are imported
                    importlib.import_module(module.name)
    for path in _named_by_settings():
        with suppress(ImportError, AttributeError, ValueError):
            importlib.import_module(path.rpartition(".")[0])
    with warnings.catch_warnings(action="ignore"):
        for name in _LAZY:
            importlib.import_module(name)
    configure_mappers()
    assert "twisted.internet.reactor" not in sys.modules
    assert threading.active_count() == 1


def _named_by_settings() -> Iterator[str]:
    from scrapy.settings import BaseSettings, Settings

    settings = Settings()
    settings.setmodule("crawler.settings")
    for value in settings.copy_to_dict().values():
        names = [*value, *value.values()] if isinstance(value, dict | BaseSettings) else [value]
        yield from (
            name for name in names if isinstance(name, str) and name.startswith(("scrapy.", "twisted."))
        )


class Server:
    """Forks for each request, and reports when each process has ended."""

    def __init__(self, control: socket.socket) -> None:
        self._control, self._selector = control, selectors.DefaultSelector()
        self._running = dict[int, tuple[int, int]]()
        """By descriptor of the process: its id, and the descriptor of its pipe."""
        self._selector.register(control, selectors.EVENT_READ)

    def serve(self) -> dict[str, Any] | None:
        """Returns many times: with a request in the process that is to run it, None at the server's end."""
        while True:
            for key, _ in self._selector.select():
                if key.fd in self._running:
                    self._report(key.fd)
                    continue
                message, descriptors, _, _ = socket.recv_fds(self._control, _LARGEST, 3)
                if not message:
                    self._close()
                    return None
                if not (pid := os.fork()):
                    self._close()
                    _write_to(*descriptors)
                    return dict(json.loads(message))
                self._note(pid, *descriptors)

    def _note(self, pid: int, out: int, err: int, status: int) -> None:
        os.close(out)
        os.close(err)
        os.write(status, b"%d\n" % pid)
        place = os.pidfd_open(pid)
        self._running[place] = (pid, status)
        self._selector.register(place, selectors.EVENT_READ)

    def _report(self, place: int) -> None:
        pid, status = self._running.pop(place)
        self._selector.unregister(place)
        os.close(place)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        with suppress(BrokenPipeError):
            os.write(status, b"%d\n" % code)
        os.close(status)

    def _close(self) -> None:
        self._selector.close()
        self._control.close()
        for place, (_, status) in self._running.items():
            os.close(place)
            os.close(status)


def _write_to(out: int, err: int, status: int) -> None:
    os.close(status)
    for descriptor, standard in ((out, 1), (err, 2)):
        os.dup2(descriptor, standard)
        os.close(descriptor)


def become(arguments: list[str], environ: Mapping[str, str]) -> None:
    """Run a command in this process, to its end."""
    os.environ.clear()
    os.environ.update(environ)
    time.tzset()
    sys.argv = arguments[arguments[0] == "-m" :]
    try:
        if arguments[0] == "-m":
            runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
        else:
            runpy.run_path(arguments[0], run_name="__main__")
    except SystemExit as end:
        if isinstance(end.code, int):
            _codes.append(end.code)
        raise


def leave() -> None:
    """The last of all handlers at exit: what a process has imported is not taken down, which takes 0.1 s."""
    if _codes:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(_codes[0])


def main() -> None:
    """Serve on the socket that the command line names."""
    atexit.register(leave)
    preload()
    gc.collect()
    gc.freeze()  # what is imported stays: no collection writes to its pages
    if request := Server(socket.socket(fileno=int(sys.argv[1]))).serve():
        become(**request)


if __name__ == "__main__":
    main()
