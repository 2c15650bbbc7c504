"""Variations planted in real laws: typography is never called substantive, another rule never cosmetic.

Each variation is made of one law at a time, at up to `PLACES` places drawn with a fixed seed. The plain
baseline compares the lines of both texts without punctuation and width, and takes every line that differs for
substantive.
"""

from __future__ import annotations

import difflib
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from attrs import frozen

from benchmarks.policies.rows import Corpus, Row, share
from pipelines.diff.comparison import ClauseChange, compare_texts
from pipelines.diff.text_diff import Part
from policy.text.numerals import NUMERALS, format_numeral, parse_numeral
from policy.text.words import fold

PLACES = 5
SEED = 7
LIMIT = 150
"""Milliseconds of CPU that comparing two versions of a law may take."""

Lines = list[str]
Variation = Callable[[random.Random, Lines], Lines | None]
"""Makes another text of a text; None where it has no place for it."""


def rows(corpus: Corpus) -> Iterator[Row]:
    """Planted variations of every law, then the changes between real versions."""
    texts = [law.versions[-1].text.split("\n") for law in corpus.laws]
    if not texts:
        return
    yield _grades("cosmetic variations called substantive", texts, COSMETIC, wrong="substantive")
    yield _grades("substantive changes called cosmetic", texts, SUBSTANTIVE, wrong="cosmetic")
    yield _marks(texts)
    versions = [
        (law.name, old.text.split("\n"), new.text.split("\n"))
        for law in corpus.laws
        for old, new in pairwise(law.versions)
    ]
    if versions:
        yield from _versions(versions)


# ------------------------------------------------------------------ grades of planted variations


def _grades(what: str, texts: Sequence[Lines], variations: Mapping[str, Variation], wrong: str) -> Row:
    cases = [*planted(texts, variations)]
    ours = [case for case in cases if compare_texts(case.old, case.new).grade == wrong]
    plain = [case for case in cases if _plain_grade(case.old, case.new) == wrong]
    return Row(
        what=f"planted in {len(texts)} laws: {what}",
        ours=share(len(ours), len(cases)),
        baseline=f"folded lines: {share(len(plain), len(cases))}",
        target="0",
        reached=not ours,
        shortfalls=[case.shortfall(wrong) for case in ours],
    )


@frozen(kw_only=True)
class Planted:
    """A text and the variation of it."""

    name: str
    old: Lines
    new: Lines

    def shortfall(self, wrong: str) -> str:
        """The name of the variation, and the first change that is graded so."""
        change = next(change for change in compare_texts(self.old, self.new).changes if change.grade == wrong)
        reasons = "；".join(map(str, change.reasons))
        old, new = ((clause.text if clause else "–")[:60] for clause in (change.old, change.new))
        return f"{self.name}: {self.old[0]}: {change.kind} {change.label} {reasons}: {old} → {new}"


def planted(texts: Sequence[Lines], variations: Mapping[str, Variation]) -> Iterator[Planted]:
    """Each variation of each text that has a place for it."""
    for name, variation in variations.items():
        for at, old in enumerate(texts):
            new = variation(random.Random(f"{SEED}:{name}:{at}"), [*old])
            if new is not None and new != old:
                yield Planted(name=name, old=old, new=new)


def _plain_grade(old: Lines, new: Lines) -> str:
    return "cosmetic" if [*map(fold, old)] == [*map(fold, new)] else "substantive"


# ------------------------------------------------------------------ cosmetic variations

_SPELLINGS = (
    *(("账", "帐"), ("像", "象"), ("象", "像"), ("作", "做"), ("唯", "惟")),
    *(("其他", "其它"), ("部分", "部份"), ("身份", "身分"), ("成分", "成份"), ("作出", "做出")),
    *(("坐落", "座落"), ("订货", "定货"), ("撤销", "撤消"), ("注销", "注消"), ("图像", "图象")),
)
_ARTICLE = re.compile(rf"第([{NUMERALS}]{{1,8}})([编章节条])")
_ITEM = re.compile(rf"（([{NUMERALS}]{{1,3}})）")
_HEADING = re.compile(rf"第[{NUMERALS}]+[编章节]\s*\S{{1,20}}")


