"""What an article had and its next reading has not: lost by the policy, or only by our reading?

A revision takes words off the page. A new layout leaves them there, where our selectors no longer
look: words that the page still prints cannot have been lost by the policy.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

from attrs import frozen

from policy.records import Article, Attachment, Found
from policy.words import fold

FIELDS = (
    *("published", "source", "doc_no", "index_no", "issuers"),
    *("written", "subject", "validity", "attachments"),
)
"""Fields that a layout prints, and that vanish with it; days told in the text are the text's."""
LABELLED = frozenset({"cell", "meta", "masthead", "breadcrumb"})
"""Kinds of rules that read a place of the layout; others read the text."""
SHARE = 0.5
"""Of its words: a body that lost more has lost its body."""
_SHORTEST = 8
"""Folded characters of a line that is looked for: shorter ones stand everywhere."""


@frozen(kw_only=True)
class Loss:
    """A field that is gone (``text``: most of the body; ``title``: it is another one) and what of it
    the page may still print."""

    field: str
    words: tuple[str, ...]
    """Folded words; of a day every way to print it is looked for."""


def has(article: Article, field: str) -> bool:
    """Whether the article has this field."""
    return bool(getattr(article, field))


def losses(before: Article, after: Article) -> tuple[Loss, ...]:
    """What the first reading had and the second has not, in the order of the fields; the text last."""
    return (*_fields(before, after), *_text(before, after))


def certain(found: tuple[Loss, ...], page: str) -> bool:
    """Whether the page, as folded words, still prints what was lost.

    The body is unmistakable. A single field is not (the name of a 来源 may stand in the text), two
    that vanish together and are both still there are.
    """
    still = [loss for loss in found if _printed(loss, page)]
    return any(loss.field == "text" for loss in still) or (len(still) > 1 and len(still) == len(found))


def _fields(before: Article, after: Article) -> Iterator[Loss]:
    for name in FIELDS:
        if has(before, name) and not has(after, name) and _from_layout(getattr(before, name)):
            yield Loss(field=name, words=tuple(_words(getattr(before, name))))
    old, new = fold(before.title.value), fold(after.title.value)
    if old not in new and new not in old:
        yield Loss(field="title", words=(old,))


def _from_layout(value: Found[Any] | tuple[Attachment, ...]) -> bool:
    return not isinstance(value, Found) or value.rule.partition(":")[0] in LABELLED


def _words(value: Found[Any] | tuple[Attachment, ...]) -> Iterator[str]:
    if isinstance(value, Found):
        yield value.value.isoformat()[:10] if isinstance(value.value, dt.date) else fold(value.raw)
    else:
        yield from (fold(file.name) for file in value)


def _text(before: Article, after: Article) -> Iterator[Loss]:
    kept = fold(after.text)
    lines = [line for line in map(fold, before.text.split("\n")) if line]
    lost = [line for line in lines if line not in kept]
    if sum(map(len, lost)) > SHARE * sum(map(len, lines)):
        yield Loss(field="text", words=tuple(lost))


def _printed(loss: Loss, page: str) -> bool:
    """Whether most of the lost words are on the page."""
    sought = loss.words if loss.field != "text" else tuple(w for w in loss.words if len(w) >= _SHORTEST)
    found = sum(len(words) for words in sought if _is_on(words, page))
    return found > SHARE * sum(map(len, loss.words))


def _is_on(words: str, page: str) -> bool:
    day = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", words)
    if day is None:
        return words in page
    year, month, number = (int(part) for part in day.groups())
    # folded, a clock follows at once: two digits are the day, one is only before no other digit
    printed = rf"{year}[-.年]0?{month}[-.月](?:{number:02}|{number}(?!\d))"
    return re.search(printed, page) is not None
