"""Topics of a text by a dictionary of terms, with evidence. Pure and deterministic.

An occurrence in the title scores 8, in a heading 4; n occurrences in the body score 2·log(1 + n). Topics
below the threshold are omitted. Topics are not part of the content hash, so a new dictionary makes no new
version (:mod:`policy.rules.identity` omits them); the record names its version.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache
from itertools import accumulate

from attrs import define, field, frozen

from policy.data import read_toml
from policy.records.content import Evidence, Topic, Topics
from policy.text.lexicon import JoinedText, Lexicon, join_words

TITLE, HEADING, BODY = 8, 4, 2
THRESHOLD = 6.0
"""Reached by a term in the title, by about twenty in the body, or by one in a heading and two in the body."""
MOST_TOPICS = 12
MOST_EVIDENCE = 8
LONGEST_HEADING = 60
"""A longer line is taken as a numbered paragraph, not as a heading."""


@frozen(kw_only=True)
class _Entry:
    id: str
    name: str
    parents: tuple[str, ...]


@frozen(kw_only=True)
class _TopicSet:
    """The dictionary of topics by term."""

    version: str
    lexicon: Lexicon = field(repr=False)
    by_term: dict[str, tuple[_Entry, ...]] = field(repr=False)


@cache
def topic_set() -> _TopicSet:
    """The dictionary, read once."""
    entries = read_toml("topics.toml")
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
"""Line (None for the title), and start and end in the title or in the text without spaces inside words."""


@define
class _Tally:
    """The occurrences of a topic's terms by weight, and the first occurrence of each term."""

    entry: _Entry
    counts: dict[int, int] = field(factory=lambda: {TITLE: 0, HEADING: 0, BODY: 0})
    first: dict[str, tuple[int, _Where]] = field(factory=dict)

    def add(self, term: str, weight: int, count: int, where: _Where) -> None:
        """Add occurrences of a term with one weight."""
        self.counts[weight] += count
        if term not in self.first or weight > self.first[term][0]:
            self.first[term] = weight, where

    @property
    def score(self) -> float:
        counts = self.counts
        return TITLE * counts[TITLE] + HEADING * counts[HEADING] + BODY * math.log1p(counts[BODY])


def topics(title: str, lines: Sequence[str], headings: Collection[int] = ()) -> Topics:
    """The topics of a title and a text; ``headings`` are the indices of lines that are headings.

    Terms with a space inside a word (``产业升 级``) are found.
    """
    book, text = topic_set(), join_words("\n".join(lines))
    short = {line for line in headings if len(lines[line]) <= LONGEST_HEADING}
    scored = [(tally.score, tally) for tally in _tallies(book, _terms(book.lexicon, title, text.text), short)]
    told = sorted((one for one in scored if one[0] >= THRESHOLD), key=lambda one: -one[0])
    begins = (0, *accumulate(len(line) + 1 for line in lines))
    printed = _Printed(title=title, lines=lines, text=text, begins=begins)
    found = tuple(_topic(score, one, printed) for score, one in told[:MOST_TOPICS])
    return Topics(version=book.version, ranked=found)


def _tallies(
    book: _TopicSet, terms: Iterable[tuple[str, _Where]], headings: Collection[int]
) -> Iterable[_Tally]:
    """The tally of each topic. Terms are counted before, since a text repeats few terms many times."""
    counts: dict[tuple[int, str], int] = {}
    first: dict[tuple[int, str], _Where] = {}
    for term, where in terms:
        seen = (TITLE if where[0] is None else HEADING if where[0] in headings else BODY), term
        counts[seen] = counts.get(seen, 0) + 1
        first.setdefault(seen, where)
    tallies: dict[str, _Tally] = {}
    for (weight, term), count in counts.items():
        for entry in book.by_term.get(term, ()):
            if entry.id not in tallies:
                tallies[entry.id] = _Tally(entry)
            tallies[entry.id].add(term, weight, count, first[weight, term])
    return tallies.values()


def _terms(lexicon: Lexicon, title: str, text: str) -> Iterator[tuple[str, _Where]]:
    """Every term in lower case with its position: those of the title, then those of the text."""
    for start, end, term in lexicon.spans(title):
        yield term, (None, start, end)
    line, over = 0, text.find("\n")
    for start, end, term in lexicon.spans(text):
        while -1 < over < start:
            line, over = line + 1, text.find("\n", over + 1)
        yield term, (line, start, end)


@define
class _Printed:
    """The title and text as published, to which evidence refers."""

    title: str
    lines: Sequence[str]
    text: JoinedText
    begins: Sequence[int]

    def at(self, where: _Where) -> Evidence:
        line, start, end = where
        if line is not None:
            start, end = (at - self.begins[line] for at in self.text.to_published(start, end))
        words = self.title if line is None else self.lines[line]
        return Evidence(term=words[start:end], line=line, start=start, end=end)


def _topic(score: float, tally: _Tally, printed: _Printed) -> Topic:
    first = sorted(tally.first.values(), key=lambda seen: -seen[0])[:MOST_EVIDENCE]
    return Topic(
        id=tally.entry.id,
        name=tally.entry.name,
        score=round(score, 1),
        parents=tally.entry.parents,
        title=tally.counts[TITLE],
        headings=tally.counts[HEADING],
        body=tally.counts[BODY],
        evidence=tuple(printed.at(where) for _, where in first),
    )
