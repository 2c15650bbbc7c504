"""Document numbers (发文字号): in running text, in a cell, and the document's own number. Pure.

Three shapes: ``国发〔2021〕23号`` in many brackets, ``国务院令第782号`` and ``商务部公告2026年第12号``, and
the year first as in ``2026年第41号令``. Court cases ``(2020)京01民终123号`` and standards ``GB/T 9704-2012``
are not document numbers. Text before a number (按照, 和, the issuer's full name, the end of a title) is
removed from its code. The code of a joint order are the names of its organs, joined by 、.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import Literal

from attrs import evolve, frozen

from policy.documents import organs
from policy.documents.issuers import codes
from policy.documents.organs import identify
from policy.records.content import DocNumber, DocNumberKind
from policy.text.numerals import DIGITS, HAN_DIGITS, NUMERALS, parse_numeral

_TAIL = re.compile(
    r".*(?:的(?:通知|意见|批复|复函|决定|通报|公报|公告|通告|纪要|办法|规定|方案|规划|请示|报告|议案|函|命令|令)"
    r"|(?:管理|实施|暂行|试行|指导|工作|行动)(?:办法|规定|方案|意见|条例|细则|计划))(?=.)"
)
_LEAD = re.compile(
    r".*(?:按照|依照|遵照|对照|根据|依据|参照|参见|参看|详见|贯彻|落实|执行|实施|废止|修订|修改|转发|印发|下发|发布|公布|颁布|制定"
    r"|以及|符合|关于|其中|包括|文件|原文|文号|字号|同时|已经|经由|通过|适用|替代|代替|取消|停止|继续|引用|收到|提出的|明确的|现行"
    r"|[我本你贵](?:省|市|部|局|委|厅|区|县|院|会|署|办|州))(?=.)"
)
_AGENCY = re.compile(
    r".*(?:人民政府|政府|办公厅|办公室|委员会|总局|部门|管理局|监督局|建设局|[一-鿿]{2}(?:厅|局|部|委|署|院|会))(?=.)"
)
_WEAK = "号和及与或即见按以对由将原附如据依在是的等为并经从因至"
_HEADLESS = 12


@lru_cache(maxsize=4096)
def code_in(run: str) -> str:
    """The 机关代字 at the end of a run of Han characters."""
    if code := listed_code(run):
        return code
    rest = run[_hard_border(run) :]
    return rest if 1 < len(rest) <= _HEADLESS else ""


def listed_code(run: str) -> str:
    """The longest listed 机关代字 at the end of a run of Han characters; ``""`` without one."""
    rests = (run[border:] for border in _borders(run))
    return next((r for r in rests if len(r) <= 14 and is_plausible_code(r) and not _is_agency(r)), "")


def _borders(run: str) -> list[int]:
    """Indices where a code may begin, leftmost first: at the start, after an issuer, a lead-in or a title."""
    hard = _hard_border(run)
    cuts = {hard, *(i + 1 for i, sign in enumerate(run[:-1]) if sign in _WEAK)}
    for start in {0, *cuts}:
        cuts.update(start + length for length in _agency_lengths(run[start:]))
    cuts.update(found.end() for found in [_AGENCY.match(run)] if found)
    return sorted(cut for cut in cuts if cut >= hard)


def _hard_border(run: str) -> int:
    return max((found.end() for found in (_TAIL.match(run), _LEAD.match(run)) if found), default=0)


def _agency_lengths(text: str) -> list[int]:
    return sorted({end for end, _ in organs.organs_at(text) if end < len(text)})


def _is_agency(text: str) -> bool:
    """Whether the text begins with an issuer's full name, followed by a code."""
    found = _AGENCY.match(text)
    if found and is_plausible_code(text[found.end() :]):
        return True
    return any(
        is_plausible_code(text[end:])
        for end in _agency_lengths(text)
        if end > 2 and text[:end] not in _heads()
    )


@cache
def _heads() -> frozenset[str]:
    """Prefixes of 机关代字: those of central organs, and place characters with 政, 府 or a department."""
    book = codes()
    places = {place + head for place in book.places for head in (*book.heads, "政", "府", "办", "委", "规")}
    return frozenset({*book.codes, *places, "国令"})


def is_plausible_code(text: str) -> bool:
    """Whether the text begins with a known prefix of a 机关代字."""
    heads = _heads()
    return any(text[:end] in heads for end in range(min(len(text), 10), 0, -1))


