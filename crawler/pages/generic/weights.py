"""The weight of each text run for finding the body, by its position.

Lower before the headline and in elements far from it, almost zero in similar records, zero in asides, in
boxes about the author and for the headline itself.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence, Set
from itertools import dropwhile, islice

from attrs import define, frozen

from crawler.pages.base import attribute
from crawler.pages.generic.text_runs import ASIDE_TAGS, HIDDEN, BlockPosition, TextRun, enclosing_keys
from pipelines.data import words

MANY = 3
"""The number of records that make a row."""
REACH = 12
"""The number of enclosing elements of a run that are examined."""
MARK = 40
"""Maximum characters of a mark."""
TEASER = 0.05
"""The total weight of the prose of teasers in a row, as for three of them."""
FIRST = 0.5
"""The weight of the prose in a thread's first post; the other posts have none."""
ANSWER = 180
"""Median characters of prose from which the records of a row are texts themselves: answers."""
THREAD = frozenset({FIRST, 0.0})
HEADINGS = frozenset({"h2", "h3", "h4"})
LONGEST_TEASER = 150
"""Maximum average characters of prose of teasers without words of a thread."""
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
    """An element of a row of records, and its contents."""

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
    """The records of a page: the weight of the prose of each, and the elements with rows of answers."""

    weights: Mapping[int, float]
    answered: frozenset[int]

    def share(self, run: TextRun) -> float:
        """The weight of a run's prose: 1 outside records."""
        if not self.weights:
            return 1.0
        return min((self.weights.get(spot.key, 1.0) for spot in run.spot.ancestors()), default=1.0)


def find_records(text_runs: Sequence[TextRun], headed: Container[int]) -> Records:
    """The records of a page.

    A row in which one element encloses the headline (``headed`` has the keys) does not count, unless each of
    the others has a heading that is a link.
    """
    rows: defaultdict[tuple[int, str], dict[int, _Record]] = defaultdict(dict)
    for spot, prose in _prose(text_runs).items():
        rows[spot.up.key if spot.up else 0, spot.make][spot.key] = _Record(prose)
    held = {key: record for row in rows.values() if len(row) >= MANY for key, record in row.items()}
    for run in text_runs if held else ():
        _mark(run, held)
    told = {frame: row for (frame, _), row in rows.items() if _is_row(row, headed)}
    return Records(
        weights={key: weight for row in told.values() for key, weight in _weights(row, headed).items()},
        answered=frozenset(frame for frame, row in told.items() if _is_thread(row) and _is_long(row)),
    )


def _prose(text_runs: Sequence[TextRun]) -> dict[BlockPosition, int]:
    """The blocks that may be records, in order, with their characters of prose."""
    prose: dict[BlockPosition, int] = {}
    for run in text_runs:
        for spot in islice(run.spot.ancestors(), REACH) if run.words else ():
            if spot.is_block:
                prose[spot] = prose.get(spot, 0) + run.words
    return prose


def _mark(run: TextRun, held: Mapping[int, _Record]) -> None:
    """Add a mark to the records that contain it."""
    replies = run.words > 0 and run.linked > 0 and _REPLY.search(run.text) is not None
    if not replies and (run.words or len(run.text) > MARK):
        return
    around = [held[spot.key] for spot in islice(run.spot.ancestors(), REACH) if spot.key in held]
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
    """Whether similar siblings are records rather than paragraphs."""
    if any(key in headed for key in row):
        return len(row) > MANY and all(record.led for key, record in row.items() if key not in headed)
    marked = sum(record.marked for record in row.values())
    return marked >= MANY and 2 * marked >= len(row)


def _is_thread(row: Mapping[int, _Record]) -> bool:
    return 2 * sum(record.thread for record in row.values()) >= sum(record.marked for record in row.values())


