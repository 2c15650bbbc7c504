"""Document numbers (发文字号): in running text, in a cell, and the document's own number. Pure.

Three shapes: ``国发〔2021〕23号`` in many brackets, ``国务院令第782号`` and ``商务部公告2026年第12号``, and
the year first as in ``2026年第41号令``. Court cases ``(2020)京01民终123号`` and standards ``GB/T 9704-2012``
are not document numbers. Text before a number (按照, 和, the issuer's full name, the end of a title) is
removed from its code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache

from attrs import evolve, frozen

from policy.documents import organs
from policy.documents.issuers import codes
from policy.documents.organs import identify
from policy.records import FieldValue
from policy.records.content import DocNumber, DocNumberKind
from policy.text.numerals import DIGITS, NUMERALS, parse_numeral

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
        "主席",
    }


OPEN, CLOSE = r"〔﹝［\[（(【〈《‘〚<{", r"〕﹞］\]）)】〉》’〛>}"

_GAP = r"\s{0,4}"
_YEAR = rf"[12１２][{DIGITS}]{{3}}"
_SHORT_YEAR = rf"[〔﹝［\[]{_GAP}(?P<short>[4-9][0-9]){_GAP}[〕﹞］\]]"
_NUMBER = rf"(?P<number>[{DIGITS}]{{1,5}}|[{NUMERALS}]{{1,7}})"

_BRACKETED = re.compile(
    rf"(?:[{OPEN}]{_GAP}(?P<year>{_YEAR}){_GAP}年?{_GAP}[{CLOSE}]|{_SHORT_YEAR}){_GAP}字?第?{_GAP}"
    rf"(?P<number>[{DIGITS}]{{1,5}}){_GAP}号"
)
_ORDER = re.compile(
    rf"(?P<kind>令|公告){_GAP}[（(]?{_GAP}(?:[{OPEN}]?(?P<year>{_YEAR}){_GAP}年?[{CLOSE}]?)?{_GAP}第{_GAP}{_NUMBER}{_GAP}号"
)
_YEAR_FIRST = re.compile(
    rf"(?:(?P<year>{_YEAR}){_GAP}年{_GAP})?第{_GAP}{_NUMBER}{_GAP}号{_GAP}(?P<kind>令|公告)(?!第)"
)
_BARE = re.compile(rf"(?:(?P<year>{_YEAR}){_GAP}年{_GAP})?第{_GAP}{_NUMBER}{_GAP}号(?P<kind>令|公告)?")
_UNMARKED = re.compile(
    rf"(?P<code>[㐀-鿿]{{1,20}}){_GAP}[{OPEN}]?{_GAP}(?P<year>{_YEAR}){_GAP}年?{_GAP}[{CLOSE}]?{_GAP}第?{_GAP}"
    rf"(?P<number>[{DIGITS}]{{1,5}}){_GAP}号?"
)
_RUN = re.compile(r"[㐀-鿿]{1,40}(?=\s{0,4}$)")

_NOT_ORGANS = ("责", "命", "指", "口", "号", "司", "法", "禁", "军", "夏", "月")
_COURT = re.compile(r"(?:民|刑|行|执|商|知|赔)(?:终|初|申|再|辖|监|恢|保|异|复|提|抗)?$")


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
    """All document numbers in running text with their offsets, in order."""
    found = [
        *(spot for match in _BRACKETED.finditer(text) if (spot := _bracketed(text, match))),
        *(spot for match in _ORDER.finditer(text) if (spot := _order(text, match))),
        *(spot for match in _YEAR_FIRST.finditer(text) if (spot := _year_first(text, match))),
    ]
    return list(_apart(found))


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
    order = next((ending for ending in ("令", "公告") if run.endswith(ending) and run != ending), "")
    code = organ_in(run.removesuffix(order)) + order if order else code_in(run)
    if not code or (not is_plausible_code(code) and _is_court_case(text, match.start(), run, code)):
        return None
    start = text.rindex(code, 0, match.start())
    return NumberSpan(start, match.end(), _number(code, match, text[start : match.end()]))


def _is_court_case(text: str, end: int, run: str, code: str) -> bool:
    before = text[max(0, end - 50) : end].rstrip()[: -len(run)][-1:]
    return before.isdigit() or bool(_COURT.search(code))


def _number(code: str, match: re.Match[str], raw: str) -> DocNumber:
    """The number of a match. A code that ends in 令 or 公告 is that of an order, whatever its brackets."""
    groups = match.groupdict()
    kind: DocNumberKind = "文"
    for ending in ("令", "公告"):
        if code.endswith(ending) and len(code) > len(ending):
            code, kind = code.removesuffix(ending), "令" if ending == "令" else "公告"
    short = groups.get("short")
    year = int(f"19{short}") if short else int(groups["year"])
    return DocNumber(raw=raw, code=code, year=year, number=int(groups["number"]), kind=kind)


def _order(text: str, match: re.Match[str]) -> NumberSpan | None:
    run = _run(text, match.start())
    organ = organ_in(run)
    if not organ or run.endswith(_NOT_ORGANS):
        return None
    start = text.rindex(organ, 0, match.start())
    return NumberSpan(start, match.end(), _ordered(organ, match, text[start : match.end()]))


def _year_first(text: str, match: re.Match[str]) -> NumberSpan | None:
    organ = organ_in(_run(text, match.start()))
    if not identify(organ):
        organ = ""
    start = text.rindex(organ, 0, match.start()) if organ else match.start()
    return NumberSpan(start, match.end(), _ordered(organ, match, text[start : match.end()]))


def _ordered(organ: str, match: re.Match[str], raw: str, kind: str | None = None) -> DocNumber:
    groups = match.groupdict()
    year = int(groups["year"]) if groups.get("year") else None
    code = organ if organ.endswith("主席") else organ.removeprefix("中华人民共和国") or organ
    kind = kind or groups.get("kind") or "令"
    return DocNumber(
        raw=raw,
        code=code,
        year=year,
        number=parse_numeral(groups["number"]) or 0,
        kind="公告" if kind == "公告" else "令",
    )


# ------------------------------------------------------------------ numbers in cells, titles and mastheads

_LABEL = re.compile(
    r"^(?:【(?:发文字号|发布文号|文\s*号)】\s*[:：]?|(?:发文字号|发布文号|文\s*号|字\s*号|文件编号|编\s*号)\s*[:：])\s*"
)
_WRAPPED = re.compile(r"^\s*[（(【\[〔]\s*(?P<inner>.*[^\s])\s*[）)】\]〕]\s*$", re.DOTALL)


def parse_number(text: str) -> DocNumber | None:
    """The number of a cell or line that contains nothing else; None otherwise. ``raw`` keeps spaces inside
    words."""
    line = _LABEL.sub("", text.strip())
    if len(line) > 80:
        return None
    return _whole(line) or _unwrapped(line)


def _unwrapped(line: str) -> DocNumber | None:
    wrapped = _WRAPPED.match(line)
    return _whole(wrapped["inner"]) if wrapped else None


def _whole(line: str) -> DocNumber | None:
    for spot in find_spans(line):
        if not line[spot.end :].strip(" 文件。，；;") and _is_issuer_part(line[: spot.start]):
            return spot.value
    if found := _BARE.fullmatch(line):
        return _ordered("", found, line)
    if (found := _UNMARKED.fullmatch(line)) and (code := code_in(found["code"])) and not _looks_dated(line):
        return _number(code, found, line)
    return None


def _is_issuer_part(text: str) -> bool:
    """Whether the text before the number may be the issuer's name in the same cell."""
    return len(text) <= 30 and bool(re.fullmatch(r"[㐀-鿿、\s]*", text))


