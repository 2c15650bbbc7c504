"""Search documents made from versions, the same for the index and for alerts, and snippets of matches."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from policy.documents.dates import calendar_day
from policy.query.parser import SearchDocument
from policy.records import Version
from policy.records.content import DocNumber
from policy.text.words import BREAK, HAN, phrase, unify_radicals


def search_document(version: Version, name: str | None = None) -> SearchDocument:
    """The document of a version: title, text and files, number as printed and normalised, portal and day.

    ``name`` is the name of the portal, which can be searched for like its slug.
    """
    article = version.article
    return SearchDocument(
        text=f"{article.title.value}\n{searchable_text(version)}",
        doc_no=_number(article.doc_no.value) if article.doc_no else None,
        portal=(article.portal, name) if name else (article.portal,),
        day=calendar_day(article.published.value) if article.published else None,
    )


def searchable_text(version: Version) -> str:
    """The text of the page, followed by the name and text of every file with text."""
    files = (f"{file.name}\n{file.text}" for file in version.files if file.text)
    return "\n".join([version.article.text, *files])


def _number(number: DocNumber) -> str:
    return number.norm if number.raw == number.norm else f"{number.norm}\n{number.raw}"


# ------------------------------------------------------------------ snippets and highlights


AROUND = 40
"""Characters before and after the match."""

_LETTER = rf"[^\W_{HAN}]"
_INVISIBLE = r"[\s\u00ad\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff]*"
_PAUSE = r"[\W_]+"


def snippet(text: str, terms: Iterable[str], *, around: int = AROUND) -> str:
    """The text around the first match, with ``around`` characters before and after it, on one line.

    The beginning of the text if no term matches it (the match may be in the title).
    """
    spans = [span for term in terms for span in _places(text, term)[:1]]
    start, end = min(spans, default=(0, around))
    cut = slice(max(start - around, 0), min(end + around, len(text)))
    shown = " ".join(text[cut].split())
    return f"{'…' if cut.start > 0 else ''}{shown}{'…' if cut.stop < len(text) else ''}"


def match_spans(text: str, terms: Iterable[str]) -> list[tuple[int, int]]:
    """The sorted spans of all occurrences of the terms; spaces inside words are part of a span."""
    return sorted(place for term in terms for place in _places(text, term))


def _places(text: str, term: str) -> list[tuple[int, int]]:
    """The spans of a term; the text is searched in its compatibility form if the term is not in the
    original."""
    pattern = re.compile(_pattern(phrase(term)), re.IGNORECASE)
    if spans := [match.span() for match in pattern.finditer(text)]:
        return spans
    folded, origin = _folded(text)
    return [(origin[match.start()], origin[match.end() - 1] + 1) for match in pattern.finditer(folded)]


def _pattern(tokens: list[str]) -> str:
    """A pattern of the tokens: a break matches any punctuation; white space is allowed between tokens."""
    parts = [_PAUSE if token == BREAK else _word(token) for token in tokens]
    return _INVISIBLE.join(parts)


def _word(token: str) -> str:
    if re.fullmatch(f"[{HAN}]", token):
        return token
    return rf"(?<!{_LETTER}){re.escape(token)}(?!{_LETTER})"


def _folded(text: str) -> tuple[str, list[int]]:
    """The NFKC form of the text and, for each of its characters, the index of the original character."""
    folded, origin = [], []
    for at, character in enumerate(text):
        form = character if character < "\x80" else unicodedata.normalize("NFKC", unify_radicals(character))
        folded.append(form)
        origin.extend([at] * len(form))
    return "".join(folded), origin
