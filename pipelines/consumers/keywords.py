"""A shell over the archive: gives each new version its keywords, after the commit."""

from __future__ import annotations

import logging
import math
import re
import warnings
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from pipelines.data import words
from policy.records import Change, Version
from policy.text.lexicon import terms
from policy.text.word_spaces import join_words
from storage import queries
from storage.articles import changes as cursors
from storage.articles import version_keywords
from storage.database import Database

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


# ------------------------------------------------------------------ keywords


_WORDED = frozenset({"new_policy", "source_added", "new_version", "completed", "reextracted", "attachments"})
_FOLLOWER = "keywords"


def compute_keywords(database: Database, cache: Path | None = None, *, batch: int = 50) -> int:
    """Follow the change feed and give each new version its keywords; how many there were.

    Segmentation costs more than all else on a page: it comes after the commit, once a run. jieba
    keeps its dictionary below ``cache``, without one it is built anew.
    """
    done = 0
    while unread := _unread(database, batch):
        if cache:
            prepare(cache)
        found = [(change, _computed(version)) for change, version in unread]
        with database.write() as session:
            for change, words in found:
                if words:
                    version_keywords.put(session, change.article_id, change.version, words)
            if cursors.held_cursor(session, _FOLLOWER) < found[-1][0].id:
                cursors.move_cursor(session, _FOLLOWER, found[-1][0].id)
        done += len(found)
    return done


def _computed(version: Version | None) -> tuple[str, ...]:
    return extract_keywords(version.article.title.value, version.text) if version else ()


def _unread(database: Database, limit: int) -> list[tuple[Change, Version | None]]:
    with database.read() as session:
        changes = queries.changes(session, after=cursors.cursor(session, _FOLLOWER), limit=limit)
        return [(change, _version(session, change)) for change in changes]


def _version(session: Session, change: Change) -> Version | None:
    if change.kind not in _WORDED:
        return None
    return queries.version(session, change.article_id, change.version)
