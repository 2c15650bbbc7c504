"""What a query is asked about, made of a version: one way, for the index as for whoever follows changes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from policy.documents.dates import calendar_day
from policy.query.parser import SearchDocument
from policy.records import Version
from policy.records.content import DocNumber
from policy.text.words import BREAK, HAN, phrase


def search_document(version: Version, name: str | None = None) -> SearchDocument:
    """The words of title, text and files, the number as printed and in its normal form, portal and day.

    ``name`` is the portal's name, beside its slug.
    """
    article = version.article
    return SearchDocument(
        text=f"{article.title.value}\n{searchable_text(version)}",
        doc_no=_number(article.doc_no.value) if article.doc_no else None,
        portal=(article.portal, name) if name else (article.portal,),
        day=calendar_day(article.published.value) if article.published else None,
    )


def searchable_text(version: Version) -> str:
    """The page's text and, each below its name, that of every file that was read."""
    files = (f"{file.name}\n{file.text}" for file in version.files if file.text)
    return "\n".join([version.article.text, *files])


def _number(number: DocNumber) -> str:
    return number.norm if number.raw == number.norm else f"{number.norm}\n{number.raw}"


# ------------------------------------------------------------------ where a text answers a query


AROUND = 40
"""Characters before and behind the match."""

_LETTER = rf"[^\W_{HAN}]"
_INVISIBLE = r"[\s\u00ad\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff]*"
_PAUSE = r"[\W_]+"


def snippet(text: str, terms: Iterable[str], *, around: int = AROUND) -> str:
    """The text from ``around`` characters before the first match to as many behind it, on one line.

    The beginning where no term is found (it may stand in the title).
    """
    spans = [span for term in terms for span in _places(text, term)[:1]]
    start, end = min(spans, default=(0, around))
    cut = slice(max(start - around, 0), min(end + around, len(text)))
    shown = " ".join(text[cut].split())
    return f"{'…' if cut.start > 0 else ''}{shown}{'…' if cut.stop < len(text) else ''}"


def match_spans(text: str, terms: Iterable[str]) -> list[tuple[int, int]]:
    """Every place where one of the terms stands, with the white space that a scar left in it."""
    return sorted(place for term in terms for place in _places(text, term))


def _places(text: str, term: str) -> list[tuple[int, int]]:
    """Where the term's tokens stand; in a text of full-width letters only after folding."""
    pattern = re.compile(_pattern(phrase(term)), re.IGNORECASE)
    if found := [place.span() for place in pattern.finditer(text)]:
        return found
    folded, origin = _folded(text)
    return [(origin[found.start()], origin[found.end() - 1] + 1) for found in pattern.finditer(folded)]


def _pattern(tokens: list[str]) -> str:
    """A pause stands for any punctuation, nothing between two others for any white space."""
    parts = [_PAUSE if token == BREAK else _word(token) for token in tokens]
    return _INVISIBLE.join(parts)


def _word(token: str) -> str:
    if re.fullmatch(f"[{HAN}]", token):
        return token
    return rf"(?<!{_LETTER}){re.escape(token)}(?!{_LETTER})"


def _folded(text: str) -> tuple[str, list[int]]:
    """The compatibility form, character by character, and where each of its characters came from."""
    folded, origin = [], []
    for at, character in enumerate(text):
        form = character if character < "\x80" else unicodedata.normalize("NFKC", character)
        folded.append(form)
        origin.extend([at] * len(form))
    return "".join(folded), origin
