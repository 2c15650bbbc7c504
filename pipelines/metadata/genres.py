"""What a document is: its genre (公文种类) from the end of its title, the official name inside
关于印发《…》的通知, and its own number (发文字号) from a cell, its title or its masthead."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile

from attrs import evolve

from policy.documents import dates, numbers, organs
from policy.records import FieldValue
from policy.records.content import DocNumber

STATUTORY = (
    *("决议", "决定", "命令", "令", "公报", "公告", "通告", "意见", "通知", "通报", "报告", "请示", "批复"),
    *("议案", "函", "纪要"),
)
"""The fifteen kinds of 党政机关公文处理工作条例（中办发〔2012〕14号）第八条."""
OTHERS = (
    *("办法", "规定", "条例", "细则", "方案", "规划", "计划", "纲要", "指南", "指引", "准则", "规则", "规程"),
    *("规范", "标准", "目录", "名单", "清单", "要点", "措施", "解读", "答记者问", "公示", "复函", "答复"),
    *("白皮书", "章程", "法", "倡议书"),
)
"""Other ends of document titles on portals."""

ABOUT = frozenset({"解读", "答记者问"})

_TAIL = re.compile(
    r"(?:[\s、，。]|[（(](?:[^（()）]|[（(][^（()）]*[)）]){1,40}[)）]|[〔\[【][^〔〕\[\]【】]{1,30}[〕\]】])+$"
)
_ENDS = re.compile(rf"({'|'.join(sorted((*STATUTORY, *OTHERS), key=len, reverse=True))})$")
_NEWS = re.compile(
    r"[！!？?｜|]|(?<!附件)(?<!附件.)(?<!附件..)[：:]|有了|来了|迎来|刚刚|重磅|最新|事关|发文明确"
    r"|[省市县区州盟旗国局委部会院厅办门地](?:联合|正式|近日)?(?:发布|出台|印发|公布|下发|推出|明确)"
    r"(?!与|和|及|管理|工作|办法|规定|制度|程序|.*的[^的]{2,4}$)"
)
"""Signs of a news headline, or an organ as the subject of a verb."""
_NUMBER = re.compile(r"(?<=[令告])\s*(?:\d{4}\s*年\s*)?第\s*[\d〇零一二三四五六七八九十百]{1,6}\s*号$")
"""A number after the kind: ``公告 2026年第3号``."""
_OPENED = re.compile(r"[（(【\[][㐀-鿿、\s]{0,40}$")
_BOOK = re.compile(r"《(?P<name>[^《》]+)》")
_INNER = re.compile(
    r"(?:印发|转发|发布|公布|批转|下发|颁布|公开征求)(?:修订后的|修改后的|新的)?[《“](?P<name>.{4,80})[》”](?:等.{1,10})?的"
)


def genre_of(title: str) -> FieldValue[str] | None:
    """The kind of document at the end of a title, ignoring parentheses after it."""
    core = _NUMBER.sub("", _TAIL.sub("", title)).rstrip('》”"')
    found = _ENDS.search(core)
    return FieldValue(value=found[1], raw=title, rule="title:end") if found else None


def is_news(title: str) -> bool:
    """Whether a headline reports on a document without naming it (…出台新规定). One with 关于 or 《
    names it."""
    return not ("关于" in title or "《" in title) and _NEWS.search(title) is not None


def names_a_policy(title: str) -> bool:
    """Whether a title ends like a document's and is not about another document."""
    found = genre_of(title)
    return found is not None and found.value not in ABOUT and not is_news(title)


def without_number(title: str) -> str:
    """A title without the document's own number in parentheses at its end, after it, or before it."""
    own = own_number(cell=None, title=title, masthead=())
    if own is None:
        return title
    before, _, after = title.partition(own.raw)
    rest = (_OPENED.sub("", before) if not after.strip("）)】] ") else after).strip()
    named = _BOOK.fullmatch(rest)
    return (named["name"] if named else rest) if len(rest) > 4 and genre_of(rest) else title


def official_name(title: str) -> FieldValue[str] | None:
    """The name of the policy that a covering notice with this title publishes."""
    found = _INNER.search(title)
    return FieldValue(value=found["name"], raw=title, rule="title:印发《》") if found else None


# ------------------------------------------------------------------ the document's own number (发文字号)


def own_number(*, cell: str | None, title: str, masthead: Sequence[str]) -> FieldValue[DocNumber] | None:
    """The document's own number: from its cell, else its title, else its masthead; never a cited one.

    What an interpretation or a digest prints above its text are the numbers of other documents.
    """
    if found := _in_cell(cell or ""):
        return found
    return None if _is_about_others(title) else _in_title(title) or _in_masthead(masthead, title)


_ABOUT_OTHERS = re.compile(
    r"\W*[^《》\W]{0,8}?(?:解读|图解|读懂|问答|专访|述评|评论|点评|解析|发布会)(?=\W)"
    r"|.*(?:汇总|速览|速递|一览|盘点|合集|导读|[周月]报|摘编|要闻|快讯|大事记)\W*(?:$|[（(|｜丨])"
)


def _is_about_others(title: str) -> bool:
    genre = genre_of(title)
    return bool(genre and genre.value in ABOUT) or _ABOUT_OTHERS.match(title) is not None


