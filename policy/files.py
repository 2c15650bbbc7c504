"""What a file says, and why not where it says nothing."""

from __future__ import annotations

from typing import Literal

from attrs import field, frozen

FileStatus = Literal["read", "scan", "encrypted", "unreadable", "too_large", "unsupported"]


@frozen(kw_only=True)
class FileText:
    """What a file says: one paragraph, heading or table cell a line.

    ``kind`` is what its bytes are, whatever its name; ``note`` why it was not read, or what of it
    was left out; a ``scan`` has pages and no words on them. ``reader`` is the code that read it.
    """

    kind: str
    status: FileStatus
    text: str = field(default="", repr=False)
    pages: int | None = None
    truncated: bool = False
    note: str | None = None
    reader: str = ""
