"""What a document says of its own at its beginning and end: signature, number, salutation, closing.

It recurs on all pages of a portal as furniture does, and nothing but its words tells it apart: what
is learned from recurrence asks here first. The patterns are in ``data/document.txt``.
"""

from __future__ import annotations

import re

from pipelines.data import sections
from pipelines.phrases import NUMBERED

LONGEST = 400
"""Characters of a line that are looked at."""

_LINES = sections("document.txt")
_FRAME = re.compile("|".join(f"(?:{pattern})" for pattern in _LINES["frame"]))
_CLOSING = re.compile("|".join(_LINES["closing"]))
_PAGE = re.compile("|".join(_LINES["page"]), re.IGNORECASE)
_LABELS = frozenset(word for line in _LINES["label"] for word in line.split())
_FIELD = re.compile("|".join(f"(?:{pattern})$" for pattern in _LINES["field"]))
_LABELLED = re.compile(r"[\[【(（]?(\w{2,12})[\]】)）]?[:：]")
_ENUMERATED = re.compile(r"\s*(?:\d{1,3}\s*[.．、]|[(（]\d{1,3}[)）]|[①-⑳])")


def is_own(line: str) -> bool:
    """Whether a document says such a line, so that its recurring proves nothing."""
    solid = "".join(line[:LONGEST].split())
    labelled = _LABELLED.match(solid)
    if NUMBERED.match(line) or _ENUMERATED.match(line) or (labelled and _is_field(labelled[1])):
        return True
    return not _PAGE.search(solid) and bool(_FRAME.fullmatch(solid) or _CLOSING.search(solid))


def _is_field(label: str) -> bool:
    return label in _LABELS or bool(_FIELD.search(label) and not _PAGE.search(label))
