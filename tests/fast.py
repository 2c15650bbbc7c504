"""``pytest --fast``: only what needs no process, server or browser; each such test is kept to that."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator

import pytest

SLOW_FIXTURES = frozenset({"chat", "forkserver", "mocksite", "port", "postgres_server", "samples", "server"})
"""Fixtures that start a process or listen on a socket."""
_STARTING = ("subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn", "os.exec")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--fast", action="store_true", help="only tests without a process, a server or a browser"
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "slow: starts a process or a server itself, not through a fixture")
    if config.getoption("--fast"):
        config.pluginmanager.register(Guard(), "fast-guard")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--fast"):
        config.hook.pytest_deselected(items=[item for item in items if is_slow(item)])
        items[:] = [item for item in items if not is_slow(item)]


def is_slow(item: pytest.Item) -> bool:
    """Whether a test needs a process or a server: by its mark, its fixtures, or for running on PostgreSQL."""
    if not isinstance(item, pytest.Function):
        return False
    on_postgres = hasattr(item, "callspec") and item.callspec.params.get("engine") == "postgresql"
    return on_postgres or "slow" in item.keywords or not SLOW_FIXTURES.isdisjoint(item.fixturenames)


class Guard:
    """Fails the test that starts a process or listens all the same: it is to be marked ``slow``."""

    def __init__(self) -> None:
        self._started: list[str] | None = None
        """None between two tests: pytest itself starts what it likes."""
        importlib.import_module("tldextract")  # urllib3 tries to bind an IPv6 address when it is imported
        sys.addaudithook(self._audit)

    def _audit(self, event: str, arguments: tuple[object, ...]) -> None:
        if self._started is None or not (event == "socket.bind" or event.startswith(_STARTING)):
            return
        self._started.append(event)
        raise AssertionError(f"a fast test may not do this: {event} {arguments}; mark it slow")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self) -> Iterator[None]:
        self._started = []
        try:
            return (yield)
        finally:
            self._started = None

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_teardown(self) -> Iterator[None]:
        result = yield
        assert not self._started, f"a fast test did this: {self._started}; mark it slow"
        return result
