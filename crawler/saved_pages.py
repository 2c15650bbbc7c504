"""Records of saved pages and documents, file by file, for ``polarchive extract``. Opens no other file."""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from attrs import frozen

from crawler.extraction import read_article, read_saved
from crawler.pages.base import attribute, document
from crawler.portals import PACKAGES
from pipelines.attachments import bounded_reader
from pipelines.attachments.formats import UnreadableFile, kind_of
from pipelines.metadata.fields import masthead
from pipelines.metadata.genres import names_a_policy
from policy.errors import ConfigError, NotHtml, PageError, Rejected
from policy.records import Article, Label, Page, Payload
from policy.records.content import DOCUMENTS

LONGEST_TITLE = 200


def is_document(payload: Payload, name: str = "") -> bool:
    """Whether the bytes are a file that may be a document by itself, whatever its name."""
    try:
        return kind_of(payload.body, name) in DOCUMENTS
    except UnreadableFile:
        return False


def read_document(payload: Payload, name: str = "") -> Article:
    """The record of a document file. Raises NotHtml, with the reason, when it has no readable text."""
    file = bounded_reader.read_attachment(payload.body, name)
    if file.status != "read":
        raise NotHtml(f"a {file.kind} file: {file.note or file.status}", url=payload.url, field="body")
    lines = file.text.split("\n")
    body = "".join(f"<p>{escape(line)}</p>" for line in lines)
    labels = (Label(name="title", value=_title(lines, payload.url or name), rule="masthead"),)
    return read_article(None, [Page(url=payload.url, number=1, body=body, labels=labels)])


def _title(lines: Sequence[str], named: str) -> str:
    """The first line above the salutation that names a policy; else the first line, or the file's name."""
    top = [line for line in (*masthead(lines), *lines[:1]) if len(line) <= LONGEST_TITLE]
    last = unquote(named.rpartition("/")[2]).rpartition(".")[0]
    return next((line for line in top if names_a_policy(line)), next(iter(top), last))


LIMIT = 40_000_000
"""Bytes of a page after decompression."""

_PAGES = (".html", ".html.gz")

_SAYS_ADDRESS = re.compile(rb"canonical|og:url|^(?:\xff\xfe|\xfe\xff)")
"""A fast test before a page is parsed for its address. UTF-16 is always parsed."""


def pages_in(folder: Path) -> list[Path]:
    """The saved pages in a folder; other files are ignored. Raises ConfigError when there is none."""
    try:
        files = sorted(path for path in folder.iterdir() if path.name.endswith(_PAGES) and path.is_file())
    except OSError as error:
        raise ConfigError(f"{folder}: {error.strerror}") from None
    if not files:
        raise ConfigError(f"{folder}: no .html or .html.gz file in this folder")
    return files


def read_file(
    path: Path, url: str | None = None, *, packages: Sequence[str] = PACKAGES, limit: int = LIMIT
) -> Article:
    """The article in a file, a page or a document. Its address is ``url``, or the page's canonical link.

    Raises PageError for a file without an article, OSError for one that cannot be opened.
    """
    if url and not is_web(url):
        raise Rejected(f"{url!r} is no web address", field="url")
    payload = Payload(url=url or "", body=body_of(path, limit))
    if is_document(payload, path.name):
        return read_document(payload, path.name)
    return read_saved([payload if url else addressed(payload)], packages)


def body_of(path: Path, limit: int = LIMIT) -> bytes:
    """The bytes of a file, decompressed. Raises NotHtml for damaged gzip, Rejected above the limit."""
    with path.open("rb") as stream:
        packed = stream.read(2) == b"\x1f\x8b"
    try:
        with gzip.open(path) if packed else path.open("rb") as stream:
            body: bytes = stream.read(limit + 1)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise NotHtml(f"damaged gzip: {error}") from None
    if len(body) > limit:
        raise Rejected(f"larger than {limit} bytes", field="body")
    return body


def addressed(payload: Payload) -> Payload:
    """The payload with its canonical link as address, if it has one."""
    if not _SAYS_ADDRESS.search(payload.body):
        return payload
    try:
        root = document(payload).root
    except PageError:
        return payload  # reading the page reports what is wrong
    links = [attribute(node, "href") for node in root.css('link[rel="canonical"]')]
    links += [attribute(node, "content") for node in root.css('meta[property="og:url"]')]
    url = next((link for link in links if is_web(link)), "")
    return Payload(url=url, body=payload.body, content_type=payload.content_type)


def is_web(url: str) -> bool:
    """Whether this is an http or https address that can be requested."""
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


# ------------------------------------------------------------------ addresses of files


@frozen
class Addresses:
    """The addresses of saved files by path, or by its last parts, with or without ``.gz``."""

    by_name: Mapping[str, str]

    def address_of(self, path: Path) -> str | None:
        """The address of a file; None when the list has none."""
        parts = path.as_posix().split("/")
        names = ("/".join(parts[start:]) for start in range(len(parts)))
        return next((self.by_name[key] for key in map(_plain, names) if key in self.by_name), None)


def addresses(file: Path) -> Addresses:
    """Read ``file<TAB>url`` lines, a JSON object of file to url, or objects with ``file`` and ``url``.

    Raises ConfigError, which names the file and the fault.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
        pairs = list(_listed(json.loads(text)) if text.lstrip()[:1] in {"{", "["} else _tabbed(text))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{file}: {error}") from None
    return Addresses({_plain(name): url for name, url in pairs})


def _plain(name: str) -> str:
    return name.removeprefix("./").removesuffix(".gz")


def _tabbed(text: str) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        name, tab, url = line.partition("\t")
        if line.strip() and not tab:
            raise ValueError(f"line {number}: expected file, tab, address")
        if line.strip():
            yield name.strip(), url.strip()


def _listed(value: Any) -> Iterator[tuple[str, str]]:
    """``{file: url}``, ``[{file, url}]``, or an object that holds such a list (a manifest)."""
    if isinstance(value, list):
        yield from _objects(value)
    elif any(isinstance(part, list) for part in value.values()):
        for part in value.values():
            yield from _objects(part) if isinstance(part, list) else ()
    else:
        yield from ((name, url) for name, url in value.items() if isinstance(url, str))


def _objects(values: Iterable[Any]) -> Iterator[tuple[str, str]]:
    for value in values:
        if not isinstance(value, dict) or not isinstance(value.get("file"), str):
            raise ValueError(f"expected objects with file and url, found {str(value)[:60]}")
        if value.get("url"):
            yield value["file"], str(value["url"])
