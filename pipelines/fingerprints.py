"""An article as a small set of numbers that its reprints share: hashes of clauses and of runs of characters.

A clause is what stands between two pauses, folded and without its number. Where punctuation is lost the
clauses are, so runs of characters that begin at certain characters stand beside them. Of both the smallest
hashes are kept: which, is decided by the words alone, so an excerpt of a long text keeps the same ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from hashlib import blake2b

from policy.fingerprints import MOST, MOST_CLAUSES, Fingerprints
from policy.numerals import NUMERALS
from policy.words import compatible

SHORTEST = 30
"""Folded characters of a text that has fingerprints at all."""
CLAUSE = 6
"""Folded characters of the shortest clause that says anything."""
RUN = 12
"""Characters of a run."""
LONGEST_TEXT = 5_000_000
"""Characters that are looked at."""

_PAUSE = re.compile(r"[^\w.%‰≤≥¥$€£]+|_+|(?<!\d)\.|\.(?!\d)")
_BLANK = re.compile(r"[^\S\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")
_NUMBERED = re.compile(
    rf"第(?:[{NUMERALS}零〇]|\d){{1,8}}(?:分编|编|章|节|条)(?:之[{NUMERALS}]{{1,3}})?(?=.{{4}})"
)
_BEGINS = 7
"""Runs begin at characters whose code has these bits unset: at one of eight."""


def clauses(text: str) -> list[str]:
    """The folded clauses of a text in order, without their numbers and without empty ones."""
    solid = _BLANK.sub("", compatible(text[:LONGEST_TEXT]))
    return [_NUMBERED.sub("", clause, count=1) if clause[0] == "第" else clause for clause in _split(solid)]


def fingerprints_of_text(text: str, keys: Iterable[str] = ()) -> Fingerprints:
    """The fingerprints of a text; none for a text that is too short to be known again."""
    return of_clauses(clauses(text), keys)


def of_clauses(found: Iterable[str], keys: Iterable[str] = ()) -> Fingerprints:
    """The same of clauses that are split already."""
    found = list(found)
    words = "".join(found)
    hashed = tuple(sorted({_hash("key", key) & ~1 for key in keys}))
    if len(words) < SHORTEST:
        return Fingerprints(digest=_hash("words", words), keys=hashed)
    ours = sorted({_hash("", clause) & ~1 for clause in set(found) if len(clause) >= CLAUSE})[:MOST_CLAUSES]
    runs = sorted({_hash("", run) | 1 for run in _runs(words)})[: MOST - len(ours)]
    return Fingerprints(digest=_hash("words", words), clauses=tuple(ours), runs=tuple(runs), keys=hashed)


def _split(solid: str) -> Iterator[str]:
    return (clause for clause in _PAUSE.split(solid) if clause)


def _runs(words: str) -> set[str]:
    """Runs of characters; where one begins depends on the words there, not on how many came before."""
    last = len(words) - RUN
    return {words[at : at + RUN] for at, sign in enumerate(words) if not ord(sign) & _BEGINS and at <= last}


def _hash(kind: str, words: str) -> int:
    """As stable as its definition, and signed, as BIGINT is."""
    digest = blake2b(words.encode("utf-8", "surrogatepass"), digest_size=8, person=kind.encode()).digest()
    return int.from_bytes(digest, "little", signed=True)
