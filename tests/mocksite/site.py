"""The test's side of the mock site: start it, put pages on it, read what was asked."""

from __future__ import annotations

import base64
import http.client
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from tests.mocksite.server import CONTROL

CHECKOUT = Path(__file__).parents[2]
HTML = "text/html; charset=utf-8"


class MockSite:
    """A running mock site. ``origin`` is where it listens."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.mocksite.server"], stdout=subprocess.PIPE, cwd=CHECKOUT, text=True
        )
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())
        self.origin = f"http://127.0.0.1:{self.port}"
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def put(
        self,
        url: str,
        body: str | bytes = b"",
        *,
        status: int = 200,
        content_type: str = HTML,
        headers: Mapping[str, str] | None = None,
        post: str | None = None,
        **fault: Any,
    ) -> None:
        """Answer ``url``, asked with the body ``post`` if there is one, with this from now on.

        ``fault="slow", seconds=3`` and the like misbehave.
        """
        place = _place(url) if post is None else f"{_place(url)} {post}"
        self._ask(
            "PUT", {place: _page(body, status, {"Content-Type": content_type, **(headers or {})}, fault)}
        )

    def put_all(self, pages: Mapping[str, str | bytes]) -> None:
        """Answer many addresses with good pages."""
        kinds = {url: "application/json" if url.endswith(".json") else HTML for url in pages}
        answers = {
            _place(url): _page(body, 200, {"Content-Type": kinds[url]}, {}) for url, body in pages.items()
        }
        if answers:  # nothing at all would empty the site
            self._ask("PUT", answers)

    def remove(self, url: str) -> None:
        """Answer ``url`` with 404 from now on."""
        self._ask("PUT", {_place(url): None})

    def clear(self) -> None:
        """Forget all pages and what was asked."""
        self._ask("PUT", {})

    def asked(self) -> list[dict[str, Any]]:
        """Every request so far: url without scheme, time, user agent."""
        asked: list[dict[str, Any]] = json.loads(self._ask("GET"))
        return asked

    def _ask(self, method: str, pages: Mapping[str, Any] | None = None) -> bytes:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        body = json.dumps(pages).encode() if pages is not None else None
        connection.request(method, "/", body=body, headers={"Host": CONTROL})
        answer = connection.getresponse().read()
        connection.close()
        return answer


def _page(
    body: str | bytes, status: int, headers: Mapping[str, str], fault: Mapping[str, Any]
) -> dict[str, Any]:
    raw = body.encode() if isinstance(body, str) else body
    return {"status": status, "headers": dict(headers), "body": base64.b64encode(raw).decode(), **fault}


def _place(url: str) -> str:
    parts = urlsplit(url)
    return parts.netloc + (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