def _looks_dated(line: str) -> bool:
    return bool(re.search(rf"[{DIGITS}]\s*年", line)) and not line.rstrip().endswith("号")


def own_number(*, cell: str | None, title: str, masthead: Sequence[str]) -> FieldValue[DocNumber] | None:
    """The document's own number: from its cell, else its title, else its masthead; never a cited one."""
    return _in_cell(cell or "") or _in_title(title) or _in_masthead(masthead, title)


def _in_cell(cell: str) -> FieldValue[DocNumber] | None:
    value = parse_number(cell) or next(iter(find_numbers(cell)), None)
    return FieldValue(value=value, raw=cell.strip(), rule="cell") if value else None


def _in_title(title: str) -> FieldValue[DocNumber] | None:
    """The number in parentheses at the end of a title, at its end, or at its start for a 令 or 公告."""
    for spot in find_spans(title):
        before, after = title[: spot.start].rstrip(), title[spot.end :].strip()
        if not after.strip("）)】] "):
            if after and spot.value.kind != "文":
                before = _WITHOUT_ORGANS.sub("", before)
            enclosed = bool(after) and before.endswith(("（", "(", "【", "["))
            if (enclosed or not after) and not _CITING.search(before):
                return FieldValue(value=spot.value, raw=title[spot.start : spot.end], rule="title")
        if not before and spot.value.kind != "文" and re.match(r"\s|$|关于|公布|发布", title[spot.end :]):
            return FieldValue(value=spot.value, raw=title[spot.start : spot.end], rule="title")
    return _bare_in_title(title)


