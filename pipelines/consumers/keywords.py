"""The keywords consumer: computes the keywords of each new version, after the commit."""

from __future__ import annotations

import logging
import math
import re
import warnings
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from pipelines.data import words
from policy.records import Change, Version
from policy.text.lexicon import join_words, terms
from storage import queries
from storage.articles import archive
from storage.change_feed import Progress, consume_changes
from storage.database import Database

TITLE_WEIGHT = 8
BODY_WEIGHT = 2
TERM_WEIGHT = 3
"""How much more a term of our lexicon weighs than another word."""
RARE = 12.0
"""The greatest weight of a word: that of one word in 160,000."""

_WORD = re.compile(r"(?=.*[^\W\d_])[\w·+-]{2,}")
_QUANTITY = re.compile(r"[\d.〇零一二三四五六七八九十百千万亿第两几多余]+\w?")
_directory: list[str] = []


def prepare_dictionary(cache_dir: Path) -> None:
    """Load jieba's dictionary, cached in ``cache_dir`` (by default jieba would write to ``/tmp``)."""
    cache_dir.mkdir(parents=True, exist_ok=True)
    _directory[:] = [str(cache_dir)]
    _tokenizer()


def extract_keywords(title: str, text: str, *, limit: int = 10) -> tuple[str, ...]:
    """The words that best describe an article, the most descriptive first."""
    titled, counted = Counter(_words(title)), Counter(_words(join_words(text).text))
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
    """jieba with the terms of our lexicon; without a cache directory it reads and writes no cache."""
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


# ------------------------------------------------------------------ consumer


_WITH_WORDS = frozenset(
    {"new_policy", "source_added", "new_version", "completed", "reextracted", "attachments"}
)
"""Kinds of changes after which a version may have other words."""
CONSUMER = "keywords"


def compute_keywords(
    database: Database,
    cache: Path | None = None,
    *,
    batch: int = 50,
    progress: Progress = lambda done, total: None,
) -> int:
    """Compute the keywords of versions that the change feed names; returns how many changes were read.

    Segmentation costs more than all other steps of an article, so it runs after the commit, once a run.
    jieba caches its dictionary in ``cache``; without it the dictionary is parsed again.
    """

    def prepare(changes: Sequence[Change]) -> list[tuple[Change, tuple[str, ...]]]:
        if cache:
            prepare_dictionary(cache)
        with database.read() as session:
            versions = [_version(session, change) for change in changes]
        return [(change, _keywords_of(version)) for change, version in zip(changes, versions, strict=True)]

    return consume_changes(
        database, CONSUMER, batch=batch, prepare=prepare, apply=_save_keywords, progress=progress
    )


def _version(session: Session, change: Change) -> Version | None:
    if change.kind not in _WITH_WORDS:
        return None
    return queries.version(session, change.article_id, change.version)


def _keywords_of(version: Version | None) -> tuple[str, ...]:
    return extract_keywords(version.article.title.value, version.text) if version else ()


def _save_keywords(session: Session, computed: Sequence[tuple[Change, tuple[str, ...]]]) -> int:
    for change, keywords in computed:
        if keywords:
            archive.set_keywords(session, change.article_id, change.version, keywords)
    return len(computed)
