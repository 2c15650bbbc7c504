"""The extraction: one article as read from its captures, on its way into the archive.

The crawler makes it, the archive pipeline passes it on, and :mod:`storage.articles.archive` compares it with
the newest version and saves it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import cached_property

from attrs import field, frozen

from policy.records import Article, Capture
from policy.rules.identity import Alias, content_hash
from policy.rules.validators import Validators

Reread = Callable[[tuple[Capture, ...]], Article]
"""Extracts the article again from stored captures of its pages, with today's code and boilerplate set.
Raises PageError or ArchiveError."""

PageTextReader = Callable[[tuple[Capture, ...]], str]
"""Returns all words on the pages in these captures, folded. Raises PageError or ArchiveError."""


@frozen(kw_only=True, slots=False)
class Extraction:
    """An article and what it was extracted from: one capture a page, in page order."""

    article: Article
    captures: tuple[Capture, ...]
    code: str
    """The fingerprint of the code that extracted it."""
    run_id: int | None = None
    silent: bool = False
    """Whether saving it notifies no subscriber."""
    boilerplate: int | None = None
    """The id of the boilerplate set that was removed from it."""
    read_page_text: PageTextReader | None = field(default=None, repr=False)
    """If given, an extraction that lost fields or text against the archived version raises Drifted."""
    validators: Validators | None = None
    """The validators that the server sent with its only page."""
    aliases: tuple[Alias, ...] = ()
    """Further keys of the article. If one of them has the article's URL, the article moved there."""

    @cached_property
    def at(self) -> dt.datetime:
        """When the newest capture was made."""
        return max(capture.at for capture in self.captures)

    @cached_property
    def hash(self) -> str:
        """The content hash. Computed once: folding a long text takes time."""
        return content_hash(self.article)

    @cached_property
    def digests(self) -> list[str]:
        """The payload digests, page by page."""
        return [capture.digest for capture in self.captures]
