"""Grade the change of a clause as substantive or cosmetic, and name the reasons: the figures, dates, modal
verbs and negations that it touches, or the typography that alone differs."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice, zip_longest
from typing import Literal, Self

from attrs import field, frozen

from pipelines.diff.text_diff import LineChange, Part, PartKind, diff_parts
from pipelines.diff.typography import line_key, number_key, says_the_same, typographic_difference
from policy.text.clauses import Clause
from policy.text.numerals import HAN_DIGITS, NUMERALS
from policy.text.words import compatible, join_canonical

Grade = Literal["substantive", "cosmetic"]

NAMES = {
    "date": "日期", "deadline": "期限", "percentage": "比例", "amount": "金额", "number": "数字",
    "reference": "引用", "modal": "情态", "negation": "否定", "words": "文字", "order": "顺序",
    "added": "新增", "removed": "删去", "moved": "移动", "renumbered": "条文序号",
    "following": "引用随条文重排", "stale": "引用所指已变", "numbering": "编号", "white space": "空白",
    "width": "全半角", "spelling": "用字", "punctuation": "标点", "figures": "数字写法", "paragraphs": "分段",
    "contents": "目录", "boilerplate": "网页附属文字",
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
        if says_the_same(gone, come):
            continue
        told: list[Reason] = []
        head, tail = _common_ends(gone, come)
        replaced = head + tail < min(len(gone), len(come))
        if replaced or abs(len(gone) - len(come)) <= _SHORT:
            touched = (
                found_old.touched(begin_old + head, end_old - tail),
                found_new.touched(begin_new + head, end_new - tail),
            )
            if _is_one_value(*touched):
                continue
            told = list(_told(*touched))
        if replaced:
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


def _common_ends(gone: str, come: str) -> tuple[int, int]:
    """The characters at the beginning and at the end that a word taken in whole has on both sides."""
    head = _common_beginning(gone, come)
    return head, _common_beginning(gone[head:][::-1], come[head:][::-1])


def _common_beginning(one: str, other: str) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def _behind(
    heads: tuple[int, int], begin_old: int, end_old: int, begin_new: int, end_new: int
) -> tuple[int, int, int, int]:
    """What of a difference lies behind the numbers of the lines."""
    begin_old, begin_new = max(begin_old, heads[0]), max(begin_new, heads[1])
    return begin_old, max(end_old, begin_old), begin_new, max(end_new, begin_new)


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
            if one and other and (one[1] == other[1] or line_key(one[1]) == line_key(other[1])):
                continue
            named = (one or other)[0]
            yield Reason(kind=named, old=one[1] if one else None, new=other[1] if other else None)


def _is_one_value(old: Sequence[tuple[str, str]], new: Sequence[tuple[str, str]]) -> bool:
    """Whether figures, days and sums are merely written in another way: 10000元 and 1万元."""
    if not old or any(kind not in _FIGURES for kind, _ in (*old, *new)):
        return False
    return [line_key(words) for _, words in old] == [line_key(words) for _, words in new]


def _by_kind(told: Sequence[tuple[str, str]]) -> Mapping[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for kind, words in told:
        found.setdefault("modal" if kind == "negation" else kind, []).append((kind, words))
    return found


def _shown(text: str) -> str | None:
    text = " ".join(text.split())
    return (text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…") or None


# ------------------------------------------------------------------ renumbered references

_OWN = re.compile(
    rf"""本(?:法|条例|办法|规定|细则|解释|规则|章程|规程|规范|决定|准则|通则)
        (?:第\s?{_N}\s?条(?:之[{NUMERALS}]{{1,4}})?(?:第\s?{_N}\s?款)?(?:[、，]?第\s?[(（]?{_N}[)）]?\s?项)*
        (?:、|，|和|或者|或|及|以及|至|到)?)+""",
    re.VERBOSE,
)
_ARTICLE = re.compile(rf"第\s?{_N}\s?条(?:之[{NUMERALS}]{{1,4}})?")


def renumber_references(text: str, numbers: Mapping[str, str]) -> str:
    """The text with the references to its own articles (本法第十二条) renumbered; numbers are by figures."""
    if not numbers or "本" not in text:
        return text

    def renumber(found: re.Match[str]) -> str:
        return numbers.get(number_key(found[0]), found[0])

    return _OWN.sub(lambda found: _ARTICLE.sub(renumber, found[0]), text)


# ------------------------------------------------------------------ lines that moved to another clause


_LEAST = 8
"""Characters of the shortest line that is recognised in another clause."""


@frozen(kw_only=True)
class Move:
    """Labels of the clauses that a line moved from and to."""

    old: str
    new: str

    @property
    def gone(self) -> Reason:
        """The reason reported for the clause that the line left."""
        return Reason(kind="moved", new=self.new)

    @property
    def come(self) -> Reason:
        """The reason reported for the clause that the line entered."""
        return Reason(kind="moved", old=self.old)


def find_moves(gone: Iterable[tuple[str, str]], come: Iterable[tuple[str, str]]) -> Mapping[str, Move]:
    """The moves by what the lines say, from pairs of that and the label of their clause: of lines that only
    one clause lost and only one other gained."""
    left, entered = _by_words(gone), _by_words(come)
    single = ((key, left[key], entered[key]) for key in left.keys() & entered.keys())
    return {
        key: Move(old=old[0], new=new[0])
        for key, old, new in single
        if len(old) == len(new) == 1 and old != new
    }


def _by_words(lines: Iterable[tuple[str, str]]) -> Mapping[str, list[str]]:
    labels: defaultdict[str, list[str]] = defaultdict(list)
    for key, label in lines:
        if len(key) >= _LEAST:
            labels[key].append(label)
    return labels


# ------------------------------------------------------------------ grades


_SIGNS = re.compile("[\x01-\x08]")
_MOST_REASONS = 200
"""Most reasons of one clause; a changed table can have a hundred thousand cells."""


@frozen(kw_only=True)
class CanonicalClauses:
    """The clauses of a text with the canonical form of each clause and of each line."""

    clauses: tuple[Clause, ...]
    lines: tuple[tuple[str, ...], ...] = field(repr=False)
    words: tuple[str, ...] = field(repr=False)

    @classmethod
    def of(cls, clauses: tuple[Clause, ...], key: Callable[[str], str] = line_key) -> Self:
        lines = tuple(
            tuple(key(clause.unnumbered(at)) for at in range(len(clause.lines))) for clause in clauses
        )
        return cls(clauses=clauses, lines=lines, words=tuple(map(join_canonical, lines)))

    def numbered_lines(self, other: Self) -> list[str]:
        """The keys of all lines, those that the other text has not with their numbers; without the signs
        between two figures, which depend on the line break."""
        shared = {key for keys in other.lines for key in keys}
        return [
            key if key in shared else _SIGNS.sub("", number_key(_number(clause, at)) + key)
            for clause, keys in zip(self.clauses, self.lines, strict=True)
            for at, key in enumerate(keys)
        ]


def _number(clause: Clause, at: int) -> str:
    return clause.lines[at].strip().removesuffix(clause.unnumbered(at))


def clause_number(clause: Clause) -> str:
    """The number of a clause in figures (``第12条``); empty where its text begins with figures."""
    return number_key(clause.mark) if clause.counted else ""


class Grader:
    """Grades the changes between two texts whose clauses are matched by ``pairs``."""

    def __init__(
        self,
        old: CanonicalClauses,
        new: CanonicalClauses,
        pairs: Sequence[tuple[int, int]],
        boilerplate: set[str],
        moves: Mapping[str, Move],
    ) -> None:
        self._old, self._new, self._boilerplate, self._moves = old, new, boilerplate, moves
        self._numbers = dict(_renumbered(old.clauses, new.clauses, pairs))

    def whole(self, clause: Clause, keys: Sequence[str], kind: str) -> tuple[Grade, Reason]:
        """Grade a clause that is in one text only; ``kind`` is the reason when it matters."""
        if clause.kind == "contents":
            return "cosmetic", Reason(kind="contents")
        if self._is_boilerplate(clause.lines):
            return "cosmetic", Reason(kind="boilerplate")
        if not line_key(clause.text):
            seen = compatible(clause.text).strip()
            return "cosmetic", Reason(kind="punctuation" if seen else "white space")
        moves = {self._moves.get(line) for line in keys if line}
        if len(moves) == 1 and (move := moves.pop()):
            return "substantive", move.gone if kind == "removed" else move.come
        return "substantive", Reason(kind=kind)

    def inside(
        self, at_old: int, at_new: int, lines: Sequence[LineChange]
    ) -> tuple[Grade, tuple[Reason, ...]]:
        """Grade a clause in which these lines changed, ignoring its number and position."""
        old, new = self._old.clauses[at_old], self._new.clauses[at_new]
        if old.kind == new.kind == "contents":
            return "cosmetic", (Reason(kind="contents"),)
        if self._old.words[at_old] == self._new.words[at_new] or _run_together(old, new):
            return "cosmetic", _typography(old, new)
        if self._numbers and self._follows(at_old, at_new):
            return "cosmetic", (Reason(kind="following"),)
        every = (reason for line in lines for reason in self._line(at_old, at_new, line))
        found = list(islice(every, _MOST_REASONS))
        worded = [line for line in lines if line.words] if not found else []
        if not found and lines and not worded and any(line.old_count != line.new_count for line in lines):
            return "cosmetic", _typography(old, new)
        if worded and all(self._is_boilerplate([line.old or line.new or ""]) for line in worded):
            return "cosmetic", (Reason(kind="boilerplate"),)
        return "substantive", tuple(dict.fromkeys(found)) or (Reason(kind="order"),)

    def is_stale(self, at_old: int, at_new: int) -> bool:
        """Whether an unchanged clause refers to an article number that now belongs to another article."""
        if not self._numbers or self._old.words[at_old] != self._new.words[at_new]:
            return False
        words = self._old.clauses[at_old].words
        return renumber_references(words, self._numbers) != words

    def _follows(self, at_old: int, at_new: int) -> bool:
        """Whether nothing differs but the numbers of the articles it refers to."""
        old = self._old.clauses[at_old]
        lines = [renumber_references(old.unnumbered(at), self._numbers) for at in range(len(old.lines))]
        if all(line == old.unnumbered(at) for at, line in enumerate(lines)):
            return False
        return join_canonical(map(line_key, lines)) == self._new.words[at_new]

    def _line(self, at_old: int, at_new: int, line: LineChange) -> Iterator[Reason]:
        if not line.words:
            return
        if line.old is not None and line.new is not None:
            was = _text_of(self._old.clauses[at_old], line.old_line, line.old_end)
            after = _text_of(self._new.clauses[at_new], line.new_line, line.new_end)
            before = renumber_references(was, self._numbers)
            if before == was:
                heads = line.old.find(was), line.new.find(after)
                yield from find_reasons(line.old, line.new, line.parts, heads)
            elif line_key(before) != line_key(after):
                yield from find_reasons(before, after, diff_parts(before, after))
        elif move := self._moves.get(self._said(at_old, at_new, line)):
            yield move.gone if line.new is None else move.come
        elif not self._is_boilerplate([line.old or line.new or ""]):
            yield from find_reasons(line.old or "", line.new or "", _one_sided(line))

    def _said(self, at_old: int, at_new: int, line: LineChange) -> str:
        """What a line that is on one side only says."""
        gone = line.new is None
        return self._old.lines[at_old][line.old_line] if gone else self._new.lines[at_new][line.new_line]

    def _is_boilerplate(self, lines: Sequence[str]) -> bool:
        solid = [line.strip() for line in lines if line.strip()]
        return bool(solid) and all(line in self._boilerplate for line in solid)


def _renumbered(
    old: Sequence[Clause], new: Sequence[Clause], pairs: Sequence[tuple[int, int]]
) -> Iterator[tuple[str, str]]:
    """The numbers, in figures, of clauses that have another number, and that as printed; not those of which a
    page has two, in two documents."""
    counts = Counter(map(clause_number, old))
    for at_old, at_new in pairs:
        before, after = clause_number(old[at_old]), clause_number(new[at_new])
        if before and after and before != after and counts[before] == 1:
            yield before, "".join(new[at_new].mark.split())


def _text_of(clause: Clause, begin: int, end: int) -> str:
    """The text of some lines of a clause, the first without its number."""
    return "\n".join([clause.unnumbered(begin), *clause.lines[begin + 1 : end]])


def _one_sided(line: LineChange) -> tuple[Part, ...]:
    kind: PartKind = "removed" if line.old is not None else "added"
    return (Part(kind=kind, text=line.old or line.new or ""),)


def _typography(old: Clause, new: Clause) -> tuple[Reason, ...]:
    words_old, words_new = old.words, new.words
    if words_old == words_new:
        if old.lines == new.lines:
            return ()
        if not _same_number(old, new):
            return (Reason(kind="numbering"),)
    if words_old == words_new or "".join(old.text.split()) == "".join(new.text.split()):
        return (Reason(kind=typographic_difference(old.text, new.text)),)
    return (Reason(kind=typographic_difference(words_old, words_new)),)


def _run_together(old: Clause, new: Clause) -> bool:
    """Whether items of their own line in one text stand behind each other in the other."""
    return len(old.lines) != len(new.lines) and line_key(old.text) == line_key(new.text)


def _same_number(old: Clause, new: Clause) -> bool:
    return old.mark == new.mark or line_key(old.text) == line_key(new.text)