@lru_cache(maxsize=4096)
def organ_in(run: str) -> str:
    """The organ of a 令 or 公告: the longest known name at the end, else the text after a lead-in."""
    for start in range(len(run) - 1):
        name = run[start:]
        if (
            organs.identify(name)
            or organs.identify(name.removeprefix(organs.COUNTRY))
            or _is_government(name)
        ):
            return name
    rest = run[_hard_border(run) :]
    return listed_code(run) or (rest if len(rest) > 1 or rest == "国" else "")


def _is_government(name: str) -> bool:
    return name in {
        "省政府",
        "市政府",
        "省人民政府",
        "市人民政府",
        "自治区人民政府",
        "中华人民共和国主席",
        "国家主席",
        "主席",
        "中央军委主席",
        "中央军事委员会主席",
    }


OPEN, CLOSE = r"〔﹝［\[（(【〈《‘〚<{", r"〕﹞］\]）)】〉》’〛>}"

_GAP = r"\s{0,4}"
_YEAR = rf"(?:[12１２][{DIGITS}]{{3}}|[一二][{HAN_DIGITS}{DIGITS}]{{3}})"
_SHORT_YEAR = rf"[〔﹝［\[]{_GAP}(?P<short>[4-9][0-9]){_GAP}[〕﹞］\]]"
_NUMBER = rf"(?P<number>[{DIGITS}]{{1,5}}|[{NUMERALS}]{{1,7}})"
_COUNTED = rf"第{_GAP}{_NUMBER}{_GAP}号"
_OF_YEAR = rf"(?P<year>{_YEAR}){_GAP}年{_GAP}"

_BRACKETED = re.compile(
    rf"(?:[{OPEN}]{_GAP}(?P<year>{_YEAR}){_GAP}年?{_GAP}[{CLOSE}]|{_SHORT_YEAR}){_GAP}字?第?{_GAP}"
    rf"{_NUMBER}{_GAP}号"
)
_KIND = r"(?P<kind>令|公告|通告|公报)"
_HEADING = re.compile(_KIND)
_BEHIND_HEADING = tuple(
    re.compile(_GAP + pattern)
    for pattern in (
        rf"[{OPEN}]{_GAP}(?:{_OF_YEAR})?{_COUNTED}{_GAP}[{CLOSE}]",
        rf"(?:{_OF_YEAR})?[{OPEN}]{_GAP}{_COUNTED}{_GAP}[{CLOSE}]",
        rf"[（(]?{_GAP}(?:[{OPEN}]?{_GAP}(?P<year>{_YEAR}){_GAP}年?{_GAP}[{CLOSE}]?)?{_GAP}{_COUNTED}",
        rf"(?:[{OPEN}]{_GAP}(?P<year>{_YEAR}){_GAP}年?{_GAP}[{CLOSE}]|{_SHORT_YEAR}){_GAP}字?{_GAP}{_NUMBER}{_GAP}号",
        rf"(?:{_OF_YEAR})?{_NUMBER}{_GAP}号",
    )
)
"""What follows 令 or 公告: ``（2026年第3号）``, ``【第118号】``, ``〔2026〕第41号``, ``〔2020〕5号``."""
_YEAR_FIRST = re.compile(rf"(?:{_OF_YEAR})?{_COUNTED}{_GAP}{_KIND}(?!第)")
_BARE = re.compile(rf"(?:{_OF_YEAR})?{_COUNTED}{_GAP}{_KIND}?")
_UNMARKED = re.compile(
    rf"(?P<code>[㐀-鿿]{{1,20}}){_GAP}[{OPEN}]?{_GAP}(?P<year>{_YEAR}){_GAP}年?{_GAP}[{CLOSE}]?{_GAP}第?{_GAP}"
    rf"号?{_GAP}(?P<number>[{DIGITS}]{{1,5}}){_GAP}号?"
)
_RUN = re.compile(r"[㐀-鿿]{1,40}(?=\s{0,4}$)")
_JOINTLY = re.compile(rf"等?(?:[{NUMERALS}]{{1,3}}|[{DIGITS}]{{1,2}})个?(?:部门|机关|部委|单位)(?:联合)?$")
"""``国家发展改革委等六部门令``: how many organs sign."""
_BETWEEN = re.compile(r"(?:[\s、]|联合|[和与及]){1,5}$")
_LONGEST_LIST = 400
"""Most characters of the names of joint organs before 令."""

_NOT_ORGANS = ("责", "命", "指", "口", "号", "司", "法", "禁", "军", "夏", "月")
_COURT = re.compile(r"(?:民|刑|行|执|商|知|赔)(?:终|初|申|再|辖|监|恢|保|异|复|提|抗)?$")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]+")


