"""Reject extractions that are not worth archiving, and warn about illegible text.

Length is no criterion: genuine notices are as short as 26 characters. A text counts as empty when nothing is
left after removing its own title and fields. A page whose whole text is in its attachments is archived.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from policy.errors import Rejected
from policy.records import ARTICLE_FIELDS, Article
from policy.records.field_registry import field_names
from policy.text.words import fold

_LOST = re.compile("\ufffd|锟斤拷|烫烫烫|屯屯屯")
_HAN = "銆锛鐨鍦绗涓鍙鏂"
_MISREAD = re.compile(f"[{_HAN}\u00c0-\u00ff](?:(?<=[{_HAN}])|[\u0080-\u00bf]{{1,2}})")
"""UTF-8 decoded as GBK or Latin-1: characters that Chinese prose does not use."""
OFTEN = 20
"""One misread character among this many is reported."""


def illegible_warnings(name: str, text: str) -> Iterator[str]:
    """Warnings about a field whose characters were lost or misread."""
    if lost := len(_LOST.findall(text)):
        yield f"{name}: {lost} characters could not be read"
    if text and len(_MISREAD.findall(text)) * OFTEN > len(text):
        yield f"{name}: looks read in the wrong encoding"


LISTED = 8
"""Dated titles, without a sentence among them, from which on a page is a listing."""
LONGEST_TITLE = 300
_DATED = re.compile(
    r"\D{4,}.*\d{4}[-./年]\d{1,2}[-./月]\d{1,2}日?[\])）】]?|[\[(（【]?\d{4}[-./]\d{1,2}[-./]\d{1,2}.*\D{4,}"
)
_DAY = re.compile(r"\d{4}[-./年]\d{1,2}[-./月]\d{1,2}日?(?:\s*\d{1,2}[:：]\d{2}(?:[:：]\d{2})?)?")


def validate_article(article: Article) -> Article:
    """The article; raises Rejected when it has no title, no text of its own, or is a listing."""
    reason = _title(article) or _text(article) or _listing(article)
    if reason:
        field, message = reason
        raise Rejected(message, portal=article.portal, url=article.url, field=field)
    return article


def _title(article: Article) -> tuple[str, str] | None:
    return None if fold(article.title.value) else ("title", "no title")


def _text(article: Article) -> tuple[str, str] | None:
    if article.attachments or _own_words(article):
        return None
    return ("text", "nothing but title and fields" if fold(article.text) else "no text")


def _own_words(article: Article) -> str:
    """What is left of the text without title and fields, or the first line that leaves plenty.

    A field may be broken over lines, so what little a line leaves counts only when joined to the rest.
    """
    said = sorted(filter(None, {fold(value) for value in _said(article)}), key=len, reverse=True)
    plenty = 2 * len(said[0]) if said else 0
    lines = (fold(_DAY.sub("", line)) for line in article.text.split("\n"))
    rest = []
    for line in lines:
        if line not in said:
            rest.append(line)
            if len(line) > plenty and len(_without(line, said)) > plenty:
                return line
    return _without("".join(rest), said)


def _without(words: str, said: Sequence[str]) -> str:
    for value in said:
        words = words.replace(value, "")
    return words


def _said(article: Article) -> Iterator[str]:
    values = (getattr(article, name) for name in field_names(ARTICLE_FIELDS, "surroundings"))
    yield from (value.raw for value in values if value)
    yield article.title.value


def _listing(article: Article) -> tuple[str, str] | None:
    if "。" in article.text:
        return None
    lines = article.text.split("\n")
    dated = sum(len(line) <= LONGEST_TITLE and bool(_DATED.fullmatch(line.strip())) for line in lines)
    if dated >= LISTED and 5 * dated >= 4 * len(lines):
        return ("text", f"a listing: {dated} of {len(lines)} lines are dated titles")
    return None
