"""The extractors that ``make bench-extract`` compares, each in a process of its own, all by one protocol.

``python -m benchmarks.extraction.engines NAME`` reads jobs from stdin, one JSON object a line (``file``,
``url``), and writes a line for each: ``record`` or ``error``, and the milliseconds of CPU it took. The peers'
environment has none of our libraries, so only what the engine needs is imported.
"""

from __future__ import annotations

import gzip
import importlib.metadata
import json
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.crawl.pages import article

Record = dict[str, Any]
Read = Callable[[bytes, str], Record]


class Engine(NamedTuple):
    """A distribution, and how to make its reader; the libraries are loaded by ``make``."""

    distribution: str
    make: Callable[[], Read]
    ours: bool = False
    since: tuple[int, ...] = ()
    """The first Python it runs on."""

    @property
    def runs(self) -> bool:
        """Whether this Python is new enough for it."""
        return sys.version_info >= self.since


def main(name: str) -> None:
    """Answer every job on stdin; the first line says which release answers."""
    warnings.simplefilter("ignore")
    engine = ENGINES[name]
    say, read = _speaker(), engine.make()
    say(version=importlib.metadata.version(engine.distribution))
    _answer(read, article(0), "")  # what is loaded on first use is not the first page's
    for job in map(json.loads, sys.stdin):
        say(file=job["file"], **_answer(read, content(Path(job["file"])), job["url"]))


def _speaker() -> Callable[..., None]:
    """Writes lines of JSON to stdout, which an engine's own messages no longer reach."""
    stdout, sys.stdout = sys.stdout, sys.stderr

    def say(**values: object) -> None:
        stdout.write(json.dumps(values, ensure_ascii=False, default=str) + "\n")
        stdout.flush()

    return say


def _answer(read: Read, body: bytes, url: str) -> Record:
    start = time.process_time()
    try:
        answer: Record = {"record": read(body, url)}
    except Exception as error:  # an engine's failure on a page is its score
        answer = {"error": f"{type(error).__name__}: {error}"}
    return answer | {"ms": (time.process_time() - start) * 1000}


def content(page: Path) -> bytes:
    """The bytes of a saved page, unpacked."""
    body = page.read_bytes()
    return gzip.decompress(body) if page.suffix == ".gz" else body


def decoded(body: bytes) -> str:
    """The text of a page, for engines that want text: UTF-8, else GB18030."""
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return body.decode("gb18030", "replace")


# ------------------------------------------------------------------ our engine


def _polarchive() -> Read:
    return _ours(by_portal=True)


def _generic() -> Read:
    return _ours(by_portal=False)


def _ours(*, by_portal: bool) -> Read:
    from crawler.extraction import read_saved, reread
    from policy.records import Payload
    from services.archive.archive_shapes import article_shape

    def read(body: bytes, url: str) -> Record:
        payload = Payload(url=url, body=body)
        return article_shape(read_saved([payload]) if by_portal else reread(None, [payload]))

    return read


# ------------------------------------------------------------------ peers


def _trafilatura() -> Read:
    from trafilatura import bare_extraction

    def read(body: bytes, url: str) -> Record:
        found = bare_extraction(decoded(body), url=url or None, with_metadata=True, include_comments=False)
        if found is None:
            return {}
        return {"title": found.title, "published": found.date, "source": found.sitename, "text": found.text}

    return read


def _readability() -> Read:
    from readability import Document

    def read(body: bytes, _: str) -> Record:
        document = Document(decoded(body))
        return {"title": document.short_title(), "text": _text(document.summary())}

    return read


def _gne() -> Read:
    from gne import GeneralNewsExtractor

    def read(body: bytes, _: str) -> Record:
        found = GeneralNewsExtractor().extract(decoded(body))
        return {"title": found["title"], "published": found["publish_time"], "text": found["content"]}

    return read


def _resiliparse() -> Read:
    from resiliparse.extract.html2text import extract_plain_text

    return lambda body, _: {"text": extract_plain_text(decoded(body), main_content=True, alt_texts=False)}


def _newspaper() -> Read:
    import newspaper

    def read(body: bytes, url: str) -> Record:
        found = newspaper.article(url or "http://page.example/", input_html=decoded(body), language="zh")
        return {"title": found.title, "published": found.publish_date, "text": found.text}

    return read


def _magic_html() -> Read:
    from magic_html import GeneralExtractor

    engine = GeneralExtractor()

    def read(body: bytes, url: str) -> Record:
        found = engine.extract(decoded(body), base_url=url or "http://page.example/")
        return {"title": found.get("title"), "text": _text(found.get("html") or "")}

    return read


def _text(fragment: str) -> str:
    """The text of an engine that answers in HTML, a block a line."""
    from lxml import html

    root = html.fromstring(f"<div>{fragment}</div>")
    for block in root.iter("p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4"):
        block.tail = "\n" + (block.tail or "")
    return str(root.text_content())


ENGINES = {
    "polarchive": Engine("polarchive", _polarchive, ours=True),
    "polarchive, no portal": Engine("polarchive", _generic, ours=True),
    "trafilatura": Engine("trafilatura", _trafilatura),
    "readability-lxml": Engine("readability-lxml", _readability),
    "gne": Engine("gne", _gne),
    "resiliparse": Engine("resiliparse", _resiliparse),
    "newspaper4k": Engine("newspaper4k", _newspaper),
    "magic-html": Engine("magic-html", _magic_html, since=(3, 12)),
}


if __name__ == "__main__":
    main(sys.argv[1])
