"""Records alike on a page: comments, answers, teasers of other pages; none of them is the article.

A record is one of several neighbouring elements of one make, each with prose and a mark: words of
a thread (回复, 楼, 赞), or a line that is a link or a day.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence

from attrs import define, field

from crawler.pages.runs import Run, Spot

MANY = 3
"""So many make it a row of records."""
REACH = 12
"""So many elements around a run are looked at."""
MARK = 40
"""Characters of a mark at most."""
TEASER = 0.05
"""What the prose of a teaser counts."""
_THREAD = re.compile(r"回复|回覆|评论|赞|举报|支持|反对|发表于|只看|网友|\d+\s*[楼#]|[板沙]发|楼主|用户|积分")
_DAY = re.compile(r"(?:19|20)\d\d\s?[-/.年]\s?\d{1,2}|\d{1,2}:\d\d")


@define
class _Record:
    """One element of a row, and what it holds."""

    prose: int = 0
    teaser: bool = False
    thread: bool = False


@define
class _Row:
    """Neighbouring elements of one make."""

    records: dict[int, _Record] = field(factory=dict)

    def weights(self) -> dict[int, float]:
        """What the prose of each record counts, by element; nothing where the row is of paragraphs."""
        full = {key: one for key, one in self.records.items() if one.prose}
        marked = [one for one in full.values() if one.teaser or one.thread]
        if len(marked) < MANY or 2 * len(marked) < len(full):
            return {}
        if 2 * sum(one.thread for one in marked) < len(marked):
            return dict.fromkeys(full, TEASER)
        return {key: 0.5 if n == 0 else 0.0 for n, key in enumerate(full)}


def records(found: Sequence[Run]) -> Callable[[Run], float]:
    """What a run's prose counts among the records of the page: 1 outside of them."""
    rows: defaultdict[tuple[int, str], _Row] = defaultdict(_Row)
    for run in found:
        _take(run, rows)
    weights: dict[int, float] = {}
    for row in rows.values():
        weights |= row.weights()
    if not weights:
        return lambda run: 1.0
    return lambda run: min(
        (weights[spot.key] for spot in run.spot.upwards() if spot.key in weights), default=1.0
    )


def _take(run: Run, rows: defaultdict[tuple[int, str], _Row]) -> None:
    short = len(run.text) <= MARK and not run.words
    thread = short and bool(_THREAD.search(run.text))
    teaser = short and (run.is_link or bool(_DAY.search(run.text)))
    if not (run.words or thread or teaser):
        return
    spot: Spot | None = run.spot
    for _ in range(REACH):
        if spot is None or spot.up is None:
            return
        if spot.is_block:
            record = rows[spot.up.key, spot.make].records.setdefault(spot.key, _Record())
            record.prose += run.words
            record.thread |= thread
            record.teaser |= teaser
        spot = spot.up
