"""What the spider hands on: an article as read, or what became of one that is known."""

from __future__ import annotations

from collections.abc import Callable

from attrs import field, frozen

from pipelines.html.cleaning import Cleaned
from policy.records import Article, Capture, Fetched
from policy.rules.identity import Alias
from policy.rules.validators import Validators


@frozen(kw_only=True)
class ExtractedArticle:
    """An article as read, the captures of its pages in order, and how to read old captures again."""

    article: Article
    captures: tuple[Capture, ...]
    code: str
    silent: bool = False
    known: bool = False
    """Whether the archive has it."""
    boilerplate: int | None = None
    """The boilerplate set it was read with."""
    layout: str = ""
    cleaned: tuple[Cleaned, ...] = field(default=(), repr=False)
    """Its pages before boilerplate was taken off, to learn from."""
    reread: Callable[[tuple[Capture, ...]], Article] | None = field(default=None, repr=False)
    printed: Callable[[tuple[Capture, ...]], str] | None = field(default=None, repr=False)
    validators: Validators | None = None
    """What its only page may be asked for with next time."""
    aliases: tuple[Alias, ...] = ()
    """Keys that stand for it from now on; where one of them is its address, it moved there."""


@frozen(kw_only=True)
class Unchanged:
    """A known article whose server says that its page is as it was."""

    key: str
    captures: tuple[Capture, ...]


@frozen(kw_only=True)
class Gone:
    """A known article whose portal says that there is no such page."""

    key: str
    captures: tuple[Capture, ...]


@frozen(kw_only=True)
class AttachmentBatch:
    """The files of a saved article, as this run got them."""

    key: str
    files: tuple[Fetched, ...]

    @property
    def captures(self) -> tuple[Capture, ...]:
        """The fetches among them that brought something."""
        return tuple(file.capture for file in self.files if file.capture)


Item = ExtractedArticle | Unchanged | Gone | AttachmentBatch
