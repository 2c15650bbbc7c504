"""What two texts may differ in without saying something else: typography, spelling, notation of figures."""

from __future__ import annotations

import re
from functools import lru_cache

from pipelines.data import sections
from policy.text.numerals import NUMERALS
from policy.text.words import HAN, canonical, compatible

_CHARACTERS = str.maketrans(
    {pair[0]: pair[1] for line in sections("spellings.txt")["characters"] for pair in line.split()}
)
_CHARACTER = re.compile(f"[{''.join(map(chr, _CHARACTERS))}]")
_WORDS = dict(pair.split("/") for line in sections("spellings.txt")["words"] for pair in line.split())
_WORD = re.compile("|".join(_WORDS))
_SHARE = re.compile(r"(?<![\d每几数半])份")
"""份 and 分 are one character in 部份, 身分 and 月份; 三份 is not 三分."""

_FIGURE = re.compile(r"\d")
_SAYS = re.compile(r"[^\W_]")
_NOTATION = re.compile(rf"[^{HAN}]|[{NUMERALS}]")
_FIGURES = re.compile(rf"[{NUMERALS}\d%‰]+|分之")
_MUTE = re.compile(r"[\W_]+")


def line_key(text: str) -> str:
    """The canonical form of a text in one spelling; texts with the same key say the same."""
    return _in_one_spelling(canonical(text))


@lru_cache(4096)
def number_key(number: str) -> str:
    """The key of a number before a clause: ``第12条`` of ``第十二条``."""
    return line_key(number)


def _in_one_spelling(text: str) -> str:
    if _CHARACTER.search(text):
        text = text.translate(_CHARACTERS)
    text = _WORD.sub(lambda match: _WORDS[match[0]], text)
    return _SHARE.sub("分", text) if "份" in text else text


def says_the_same(gone: str, come: str) -> bool:
    """Whether only the typography differs; a point or a comma at a figure is no typography."""
    if not (gone and come):
        return not _SAYS.search(gone + come)
    if _FIGURE.search(gone + come):
        return False
    if _NOTATION.search(gone + come):
        return line_key(gone) == line_key(come)
    return len(gone) == len(come) and _in_one_spelling(gone) == _in_one_spelling(come)


def typographic_difference(old: str, new: str) -> str:
    """The kind of the difference of two texts with the same words, a name of a reason."""
    if "".join(old.split()) == "".join(new.split()):
        return "paragraphs" if len(old.split("\n")) != len(new.split("\n")) else "white space"
    one, other = ("".join(compatible(text).split()) for text in (old, new))
    if one == other:
        return "width"
    if _MUTE.sub("", one) == _MUTE.sub("", other):
        return "punctuation"
    return "figures" if _FIGURES.findall(one) != _FIGURES.findall(other) else "spelling"
