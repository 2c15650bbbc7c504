"""A loopback server that costs its client little CPU: ``python -m benchmarks.crawl.site PAGES``."""

from __future__ import annotations

import asyncio
import sys

from benchmarks.crawl.pages import article, listing


def answers(pages: int) -> dict[str, bytes]:
    """All responses with their headers, built once."""
    bodies = {"/robots.txt": b"User-agent: *\nDisallow:\n", "/list.json": listing(pages)}
    bodies |= {f"/content_{n}.htm": article(n) for n in range(pages)}
    return {path: _head(path, body) + body for path, body in bodies.items()}


def _head(path: str, body: bytes) -> bytes:
    kind = {"json": "application/json", "txt": "text/plain"}.get(path.rpartition(".")[2], "text/html")
    return f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode()


async def serve(pages: int) -> None:
    """Serve until the process is killed; the first line of stdout is the port."""
    known = answers(pages)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                path = head.split(b" ", 2)[1].decode()
                writer.write(known.get(path, b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