@frozen
class NumberSpan:
    """A document number in running text and its offsets."""

    start: int
    end: int
    value: DocNumber


def find_numbers(text: str) -> tuple[DocNumber, ...]:
    """All document numbers in running text, in order."""
    return tuple(spot.value for spot in find_spans(text))


def find_spans(text: str) -> list[NumberSpan]:
    """All document numbers in running text with their offsets, in order. Invisible characters inside a number
    are ignored."""
    if _INVISIBLE.search(text):
        return _visible_spans(text)
    found = [
        *(spot for match in _BRACKETED.finditer(text) if (spot := _bracketed(text, match))),
        *(spot for match in _HEADING.finditer(text) if (spot := _order(text, match))),
        *(spot for match in _YEAR_FIRST.finditer(text) if (spot := _year_first(text, match))),
    ]
    return list(_apart(found))


def _visible_spans(text: str) -> list[NumberSpan]:
    """The numbers of the text without its invisible characters, with their offsets in the text."""
    origin = [at for at, sign in enumerate(text) if not _INVISIBLE.match(sign)]
    spots = find_spans(_INVISIBLE.sub("", text))
    spans = ((spot, origin[spot.start], origin[spot.end - 1] + 1) for spot in spots)
    return [NumberSpan(start, end, evolve(spot.value, raw=text[start:end])) for spot, start, end in spans]


def _apart(spots: list[NumberSpan]) -> Iterator[NumberSpan]:
    """The spans that are not inside another one: 渝府令〔2020〕12号 is one number."""
    reach = -1
    for spot in sorted(spots, key=lambda spot: (spot.start, -spot.end)):
        if spot.end > reach:
            yield spot
            reach = spot.end


def _run(text: str, end: int) -> str:
    """The Han characters directly before ``end``."""
    found = _RUN.search(text, max(0, end - 44), end)
    return found[0] if found else ""


def _bracketed(text: str, match: re.Match[str]) -> NumberSpan | None:
    run = _run(text, match.start())
    code = "" if run.endswith(_KINDS) else code_in(run)
    if not code or (not is_plausible_code(code) and _is_court_case(text, match.start(), run, code)):
        return None
    start = text.rindex(code, 0, match.start())
    return NumberSpan(start, match.end(), _number(code, match, text[start : match.end()]))


_KINDS = ("令", "公告", "通告", "公报")


def _is_court_case(text: str, end: int, run: str, code: str) -> bool:
    before = text[max(0, end - 50) : end].rstrip()[: -len(run)][-1:]
    return before.isdigit() or bool(_COURT.search(code))


def _number(code: str, match: re.Match[str], raw: str) -> DocNumber:
    """The number of a match. A code that ends in 令 or 公告 is that of an order, whatever its brackets."""
    kind = next((kind for kind in _KINDS if code.endswith(kind) and code != kind), None)
    if kind:
        return _ordered(code.removesuffix(kind), match, raw, kind)
    return DocNumber(raw=raw, code=code, year=_year(match), number=parse_numeral(match["number"]) or 0)


def _year(match: re.Match[str]) -> int | None:
    groups = match.groupdict()
    if short := groups.get("short"):
        return int(f"19{short}")
    printed = groups.get("year")
    return int("".join(str(parse_numeral(sign)) for sign in printed)) if printed else None


# ------------------------------------------------------------------ numbers of 令 and 公告


def _order(text: str, heading: re.Match[str]) -> NumberSpan | None:
    match = _behind_heading(text, heading.end())
    if match is None:
        return None
    commanded = text.startswith("命令", heading.start() - 1) and heading.start() > 0
    signed = _signers(text, heading.start() - commanded)
    if signed is None:
        return None
    plain = "第" in match[0] or _year(match) is not None
    if (commanded or match[0].endswith(tuple(CLOSE)) or not plain) and not all(map(_is_known, signed.names)):
        return None  # 关于样例目录的公告（2026年第3号） names no organ
    raw = text[signed.start : match.end()]
    return NumberSpan(
        signed.start, match.end(), _ordered("、".join(signed.names), match, raw, heading["kind"])
    )


def _is_known(name: str) -> bool:
    return name == "国" or bool(identify(name) or listed_code(name)) or _is_government(name)


def _behind_heading(text: str, at: int) -> re.Match[str] | None:
    return next((found for pattern in _BEHIND_HEADING if (found := pattern.match(text, at))), None)


