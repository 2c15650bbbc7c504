"""Genre of a document (公文种类) from the end of its title, and the official name inside
关于印发《…》的通知."""

from __future__ import annotations

import re

from pipelines.metadata.authorship import own_number
from policy.records import FieldValue

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
