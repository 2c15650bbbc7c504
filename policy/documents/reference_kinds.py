"""Kinds of references by the words around titles, and the clauses that are amended. Pure.

《…》自…起同时废止 repeals, with 第五条 between only a part of the document. Titles in a row have the same
kind.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from itertools import chain

from attrs import evolve, frozen

from policy.documents.dates import DATE, ImpossibleDay, day_of
from policy.records.content import FORCE_KINDS, Reference, ReferenceKind
from policy.text.numerals import NUMERALS

# ------------------------------------------------------------------ words around titles

_NUMERAL = rf"[{NUMERALS}\d]"
_CLAUSE = re.compile(
    rf"第\s?{_NUMERAL}{{1,8}}\s?[编章节条](?:之[一二三四五六七八九十]{{1,3}})?"
    rf"(?:第\s?{_NUMERAL}{{1,4}}\s?款)?(?:第\s?[（(]?{_NUMERAL}{{1,4}}[)）]?\s?项)?"
)
MOST_CLAUSES = 200
"""The most clauses that are stored of one amended document."""
ACTS: Sequence[tuple[ReferenceKind, str]] = (
    ("suspends", r"(?:暂停|暂缓|中止|暂时停止|暂时调整)(?:执行|施行|实施|适用)"),
    ("resumes", r"恢复(?:执行|施行|实施|适用|效力)"),
    (
        "extends",
        (
            r"的?(?:有效|执行|施行|实施|试行|适用)(?:期限?|时间)[^《》。；，]{0,12}?(?:延长|延续|顺延|延至)"
            r"|(?:延续|延期|继续)(?:执行|施行|实施|有效)[^《》。；，]{0,6}?[至到](?=[^《》。；]{0,3}\d)"
            r"|延长[至到]?(?=\d|有效期)|延期至"
        ),
    ),
    ("confirms", r"(?:继续|仍然|仍旧?|依然)(?:有效|执行|施行|实施|适用)|现行有效"),
    ("repeals", r"废止|失效|作废|(?:停止|终止)(?:执行|施行|实施|使用|适用)|不再(?:执行|施行|实施|适用|有效)"),
)
ACT = re.compile("|".join(f"(?P<{kind}>{words})" for kind, words in ACTS))
MAY_ACT = re.compile(
    r"废止|失效|作废|停止|终止|不再|暂停|暂缓|中止|暂时|恢复|延长|延续|延期|顺延|延至|有效|继续|仍"
)
"""A quick test before the acts; most sentences contain none."""
_NOT_DONE = re.compile(
    r"(?:[不未没无]|拟|建议|提请|研究|适时|抓紧|尽快|推动|应当|需要|可以|能够|不得|是否|及时|定期|评估|清理|制定|起草|修改、|[或者]|对于|提出)"
    r"[^《》，。；：]{0,6}$"
)
"""Words before an act that is not done, only planned, proposed or regulated."""
_NOMINAL = re.compile(
    r"的(?!决定|公告|通知|通告|命令|函|批复)|[前后时]|之[前日后]|以[前后]|手续|工作|程序|情况|原因|条件|情形|证|申请|日期"
)
"""Words behind an act that make it a noun: 废止的文件, 失效前."""
_ALSO = r"也|均|都|全部|同时|即行|一并|相应|予以|随之|自行|自动|宣布|一律|同步|现|已|将|自|从|于|因|[，,]"
_WHEN = (
    r"(?:自|从|于|到|至)[^，。；《》]{1,40}?"
    r"(?:之?日起|之日|起|后|时|止|月[\d一二三四五六七八九十 ]{1,4}日|年[底末]|\d年(?!\s?\d))(?!起)"
)
_UNTIL_ALSO = rf"(?={_ALSO}|废止|失效|停止|暂停|恢复)"
_BETWEEN = re.compile(
    rf"[\s，,、”\"）)】\]]|（[^（）]{{0,80}}）|\([^()]{{0,80}}\)|等[^《》。；，]{{0,30}}?{_UNTIL_ALSO}"
    rf"|及其?[^《》。；，]{{1,20}}?{_UNTIL_ALSO}|的(?:通知|决定|意见|公告|函|通告|批复|规定|命令|办法)"
    r"|文件?|通知|[一二两三四五六七八九十百\d]{1,4}[件部项个]|全部|全文|部|也|均|都|同时|即行|一并|相应|予以|随之"
    rf"|自行|自动|自然|现在?|已经?|被|将|一律|宣布|同步|同日|正式|明令|依法|决定|即|亦|{_WHEN}"
    r"|有效期(?:限)?(?:届|期)?满(?:后|之日起)?|到期(?:后|之日起)?|期满后?|因[^，。；《》]{0,30}[，,]"
    r"|按照?[^，。；《》]{0,20}(?:规定|程序)[，,]?"
)
"""What may stand between a list of titles and the act."""
_PART = re.compile(
    rf"(?:[中里内]的?|的)?\s?(?:{_CLAUSE.pattern}|附件|附表|有关|相关|部分|个别|关于|涉及|与|[“\"])|[中里](?=[^，。；]{{2}})"
)
_WINDOW = 160
_PHRASE_END = re.compile(
    r"(?:[的发布]|[部委局厅院会府办署室处司行社]|中心|[年月日]|原|号|令|[：:、和及与])\s?$"
)
_PHRASE_BREAK = re.compile(
    r"(?:施行|实施|执行|适用)(?!的|细则|办法)|生效|规定|办理|按照|依据|根据|依照|参照|遵照|废止|失效|修改|继续|应当|可以|不得|违反|符合|属于|包括|起草|请|并"
)
_LEADS_IN = re.compile(
    r"(?:了|原)?(?:(?:以下|下列|如下)[^《》。；]{0,40}?)?[：:]?\s{0,2}(?:[（(]?[一二三四五六七八九十\d]{1,3}[)）、.．]\s?)?"
)


@frozen(kw_only=True)
class ForceAct:
    """What the words around titles do to the force of the documents: the kind, which clauses, and when."""

    kind: ReferenceKind
    clauses: tuple[str, ...] = ()
    day: dt.date | None = None


def act_behind(text: str, start: int) -> ForceAct | None:
    """The act behind the titles that end at ``start``: 《…》（…）自…起同时废止. With 第五条 or 有关规定
    between, only a part of the document."""
    if not MAY_ACT.search(text, start, start + _WINDOW):
        return None
    at, end = start, start + _WINDOW
    while True:
        if act := ACT.match(text, at, end):
            nominal = _NOMINAL.match(text, act.end())
            return None if nominal else _act(act, text, start)
        step = _BETWEEN.match(text, at, end)
        if not step or step.end() == at:
            return _partial(text, start, at, end)
        at = step.end()


def _act(act: re.Match[str], text: str, start: int) -> ForceAct:
    kind = next(kind for kind, _ in ACTS if act[kind])
    return ForceAct(
        kind=kind, day=_stated_day(text[start : act.end()], text[act.end() : act.end() + 24], kind)
    )


def _stated_day(before: str, behind: str, kind: ReferenceKind) -> dt.date | None:
    """The day from which the act holds, for ``extends`` the new last day."""
    where = f"{before[-3:]}{behind}" if kind == "extends" else before
    found = _DAY.search(where)
    try:
        return day_of(found) if found else None
    except ImpossibleDay:
        return None


_DAY = re.compile(DATE)


def _partial(text: str, start: int, at: int, end: int) -> ForceAct | None:
    if not _PART.match(text, at, end):
        return None
    stop = _SENTENCE_END.search(text, at, end)
    act = ACT.search(text, at, stop.start() if stop else end)
    if act is None or _NOMINAL.match(text, act.end()) or _NOT_DONE.search(text[at : act.start()]):
        return None
    whole = _act(act, text, start)
    between = text[at : act.start()]
    clauses = tuple(dict.fromkeys(_CLAUSE.findall(between))) or (between.strip("，,的中、 同时一并"),)
    return evolve(whole, kind="repeals_part" if whole.kind == "repeals" else whole.kind, clauses=clauses)


_SENTENCE_END = re.compile("[《》。；;]")


_ITEM_NUMBER = re.compile(r"(?:[（(]?[一二三四五六七八九十\d]{1,3}[)）、.．]|[①-⑳])\s?$")


def act_before(text: str, end: int) -> ForceAct | None:
    """The act before the titles that begin at ``end``: 决定废止《…》, 停止执行国务院发布的《…》."""
    before = _ITEM_NUMBER.sub("", text[max(0, end - _WINDOW) : end])
    if not MAY_ACT.search(before):
        return None
    acts = [*ACT.finditer(before)]
    act = acts[-1] if acts else None
    if act is None or _NOT_DONE.search(before[: act.start()]):
        return None
    lead = _LEADS_IN.match(before, act.end())
    rest = before[lead.end() if lead else act.end() :]
    if not is_issue_phrase(rest) and not (lead and lead[0].strip() and is_issue_phrase(rest.lstrip("：: "))):
        return None
    kind = next(kind for kind, _ in ACTS if act[kind])
    return ForceAct(
        kind=kind,
        day=_stated_day(before[: act.start()][-40:], "", kind)
        if "起" in before[: act.start()][-8:]
        else None,
    )


_ABOVE = re.compile(
    r"(?:以上|上述|前述|前款所列|上列)[^《》，。；]{0,16}?(?:文件|规定|办法|通知|规章|法规|政策|条例|意见|公告|标准)"
)


def act_on_above(sentence: str) -> ForceAct | None:
    """The act of a sentence on the documents named before it: 上述文件同时废止."""
    above = _ABOVE.match(sentence.strip(" ，,（(")) if "《" not in sentence else None
    return act_behind(sentence.strip(" ，,（("), above.end()) if above else None


def find_clauses(text: str) -> list[str]:
    """The clauses that a text names: 第三条, 第五条第二款."""
    return [re.sub(r"\s", "", clause) for clause in _CLAUSE.findall(text)]


def is_issue_phrase(text: str) -> bool:
    """Whether the text only says who issued a document and when, as between two titles of a list."""
    text = text.strip(" ，,、；;\u3000")
    if not text:
        return True
    return len(text) <= 90 and not _PHRASE_BREAK.search(text) and _PHRASE_END.search(text) is not None


# ------------------------------------------------------------------ amended clauses

_CHANGED = re.compile(r"修改|删去|删除|增加|改为|作为|废止|合并|移至|调整|修正")
_QUOTED = re.compile(r"“[^“”]*”")


def amended_clauses(outside: Sequence[str], start: tuple[int, int], end: tuple[int, int]) -> Iterator[str]:
    """The clauses that lines without quotations amend, from one place (line, offset) to another."""
    for at in range(start[0], min(end[0] + 1, len(outside))):
        line = outside[at][: end[1]] if at == end[0] else outside[at]
        begin = start[1] if at == start[0] else 0
        if at > start[0] and line.startswith(("第一条", "第1条")):
            return
        if _CHANGED.search(line):
            yield from find_clauses(line[begin:])


def outside_quotes(lines: Sequence[str]) -> Iterator[str]:
    """The lines with what is inside “…” blanked out, also where a quotation goes on over several lines."""
    inside = False
    for line in lines:
        if inside:
            before, closed, line = line.partition("”")
            if not closed:
                yield ""
                continue
            line = " " * (len(before) + 1) + line
        blank = _QUOTED.sub(lambda quoted: " " * len(quoted[0]), line)
        open_, quote, rest = blank.partition("“")
        inside = bool(quote)
        yield open_ + " " * (len(quote) + len(rest))


# ------------------------------------------------------------------ kinds of references

_BEFORE = 60
"""The number of characters around a title in which cues are searched."""
_JOINERS = re.compile(
    r"(?:\s|[、，,；;和与及或]|以及|或者|等|（[^（）]{0,80}）|\([^()]{0,80}\)|[（(]?[一二三四五六七八九十\d]{1,3}[)）、.．])*"
)
_JOINT = re.compile(
    r"(?:\s|[、，,和与及或]|以及|或者|等|（[^（）]{0,80}）|\([^()]{0,80}\))*"
    r"(?:[^《》。；，、]{0,60}(?:发布|公布|颁布|批准|印发|制定|修订)[^《》。；，]{0,6}的)?"
)
_ANNEX = re.compile(r"^(?:附件|附表|附录)")
_CUES: Sequence[tuple[ReferenceKind, re.Pattern[str]]] = (
    (
        "amends",
        re.compile(
            r"(?<![拟不未])(?:修改|修订|修正)(?:了|原|完善)?(?:[^《》。；：，]{0,40}(?:发布|公布|印发|制定)的|国务院|本[市省区])?$|(?:删去|删除)$"
        ),
    ),
    ("forwards", re.compile(r"(?:转发|印转|批转)(?:了)?[^，。；《》]{0,20}$")),
    ("interprets", re.compile(r"(?:解读|解释|释义|图解|读懂)(?:了)?[：:]?$")),
    (
        "implements",
        re.compile(r"(?:贯彻|落实|实施|执行|细化)(?:好|和|与)?[^，。；《》]{0,24}(?<!实施的)(?<!执行的)$"),
    ),
    ("basis", re.compile(r"(?:根据|依据|依照|按照|遵照|遵循|参照|比照|符合|违反|适用)[^，。；《》]{0,24}$")),
)
_AFTER: Sequence[tuple[ReferenceKind, re.Pattern[str]]] = (
    (
        "amends",
        re.compile(
            r"[^《》。；]{0,24}?(?:作|做|进行|予以|作出|做出|相应)[^《》。；，]{0,12}(?:修改|修订|修正|调整)(?!意见|建议|草案)|[^《》。；，]{0,20}?修改如下"
        ),
    ),
    ("interprets", re.compile(r"的?(?:政策|有关|图文|文字|起草)?(?:解读|问答|答记者问|释义|说明$)")),
    (
        "amends",
        re.compile(
            r"(?:中的?|原)?(?:第[^《》。；，]{1,24}?|[^《》。；，]{0,20}?[”\"])(?:中的?[^《》。；，]{0,40})?(?:修改为|删去|删除|增加|改为)"
        ),
    ),
    ("amends", re.compile(r"[^《》。；，]{0,12}?(?:修改|修订|修正)的(?:决定|通知|公告)")),
)
_PUBLISHED = re.compile(r"(?:现将|现予|现)[^，。；《》]{0,20}$")
_PUBLISHES = re.compile(r"[^《》。；]{0,16}(?:印发|发布|公布|下发)(?:给你们|如下|。|，|$)")
_MADE_LONGER = (
    re.compile(r"(?:延长|延续|顺延)$"),
    re.compile(r"(?:等[^《》。；，]{0,20})?的?(?:有效|执行|施行|实施|试行|适用)(?:期|时)"),
)


@frozen(kw_only=True)
class _MentionRow:
    """Mentions in a row, which have the same kind, and where the words stand that say so."""

    members: tuple[Reference, ...]
    act: ForceAct
    behind: bool = False
    linked: bool = False
    """Only a comma and words about issuing are between this row and the one before."""


def typed(sentence: str, begin: int, mentioned: Sequence[Reference]) -> Iterator[Reference]:
    """The references with their kinds; titles in a row have the same kind."""
    rows = [*_rows(sentence, begin, mentioned)]
    for at in range(1, len(rows)):
        if (
            rows[at].linked
            and rows[at].act.kind == "cites"
            and not rows[at - 1].behind
            and _is_force(rows[at - 1])
        ):
            rows[at] = evolve(rows[at], act=rows[at - 1].act)
    for at in range(len(rows) - 2, -1, -1):
        if (
            rows[at + 1].linked
            and rows[at].act.kind == "cites"
            and rows[at + 1].behind
            and _is_force(rows[at + 1])
        ):
            rows[at] = evolve(rows[at], act=rows[at + 1].act, behind=True)
    for row in rows:
        for each in row.members:
            if not _publishes(sentence, begin, each):
                issued = issued_day(sentence, each.start - begin) if _is_force(row) else None
                yield evolve(each, kind=row.act.kind, clauses=row.act.clauses, day=row.act.day, issued=issued)


def _is_force(row: _MentionRow) -> bool:
    return row.act.kind in FORCE_KINDS and not row.act.clauses


def _rows(sentence: str, begin: int, mentioned: Sequence[Reference]) -> Iterator[_MentionRow]:
    row: list[Reference] = []
    linked = next_linked = False
    for each in mentioned:
        between = sentence[row[-1].end - begin : each.start - begin] if row else ""
        if row and (not _JOINT.fullmatch(between) or _ends_a_basis(sentence, row[0].start - begin, between)):
            next_linked = not _JOINT.fullmatch(between) and _is_linked(between)
            yield _row(sentence, begin, row, linked=linked)
            row, linked = [], next_linked
        row.append(each)
    if row:
        yield _row(sentence, begin, row, linked=linked)


def _is_linked(between: str) -> bool:
    """Whether only joining words and words about issuing are between two titles."""
    return len(between) < 120 and is_issue_phrase(_JOINERS.sub("", between, count=1))


def _ends_a_basis(sentence: str, start: int, between: str) -> bool:
    """Whether a comma separates 根据《…》 from what the sentence is about."""
    comma = between.strip().startswith(("，", ",")) and not between.strip("，, ")
    return comma and any(
        cue.search(sentence[max(0, start - _BEFORE) : start]) for cue in (_CUES[3][1], _CUES[4][1])
    )


def _row(sentence: str, begin: int, row: Sequence[Reference], *, linked: bool) -> _MentionRow:
    start, end = row[0].start - begin, row[-1].end - begin
    act = act_behind(sentence, end)
    if act:
        return _MentionRow(members=tuple(row), act=act, behind=True, linked=linked)
    act = _only_part(act_before(sentence, start), sentence, end) or _longer(sentence, start, end)
    return _MentionRow(
        members=tuple(row), act=act or ForceAct(kind=_kind(sentence, start, end)), linked=linked
    )


_PART_BEHIND = re.compile(
    rf"(?:[中里内]的?|的)?\s?(?P<what>(?:{_CLAUSE.pattern}|(?:附件|有关|相关|部分|个别|关于)(?!问题|事项|事宜|工作|文件))[^《》，。；]{{0,60}})"
)


def _only_part(act: ForceAct | None, sentence: str, end: int) -> ForceAct | None:
    """The act before a title, on what is named behind it: 不再执行《…》中关于收费的规定."""
    part = _PART_BEHIND.match(sentence, end) if act and act.kind in ("repeals", "suspends") else None
    if act is None or part is None:
        return act
    clauses = tuple(find_clauses(part["what"])) or (part["what"],)
    return evolve(act, kind="repeals_part" if act.kind == "repeals" else act.kind, clauses=clauses)


def _longer(sentence: str, start: int, end: int) -> ForceAct | None:
    """延长《…》有效期."""
    before, behind = _MADE_LONGER
    longer = before.search(sentence[max(0, start - 4) : start]) and behind.match(sentence, end)
    return ForceAct(kind="extends") if longer else None


def _kind(sentence: str, start: int, end: int) -> ReferenceKind:
    before, after = sentence[max(0, start - _BEFORE) : start], sentence[end : end + _BEFORE]
    behind = (kind for kind, cue in _AFTER if cue.match(after))
    ahead = (kind for kind, cue in _CUES if cue.search(before))
    return next(chain(behind, ahead), "cites")


_ISSUED = re.compile(rf"{DATE}[^《》。；]{{0,60}}$")


def issued_day(sentence: str, start: int) -> dt.date | None:
    """The day in 2001年4月3日信息产业部发布的《…》."""
    before = sentence[max(0, start - 90) : start].rpartition("》")[2]
    found = _ISSUED.search(before) if re.search(r"[发公颁]布|印发|批准|通过|颁发", before) else None
    try:
        return day_of(found) if found else None
    except ImpossibleDay:
        return None


def _publishes(sentence: str, begin: int, each: Reference) -> bool:
    """Whether the title is the document itself or its annex, as in 现将《…》印发给你们."""
    before, after = sentence[: each.start - begin], sentence[each.end - begin :]
    return bool(_ANNEX.match(each.title) or (_PUBLISHED.search(before) and _PUBLISHES.match(after)))
