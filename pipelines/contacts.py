"""Editors' phones, mails and accounts, taken out of the text wherever they remain.

The rule. A policy prints contacts of its own — ``联系人：… 电话：…``, a mail for comments on a draft — and
they are policy content: they stay, even with a person's name. What goes is the contact of those who
made the *page*: a sentence that says so (编辑, 新闻线索, 爆料, 商务合作, 加微信 …) and holds a phone,
a mail, a WeChat or a QQ number. 投稿 alone says so only beside a mobile, a WeChat or a disguised mail
(``name#domain``), since a call for papers says 投稿邮箱 as well. A mail of a government (``gov.cn``) is
never an editor's. Of a line of prose only that sentence goes; a line that is nothing else goes whole.
So does a line that only names the editor in charge (``责任编辑：…``), where furniture left one standing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import sha256

_MOBILE = r"(?<!\d)1[3-9]\d(?:[ -]?\d{4}){2}(?!\d)|(?<!\d)1[XxＸ*]{10}"
_PHONE = r"(?<!\d)(?:0\d{2,3}[ -—－]?)?\d{7,8}(?!\d)|(?<!\d)400[ -]?\d{3,4}[ -]?\d{3,4}"
_MAIL = r"[A-Za-z0-9][\w.+-]{0,60}\s?[@＠#]\s?[A-Za-z0-9][A-Za-z0-9.-]{1,60}"
_ACCOUNT = r"(?:微信号?|QQ群?号?|威信|V信|wechat)\s*(?:[:：/／]|号[:：])?\s*[A-Za-z0-9][\w-]{4,20}"
_CONTACT = re.compile(f"{_MOBILE}|{_PHONE}|{_MAIL}|{_ACCOUNT}", re.IGNORECASE | re.ASCII)
_PRIVATE = re.compile(
    f"{_MOBILE}|{_ACCOUNT}|[A-Za-z0-9][\\w.+-]{{0,60}}#[A-Za-z0-9][A-Za-z0-9.-]{{1,60}}",
    re.IGNORECASE | re.ASCII,
)
_OFFICIAL = re.compile(r"[@＠][\w.-]*gov\.cn", re.IGNORECASE)
_OFFERS = "|".join(
    f"{what}(?:合作|投放|刊登|咨询|授权)"
    for what in ("广告", "商务", "媒体", "转载", "版权", "市场", "品牌", "内容")
)
_EDITORS = re.compile(
    rf"编辑|责编|小编|主编|记者|新闻线索|新闻热线|报料|爆料|{_OFFERS}|加(?:我)?微信|请将\s*#\s*改成|供稿邮箱"
)
"""Each begins with a letter: a search then looks for these letters only."""
_SUBMISSION = re.compile(r"投稿|来稿|供稿")
_NAMED = re.compile(
    r"[\s\[【(（]*(?:责任编辑|责编|网络编辑|值班编辑|本网编辑)\s*[:：/／]\s*[\w·、,，/ ]{0,24}[\])）】\s]*"
)
_SENTENCE = re.compile(r"[^。！？；]*+[。！？；]?")
_SENTENCE_END = re.compile(r"[。！？；]")


def remove_contacts(lines: Iterable[str]) -> tuple[str, ...]:
    """The lines without editors' contacts; lines that were nothing else are gone."""
    cleaned = (_without(line) for line in lines)
    return tuple(line for line in cleaned if line)


def veiled(line: str) -> str:
    """The line with each phone, mail and account in it replaced by a sign for it."""
    return _CONTACT.sub(lambda found: f"#{sha256(found[0].encode()).hexdigest()[:6]}", line)


def _without(line: str) -> str:
    if _NAMED.fullmatch(line):
        return ""
    if not _is_editors(line):
        return line
    kept = [part for part in _SENTENCE.findall(line) if part and not _is_editors(part)]
    rest = "".join(kept).strip()
    return rest if _SENTENCE_END.search(rest) else ""


def _is_editors(text: str) -> bool:
    """Cheapest question first: most lines name no editor."""
    editors = _EDITORS.search(text)
    if not (editors or _SUBMISSION.search(text)) or _OFFICIAL.search(text):
        return False
    return bool((_CONTACT if editors else _PRIVATE).search(text))
