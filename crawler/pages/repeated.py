"""Records alike on a page: comments, answers, teasers of other pages; none of them is the article.

A record is one of several neighbouring elements of one make, each with prose and a mark: words of
a thread (回复, 楼, 赞), or a line that is a link or a day.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from itertools import islice

from attrs import define

from crawler.pages.runs import Run, Spot

MANY = 3
"""So many make it a row of records."""
REACH = 12
"""So many elements around a run are looked at."""
MARK = 40
"""Characters of a mark at most."""
TEASER = 0.05
"""What the prose of a teaser counts."""
FIRST = 0.5
"""What the prose of a thread's first post counts; of the others none."""
LONGEST_TEASER = 150
"""Characters of prose that records without words of a thread have on average, or they are no teasers."""
_THREAD = re.compile(
    r"(?>回[复覆]|[评評][论論]|[点點]?[赞讚]|举报|支持|反对|踩|分享|收藏|引用|只看\w{0,3}|沙发|板凳|地板|[楼樓]主?"
    r"|小时|分钟|前|昨天|今天|刚刚|\d|\W)++"
    r"|.{0,20}[发發]表[于於].{0,30}|网友.{0,20}|积分\W*\d+"
)
_DAY = re.compile(r"(?:19|20)\d\d\s?[-/.年]\s?\d{1,2}|\d{1,2}:\d\d")


@define
class _Record:
    """One element of a row, and what it holds."""

    prose: int = 0
    teaser: bool = False
    thread: bool = False

    @property
    def marked(self) -> bool:
        """Whether it is a record rather than a paragraph."""
        return self.teaser or self.thread


def records(found: Sequence[Run], headed: Container[int]) -> Callable[[Run], float]:
    """What a run's prose counts among the records of the page: 1 outside of them.

    A row with an element around the headline (``headed``, their keys) is none of records.
    """
    rows: defaultdict[tuple[int, str], dict[int, _Record]] = defaultdict(dict)
    for run in found:
        for spot in _blocks(run) if run.words else ():
            row = rows[spot.up.key if spot.up else 0, spot.make]
            row.setdefault(spot.key, _Record()).prose += run.words
    held = {key: record for row in rows.values() if len(row) >= MANY for key, record in row.items()}
    for run in found if held else ():
        _mark(run, held)
    weights = {key: weight for row in rows.values() for key, weight in _weights(row, headed).items()}
    if not weights:
        return lambda run: 1.0
    return lambda run: min((weights.get(spot.key, 1.0) for spot in run.spot.upwards()), default=1.0)


def _blocks(run: Run) -> Iterator[Spot]:
    """The blocks around a run that may be records."""
    return (spot for spot in islice(run.spot.upwards(), REACH) if spot.is_block)


def _mark(run: Run, held: Mapping[int, _Record]) -> None:
    """Notes a mark with the records that hold it."""
    if run.words or len(run.text) > MARK:
        return
    around = [held[spot.key] for spot in islice(run.spot.upwards(), REACH) if spot.key in held]
    if not around:
        return
    thread = _THREAD.fullmatch(run.text) is not None and not run.text.isdigit()
    teaser = run.is_link or _DAY.search(run.text) is not None
    for record in around if thread or teaser else ():
        record.thread |= thread
        record.teaser |= teaser


def _weights(row: Mapping[int, _Record], headed: Container[int]) -> dict[int, float]:
    """What the prose of each record counts, by element; nothing where the row is of paragraphs."""
    marked = [record for record in row.values() if record.marked]
    if len(marked) < MANY or 2 * len(marked) < len(row) or any(key in headed for key in row):
        return {}
    if 2 * sum(record.thread for record in marked) < len(marked):
        short = sum(record.prose for record in marked) <= LONGEST_TEASER * len(marked)
        return dict.fromkeys(row, TEASER) if short else {}
    return {key: FIRST if n == 0 else 0.0 for n, key in enumerate(row)}
