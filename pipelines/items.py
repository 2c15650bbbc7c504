"""The items that a spider yields to the archive pipeline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

from policy.records import Capture, Fetched
from policy.rules.extraction import Extraction, Reread

if TYPE_CHECKING:
    from pipelines.html.cleaning import Cleaned


@frozen(kw_only=True, slots=False)
class ExtractedArticle(Extraction):
    """An extraction of this run, with what only the archive pipeline needs."""

    archived: bool = False
    """Whether the archive had the article when the run began."""
    layout: str = ""
    cleaned: tuple[Cleaned, ...] = field(default=(), repr=False)
    """Its pages before boilerplate was removed: the boilerplate learner reads them."""
    reread: Reread | None = field(default=None, repr=False)


@frozen(kw_only=True)
class Unchanged:
    """An archived article whose server answered that the page has not changed."""

    key: str
    captures: tuple[Capture, ...]


@frozen(kw_only=True)
class Gone:
    """An archived article whose portal answered that the page does not exist."""

    key: str
    captures: tuple[Capture, ...]


@frozen(kw_only=True)
class AttachmentBatch:
    """The attachments of a saved article, as this run fetched them."""

    key: str
    files: tuple[Fetched, ...]

    @property
    def captures(self) -> tuple[Capture, ...]:
        """The captures of those that were downloaded."""
        return tuple(file.capture for file in self.files if file.capture)


Item = ExtractedArticle | Unchanged | Gone | AttachmentBatch
