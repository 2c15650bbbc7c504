"""Records alike on a page: comments, answers, teasers of other pages; none of them is the article.

A record is one of several neighbouring elements of one make, each with prose and a mark: words of
a thread (回复, 楼, 赞), or a line that is a link, or a day and a name. One that says nothing but a day
beside its prose is an entry of the text.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Container, Mapping, Sequence
from itertools import islice

from attrs import define, frozen

from crawler.pages.runs import Run, Spot

MANY = 3
"""So many make it a row of records."""
REACH = 12
"""So many elements around a run are looked at."""
MARK = 40
"""Characters of a mark at most."""
TEASER = 0.05
"""What the prose of a teaser counts, in a row of three; a longer row counts no more."""
FIRST = 0.5
"""What the prose of a thread's first post counts; of the others none."""
ANSWER = 180
"""Characters of prose of the middle one of a row from which its records are articles themselves: answers."""
THREAD = frozenset({FIRST, 0.0})
HEADINGS = frozenset({"h2", "h3", "h4"})
LONGEST_TEASER = 150
"""Characters of prose that records without words of a thread have on average, or they are no teasers."""
_THREAD = re.compile(
    r"(?>回[复覆]|[评評][论論]|[点點]?[赞讚]|举报|支持|反对|踩|分享|收藏|引用|只看\w{0,3}|沙发|板凳|地板|[楼樓]主?"
    r"|小时|分钟|前|昨天|今天|刚刚|\d|\W)++"
    r"|.{0,20}[发發]表[于於].{0,30}|网友.{0,20}|积分\W*\d+"
)
_REPLY = re.compile(r"(?:回[复覆]|举报|[赞讚])\W*\d*\W*$")
_WORD = re.compile(r"[^\W\d]")
_DAY_ALONE = re.compile(r"[\d\W年月日时分秒]+")
_DAY = re.compile(r"(?:19|20)\d\d\s?[-/.年]\s?\d{1,2}|\d{1,2}:\d\d")


@define
class _Record:
    """One element of a row, and what it holds."""

    prose: int = 0
    linked: bool = False
    led: bool = False
    """Whether its heading is a link."""
    dated: bool = False
    named: bool = False
    thread: bool = False

    @property
    def marked(self) -> bool:
        """Whether it is a record rather than a paragraph."""
        return self.linked or self.thread or (self.dated and self.named)


@frozen(kw_only=True)
class Records:
    """The records of a page: what the prose of each counts, and the elements that hold rows of answers."""

    weights: Mapping[int, float]
    answered: frozenset[int]

    def share(self, run: Run) -> float:
        """What a run's prose counts among them: 1 outside of them."""
        if not self.weights:
            return 1.0
        return min((self.weights.get(spot.key, 1.0) for spot in run.spot.upwards()), default=1.0)


def records(found: Sequence[Run], headed: Container[int]) -> Records:
    """The records of a page.

    A row with an element around the headline (``headed``, their keys) is none of records, unless each of
    the others has a heading that is a link.
    """
    rows: defaultdict[tuple[int, str], dict[int, _Record]] = defaultdict(dict)
    for spot, prose in _prose(found).items():
        rows[spot.up.key if spot.up else 0, spot.make][spot.key] = _Record(prose)
    held = {key: record for row in rows.values() if len(row) >= MANY for key, record in row.items()}
    for run in found if held else ():
        _mark(run, held)
    told = {frame: row for (frame, _), row in rows.items() if _is_row(row, headed)}
    return Records(
        weights={key: weight for row in told.values() for key, weight in _weights(row, headed).items()},
        answered=frozenset(frame for frame, row in told.items() if _is_thread(row) and _is_long(row)),
    )


def _prose(found: Sequence[Run]) -> dict[Spot, int]:
    """The blocks that may be records, in order, each with the characters of prose in it."""
    prose: dict[Spot, int] = {}
    for run in found:
        for spot in islice(run.spot.upwards(), REACH) if run.words else ():
            if spot.is_block:
                prose[spot] = prose.get(spot, 0) + run.words
    return prose


def _mark(run: Run, held: Mapping[int, _Record]) -> None:
    """Notes a mark with the records that hold it."""
    replies = run.words > 0 and run.linked > 0 and _REPLY.search(run.text) is not None
    if not replies and (run.words or len(run.text) > MARK):
        return
    around = [held[spot.key] for spot in islice(run.spot.upwards(), REACH) if spot.key in held]
    if not around:
        return
    named = _DAY_ALONE.fullmatch(run.text) is None
    thread = replies or (_THREAD.fullmatch(run.text) is not None and _WORD.search(run.text) is not None)
    for record in around:
        record.thread |= thread
        record.linked |= run.is_link
        record.led |= run.is_link and run.block.tag in HEADINGS
        record.named |= named
        record.dated |= _DAY.search(run.text) is not None


def _is_row(row: Mapping[int, _Record], headed: Container[int]) -> bool:
    """Whether neighbours of one make are records rather than paragraphs."""
    if any(key in headed for key in row):
        return len(row) > MANY and all(record.led for key, record in row.items() if key not in headed)
    marked = sum(record.marked for record in row.values())
    return marked >= MANY and 2 * marked >= len(row)


def _is_thread(row: Mapping[int, _Record]) -> bool:
    return 2 * sum(record.thread for record in row.values()) >= sum(record.marked for record in row.values())


def _is_long(row: Mapping[int, _Record]) -> bool:
    return sorted(record.prose for record in row.values())[len(row) // 2] >= ANSWER


def _weights(row: Mapping[int, _Record], headed: Container[int]) -> dict[int, float]:
    """What the prose of each record counts, by element; nothing where each is a text by itself."""
    if any(key in headed for key in row):
        return dict.fromkeys((key for key in row if key not in headed), TEASER)
    if _is_long(row):
        return {}
    if not _is_thread(row):
        marked = [record for record in row.values() if record.marked]
        short = sum(record.prose for record in marked) <= LONGEST_TEASER * len(marked)
        return dict.fromkeys(row, TEASER * MANY / len(row)) if short else {}
    return {key: FIRST if n == 0 else 0.0 for n, key in enumerate(row)}
