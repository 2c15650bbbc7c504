"""What titles say of the policy: its name without the marks of an edition, a draft, or writing about it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import Match, SequenceMatcher
from functools import lru_cache

from attrs import frozen

from pipelines.genres import genre_of
from policy.numerals import NUMERALS
from policy.words import HAN, fold

NORMATIVE = frozenset(
    ("法", "条例", "规定", "办法", "细则", "规则", "决定", "准则", "规程", "章程", "解释", "规范", "标准")
)
"""Kinds of documents that are amended and stay the same document."""
_DRAFT = r"征求意见稿|公开征求意见稿|征求意见|草案|送审稿|讨论稿|审议稿|报批稿|意见稿"
_EDITION = re.compile(
    rf"[（(\[〔【](?:[^（）()]{{0,24}}(?:修订|修正|修改|{_DRAFT})[^（）()]{{0,12}}|试行|\d{{4}}年?(?:版|本|版本)?"
    rf"|[^（）()]{{0,6}}(?:全文|节选|摘编|摘要|摘录)[^（）()]{{0,4}}|\d{{1,2}}|第[{NUMERALS}\d]{{1,3}}页)[）)\]〕】]"
)
_DRAFTED = re.compile(_DRAFT)
_ABOUT = re.compile(
    r"解读|图解|一图|图文|问答|答问|答记者|记者问|释义|说明|读懂|看懂|专家谈|政策吹风|起草情况|评论|访谈|热点|要点速览|速览"
)
_BOOK = re.compile(r"《([^《》]*(?:《[^《》]*》[^《》]*)*)》|〈([^〈〉]+)〉")
_BRINGS = re.compile(r"(?:印发|转发|发布|公布|批转|下发|颁布|颁发)[^《》]{0,6}$")
_OPENS = re.compile(r"^[^《》]{0,8}(?:公开征求|征求.{0,10}意见|征集.{0,6}意见)")
_ALONE = re.compile(r"^\s*(?:全文|正式|发布|公布|印发|出台|施行|实施|来了|$)")
_CHANGES = re.compile(r"(?:修改|修订|修正|废止|停止执行|停止施行|宣布|清理)[^《》]{0,12}$")
_AMENDS = re.compile(r"关于(?:公布|宣布|决定)?(?:修改|修订|修正|废止|停止执行|停止施行|清理)(?!后|的)")
_OCCASIONS = re.compile(r"关于.{0,40}(?:修改|废止|任免|表彰|授予|调整|任命|撤销|设立|批准|同意).{0,60}$")
_LEAD = re.compile(rf"^[{HAN}、\s]{{2,60}}?(?=(?:关于|印发|转发|发布|公布)[{HAN}《“])")
_NUMBERS = re.compile(rf"\d+(?:\.\d+)?|[{NUMERALS}零〇]+")
SHORTEST = 4
"""Folded characters of a name that tells one policy from another; a law's may be shorter."""
_LAW = "法"
_ALIKE = 0.6


@frozen(kw_only=True)
class Title:
    """A headline, read: ``names`` are the policies it may name, folded and without marks of an edition.

    ``draft``: for comment; ``about``: written about a policy; ``formal``: a document's title, not news.
    """

    printed: str
    core: str
    names: frozenset[str]
    genre: str | None
    draft: bool
    about: bool
    formal: bool
    amends: bool = False
    """Its matter is to change or end other documents."""

    @property
    def normative(self) -> bool:
        """Whether such a document stays the same one when it is amended."""
        return self.genre in NORMATIVE and not _OCCASIONS.search(self.printed)


@lru_cache(maxsize=4096)
def read(headline: str, official: str = "") -> Title:
    """What a headline, and the official title where that is known, say."""
    printed = official or headline
    names = {name for each in (headline, official) if each for name in _names(each)}
    bare = without_edition(printed)
    kinds = (_kind(without_edition(name)) for name in (*_brought(printed), printed))
    genre = next((kind for kind in kinds if kind), None)
    return Title(
        printed=printed,
        core=_core(bare),
        names=frozenset(names),
        genre=genre,
        draft=any(_DRAFTED.search(each) for each in (headline, official)),
        about=_ABOUT.search(_BOOK.sub("", headline)) is not None,
        formal=_kind(bare) is not None,
        amends=_AMENDS.search(printed) is not None,
    )


