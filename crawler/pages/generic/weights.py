"""What each run of a page's prose counts for the body, by where it stands.

Less before the headline, and less the further out the element that holds both is; next to nothing in
one of many records alike; nothing in asides, in boxes about the author, and as the headline itself.
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

    def share(self, run: TextRun) -> float:
        """What a run's prose counts among them: 1 outside of them."""
        if not self.weights:
            return 1.0
        return min((self.weights.get(spot.key, 1.0) for spot in run.spot.ancestors()), default=1.0)


def find_records(text_runs: Sequence[TextRun], headed: Container[int]) -> Records:
    """The records of a page.

    A row with an element around the headline (``headed``, their keys) is none of records, unless each of
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
    """The blocks that may be records, in order, each with the characters of prose in it."""
    prose: dict[BlockPosition, int] = {}
    for run in text_runs:
        for spot in islice(run.spot.ancestors(), REACH) if run.words else ():
            if spot.is_block:
                prose[spot] = prose.get(spot, 0) + run.words
    return prose


def _mark(run: TextRun, held: Mapping[int, _Record]) -> None:
    """Notes a mark with the records that hold it."""
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


# ------------------------------------------------------------------ weights


BEFORE = 0.2
"""What prose before the headline counts."""
FARTHER = 0.4
"""What prose counts when the element it shares with the headline is one further out than other prose's."""
NEAR = 10
"""Characters of prose that make an element near."""
ABOUT = re.compile(
    r"\W*(?:关于|本文)?作者(?:简介|介绍|信息|档案)?\W*|\W*(?:个人|博主|专栏|公司|企业|机构|单位|学校|网站|本站)(?:简介|介绍|信息|概况)\W*"
    r"|\W*关于(?:我们|本站)\W*"
)
"""A heading over what is said of the author or the publisher."""
LISTS = words("list-headings.txt")
"""Headings over lists of other pages."""
LONGEST_HEADING = 12
CALL = 0.2
"""What a short line with a comma but no full stop counts: it may be a call to the reader."""
LONGEST_CALL = 40
_STOP = re.compile(r"[。！？!?…]")
NEVER = re.compile(r"comment|pinglun|repl|foot|copyright|cookie|gdpr|login", re.IGNORECASE)
"""Names of asides that hold no article even where they follow a headline."""
HARDLY = re.compile(
    rf"{NEVER.pattern}|relat|recommend|tuijian|xiangguan|sidebar|rank|hot|disclaim|statement|author",
    re.IGNORECASE,
)
"""The same where there is another sentence on the page."""
FOOT = re.compile(r"ICP[备证]\s*\d{5}|网安备\s*\d{8}|网站标识码\s*[:：]?\s*[a-zA-Z]{0,2}\d{6}")
"""The numbers that every site must show, in its foot."""


def weigh_runs(
    text_runs: Sequence[TextRun], headed: TextRun | None, alike: Records, boxes: Set[int]
) -> list[tuple[TextRun, float]]:
    """Each run and what its prose counts, given the headline's run, the page's records and boxes."""
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
    """The elements around the headline, by how far out each is."""
    return {spot.key: level for level, spot in enumerate(headed.spot.ancestors())} if headed else {}


def _own(run: TextRun) -> float:
    """What a run counts by its words alone."""
    short = run.words <= LONGEST_CALL and not _STOP.search(run.text)
    return run.words * CALL if short else run.words


def _following(text_runs: Sequence[TextRun], headed: TextRun | None, sure: re.Pattern[str]) -> Iterator[int]:
    """The asides that hold the first sentence below the headline, unless their names are sure."""
    below = islice(dropwhile(lambda run: run is not headed, text_runs), 1, None) if headed else ()
    first = next((run for run in below if run.words and "。" in run.text), None)
    spot = first.spot.aside if first is not None else None
    while spot is not None:
        said = " ".join(attribute(spot.node, name) for name in ("class", "id", "style"))
        if not (spot.node.tag in ASIDE_TAGS or sure.search(said) or HIDDEN.search(said)):
            yield spot.key
        spot = spot.up.aside if spot.up else None


def _counts(run: TextRun, headed: TextRun | None, ours: Set[int], boxes: Set[int]) -> bool:
    """Whether a run is prose that may be of the article."""
    if not run.words or (run is headed and "。" not in run.text) or (boxes and run.stands_in(boxes)):
        return False
    return not _aside(run, ours)


def boxes_of(text_runs: Sequence[TextRun], headed: TextRun | None) -> set[int]:
    """The elements that a heading says to be about the author, or a number of the site's to be its foot.

    Of each the innermost with prose around it, unless that holds the first prose below the headline. A
    heading over other pages does the same where no prose stands above it there.
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
    """The innermost element around a run that holds prose."""
    return next((spot.key for spot in run.spot.ancestors() if spot.key in prosy), 0)


def _lists(text_runs: Sequence[TextRun]) -> Iterator[tuple[TextRun, TextRun]]:
    """The headings over other pages, each with the last prose above it."""
    prose: TextRun | None = None
    for run in text_runs:
        if run.words:
            prose = run
        elif prose is not None and len(run.text) <= LONGEST_HEADING and run.text.strip(" :：") in LISTS:
            yield run, prose


def _heads_a_box(run: TextRun) -> bool:
    return len(run.text) <= LONGEST_HEADING and ABOUT.fullmatch(run.text) is not None


def _aside(run: TextRun, ours: Set[int]) -> bool:
    """Whether it stands in an aside; an element around the headline is none, whatever its name."""
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
