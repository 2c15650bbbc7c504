"""Folding of text for comparison, tokens for search, and excerpts around what was searched for.

Archived text is never folded. Pure.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable

HAN = "㐀-䶿一-鿿豈-﫿々〇𠀀-𿿽"
"""The Han characters, as the content of a character class."""

BREAK = "¶"
"""The token for punctuation and line ends, so that phrases do not match across them."""

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]")
_WIDE = {wide: unicodedata.normalize("NFKC", wide) for wide in "，：；（）！？％\u3000"}
_RADICAL = re.compile("[\u2e80-\u2fd5]")
_SUPPLEMENT = (
    (
        "⺁⺄⺅⺆⺈⺉⺊⺋⺌⺍⺎⺏⺐⺑⺒⺓⺔⺕⺖⺗⺘⺙⺛⺜⺝⺞⺟⺠⺡⺢⺣⺤⺥⺦⺧⺨⺩⺪⺫⺬",
        "厂乙亻冂刀刂卜㔾小小兀尣尢尣巳幺彑彐忄㣺扌攵旡日月歺母民氵氺灬爫爫丬牛犭王疋目示",
    ),
    (
        "⺭⺮⺯⺰⺱⺲⺳⺴⺵⺶⺷⺸⺹⺺⺻⺼⺽⺾⺿⻀⻁⻂⻃⻄⻅⻆⻇⻈⻉⻊⻋⻌⻍⻎⻏⻐⻑⻒⻓⻔",
        "礻竹糹纟罓罒㓁㓁网羊羊羊耂肀聿肉臼艹艹艹虎衤覀西见角角讠贝足车辶辶辶阝钅長镸长门",
    ),
    (
        "⻕⻖⻗⻘⻙⻚⻛⻜⻝⻞⻟⻠⻡⻢⻣⻤⻥⻦⻧⻨⻩⻪⻫⻬⻭⻮⻯⻰⻱⻲⻳",
        "阜阝雨青韦页风飞食飠飠饣首马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜龙龜亀龟",
    ),
    ("⼾⾭⿈", "户青黄"),
)
"""The radicals whose character NFKC does not give, or gives in a form that simplified texts do not use."""
_CHARACTERS = str.maketrans(
    {chr(code): unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)}
    | {radical: sign for row in _SUPPLEMENT for radical, sign in zip(*row, strict=True)}
)
_BETWEEN_DIGITS = re.compile(r"(\d)[^\w%‰]+(?=\d)")
_LOOSE = re.compile(r"[.-](?:(?<!\d[.-])|(?!\d))")
_MUTE = re.compile(r"[^\w.%‰≤≥¥$€£-]+|_+")
_PAUSE = re.compile(r"(?:[^\w\s]|[_\n\r\v\f\x1c-\x1e\x85\u2028\u2029])[\W_]*")
_TOKEN = re.compile(rf"[{HAN}{BREAK}]|[^\W_{HAN}]+")


def unify_radicals(text: str) -> str:
    """The text with the radicals of PDFs (⻛ ⺠ ⼀) as the characters they stand for, one for one.

    Offsets stay valid. Everything that reads words applies it; the archived text stays as published.
    """
    return text.translate(_CHARACTERS) if _RADICAL.search(text) else text


def compatible(text: str) -> str:
    """The NFKC form in lower case without invisible characters and radicals.

    Common full-width punctuation is replaced first. Most texts are then in normal form already, which Python
    checks quickly; that takes a tenth of the time.
    """
    for wide, narrow in _WIDE.items():
        text = text.replace(wide, narrow)
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", unify_radicals(text)).lower())


def fold(text: str) -> str:
    """The form for comparison: NFKC, lower case, without white space and punctuation.

    Punctuation between two digits is kept (``3.5`` is not ``35``, ``2021—2025`` becomes ``2021-2025``), and
    so are signs that change a quantity (``% ‰ ≤ ≥`` and currencies).
    """
    solid = "".join(compatible(text).split())
    return _MUTE.sub("", _LOOSE.sub("", _BETWEEN_DIGITS.sub(_joint, solid)))


def _joint(match: re.Match[str]) -> str:
    digit, between = match[1], match[0][1:]
    return f"{digit}." if between == "." else f"{digit}-"


def fingerprint(folded: str) -> str:
    """The SHA-256 of folded text, in hexadecimal."""
    return hashlib.sha256(folded.encode()).hexdigest()


def tokens(text: str) -> list[str]:
    """Search tokens: single Han characters, and runs of other letters and digits.

    Punctuation and line ends between them become one ``¶``; white space is ignored.
    """
    return _TOKEN.findall(_PAUSE.sub(BREAK, compatible(text)))


def phrase(text: str) -> list[str]:
    """The tokens of a search term, without ``¶`` at both ends."""
    term = tokens(text)
    first = 1 if term[:1] == [BREAK] else 0
    last = -1 if term[first:][-1:] == [BREAK] else None
    return term[first:last]


# ------------------------------------------------------------------ excerpts for people


AROUND = 40
"""Characters before and after the match."""

_LETTER = rf"[^\W_{HAN}]"
_INSIDE = r"[\s\u00ad\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff]*"
_BETWEEN_TERMS = r"[\W_]+"


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
    parts = [_BETWEEN_TERMS if token == BREAK else _word(token) for token in tokens]
    return _INSIDE.join(parts)


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


_UNPRINTABLE = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


def single_line(text: str) -> str:
    """The text with each run of line breaks, white space, control characters and bidirectional marks
    replaced by one space."""
    return _UNPRINTABLE.sub(" ", text).strip()
