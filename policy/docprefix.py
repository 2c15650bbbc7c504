"""机关代字 and organ names at the end of a run of Han characters, with what stands before trimmed."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from policy import organs
from policy.issuers import codes

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
    if code := known_code(run):
        return code
    rest = run[_hard_border(run) :]
    return rest if 1 < len(rest) <= _HEADLESS else ""


def known_code(run: str) -> str:
    rests = (run[border:] for border in _borders(run))
    return next((r for r in rests if len(r) <= 14 and plausible(r) and not _is_agency(r)), "")


def _borders(run: str) -> list[int]:
    """Where a code may begin, leftmost first: at the run's head, behind an issuer, a lead-in or a title."""
    hard = _hard_border(run)
    cuts = {hard, *(i + 1 for i, sign in enumerate(run[:-1]) if sign in _WEAK)}
    for start in {0, *cuts}:
        cuts.update(start + length for length in _agency_lengths(run[start:]))
    cuts.update(found.end() for found in [_AGENCY.match(run)] if found)
    return sorted(cut for cut in cuts if cut >= hard)


def _hard_border(run: str) -> int:
    return max((found.end() for found in (_TAIL.match(run), _LEAD.match(run)) if found), default=0)


def _agency_lengths(text: str) -> list[int]:
    return sorted({end for end, _ in organs.starting(text) if end < len(text)})


def _is_agency(text: str) -> bool:
    """Whether an issuer's full name leads, with a code behind it."""
    found = _AGENCY.match(text)
    if found and plausible(text[found.end() :]):
        return True
    return any(
        plausible(text[end:]) for end in _agency_lengths(text) if end > 2 and text[:end] not in _heads()
    )


@cache
def _heads() -> frozenset[str]:
    """What a 机关代字 begins with: central prefixes, and place letters with 政, 府 or a department."""
    book = codes()
    places = {place + head for place in book.places for head in (*book.heads, "政", "府", "办", "委", "规")}
    return frozenset({*book.codes, *places, "国令"})


def plausible(text: str) -> bool:
    heads = _heads()
    return any(text[:end] in heads for end in range(min(len(text), 10), 0, -1))


@lru_cache(maxsize=4096)
def organ_in(run: str) -> str:
    """The organ whose 令 or 公告 it is: the longest known name at the end, else what no lead-in precedes."""
    for start in range(len(run) - 1):
        name = run[start:]
        if (
            organs.identify(name)
            or organs.identify(name.removeprefix(organs.COUNTRY))
            or _is_government(name)
        ):
            return name
    rest = run[_hard_border(run) :]
    return known_code(run) or (rest if len(rest) > 1 or rest == "国" else "")


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