def _kind(title: str) -> str | None:
    found = genre_of(title)
    return (
        found.value
        if found
        else max((kind for kind in NORMATIVE if title.endswith(kind)), key=len, default=None)
    )


def without_edition(title: str) -> str:
    """A title without (修订), (征求意见稿), (2024年版) and the like."""
    return _EDITION.sub("", title).strip()


def _names(title: str) -> Iterator[str]:
    for each in (title, *_brought(title)):
        name = fold(_DRAFTED.sub("", without_edition(each))).removeprefix("中华人民共和国")
        yield from _telling(name)
    yield from _telling(_core(without_edition(title)))


def _telling(name: str) -> Iterator[str]:
    if len(name) >= SHORTEST or (len(name) > 1 and name.endswith(_LAW)):
        yield name


def _brought(title: str) -> Iterator[str]:
    """The names in 《》 that a title brings, publishes or opens for comment; not what it amends."""
    for found in _BOOK.finditer(title):
        before, behind = title[: found.start()], title[found.end() :]
        name = found[1] or found[2]
        alone = not before.strip() and _ALONE.match(without_edition(behind))
        opened = _OPENS.match(behind) or _DRAFTED.search(name)
        if (_BRINGS.search(before) or alone or opened) and not _CHANGES.search(before):
            yield name


def cited(title: Title, other: Title) -> bool:
    """Whether a title names the other's policy, in 《》 or as it is called."""
    folded = fold(_DRAFTED.sub("", title.printed))
    return any(len(name) > SHORTEST and name in folded for name in other.names)


def _core(title: str) -> str:
    """A document's title without the organs before 关于."""
    return fold(_LEAD.sub("", title)).removeprefix("中华人民共和国")


def contradiction(one: Title, other: Title) -> str | None:
    """What two formal titles of one template differ in, as ``2024年第三批 ≠ 2024年第四批``; None where
    they are one title, or simply other words."""
    if not (one.formal and other.formal) or one.names & other.names:
        return None
    return _numbers_differ(one.core, other.core) or _words_differ(one.core, other.core)


def has_number(told: str) -> bool:
    """Whether what titles differ in is a count, a year or a number."""
    return _NUMBERS.search(told) is not None


def _numbers_differ(one: str, other: str) -> str | None:
    if _NUMBERS.sub("#", one) != _NUMBERS.sub("#", other):
        return None
    pairs = zip(_NUMBERS.findall(one), _NUMBERS.findall(other), strict=True)
    return ", ".join(f"{mine} ≠ {theirs}" for mine, theirs in pairs if mine != theirs) or None


def _words_differ(one: str, other: str) -> str | None:
    """The same title but for a name: two or more characters that stand for others."""
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    if matcher.quick_ratio() < _ALIKE or matcher.ratio() < _ALIKE:
        return None
    told = [pair for pair in _between(matcher.get_matching_blocks(), one, other) if all(pair)]
    return ", ".join(f"{mine} ≠ {theirs}" for mine, theirs in told if len(mine + theirs) > 2) or None


def _between(blocks: Sequence[Match], one: str, other: str) -> Iterator[tuple[str, str]]:
    """What lies between the words that are equal; a single character that two names share is no word:
    桃源山 ≠ 广源城."""
    words = [block for block in blocks if block.size > 1]
    ends = [(0, 0), *((block.a + block.size, block.b + block.size) for block in words)]
    begins = [*((block.a, block.b) for block in words), (len(one), len(other))]
    for (at, place), (start, begin) in zip(ends, begins, strict=True):
        yield one[at:start], other[place:begin]
