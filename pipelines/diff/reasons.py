"""Name the reasons why a change matters: the figures, dates, modal verbs and negations that it touches."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import zip_longest
from typing import Literal

from attrs import frozen

from pipelines.diff.text_diff import Part
from policy.text.canonical import canonical
from policy.text.numerals import HAN_DIGITS, NUMERALS
from policy.text.words import HAN, compatible

Grade = Literal["substantive", "cosmetic"]

NAMES = {
    "date": "日期", "deadline": "期限", "percentage": "比例", "amount": "金额", "number": "数字",
    "reference": "引用", "modal": "情态", "negation": "否定", "words": "文字", "order": "顺序",
    "added": "新增", "removed": "删去", "moved": "移动", "renumbered": "条文序号",
    "following": "引用随条文重排", "stale": "引用所指已变", "numbering": "编号", "white space": "空白",
    "width": "全半角", "punctuation": "标点", "figures": "数字写法", "paragraphs": "分段", "contents": "目录",
    "boilerplate": "网页附属文字",
}  # fmt: skip
"""The kinds of reasons and their Chinese names."""


@frozen(kw_only=True)
class Reason:
    """A reason: its kind (see :data:`NAMES`) and the old and new words where there are any."""

    kind: str
    old: str | None = None
    new: str | None = None

    def __str__(self) -> str:
        """``期限 30日 → 60日``; of a line that went to or came from another clause ``移至 第五条``."""
        if self.old is None and self.new is None:
            return NAMES[self.kind]
        if self.kind == "moved":
            return f"移自 {self.old}" if self.old else f"移至 {self.new}"
        if self.old is None or self.new is None:
            return f"{NAMES[self.kind]} {'＋' if self.old is None else '－'}{self.new or self.old}"
        return f"{NAMES[self.kind]} {self.old} → {self.new}"


# ------------------------------------------------------------------ expressions in a change

_D = "0-9０-９"
_N = rf"(?:[{_D}]{{1,16}}(?:[.,．][{_D}]{{1,16}}){{0,6}}|[{NUMERALS}]{{1,16}}(?:点[{NUMERALS}]{{1,16}})?)"
_BIG = r"[十百千万亿]{0,4}"
"""Bounded like all repetitions here: a line of a million figures is not a number."""
_MEASURE = (
    "[人名倍个次份件项户家亩吨米级类种度]|公里|千瓦时|千瓦|兆瓦|平方米|公顷|以上|以下"  # after a number
)
_MODAL = (
    "应当|不应|必须|可以|不得|禁止|严禁|不可|不准|不予|有权|无权|无需|无须|不必|方可"
    "|(?<![适相对反响供效回])应(?!用|急|对|诉|力|收|税)|(?<!必|无)须(?!知)"
)
_TELLING = re.compile(
    rf"""(?=[{_D}{NUMERALS}{HAN_DIGITS}第应必可不禁严有无方须未非没除免])(?:
        (?P<date>(?:[{_D}]{{4}}|[{HAN_DIGITS}]{{4}})\s?年(?:\s?{_N}\s?月(?:\s?{_N}\s?日)?)?|{_N}月{_N}日)
      | (?P<reference>第\s?{_N}\s?[条款项章节编目](?:之[{NUMERALS}]{{1,4}})?)
      | (?P<percentage>[百千]分之{_N}|{_N}\s?(?:[%％‰]|个百分点))
      | (?P<amount>{_N}{_BIG}余?\s?(?:美元|欧元|港元|人民币|元))
      | (?P<deadline>(?<!第){_N}\s?(?:个工作日|工作日|个月|小时|分钟|周年|年度|年|月|日|天|周))
      | (?P<number>{_N}{_BIG}\s?(?:{_MEASURE})|[{_D}]{{1,16}}(?:[.,．][{_D}]{{1,16}}){{0,6}})
      | (?P<modal>{_MODAL})
      | (?P<negation>不|未|非(?!常)|无|没有|除外|免除|免于)
      )
    """,
    re.VERBOSE,
)
_SHORT = 6
"""Longest insertion, in characters, that is classified by its content instead of its beginning."""
_FIGURES = ("date", "deadline", "percentage", "amount", "number")
_SHOWN = 24
_SIGN = 3
_FIGURE = re.compile(r"\d")
_SAYS = re.compile(r"[^\W_]")
_TYPESET = re.compile(rf"[^{HAN}]|[{NUMERALS}帐惟它做象]")


def find_reasons(
    old: str, new: str, pieces: Sequence[Part], heads: tuple[int, int] = (0, 0)
) -> Iterator[Reason]:
    """The reasons why the differences of two lines matter, in the order of the text; differences in their
    numbers, which end at ``heads``, are ignored."""
    found_old, found_new = _Telling(old), _Telling(new)
    silent = True
    for hunk in _hunks(pieces):
        begin_old, end_old, begin_new, end_new = _behind(heads, *hunk)
        gone, come = old[begin_old:end_old], new[begin_new:end_new]
        if _says_the_same(gone, come):
            continue
        told: list[Reason] = []
        if (gone and come) or len(gone + come) <= _SHORT:
            touched = found_old.touched(begin_old, end_old), found_new.touched(begin_new, end_new)
            if _is_one_value(*touched):
                continue
            told = list(_told(*touched))
        if gone and come:
            told = [reason for reason in told if (reason.old and reason.new) or reason.kind in _FIGURES]
        silent = False
        if told:
            yield from told
        else:
            yield Reason(kind="words", old=_shown(gone), new=_shown(come))
    if silent:  # a sign that means something, as the minus of -5, with what it stands at
        begin_old, end_old, begin_new, end_new = next(_hunks(pieces), (0, len(old), 0, len(new)))
        was = old[max(begin_old - _SIGN, 0) : end_old + _SIGN]
        yield Reason(
            kind="words", old=_shown(was), new=_shown(new[max(begin_new - _SIGN, 0) : end_new + _SIGN])
        )


def _behind(
    heads: tuple[int, int], begin_old: int, end_old: int, begin_new: int, end_new: int
) -> tuple[int, int, int, int]:
    """What of a difference lies behind the numbers of the lines."""
    begin_old, begin_new = max(begin_old, heads[0]), max(begin_new, heads[1])
    return begin_old, max(end_old, begin_old), begin_new, max(end_new, begin_new)


def _says_the_same(gone: str, come: str) -> bool:
    """Where only the typography differs; a point or a comma at a figure is no typography."""
    if not (gone and come):
        return not _SAYS.search(gone + come)
    if not _TYPESET.search(gone + come) or _FIGURE.search(gone + come):
        return False
    return canonical(gone) == canonical(come)


class _Telling:
    """The telling words of a line, by their place."""

    def __init__(self, line: str) -> None:
        self._line = line

    @cached_property
    def _found(self) -> list[re.Match[str]]:
        return list(_TELLING.finditer(self._line))

    @cached_property
    def _ends(self) -> list[int]:
        return [found.end() for found in self._found]

    def touched(self, begin: int, end: int) -> list[tuple[str, str]]:
        """The kinds and words of the expressions that were changed or inserted into."""
        touched = []
        at = bisect_right(self._ends, begin)
        while at < len(self._found) and self._found[at].start() < max(begin, end):
            touched.append((str(self._found[at].lastgroup), "".join(self._found[at][0].split())))
            at += 1
        return touched


def _hunks(pieces: Sequence[Part]) -> Iterator[tuple[int, int, int, int]]:
    at_old = at_new = begin_old = begin_new = 0
    for piece in (*pieces, Part(kind="same", text="")):
        if piece.kind == "same":
            if (at_old, at_new) != (begin_old, begin_new):
                yield begin_old, at_old, begin_new, at_new
            at_old, at_new = at_old + len(piece.text), at_new + len(piece.text)
            begin_old, begin_new = at_old, at_new
        elif piece.kind == "removed":
            at_old += len(piece.text)
        else:
            at_new += len(piece.text)


def _told(old: Sequence[tuple[str, str]], new: Sequence[tuple[str, str]]) -> Iterator[Reason]:
    """The telling words of one side with those of the other, each kind by itself; modal verbs and
    negations are one kind (可以 → 不得)."""
    gone, come = _by_kind(old), _by_kind(new)
    for kind in NAMES:
        for one, other in zip_longest(gone.get(kind, ()), come.get(kind, ())):
            if one and other and (one[1] == other[1] or canonical(one[1]) == canonical(other[1])):
                continue
            named = (one or other)[0]
            yield Reason(kind=named, old=one[1] if one else None, new=other[1] if other else None)


def _is_one_value(old: Sequence[tuple[str, str]], new: Sequence[tuple[str, str]]) -> bool:
    """Whether figures, days and sums are merely written in another way: 10000元 and 1万元."""
    if not old or any(kind not in _FIGURES for kind, _ in (*old, *new)):
        return False
    return [canonical(words) for _, words in old] == [canonical(words) for _, words in new]


def _by_kind(told: Sequence[tuple[str, str]]) -> Mapping[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for kind, words in told:
        found.setdefault("modal" if kind == "negation" else kind, []).append((kind, words))
    return found


def _shown(text: str) -> str | None:
    text = " ".join(text.split())
    return (text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…") or None


def typographic_reason(old: str, new: str) -> Reason:
    """The kind of typographic difference of two texts with the same words."""
    if "".join(old.split()) == "".join(new.split()):
        paragraphs = len(old.split("\n")) != len(new.split("\n"))
        return Reason(kind="paragraphs" if paragraphs else "white space")
    one, other = ("".join(compatible(text).split()) for text in (old, new))
    if one == other:
        return Reason(kind="width")
    figures = re.compile(rf"[{NUMERALS}\d%‰分之]+")
    return Reason(kind="figures" if figures.findall(one) != figures.findall(other) else "punctuation")


# ------------------------------------------------------------------ renumbered references

_OWN = re.compile(
    rf"""本(?:法|条例|办法|规定|细则|解释|规则|章程|规程|规范|决定|准则|通则)
        (?:第\s?{_N}\s?条(?:之[{NUMERALS}]{{1,4}})?(?:第\s?{_N}\s?款)?(?:[、，]?第\s?[(（]?{_N}[)）]?\s?项)*
        (?:、|，|和|或者|或|及|以及|至|到)?)+""",
    re.VERBOSE,
)
_ARTICLE = re.compile(rf"第\s?{_N}\s?条(?:之[{NUMERALS}]{{1,4}})?")


def renumber_references(text: str, numbers: Mapping[str, str]) -> str:
    """The text with the references to its own articles (本法第十二条) renumbered."""
    if not numbers or "本" not in text:
        return text

    def renumber(found: re.Match[str]) -> str:
        return numbers.get("".join(found[0].split()), found[0])

    return _OWN.sub(lambda found: _ARTICLE.sub(renumber, found[0]), text)