def _in_cell(cell: str) -> FieldValue[DocNumber] | None:
    value = numbers.parse_number(cell) or next(iter(numbers.find_numbers(cell)), None)
    return FieldValue(value=value, raw=cell.strip(), rule="cell") if value else None


def _in_title(title: str) -> FieldValue[DocNumber] | None:
    """The number in parentheses at the end of a title, at its end, or at its start for a 令 or 公告."""
    for spot in numbers.find_spans(title):
        before, after = title[: spot.start].rstrip(), title[spot.end :].strip()
        if not after.strip("）)】] "):
            if after and spot.value.kind != "文":
                before = _WITHOUT_ORGANS.sub("", before)
            enclosed = bool(after) and before.endswith(("（", "(", "【", "["))
            if (enclosed or not after) and not _CITING.search(before):
                return FieldValue(value=spot.value, raw=title[spot.start : spot.end], rule="title")
        if (
            not before
            and spot.value.kind != "文"
            and re.match(r"\s|$|关于|公布|发布|《|[:：]", title[spot.end :])
        ):
            return FieldValue(value=spot.value, raw=title[spot.start : spot.end], rule="title")
    return _bare_in_title(title)


_WITHOUT_ORGANS = re.compile(r"(?<=[（(【\[])[㐀-鿿、\s]{2,40}$")
_CITING = re.compile(
    r"(?:解读|答记者问|问答|图解|解析|解答|读懂)\W*$|(?:贯彻|落实|学习|宣传|根据|依据|执行|实施|解读|读懂)[^《]{0,6}《[^》]*》\W*$"
)
"""Text before a number that a title only cites."""
_TITLE_BARE = re.compile(
    r"(?P<heading>令|公告|通告|公报)\s*[（(]\s*(?P<bare>[^（）()令告]{0,12}第[^（）()令告]{1,10}号)\s*[)）]\s*$"
)


def _bare_in_title(title: str) -> FieldValue[DocNumber] | None:
    """``关于…的公告（2026年第3号）``."""
    found = _TITLE_BARE.search(title)
    value = numbers.complete_number(found["heading"], found["bare"]) if found else None
    if not found or not value:
        return None
    return FieldValue(value=evolve(value, raw=found["bare"]), raw=found["bare"], rule="title")


_MASTHEAD_LINES = 15


def _in_masthead(lines: Sequence[str], title: str) -> FieldValue[DocNumber] | None:
    """The number on a line of its own, before the salutation and the text; its heading may be the title.

    None where several documents are printed, each with its number.
    """
    head = [*takewhile(_is_head, map(str.strip, lines[:_MASTHEAD_LINES]))]
    printed = {value.norm for line in head if (value := numbers.parse_number(line)) and value.code}
    return next(_masthead_numbers(lines, title), None) if len(printed) < 2 else None


def _is_head(line: str) -> bool:
    return len(line) <= 60 and not line.endswith(("：", ":", "。"))


def _masthead_numbers(lines: Sequence[str], title: str) -> Iterator[FieldValue[DocNumber]]:
    above = title
    head = [*map(str.strip, lines[:_MASTHEAD_LINES])]
    for at, line in enumerate(head):
        if _IN_HISTORY.match(line) and (found := _published_by(iter(head[at:]))):
            yield found
            return
        if not _is_head(line):
            return
        if value := _headed(above, line):
            yield FieldValue(value=value, raw=value.raw, rule="masthead")
        split = re.fullmatch(r"令|[公通]\s*告", line)
        above = above + "".join(line.split()) if split else _heading(above, line)


def _heading(above: str, line: str) -> str:
    """The heading that a line continues or begins; the organs of a joint 令 are printed one per line."""
    joint = organs.identify("".join(above.split("、")[-1].split())) and organs.identify("".join(line.split()))
    return f"{above}、{line}" if joint else line or above


_PUBLISHED_ON = re.compile(
    rf"{dates.DATE}\s*(?P<number>[^《》（）()。；\d][^《》（）()。；]{{1,80}}?号)"
    r"(?:\s*(?:重新)?(?:公布|发布|颁布)(?=$|[\s，,）)]|自|根据|\d)|\s*$)"
)
"""Below the title of a regulation: ``（2022年2月18日证监会令第195号公布 …）``, or a line for each event."""
_IN_HISTORY = re.compile(rf"\s*[（(]?\s*(?:根据|{dates.DATE})")


def _published_by(lines: Iterator[str]) -> FieldValue[DocNumber] | None:
    """The number of the order that published a regulation, from the history below its title. Where it was
    published again as a whole, the last one is that of these words."""
    history = takewhile(_IN_HISTORY.match, lines)
    printed = [found["number"] for line in history for found in _PUBLISHED_ON.finditer(line)]
    value = (
        numbers.parse_number(printed[-1]) or next(iter(numbers.find_numbers(printed[-1])), None)
        if printed
        else None
    )
    return FieldValue(value=value, raw=value.raw, rule="masthead:公布") if value else None


def _headed(above: str, line: str) -> DocNumber | None:
    """The number of a line; 第41号 alone is completed by the 令 or 公告 of the line above."""
    value = numbers.parse_number(line)
    if value is None or value.code or (value.year and value.kind == "令" and line.endswith("令")):
        return value
    return numbers.complete_number(above, line)