def _year_first(text: str, match: re.Match[str]) -> NumberSpan | None:
    signed = _signers(text, match.start())
    if signed is None or not all(map(_is_known, signed.names)):
        signed = _Signers(start=match.start())
    raw = text[signed.start : match.end()]
    return NumberSpan(signed.start, match.end(), _ordered("、".join(signed.names), match, raw))


@frozen(kw_only=True)
class _Signers:
    """The organs printed before 令 or 公告 in their order, and where the first begins."""

    start: int
    names: tuple[str, ...] = ()


def _signers(text: str, end: int) -> _Signers | None:
    """The organs before ``end``; without names for ``六机关令``; None where another word than an organ is."""
    run = _run(text, end)
    counted = _JOINTLY.search(run)
    organ = organ_in(run[: counted.start()] if counted else run)
    if counted:
        end = text.rindex(counted[0], 0, end)
        organ = organ if identify(organ) else ""
    elif not organ or run.endswith(_NOT_ORGANS):
        return None
    start = text.rindex(organ, 0, end) if organ else end
    names = [_without_country(organ)] if organ else []
    while (
        names
        and not organ.endswith("主席")
        and end - start < _LONGEST_LIST
        and (name := _known_organ_before(text, start))
    ):
        start = text.rindex(name, 0, start)
        names.insert(0, _without_country(name))
    return _Signers(start=start, names=tuple(names))


def _known_organ_before(text: str, end: int) -> str:
    """The longest name of a known organ that ends here, before a separator if there is one."""
    gap = _BETWEEN.search(text, max(0, end - 5), end)
    run = _run(text, gap.start() if gap else end)
    least = 2 if gap else _SHORTEST_NAME
    return next((run[at:] for at in range(len(run) - least + 1) if identify(run[at:])), "")


_SHORTEST_NAME = 3
"""Least characters of an organ's name that is not separated from the next one: 民政部国家发展改革委."""


def _without_country(name: str) -> str:
    return name if name.endswith("主席") else name.removeprefix(organs.COUNTRY) or name


def _ordered(code: str, match: re.Match[str], raw: str, kind: str | None = None) -> DocNumber:
    groups = match.groupdict()
    return DocNumber(
        raw=raw,
        code=_without_country(code),
        year=_year(match),
        number=parse_numeral(groups["number"]) or 0,
        kind=_kind(kind or groups.get("kind")),
    )


def _kind(printed: str | None) -> DocNumberKind:
    kinds: dict[str, DocNumberKind] = {"公告": "公告", "通告": "通告", "公报": "公报"}
    return kinds.get(printed or "", "令")


# ------------------------------------------------------------------ numbers in cells, titles and mastheads

_LABEL = re.compile(
    r"^(?:【(?:发文字号|发布文号|文\s*号)】\s*[:：]?|(?:发文字号|发布文号|文\s*号|字\s*号|文件编号|编\s*号)\s*[:：])\s*"
)
_WRAPPED = re.compile(r"^\s*[（(【\[〔]\s*(?P<inner>.*[^\s])\s*[）)】\]〕]\s*$", re.DOTALL)


def parse_number(text: str) -> DocNumber | None:
    """The number of a cell or line that contains nothing else; None otherwise, see :func:`refusal_of`.
    ``raw`` keeps spaces inside words."""
    line = _LABEL.sub("", text.strip())
    if len(line) > _LONGEST_CELL:
        return None
    return _whole(line) or _unwrapped(line) or _squeezed(line)


_LONGEST_CELL = 160
"""Most characters of a cell with a number: a dozen joint organs."""


def _unwrapped(line: str) -> DocNumber | None:
    wrapped = _WRAPPED.match(line)
    return _whole(wrapped["inner"]) if wrapped else None


def _squeezed(line: str) -> DocNumber | None:
    """The number of a line with spaces or invisible characters between any two characters."""
    solid = _INVISIBLE.sub("", "".join(line.split()))
    number = _whole(solid) or _unwrapped(solid) if solid != line else None
    return evolve(number, raw=line) if number else None


def _whole(line: str) -> DocNumber | None:
    for spot in find_spans(line):
        if not line[spot.end :].strip(" 文件。，；;") and _is_issuer_part(line[: spot.start]):
            return spot.value
    if found := _BARE.fullmatch(line):
        return _ordered("", found, line)
    if (heading := _OWN_HEADING.match(line)) and (found := _behind_heading(line, heading.end())):
        return _ordered("", found, line, heading["kind"]) if found.end() == len(line) else None
    if (found := _UNMARKED.fullmatch(line)) and (code := code_in(found["code"])) and not _looks_dated(line):
        return _number(code, found, line)
    return None


