"""Find the author of an article and the editor of its page in credit lines.

作者 wrote the article; 责任编辑 made the page. An editor's name is stored in the record only: the lines that
contain it are boilerplate and never text. So is a line of credits below the text, with colons, slashes or
spaces (``样例科供稿 摄影/甲 编辑/乙``, ``文/图 甲``, ``（记者 甲 通讯员 乙）``), which names several roles
and nothing else, or whoever sent or edited the page. A line with one author is part of the article and stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from policy.records import Label

LONGEST = 200
_MADE = (
    "供稿|撰稿|撰文|采写|采编|摄影|摄像|拍摄|责任编辑|责编|编辑|(?:本报|特约|见习|实习|通讯)?记者|通讯员"
    "|图文|文字|文|图片?|排版|美编|来稿"
)
_ROLE = (
    rf"(?:{_MADE}|[一二三初复终]审|审[核校读]|校[对审]|编审|监[审制]|主编|总编|统筹|策划|制[作图]|视频|作者)"
)
_PERSON = (
    r"(?:[㐀-鿿·]{2,4}(?![㐀-鿿])|[㐀-鿿]{2,20}(?:[局委办部厅科院校站所社网报]|中心|公司|支部)(?![㐀-鿿]))"
)
_CREDIT = (
    rf"{_ROLE}(?:\s?[/／、&]\s?{_ROLE}){{0,2}}(?:\s{{0,3}}[:：/／丨|]\s{{0,3}}|\s{{1,4}})"
    rf"{_PERSON}(?:[\s、,，]{{1,3}}(?!{_ROLE}[\s:：/／丨|]){_PERSON}){{0,5}}"
)
_GIVEN = r"[㐀-鿿、（）]{2,30}供稿"
_CREDITS = re.compile(
    rf"[\s\[【(（]{{0,4}}(?:{_CREDIT}|{_GIVEN})(?:[\s;；,，|｜]{{1,4}}(?:{_CREDIT}|{_GIVEN})){{0,6}}[\s\])】）。]{{0,4}}"
)
_ROLES = re.compile(rf"(?<![㐀-鿿])(?:{_ROLE})(?![㐀-鿿])|供稿(?![㐀-鿿])")
_SENT = re.compile("供稿|编辑|责编")
_LONGEST_CREDITS = 120
_NAME = r"(?P<name>[㐀-鿿\w·]{2,20}(?:[、,，/][㐀-鿿\w·]{2,12}){0,3})"
_EDITOR = re.compile(
    rf"(?P<label>责任编辑|网络编辑|值班编辑|执行编辑|本网编辑|责编|(?<![总主副名])编辑)\s{{0,4}}[:：/／]\s{{0,4}}{_NAME}"
)
_AUTHOR = re.compile(
    rf"(?<!\w)(?P<label>作者|撰稿|撰文|采写|记者|文[/／、]?图|图文|文(?=\s?[/／]\s?[㐀-鿿·]{{2,4}}(?![㐀-鿿])))\s{{0,4}}[:：/／]\s{{0,4}}{_NAME}"
)
_BESIDE = re.compile(
    r"(?<!\w)(?P<label>作者|撰稿|撰文|采写|记者|文[/／、]?图|图文)\s{1,4}(?P<name>[㐀-鿿·]{2,4}(?:[、,，/][㐀-鿿·]{2,4}){0,3})"
)
"""The same in a line of credits, where white space is a sufficient separator."""
_NOBODY = re.compile(
    r"无|暂无|admin|(?:系统)?管理员|来源|浏览|点击|审核|发布|时间|字号|[\W\d_]+$|.*@", re.IGNORECASE
)


def find_credits(texts: Iterable[str], where: str) -> Iterator[Label]:
    """Labels for the editor and author named in short lines; ``where`` becomes their rule."""
    for text in texts:
        if len(text) <= LONGEST:
            yield from _named("editor", _EDITOR, text, where)
            yield from _named("author", _BESIDE if _has_beside(text) else _AUTHOR, text, where)


def is_credits(line: str) -> bool:
    """Whether a line consists of the names of those who made the page or wrote it together."""
    if len(line) > _LONGEST_CREDITS or not _CREDITS.fullmatch(line):
        return False
    roles = _ROLES.findall(line)
    return bool(re.search(_MADE, "".join(roles))) and (len(roles) > 1 or _SENT.search(line) is not None)


def _has_beside(line: str) -> bool:
    return _BESIDE.search(line) is not None and is_credits(line)


def names_somebody(text: str) -> bool:
    """Whether a label's value can be a name: not an account number, mail address or system role."""
    return not _NOBODY.match(text)


def _named(name: str, pattern: re.Pattern[str], text: str, where: str) -> Iterator[Label]:
    found = pattern.search(text)
    if found and names_somebody(found["name"]):
        yield Label(name=name, value=found["name"], rule=f"{where}:{found['label']}")