def _spelled(draw: random.Random, lines: Lines) -> Lines | None:
    usual = [pair for pair in _SPELLINGS if any(pair[0] in line for line in lines)]
    if not usual:
        return None
    one, other = draw.choice(usual)
    for at in _drawn(draw, [at for at, line in enumerate(lines) if one in line]):
        lines[at] = lines[at].replace(one, other, 1)
    return lines


def _widths(draw: random.Random, lines: Lines) -> Lines:
    wide = str.maketrans("0123456789,:;()%", "０１２３４５６７８９，：；（）％")
    narrow = str.maketrans("０１２３４５６７８９，：；（）％", "0123456789,:;()%")
    for at in _drawn(draw, range(len(lines)), count=len(lines) // 2):
        lines[at] = lines[at].translate(draw.choice((wide, narrow)))
    return lines


def _glued_to_next(draw: random.Random, lines: Lines) -> Lines | None:
    """The title of a chapter stands before its first article, in one line."""
    at = [at for at, line in enumerate(lines[:-1]) if _HEADING.fullmatch(line.strip())]
    return _joined(lines, _drawn(draw, at), draw.choice(("", " ", "　"))) if at else None


def _glued_to_previous(draw: random.Random, lines: Lines) -> Lines | None:
    """The title of a chapter stands behind the article before it."""
    at = [at - 1 for at, line in enumerate(lines) if at and _HEADING.fullmatch(line.strip())]
    return _joined(lines, _drawn(draw, at), draw.choice(("", " ", "　"))) if at else None


def _run_together(draw: random.Random, lines: Lines) -> Lines | None:
    """Some paragraphs stand in the line of the paragraph before, as copied from a PDF."""
    return _joined(lines, _drawn(draw, range(len(lines) - 1)), "") if len(lines) > 1 else None


def _broken(draw: random.Random, lines: Lines) -> Lines | None:
    """Some paragraphs are broken behind a sentence."""
    places = [at for at, line in enumerate(lines) if "。" in line.strip()[:-1]]
    for at in sorted(_drawn(draw, places), reverse=True):
        cut = lines[at].index("。") + 1
        lines[at : at + 1] = [lines[at][:cut], lines[at][cut:]]
    return lines if places else None


def _arabic_numbers(_: random.Random, lines: Lines) -> Lines:
    """第十二条 as 第12条, （三） as (3)."""

    def article(match: re.Match[str]) -> str:
        return f"第{parse_numeral(match[1])}{match[2]}"

    return [
        _ITEM.sub(lambda match: f"({parse_numeral(match[1])})", _ARTICLE.sub(article, line, 1), 1)
        for line in lines
    ]


def _other_items(_: random.Random, lines: Lines) -> Lines | None:
    """（三） as 3、."""
    if not any(_ITEM.match(line.strip()) for line in lines):
        return None
    return [
        _ITEM.sub(lambda match: f"{parse_numeral(match[1])}、", line.strip(), 1)
        if _ITEM.match(line.strip())
        else line
        for line in lines
    ]


def _renumbered(draw: random.Random, lines: Lines) -> Lines | None:
    """Every article behind one has the next number."""
    heads = [at for at, line in enumerate(lines) if re.match(rf"第[{NUMERALS}]+条", line)]
    cited = re.compile(rf".第[{NUMERALS}]+条")
    if len(heads) < 4 or any(cited.search(line) for line in lines):
        return None  # the references would have to follow
    first = draw.choice(heads[1:-1])

    def following(match: re.Match[str]) -> str:
        return f"第{format_numeral((parse_numeral(match[1]) or 0) + 1)}{match[2]}"

    return [
        _ARTICLE.sub(following, line, 1) if at >= first and at in heads else line
        for at, line in enumerate(lines)
    ]


def _joined(lines: Lines, places: Sequence[int], between: str) -> Lines:
    for at in sorted(set(places), reverse=True):
        lines[at : at + 2] = [f"{lines[at]}{between}{lines[at + 1]}"]
    return lines


def _drawn(draw: random.Random, places: Sequence[int], count: int = PLACES) -> list[int]:
    return draw.sample([*places], min(count, len(places)))


COSMETIC: Mapping[str, Variation] = {
    "spelling": _spelled,
    "width": _widths,
    "heading glued to the next line": _glued_to_next,
    "heading glued to the line before": _glued_to_previous,
    "paragraphs run together": _run_together,
    "paragraphs broken": _broken,
    "arabic numbering": _arabic_numbers,
    "items numbered in another way": _other_items,
    "articles renumbered": _renumbered,
}

# ------------------------------------------------------------------ substantive changes


def _replaced(pattern: str, by: Callable[[re.Match[str]], str]) -> Variation:
    compiled = re.compile(pattern)

    def replace(draw: random.Random, lines: Lines) -> Lines | None:
        places = [at for at, line in enumerate(lines) if compiled.search(line)]
        if not places:
            return None
        at = draw.choice(places)
        lines[at] = compiled.sub(by, lines[at], 1)
        return lines

    return replace


def _next_numeral(match: re.Match[str]) -> str:
    return f"{format_numeral(((parse_numeral(match[1]) or 0) + 1) % 1000)}{match[2]}"


def _excepted(draw: random.Random, lines: Lines) -> Lines | None:
    places = [at for at, line in enumerate(lines) if line.endswith("。")]
    if not places:
        return None
    at = draw.choice(places)
    lines[at] = f"{lines[at][:-1]}，但是国家另有规定的除外。"
    return lines


SUBSTANTIVE: Mapping[str, Variation] = {
    "deadline": _replaced(rf"(?<![{NUMERALS}第])([{NUMERALS}]{{1,4}})(日|个月|年)(?!月)", _next_numeral),
    "sum or share": _replaced(rf"(?<![{NUMERALS}第])([{NUMERALS}]{{1,4}})(万元|元|倍|%)", _next_numeral),
    "应当 → 可以": _replaced("应当", lambda _: "可以"),
    "可以 → 应当": _replaced("可以", lambda _: "应当"),
    "added 不": _replaced("(?<!不)(予|得|能|符合|适用|属于)", lambda match: f"不{match[1]}"),
    "removed 不": _replaced("不(予|得|能|符合|适用|属于)", lambda match: match[1]),
    "added exception": _excepted,
    "removed exception": _replaced("，?但是?，?[^，。；]*除外", lambda _: ""),
    "authority": _replaced("县级", lambda _: "省级"),
    "以上 → 以下": _replaced("以上", lambda _: "以下"),
    "和 → 或者": _replaced("(?<=[^，。])和(?=[^，。解平])", lambda _: "或者"),
    "reference": _replaced(
        rf"(?<=.)第([{NUMERALS}]{{1,4}})([款项])", lambda match: f"第{_next_numeral(match)}"
    ),
}

# ------------------------------------------------------------------ marks


_WORDS = (
    *(
        ("规定", "规范"),
        ("监督", "监管"),
        ("管理", "治理"),
        ("申请", "申报"),
        ("审批", "审核"),
        ("批准", "核准"),
    ),
    *(
        ("登记", "登录"),
        ("处罚", "处分"),
        ("组织", "组成"),
        ("保护", "保障"),
        ("单位", "单独"),
        ("责任", "责令"),
    ),
)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?=年)")