def _is_long(row: Mapping[int, _Record]) -> bool:
    return sorted(record.prose for record in row.values())[len(row) // 2] >= ANSWER


def _weights(row: Mapping[int, _Record], headed: Container[int]) -> dict[int, float]:
    """The weight of each record by element; none where each is a text of its own."""
    if any(key in headed for key in row):
        return dict.fromkeys((key for key in row if key not in headed), TEASER)
    if _is_long(row):
        return {}
    if not _is_thread(row):
        marked = [record for record in row.values() if record.marked]
        short = sum(record.prose for record in marked) <= LONGEST_TEASER * len(marked)
        return dict.fromkeys(row, TEASER * MANY / len(row)) if short else {}
    return {key: FIRST if n == 0 else 0.0 for n, key in enumerate(row)}


BEFORE = 0.2
"""The weight of prose before the headline."""
FARTHER = 0.4
"""The factor for each further element between prose and the element it shares with the headline."""
NEAR = 10
"""Characters of prose from which an element counts as near."""
ABOUT = re.compile(
    r"\W*(?:关于|本文)?作者(?:简介|介绍|信息|档案)?\W*|\W*(?:个人|博主|专栏|公司|企业|机构|单位|学校|网站|本站)(?:简介|介绍|信息|概况)\W*"
    r"|\W*关于(?:我们|本站)\W*"
)
"""A heading of a box about the author or the publisher."""
LISTS = words("list-headings.txt")
"""Headings of lists of other pages."""
LONGEST_HEADING = 12
CALL = 0.2
"""The weight of a short line with a comma but no full stop, which may be an appeal to the reader."""
LONGEST_CALL = 40
_STOP = re.compile(r"[。！？!?…]")
NEVER = re.compile(r"comment|pinglun|repl|foot|copyright|cookie|gdpr|login", re.IGNORECASE)
"""Names of asides that contain no article even after a headline."""
HARDLY = re.compile(
    rf"{NEVER.pattern}|relat|recommend|tuijian|xiangguan|sidebar|rank|hot|disclaim|statement|author",
    re.IGNORECASE,
)
"""The same if there is another sentence on the page."""
FOOT = re.compile(r"ICP[备证]\s*\d{5}|网安备\s*\d{8}|网站标识码\s*[:：]?\s*[a-zA-Z]{0,2}\d{6}")
"""The registration numbers that every site shows in its footer."""


def weigh_runs(
    text_runs: Sequence[TextRun], headed: TextRun | None, alike: Records, boxes: Set[int]
) -> list[tuple[TextRun, float]]:
    """Each run with the weight of its prose, by the headline's run, the page's records and boxes."""
    chain = levels_of(headed)
    counted: list[tuple[TextRun, float]] = []
    for sure in (HARDLY, NEVER) if headed else (NEVER,):
        ours = {*chain, *_following(text_runs, headed, sure)}
        counted = [
            (run, _own(run) * alike.share(run) if _counts(run, headed, ours, boxes) else 0.0)
            for run in text_runs
        ]
        if any(weight >= run.words > 0 and "。" in run.text for run, weight in counted):
            break
    return _by_place(counted, headed, chain) if headed else counted


def levels_of(headed: TextRun | None) -> dict[int, int]:
    """The elements that enclose the headline, by distance."""
    return {spot.key: level for level, spot in enumerate(headed.spot.ancestors())} if headed else {}


def _own(run: TextRun) -> float:
    """The weight of a run by its text alone."""
    short = run.words <= LONGEST_CALL and not _STOP.search(run.text)
    return run.words * CALL if short else run.words


def _following(text_runs: Sequence[TextRun], headed: TextRun | None, sure: re.Pattern[str]) -> Iterator[int]:
    """The asides with the first sentence below the headline, unless their names are certain."""
    below = islice(dropwhile(lambda run: run is not headed, text_runs), 1, None) if headed else ()
    first = next((run for run in below if run.words and "。" in run.text), None)
    spot = first.spot.aside if first is not None else None
    while spot is not None:
        said = " ".join(attribute(spot.node, name) for name in ("class", "id", "style"))
        if not (spot.node.tag in ASIDE_TAGS or sure.search(said) or HIDDEN.search(said)):
            yield spot.key
        spot = spot.up.aside if spot.up else None


def _counts(run: TextRun, headed: TextRun | None, ours: Set[int], boxes: Set[int]) -> bool:
    """Whether a run is prose that may belong to the article."""
    if not run.words or (run is headed and "。" not in run.text) or (boxes and run.stands_in(boxes)):
        return False
    return not _aside(run, ours)


def boxes_of(text_runs: Sequence[TextRun], headed: TextRun | None) -> set[int]:
    """Boxes about the author by their heading, and footers by their registration number.

    Of each the innermost element with prose, unless it contains the first prose below the headline. Lists of
    other pages count too, where there is no prose above their heading.
    """
    if headed is None:
        return set()
    marks = [run for run in text_runs if _heads_a_box(run) or (not run.words and FOOT.search(run.text))]
    lists = [*_lists(text_runs)]
    if not marks and not lists:
        return set()
    below = dropwhile(lambda run: run is not headed, text_runs)
    first = next((run for run in islice(below, 1, None) if run.words), headed)
    ours, prosy = enclosing_keys((headed, first)), enclosing_keys(run for run in text_runs if run.words)
    boxes = {_box(run, prosy) for run in marks}
    boxes |= {box for run, above in lists if (box := _box(run, prosy)) and not above.stands_in((box,))}
    return boxes - ours


def _box(run: TextRun, prosy: Set[int]) -> int:
    """The innermost element with prose that encloses a run."""
    return next((spot.key for spot in run.spot.ancestors() if spot.key in prosy), 0)


def _lists(text_runs: Sequence[TextRun]) -> Iterator[tuple[TextRun, TextRun]]:
    """The headings of lists of other pages, each with the last prose above it."""
    prose: TextRun | None = None
    for run in text_runs:
        if run.words:
            prose = run
        elif prose is not None and len(run.text) <= LONGEST_HEADING and run.text.strip(" :：") in LISTS:
            yield run, prose


def _heads_a_box(run: TextRun) -> bool:
    return len(run.text) <= LONGEST_HEADING and ABOUT.fullmatch(run.text) is not None


def _aside(run: TextRun, ours: Set[int]) -> bool:
    """Whether the run is in an aside. An element that encloses the headline is none, whatever its name."""
    spot = run.spot.aside
    while spot is not None and spot.key in ours:
        spot = spot.up.aside if spot.up else None
    return spot is not None


def _by_place(
    counted: Sequence[tuple[TextRun, float]], headed: TextRun, chain: Mapping[int, int]
) -> list[tuple[TextRun, float]]:
    start = next(n for n, (run, _) in enumerate(counted) if run is headed)
    levels = [_level(run.spot, chain) if weight else 0 for run, weight in counted]
    held: dict[int, float] = defaultdict(float)
    for (_, weight), level in zip(counted[start:], levels[start:], strict=True):
        held[level] += weight
    prosy = sorted(level for level, weight in held.items() if weight >= NEAR)
    factors = {level: FARTHER ** bisect_left(prosy, level) for level in {*levels}}
    return [
        (run, weight * factors[levels[n]] * (BEFORE if n < start else 1))
        for n, (run, weight) in enumerate(counted)
    ]


def _level(spot: BlockPosition, chain: Mapping[int, int]) -> int:
    return next((chain[outer.key] for outer in spot.ancestors() if outer.key in chain), len(chain))
