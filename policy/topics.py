"""Topics of a text by our own dictionary: no model, each with its evidence, the same tomorrow.

A term in the title counts 8, in a heading 4, in the body less and less: 2·log(1 + n). Below the
threshold a topic is mentioned, not treated. Topics are no words of the policy: a new dictionary
makes no version (:mod:`policy.identity` leaves them out), the record names the one it used.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from functools import cache

from attrs import define, field, frozen

from policy.data import table
from policy.lexicon import Lexicon
from policy.records import Evidence, Topic, Topics

TITLE, HEADING, BODY = 8, 4, 2
THRESHOLD = 6.0
"""Half way between a term in the title and none: twenty in the body alone, or a heading and two."""
MOST_TOPICS = 12
MOST_EVIDENCE = 8
LONGEST_HEADING = 60
"""A longer line is a paragraph that begins with a number."""


@frozen(kw_only=True)
class _Entry:
    id: str
    name: str
    parents: tuple[str, ...]


@frozen(kw_only=True)
class _TopicSet:
    """The dictionary: its topics by their terms."""

    version: str
    lexicon: Lexicon = field(repr=False)
    by_term: dict[str, tuple[_Entry, ...]] = field(repr=False)


@cache
def topic_set() -> _TopicSet:
    """The dictionary, read once."""
    entries = table("topics.toml")
    version = entries.pop("version")
    by_term: dict[str, tuple[_Entry, ...]] = {}
    excludes: set[str] = set()
    for name, told in entries.items():
        entry = _Entry(id=name, name=told["name"], parents=tuple(told.get("parents", ())))
        for term in (*told["terms"], *told.get("aliases", ())):
            by_term[term.lower()] = (*by_term.get(term.lower(), ()), entry)
        excludes.update(told.get("excludes", ()))
    return _TopicSet(version=version, lexicon=Lexicon([*by_term, *excludes]), by_term=by_term)


_Where = tuple[int | None, int, int]
"""Line (None for the title), start and end in it."""


@define
class _Tally:
    """How often a topic's terms stand in a place of each weight, and where each stands first."""

    entry: _Entry
    counts: dict[int, int] = field(factory=lambda: {TITLE: 0, HEADING: 0, BODY: 0})
    first: dict[str, tuple[int, _Where]] = field(factory=dict)

    @property
    def score(self) -> float:
        titled, headed, in_body = self.counts.values()
        return TITLE * titled + HEADING * headed + BODY * math.log1p(in_body)


def topics(title: str, lines: Sequence[str], headings: Collection[int] = ()) -> Topics:
    """The topics of a title and a text; ``headings`` are the indices of lines that are headings."""
    book = topic_set()
    short = {line for line in headings if len(lines[line]) <= LONGEST_HEADING}
    tallies: dict[str, _Tally] = {}
    for term, where in _terms(book.lexicon, title, lines):
        weight = TITLE if where[0] is None else HEADING if where[0] in short else BODY
        for entry in book.by_term.get(term, ()):
            if entry.id not in tallies:
                tallies[entry.id] = _Tally(entry)
            tally = tallies[entry.id]
            tally.counts[weight] += 1
            if term not in tally.first or weight > tally.first[term][0]:
                tally.first[term] = weight, where
    scored = [(tally.score, tally) for tally in tallies.values()]
    told = sorted((one for one in scored if one[0] >= THRESHOLD), key=lambda one: -one[0])
    found = tuple(_topic(score, one, title, lines) for score, one in told[:MOST_TOPICS])
    return Topics(version=book.version, found=found)


def _terms(lexicon: Lexicon, title: str, lines: Sequence[str]) -> Iterator[tuple[str, _Where]]:
    """Every term in lower case and where it stands: the title's, then the text's in one pass."""
    for start, end, term in lexicon.spans(title):
        yield term, (None, start, end)
    line, begins, over = -1, 0, -1
    for start, end, term in lexicon.spans("\n".join(lines)):
        while start > over:
            begins, line = over + 1, line + 1
            over = begins + len(lines[line])
        yield term, (line, start - begins, end - begins)


def _topic(score: float, tally: _Tally, title: str, lines: Sequence[str]) -> Topic:
    titled, headed, in_body = tally.counts.values()
    first = sorted(tally.first.values(), key=lambda seen: -seen[0])[:MOST_EVIDENCE]
    return Topic(
        id=tally.entry.id,
        name=tally.entry.name,
        score=round(score, 1),
        parents=tally.entry.parents,
        title=titled,
        headings=headed,
        body=in_body,
        evidence=tuple(_evidence(where, title, lines) for _, where in first),
    )


def _evidence(where: _Where, title: str, lines: Sequence[str]) -> Evidence:
    line, start, end = where
    words = title if line is None else lines[line]
    return Evidence(term=words[start:end], line=line, start=start, end=end)