_WITHOUT_ORGANS = re.compile(r"(?<=[（(【\[])[㐀-鿿、\s]{2,40}$")
_CITING = re.compile(
    r"(?:解读|答记者问|问答|图解|解析|解答|读懂)\W*$|(?:贯彻|落实|学习|宣传|根据|依据|执行|实施|解读|读懂)[^《]{0,6}《[^》]*》\W*$"
)
"""Text before a number that a title only cites."""
_TITLE_BARE = re.compile(rf"(?P<heading>令|公告|通告)\s*[（(]\s*(?P<bare>{_BARE.pattern})\s*[)）]\s*$")


def _bare_in_title(title: str) -> FieldValue[DocNumber] | None:
    """``关于…的公告（2026年第3号）``."""
    found = _TITLE_BARE.search(title)
    if not found or found["kind"]:
        return None
    kind = "令" if found["heading"] == "令" else "公告"
    return FieldValue(value=_ordered("", found, found["bare"], kind), raw=found["bare"], rule="title")


_MASTHEAD_LINES = 15


def _in_masthead(lines: Sequence[str], title: str) -> FieldValue[DocNumber] | None:
    """The number on a line of its own, before the salutation and the text; its heading may be the title."""
    above = title
    for line in map(str.strip, lines[:_MASTHEAD_LINES]):
        if found := _PROMULGATED.match(line):
            return _promulgated(found)
        if len(line) > 60 or line.endswith(("：", ":", "。")):
            return None
        if value := _headed(above, line):
            return FieldValue(value=value, raw=value.raw, rule="masthead")
        split = re.fullmatch(r"令|公\s*告", line)
        above = above + "".join(line.split()) if split else line or above
    return None


_PROMULGATED = re.compile(
    r"[（(]\s*[12]\d{3}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日\s*(?P<number>[^（）()《》。，；]{4,40}?号)\s*(?:公布|发布|颁布)"
)
"""Below the title of a regulation: ``（2022年2月18日证监会令第195号公布 …）``."""


def _promulgated(found: re.Match[str]) -> FieldValue[DocNumber] | None:
    value = parse_number(found["number"])
    return FieldValue(value=value, raw=value.raw, rule="masthead:公布") if value else None


def _headed(above: str, line: str) -> DocNumber | None:
    """The number of a line; 第41号 alone is completed by the 令 or 公告 of the line above."""
    value = parse_number(line)
    if value is None or value.code or (value.year and value.kind == "令" and line.endswith("令")):
        return value
    heading = re.fullmatch(r"(.{2,60}?)\s*(令|公告)", above)
    if not heading:
        return None
    bare = _BARE.match(line)
    organ = re.sub(r"\s", "", heading[1])
    return evolve(_ordered(organ, bare, f"{above} {line}", heading[2])) if bare else None
