"""Invented policies and their reprints, in any number, with the truth for ``make bench-dedupe``.

Article ``i`` of a seed is always the same, so none is stored. Most are policies of
their own; some repeat an earlier one: with boilerplate, retitled, with paragraphs dropped, an excerpt, one
of two pages, in other widths and punctuation, misread, without punctuation. And some share a template or
a yearly plan and are policies of their own all the same. Only the standard library is used: the peers'
environment has nothing else.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from benchmarks.dedupe.invented import (
    NUMERALS,
    OBJECT,
    ORGANS,
    PLACES,
    PURPOSE,
    SIGNS,
    VERB,
    body,
    clause,
    paragraph,
    terms,
)
from benchmarks.dedupe.variants import VARIANTS

SHARES = {"own": 0.70, "variant": 0.20, "template": 0.06, "yearly": 0.04}
SPREAD = 1000
"""Among so many articles are two templates and ten yearly plans, a hundred years of each at most."""

_LEADS = (
    "现将有关事项通知如下",
    "经研究同意",
    "请结合实际认真贯彻执行",
    "现印发给你们",
    "请认真组织实施",
    "执行中遇到的问题请及时报告",
    "本通知自印发之日起施行",
    "特此通知",
)
_FORMS = ("若干措施", "工作方案", "实施意见", "管理办法")


class Planted(NamedTuple):
    """An article and the truth of it: ``kind``, and the number of the article it repeats (itself else)."""

    number: int
    kind: str
    policy: int
    title: str
    text: str


class Truth(NamedTuple):
    """What an article is, without its text."""

    kind: str
    policy: int


def article(number: int, seed: int) -> Planted:
    """The article of this number."""
    (kind, policy), draw = _drawn(number, seed)
    if kind == "own":
        return _own(number, seed)
    if kind in VARIANTS:
        title, text = VARIANTS[kind](draw, *_own(policy, seed)[3:])
    else:
        title, text = (_template if kind == "template" else _yearly)(number, seed, draw)
    return Planted(number, kind, policy, title, text)


def truth(number: int, seed: int) -> Truth:
    """Kind and policy of the article of this number: a hundred times faster than the article."""
    return _drawn(number, seed)[0]


def corpus(count: int, seed: int, first: int = 0) -> Iterator[Planted]:
    """So many articles from the ``first`` on, one by one."""
    return (article(number, seed) for number in range(first, first + count))


def _drawn(number: int, seed: int) -> tuple[Truth, random.Random]:
    """The truth, and the chances of the rest."""
    kind = kind_of(number, seed)
    draw = random.Random(f"{seed}:{number}:{kind}")
    original = _original(number, seed, draw) if kind in VARIANTS else number
    return (Truth("own", number) if original is None else Truth(kind, original)), draw


def kind_of(number: int, seed: int) -> str:
    """``own``, ``template``, ``yearly`` or the name of a variant."""
    draw = random.Random(f"{seed}/{number}")
    [role] = draw.choices([*SHARES], [*SHARES.values()])
    return draw.choice([*VARIANTS]) if role == "variant" else role


def _original(number: int, seed: int, draw: random.Random) -> int | None:
    """An earlier policy of its own."""
    for _ in range(100 if number else 0):
        if kind_of(earlier := draw.randrange(number), seed) == "own":
            return earlier
    return None


# ------------------------------------------------------------------ policies


@lru_cache(maxsize=64)
def _own(number: int, seed: int) -> Planted:
    draw = random.Random(f"{seed}:{number}:own")
    words = draw.sample(terms(), 25)
    place, organ = draw.choice(PLACES), draw.choice(ORGANS)
    what = f"{draw.choice(VERB)}{words[0]}{draw.choice(OBJECT)}{draw.choice(_FORMS)}"
    title = f"{place}省{organ}关于印发《{what}》的通知"
    day = f"20{draw.randint(18, 25)}年{draw.randint(1, 12)}月{draw.randint(1, 28)}日"
    lines = [
        f"各市、县{organ}：",
        f"为{draw.choice(PURPOSE)}，{clause(draw, words)}，{draw.choice(_LEADS)}。{draw.choice(_LEADS)}。",
        what,
        *body(draw, words, draw.randint(10, 34)),
        f"{place}省{organ}",
        day,
    ]
    return Planted(number, "own", number, title, "\n".join(lines))


# ------------------------------------------------------------------ articles that are not reprints


def _template(number: int, seed: int, draw: random.Random) -> tuple[str, str]:
    """A notice of a family: the same words but for its names, its numbers and its day."""
    family = random.Random(f"{seed}:template:{number // SPREAD * 2 + number % 2}")
    words = family.sample(terms(), 8)
    organ, thing, place = (
        family.choice(ORGANS),
        f"{words[0]}{family.choice(OBJECT)}",
        family.choice(PLACES),
    )
    frame = [paragraph(family, words) for _ in range(family.randint(1, 6))]
    year, batch = draw.randint(2012, 2025), draw.randint(1, 30)
    names = [
        "".join(draw.choices(SIGNS, k=4)) + f"{draw.choice(PLACES)}有限公司"
        for _ in range(draw.randint(2, 24))
    ]
    kind = family.randrange(3)
    if kind == 0:
        title = f"{place}省{organ}关于公布{year}年第{batch}批{thing}名单的通知"
        said = [
            f"经企业申报、专家评审，确定{names[0]}等{len(names)}家单位为第{batch}批{thing}单位，现予公布。"
        ]
    elif kind == 1:
        town = f"{draw.choice(PLACES)}{draw.choice('城山河湖江')}县"
        title = f"{place}省{organ}关于同意{town}{thing}项目的批复"
        said = [
            f"{town}人民政府：",
            f"你县《关于{thing}项目的请示》收悉。同意建设规模{draw.randint(3, 900)}兆瓦。",
        ]
    else:
        title = f"关于{year}年度{thing}拟支持对象（第{batch}批）的公示"
        said = [f"根据有关规定，现将{year}年度拟支持的{len(names)}家单位予以公示。"]
    day = f"{year}年{draw.randint(1, 12)}月{draw.randint(1, 28)}日"
    listed = [f"{rank}.{name}" for rank, name in enumerate(names, 1)] if kind != 1 else []
    return title, "\n".join([*said, *frame, "特此通知。", *listed, f"{place}省{organ}", day])


def _yearly(number: int, seed: int, draw: random.Random) -> tuple[str, str]:
    """A year of a plan: a good part of it as every year, some with other numbers, some new."""
    block, rest = divmod(number, SPREAD)
    year, series = divmod(rest, 10)
    year += 1927
    plan = random.Random(f"{seed}:yearly:{block}:{series}")
    words = plan.sample(terms(), 20)
    place = plan.choice(PLACES)
    lines = [f"{year}年是{plan.choice(PURPOSE)}的重要一年，现制定工作要点如下。"]
    for line in body(plan, words, plan.randint(10, 24)):
        fate = draw.random()
        if fate < 0.45:
            lines.append(line)
        elif fate < 0.65:
            lines.append(re.sub(r"\d+", lambda _: str(draw.randint(2, 980)), line))
        else:
            lines.append(f"（{NUMERALS[len(lines) % 4]}）{paragraph(draw, words)}")
    return f"{place}省{year}年{words[0]}工作要点", "\n".join(
        [*lines, f"{year}年{draw.randint(1, 4)}月{draw.randint(1, 28)}日"]
    )
