"""An article as JSON and back. The text lies in a column of its own and is not doubled.

Defaults are written out: a later release may choose others.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from cattrs.preconf.json import make_converter

from policy.contents import Completeness
from policy.records import Article

_converter = make_converter(detailed_validation=False)


def _moment(value: str, _: Any) -> dt.datetime | dt.date:
    return dt.datetime.fromisoformat(value) if "T" in value else dt.date.fromisoformat(value)


_converter.register_structure_hook(dt.datetime | dt.date, _moment)


def dump(article: Article) -> dict[str, Any]:
    """All fields but the text."""
    fields: dict[str, Any] = _converter.unstructure(article)
    del fields["text"]
    return fields


def load(fields: dict[str, Any], text: str) -> Article:
    """The article again; fields that a later release added are passed over."""
    return _converter.structure(fields | {"text": text}, Article)


def load_completeness(fields: dict[str, Any]) -> Completeness:
    """What the article knows to be missing, without reading the rest."""
    return _converter.structure(fields["completeness"], Completeness)
