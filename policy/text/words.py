"""Folding words for comparison and cutting them into search tokens; never for storage."""

from __future__ import annotations

import hashlib
import re
import unicodedata

HAN = "㐀-䶿一-鿿豈-﫿々〇𠀀-𿿽"
"""The Han characters as the inside of a character class."""

BREAK = "¶"
"""Stands in the token list where punctuation or a line end stood, so that no phrase leaks across."""

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]")
_WIDE = {wide: unicodedata.normalize("NFKC", wide) for wide in "，：；（）！？％\u3000"}
_BETWEEN_DIGITS = re.compile(r"(\d)[^\w%‰]+(?=\d)")
_LOOSE = re.compile(r"[.-](?:(?<!\d[.-])|(?!\d))")
_MUTE = re.compile(r"[^\w.%‰≤≥¥$€£-]+|_+")
_PAUSE = re.compile(r"(?:[^\w\s]|[_\n\r\v\f\x1c-\x1e\x85\u2028\u2029])[\W_]*")
_TOKEN = re.compile(rf"[{HAN}{BREAK}]|[^\W_{HAN}]+")


def compatible(text: str) -> str:
    """NFKC in lower case without invisible characters.

    With the punctuation of every Chinese text narrowed first, most texts are normal already, which
    Python sees at a glance: the whole takes a tenth of the time.
    """
    for wide, narrow in _WIDE.items():
        text = text.replace(wide, narrow)
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", text).lower())


def fold(text: str) -> str:
    """The comparison form: NFKC, lower case, no white space, no punctuation.

    What stands between two digits stays visible (``3.5`` is not ``35``, ``2021—2025`` is
    ``2021-2025``), and so do the signs that change a quantity (``% ‰ ≤ ≥`` and currencies).
    """
    solid = "".join(compatible(text).split())
    return _MUTE.sub("", _LOOSE.sub("", _BETWEEN_DIGITS.sub(_joint, solid)))


def _joint(found: re.Match[str]) -> str:
    digit, between = found[1], found[0][1:]
    return f"{digit}." if between == "." else f"{digit}-"


def fingerprint(folded: str) -> str:
    """SHA-256 of folded words, in hexadecimal."""
    return hashlib.sha256(folded.encode()).hexdigest()


def tokens(text: str) -> list[str]:
    """Search tokens: a Han character each, a run of other letters and digits each.

    Punctuation and line ends between them are one ``¶``; white space between Han characters
    (line-break scars) counts for nothing.
    """
    return _TOKEN.findall(_PAUSE.sub(BREAK, compatible(text)))


def phrase(text: str) -> list[str]:
    """The tokens of a searched term: without ``¶`` at either end."""
    found = tokens(text)
    first = 1 if found[:1] == [BREAK] else 0
    last = -1 if found[first:][-1:] == [BREAK] else None
    return found[first:last]