_OWN_HEADING = re.compile(rf"(?:本?部|总?局|总?署)?{_KIND}")
"""``部令第11号``: the issuer's own."""


def _is_issuer_part(text: str) -> bool:
    """Whether the text before the number may be the issuer's name in the same cell."""
    return len(text) <= 30 and bool(re.fullmatch(r"[㐀-鿿、\s]*", text))


def _looks_dated(line: str) -> bool:
    return bool(re.search(rf"[{DIGITS}]\s*年", line)) and not line.rstrip().endswith("号")


def complete_number(heading: str, line: str) -> DocNumber | None:
    """The number of a line that begins with 第12号 or 2026年第12号, completed by the 令 or 公告 above it or
    before it; None if the heading is not one."""
    above = re.fullmatch(rf"(?P<organs>.{{0,{_LONGEST_LIST}}}?)\s*{_KIND}", heading)
    bare = _BARE.match(line) if above else None
    if not above or not bare:
        return None
    signed = _signers(heading, above.start("kind")) if above["organs"] else None
    code = "、".join(signed.names) if signed else re.sub(r"\s", "", above["organs"])
    return _ordered(code, bare, f"{heading} {line}", above["kind"])


# ------------------------------------------------------------------ refused texts

Refusal = Literal[
    "empty",
    "too long",
    "day",
    "index number",
    "standard",
    "court case",
    "several numbers",
    "too many digits",
    "no number",
    "no year",
    "no organ",
    "other text",
]
"""Why a text is not one document number. ``index number`` is an 索引号 or another identifier; ``no organ`` a
year and a number without 机关代字; ``other text`` a number between words."""

_LONG_DIGITS = re.compile(rf"[{DIGITS}]{{6,}}")
_BEFORE_NUMBER: Sequence[tuple[Refusal, re.Pattern[str]]] = (
    (
        "day",
        re.compile(
            rf"{_YEAR}\s*[年./-]\s*[{DIGITS}{NUMERALS}]{{1,3}}\s*(?:[月./-]\s*[{DIGITS}{NUMERALS}]{{1,3}}\s*日?|月)"
        ),
    ),
    (
        "standard",
        re.compile(r"[A-Z]{1,4}\d{0,2}\s?(?:/\s?[A-Z]{1,3})?\s?[\d.]{1,8}\s?[-—–]\s?\d{2,4}(?:\s?标准)?"),
    ),
    (
        "court case",
        re.compile(
            rf".*(?:[（(〔\[]{_YEAR}[）)〕\]].{{0,4}}[㐀-鿿]\d{{0,6}}[㐀-鿿]{{0,2}}[民刑行执商知赔破].{{0,2}}\d{{1,6}}号|\d{{2,4}}民[初终]).*"
        ),
    ),
    ("index number", re.compile(r"[\dA-Za-z]{6,}\s?[-/_](?:[\dA-Za-z]+[-/_]?)*|[\dA-Z]{9,}")),
)
_COUNT = re.compile(
    rf"第\s*[{DIGITS}{NUMERALS}]|[{DIGITS}]\s*号|号\s*[{DIGITS}]|[〕\])】﹞］）]\s*第?[{DIGITS}{NUMERALS}]"
)
_ANY_YEAR = re.compile(rf"(?<![{DIGITS}]){_YEAR}(?![{DIGITS}])|{_SHORT_YEAR.replace('?P<short>', '?:')}")


def refusal_of(text: str) -> Refusal | None:
    """Why :func:`parse_number` returns None for the text; None where it returns a number."""
    if parse_number(text) is not None:
        return None
    line = _INVISIBLE.sub("", _LABEL.sub("", text.strip()))
    if not line:
        return "empty"
    if len(line) > _LONGEST_CELL:
        return "too long"
    return _kind_of_identifier(line) or _missing_part(line)


def _kind_of_identifier(line: str) -> Refusal | None:
    return next((reason for reason, pattern in _BEFORE_NUMBER if pattern.fullmatch(line)), None)


def _missing_part(line: str) -> Refusal:
    spots = find_spans(line)
    if len(spots) > 1:
        return "several numbers"
    if spots:
        return "other text"
    if _LONG_DIGITS.search(line):
        return "too many digits"
    if not _COUNT.search(line):
        return "no number"
    year = _ANY_YEAR.search(line)
    if year is None:
        return "no year"
    return "other text" if re.match(rf"[㐀-鿿]{{2,}}\s*[{OPEN}]?\s*$", line[: year.start()]) else "no organ"