def _marks(texts: Sequence[Lines]) -> Row:
    """Each replaced word and year is marked whole."""
    cases = [*_words_replaced(texts)]
    cut = [case for case in cases if not _is_whole(case, _our_parts(case))]
    plain = [case for case in cases if not _is_whole(case, _plain_parts(case))]
    return Row(
        what="planted words and years that a mark cuts",
        ours=share(len(cut), len(cases)),
        baseline=f"difflib: {share(len(plain), len(cases))}",
        target="0",
        reached=not cut,
        shortfalls=[f"{case.old} → {case.new} in {case.before}" for case in cut],
    )


@frozen(kw_only=True)
class Replaced:
    """A line and the same with one word replaced."""

    before: str
    after: str
    old: str
    new: str


def _words_replaced(texts: Sequence[Lines]) -> Iterator[Replaced]:
    for at, lines in enumerate(texts):
        draw = random.Random(f"{SEED}:words:{at}")
        for old, new in draw.sample(_WORDS, PLACES):
            if places := [line for line in lines if old in line]:
                line = draw.choice(places)
                yield Replaced(before=line, after=line.replace(old, new, 1), old=old, new=new)
        if places := [line for line in lines if _YEAR.search(line)]:
            line = draw.choice(places)
            year = _YEAR.findall(line)[0]
            other = str(int(year) + 1)
            yield Replaced(before=line, after=line.replace(year, other, 1), old=year, new=other)


