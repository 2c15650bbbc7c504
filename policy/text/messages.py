"""Messages to people, whatever they are about: a subject and a body, safe for mail headers."""

from __future__ import annotations

import re

from attrs import frozen

_UNPRINTABLE = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


@frozen(kw_only=True)
class Message:
    """A subject of one line and a plain text body."""

    subject: str
    body: str


def single_line(text: str) -> str:
    """The text with each run of line breaks, white space, control characters and bidirectional marks
    replaced by one space."""
    return _UNPRINTABLE.sub(" ", text).strip()
