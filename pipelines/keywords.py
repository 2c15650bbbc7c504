"""Keywords of an article: what sets its words apart, the title first.

The only module that knows jieba, which it loads on first use. Frequency alone finds 创新, 建设 and
推进 in every plan, so a word is weighed by where it stands and how rare it is in Chinese at large:
terms of our dictionary count most, words of policy prose not at all.
"""

from __future__ import annotations

import logging
import math
import re
import warnings
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

from pipelines.data import words
from policy.scars import mend
from policy.terms import terms

TITLE_WEIGHT = 8
BODY_WEIGHT = 2
TERM_WEIGHT = 3
"""How much more a term of our dictionary counts than a word of Chinese."""
RARE = 12.0
"""The weight of a word jieba does not know, as that of one in 160,000."""

_WORD = re.compile(r"(?=.*[^\W\d_])[\w·+-]{2,}")
_QUANTITY = re.compile(r"[\d.〇零一二三四五六七八九十百千万亿第两几多余]+\w?")
_directory: list[str] = []


def prepare(cache_dir: Path) -> None:
    """Load the dictionary quietly, its cache below ``cache_dir`` (jieba would write to ``/tmp``)."""
    cache_dir.mkdir(parents=True, exist_ok=True)
    _directory[:] = [str(cache_dir)]
    _tokenizer()


def extract_keywords(title: str, text: str, *, limit: int = 10) -> tuple[str, ...]:
    """The words that tell most of what an article is about, the most telling first."""
    titled, counted = Counter(_words(title)), Counter(_words(mend(text).text))
    scores = {
        word: _rarity(word) * (TITLE_WEIGHT * (word in titled) + BODY_WEIGHT * math.log1p(counted[word]))
        for word in titled | counted
        if word in titled or word in terms() or counted[word] > 1
    }
    return tuple(sorted(scores, key=lambda word: (-scores[word], word))[:limit])


def _words(text: str) -> list[str]:
    cut: list[str] = _tokenizer().lcut(text, HMM=False)
    return [word for word in cut if _WORD.fullmatch(word) and not _says_little(word)]


def _says_little(word: str) -> bool:
    return word in words("stop-words.txt") or (word not in terms() and bool(_QUANTITY.fullmatch(word)))


def _rarity(word: str) -> float:
    if word in terms():
        return RARE * TERM_WEIGHT
    tokenizer = _tokenizer()
    known = tokenizer.FREQ.get(word, 0)
    return min(RARE, math.log(tokenizer.total / known)) if known else RARE / 2


@cache
def _tokenizer() -> Any:  # jieba ships no types
    """jieba with our terms; without a directory of our own it neither reads nor writes a cache."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # invalid escapes, and pkg_resources where it still exists
        import jieba

    jieba.setLogLevel(logging.ERROR)
    tokenizer = jieba.Tokenizer()
    if _directory:
        tokenizer.tmp_dir = _directory[0]
        tokenizer.initialize()
    else:
        tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
        tokenizer.initialized = True
    for term in terms():
        tokenizer.add_word(term)
    return tokenizer
