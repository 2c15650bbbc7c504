"""A document saved as a file, read as an article: PDF and Word, without a page around it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from urllib.parse import unquote

from crawler.reading import read_article
from pipelines.files.kinds import kind_of
from pipelines.files.parent import read
from pipelines.files.said import Unread
from pipelines.genres import names_a_policy
from pipelines.metadata import masthead
from policy.errors import NotHtml
from policy.records import Article, Label, Page, Payload

KINDS = frozenset({"pdf", "docx", "doc", "rtf", "ofd"})
"""Files that may be a document by themselves; a sheet or slides are an annex of one."""
LONGEST_TITLE = 200


def is_document(payload: Payload, name: str = "") -> bool:
    """Whether the bytes are such a file's, whatever its name."""
    try:
        return kind_of(payload.body, name) in KINDS
    except Unread:
        return False


def read_document(payload: Payload, name: str = "") -> Article:
    """The document's lines under its title. Raises NotHtml when no words are to be had, and says why."""
    said = read(payload.body, name)
    if said.status != "read":
        raise NotHtml(f"a {said.kind} file: {said.note or said.status}", url=payload.url, field="body")
    lines = said.text.split("\n")
    body = "".join(f"<p>{escape(line)}</p>" for line in lines)
    labels = (Label(name="title", value=_title(lines, payload.url or name), rule="masthead"),)
    return read_article(None, [Page(url=payload.url, number=1, body=body, labels=labels)])


def _title(lines: Sequence[str], named: str) -> str:
    """The first line above the salutation named as documents are; else the first line, or its name."""
    top = [line for line in (*masthead(lines), *lines[:1]) if len(line) <= LONGEST_TITLE]
    last = unquote(named.rpartition("/")[2]).rpartition(".")[0]
    return next((line for line in top if names_a_policy(line)), next(iter(top), last))