def _our_parts(case: Replaced) -> Sequence[Part]:
    changes = compare_texts([case.before], [case.after]).changes
    return [part for change in changes for line in change.lines for part in line.parts]


def _plain_parts(case: Replaced) -> Sequence[Part]:
    parts: list[Part] = []
    matcher = difflib.SequenceMatcher(None, case.before, case.after, autojunk=False)
    for kind, begin, end, begin_new, end_new in matcher.get_opcodes():
        if kind != "equal":
            parts.append(Part(kind="removed", text=case.before[begin:end]))
            parts.append(Part(kind="added", text=case.after[begin_new:end_new]))
    return parts


def _is_whole(case: Replaced, parts: Sequence[Part]) -> bool:
    removed, added = (
        "".join(part.text for part in parts if part.kind == kind) for kind in ("removed", "added")
    )
    return case.old in removed and case.new in added


# ------------------------------------------------------------------ real versions


def _versions(versions: Sequence[tuple[str, Lines, Lines]]) -> Iterator[Row]:
    """Every paragraph that only one version has is in a change."""
    spent: list[float] = []
    missed: list[str] = []
    changed = plain = 0
    for name, old, new in versions:
        start = time.process_time()
        compared = compare_texts(old, new)
        spent.append((time.process_time() - start) * 1000)
        paragraphs = (Counter(old) - Counter(new)) + (Counter(new) - Counter(old))
        changed += paragraphs.total()
        missed += [f"{name}: {line}" for line in paragraphs - _changed_lines(compared.changes)]
        plain += (paragraphs - _plain_lines(old, new)).total()
    yield Row(
        what=f"changed paragraphs of {len(versions)} amendments that no change contains",
        ours=share(len(missed), changed),
        baseline=f"difflib, by lines: {share(plain, changed)}",
        target="0",
        reached=not missed,
        shortfalls=missed,
    )
    yield Row(
        what="CPU of comparing two versions of a law: the slowest; mean",
        ours=f"{max(spent):.0f} ms; {sum(spent) / len(spent):.0f} ms",
        baseline=f"difflib, by characters: {_plain_cpu(*versions[0][1:]):,.0f} ms for the first",
        target=f"<= {LIMIT} ms",
        reached=max(spent) <= LIMIT,
    )


def _plain_cpu(old: Lines, new: Lines) -> float:
    start = time.process_time()
    difflib.SequenceMatcher(None, "\n".join(old), "\n".join(new), autojunk=False).get_opcodes()
    return (time.process_time() - start) * 1000


def _changed_lines(changes: Iterable[ClauseChange]) -> Counter[str]:
    lines = [line for change in changes for line in change.lines]
    texts = (text for line in lines for text in (line.old, line.new) if text is not None)
    return Counter(paragraph for text in texts for paragraph in text.split("\n"))


def _plain_lines(old: Lines, new: Lines) -> Counter[str]:
    opcodes = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return Counter(
        line
        for kind, begin, end, begin_new, end_new in opcodes
        if kind != "equal"
        for line in (*old[begin:end], *new[begin_new:end_new])
    )
