"""A loopback server for the three sample portals, selected by the Host header.

``python -m samples.site --port 0 --night 1`` prints its port and serves until it is killed.
"""

from __future__ import annotations

import argparse
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import urlsplit

from samples.hosts import council, ministry, reprints
from samples.hosts.html import Answer, page

HOSTS = {module.HOST: module.answer for module in (reprints, ministry, council)}
ROBOTS = Answer(body=b"User-agent: *\nDisallow: /search/\n", content_type="text/plain")


def respond(host: str, path: str, night: int) -> Answer:
    """The answer of a host to a path on a night."""
    answer = HOSTS.get(host.partition(":")[0])
    if answer is None:
        return Answer(body=b"unknown host\n", status=421, content_type="text/plain")
    if path == "/robots.txt":
        return ROBOTS
    return answer(path, night) or _not_found()


def _not_found() -> Answer:
    body = page("<title>404</title>", '<p>您访问的页面不存在</p><p><a href="/">返回首页</a></p>').body
    return Answer(body=body, status=404)


class Handler(BaseHTTPRequestHandler):
    """Answers GET with :func:`respond`."""

    protocol_version = "HTTP/1.1"
    night: ClassVar[int] = 1

    def do_GET(self) -> None:
        """Answer with a Content-Length, so that the connection stays open."""
        said = self.answer(self.headers.get("Host", ""), urlsplit(self.path).path)
        self.send_response(said.status)
        self.send_header("Content-Type", said.content_type)
        self.send_header("Content-Length", str(len(said.body)))
        self.end_headers()
        self.wfile.write(said.body)

    def answer(self, host: str, path: str) -> Answer:
        """Send the host's answer to a path."""
        return respond(host, path, self.night)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name of the base)
        """Log nothing, as the demo uses the terminal."""


class Server(ThreadingHTTPServer):
    """A server on loopback; its threads end with the process."""

    daemon_threads = True
    allow_reuse_address = True


def serve(port: int, night: int) -> None:
    """Serve until killed; the first line of stdout is the port."""
    handler = type("NightHandler", (Handler,), {"night": night})
    with Server(("127.0.0.1", port), handler) as server:
        sys.stdout.write(f"{server.server_address[1]}\n")
        sys.stdout.flush()
        server.serve_forever()


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m samples.site", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0: any free port")
    parser.add_argument("--night", type=int, default=1, choices=(1, 2), help="which night it is")
    asked = parser.parse_args()
    try:
        serve(asked.port, asked.night)
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main()
