"""A loopback web server that is every portal at once, told apart by Host, and that can misbehave.

``python -m tests.mocksite.server`` prints its port and serves until it is ended. What it answers is
put there by the tests (:mod:`tests.mocksite.site`) and may be changed while it runs.
"""

from __future__ import annotations

import base64
import json
import sys
import time
import zlib
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

CONTROL = "control.mocksite"
MEGABYTE = b"\0" * 1_000_000


@cache
def bomb(megabytes: int) -> bytes:
    """That many megabytes of nothing, packed."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join([*(packer.compress(MEGABYTE) for _ in range(megabytes)), packer.flush()])


class Handler(BaseHTTPRequestHandler):
    """Answers from ``pages``, faults included; keeps a log of what was asked."""

    protocol_version = "HTTP/1.1"
    pages: ClassVar[dict[str, dict[str, Any]]] = {}
    log: ClassVar[list[dict[str, Any]]] = []

    def do_GET(self) -> None:
        """A page, a fault, or the log for the control host."""
        host = self.headers.get("Host", "")
        if host == CONTROL:
            self._send(200, {"Content-Type": "application/json"}, json.dumps(self.log).encode())
            return
        self._answer(host + self.path)

    def do_POST(self) -> None:
        """A page of its address and body."""
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self._answer(f"{self.headers.get('Host', '')}{self.path} {body}")

    def _answer(self, asked: str) -> None:
        self.log.append({"url": asked, "at": time.time(), "agent": self.headers.get("User-Agent")})
        page = self.pages.get(asked) or self.pages.get(f"{asked.partition('?')[0]}?*")
        if page is None:
            self._send(404, {"Content-Type": "text/plain"}, b"no such page\n")
            return
        page["asked"] = page.get("asked", 0) + 1
        getattr(self, f"_{page.get('fault', 'good')}")(page)

    def do_PUT(self) -> None:
        """Control: set pages, or remove those whose value is null; nothing at all empties the site."""
        length = int(self.headers["Content-Length"])
        told = json.loads(self.rfile.read(length))
        if not told:
            self.pages.clear()
            self.log.clear()
        for url, page in told.items():
            self.pages.pop(url, None)
            if page is not None:
                self.pages[url] = page
        self._send(204, {}, b"")

    # ------------------------------------------------------------ answers

    def _good(self, page: dict[str, Any]) -> None:
        if self._is_as_it_was(page["headers"]):
            self.log[-1]["status"] = 304
            self._send(304, {}, b"")
            return
        self._send(page["status"], page["headers"], base64.b64decode(page["body"]))

    def _is_as_it_was(self, headers: dict[str, str]) -> bool:
        """Whether the request names the ETag, or without one the day, that the page has."""
        etag, modified = self.headers.get("If-None-Match"), self.headers.get("If-Modified-Since")
        return (
            etag == headers.get("ETag")
            if etag
            else bool(modified) and modified == headers.get("Last-Modified")
        )

    def _stubborn(self, page: dict[str, Any]) -> None:
        """Whatever it is asked with, the page is as it was; its ETag says which state that is."""
        if not self.headers.get("If-None-Match"):
            self._good(page)
            return
        self.log[-1]["status"] = 304
        self._send(304, {"ETag": page["headers"]["ETag"]}, b"")

    def _slow(self, page: dict[str, Any]) -> None:
        time.sleep(page["seconds"])
        self._good(page)

    def _busy(self, page: dict[str, Any]) -> None:
        """503, or another status, so many times, then good; it may say when to come again."""
        if page["asked"] <= page["times"]:
            later = {"Retry-After": page["later"]} if "later" in page else {}
            self._send(
                page.get("saying", 503),
                {"Content-Type": "text/html"} | later,
                b"<html><body>busy</body></html>",
            )
        else:
            self._good(page)

    def _endless(self, page: dict[str, Any]) -> None:
        """Whatever page is asked for, with a link to the next."""
        n = int(self.path.rpartition("=")[2])
        text = base64.b64decode(page["body"]).decode().replace("{n}", str(n)).replace("{next}", str(n + 1))
        self._send(page["status"], page["headers"], text.encode())

    def _truncated(self, page: dict[str, Any]) -> None:
        """Says more bytes than it sends."""
        body = base64.b64decode(page["body"])
        self._head(200, {**page["headers"], "Content-Length": str(len(body) + 1000)})
        self.wfile.write(body)
        self.close_connection = True

    def _huge(self, page: dict[str, Any]) -> None:
        self._head(200, {**page["headers"], "Content-Length": str(page["megabytes"] * len(MEGABYTE))})
        for _ in range(page["megabytes"]):
            self.wfile.write(MEGABYTE)

    def _bomb(self, page: dict[str, Any]) -> None:
        self._send(200, {**page["headers"], "Content-Encoding": "gzip"}, bomb(page["megabytes"]))

    def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self._head(status, {**headers, "Content-Length": str(len(body))})
        self.wfile.write(body)

    def _head(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name of the base)
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """On loopback only; a client that goes away is none of its business."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A crawler that stops reading closes the connection."""


def main() -> None:
    """Print the port; serve."""
    with Server(("127.0.0.1", 0), Handler) as server:
        sys.stdout.write(f"{server.server_address[1]}\n")
        sys.stdout.flush()
        server.serve_forever()


if __name__ == "__main__":
    main()
