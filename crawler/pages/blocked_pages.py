"""Detects pages that are no articles: anti-bot challenges, soft 404 pages, errors served with status 200.

Signs of a challenge are searched in tags and scripts, never in prose, and count only on a page with almost no
visible text. Error messages count as the title or as a whole line of a small page. So an article that
mentions them passes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import chain

from crawler.pages.base import decode
from policy.errors import Challenge, ErrorPage, PageError, SoftNotFound
from policy.records import Payload

LITTLE = 120
"""Visible characters; a challenge page has fewer."""
LARGEST = 400_000
"""Bytes; no challenge page is larger, scripts included."""
SMALL = 30_000
"""Bytes; on a larger page a line "not found" does not describe the page itself."""
MODEST = 600
"""Visible characters; an error page has fewer, boilerplate included."""

NOTHING = 40
"""Visible characters of a challenge that sets a cookie and reloads; ordinary pages may do both too."""
ARTICLE = (b"articletitle", b"pubdate")
"""Metas that only article pages have."""

SIGNS = {
    "Alibaba WAF": re.compile(r"aliyun_?waf|acw_sc__v2|var\s+arg1\s*=\s*['\"][0-9a-f]{8,}", re.IGNORECASE),
    "script challenge $_ts": re.compile(r"\$_ts\b"),
    "加速乐": re.compile(r"__jsl_clearance"),
    "cookie C3VK": re.compile(r"C3VK="),
    "WZWS": re.compile(r"wzws|reason:GeoBL", re.IGNORECASE),
    "EdgeOne": re.compile(r"EO_Bot_Ssid"),
}
RELOADS = re.compile(
    r"document\.cookie\s*=.{0,600}?(?:location\s*\.\s*(?:reload|replace|href)|location\s*=)", re.DOTALL
)
VERIFY = re.compile(
    r"(?:security |captcha )?verification|(?:滑动|访问|安全|人机)验证(?:页面|中心)?|just a moment\W*",
    re.IGNORECASE,
)
"""The title of a challenge page."""

_SORRY_TO_SAY = r"[\W_]*(?:404)?[\W_]*(?:(?:很|非常)?抱歉|对不起|sorry|提示)?[\W_]*"
_THING = r"(?:页面|网页|文章|信息|内容|文件|资源)"
_ASKED = r"(?:您|你|该|此|这个|相关|所|要|访问|请求|查看|浏览|查找|寻找|的)*"
LOST = re.compile(
    rf"{_SORRY_TO_SAY}{_ASKED}{_THING}(?:可能)?(?:已经?)?(?:不存在|找不到|未找到|没有找到|不见|被?删除|失效|下线)(?:了|或.{{0,12}})?[\W_]*"
    rf"|{_SORRY_TO_SAY}(?:找不到|未找到|没有找到){_ASKED}{_THING}了?[\W_]*"
    r"|(?:http )?(?:error )?404\W*(?:error|not found|页面|错误|找不到|未找到|不存在)*\W*"
    r"|(?:the )?(?:page|resource|file)? ?(?:cannot be|could not be|not) found\W*",
    re.IGNORECASE,
)
"""A line that says the page does not exist."""
_FAULT = (
    r"internal server error|bad gateway|service (?:temporarily )?unavailable|gateway time-?out"
    r"|forbidden|bad request|unauthorized|method not allowed|runtime error"
    r"|server error in .{1,40} application|welcome to nginx"
)
FAILED = re.compile(
    rf"(?:http )?(?:status|error)?\W*(?:(?:50[0-4]|40[0135])\W*)?(?:{_FAULT})\W*"
    r"|(?:http )?(?:status|error)?\W*50[0-4]\W*(?:error|服务器.{0,6}|错误)?\W*"
    rf"|{_SORRY_TO_SAY}(?:服务器|系统|网站|程序)(?:内部|暂时|正在|发生|出现|当前)*(?:错误|异常|繁忙|维护中?|升级中?|出错)了?"
    r"(?:[\W_]*请?(?:您)?稍[后候]再?(?:试|访问|重试))?[\W_]*",
    re.IGNORECASE,
)
"""A line that says the server failed."""

_TITLE = re.compile(r"<title[^<>]*>([^<]*)</title>", re.IGNORECASE | re.DOTALL)
_SITE = re.compile(r"\s*[-_|–—]\s*[^-_|–—]{1,30}$")
_MARKUP = re.compile(
    r"<(script|style|textarea|title|noscript|template|svg)\b[^<]*+(?:<(?!/\1\s*>)[^<]*+)*+(?:</\1\s*>)?"
    r"|<!--.*?(?:-->|\Z)|<[a-zA-Z/!?][^<>]*>",
    re.IGNORECASE | re.DOTALL,
)
"""A tag, or an element whose content is not visible."""
_SORRY = re.compile(r"""<span[^<>]+class=["']?sorry\b""", re.IGNORECASE)
_SORRY_FOR = re.compile(
    rf"{_SORRY.pattern}[^<>]*>[^<>]{{0,60}}(?:抱歉|对不起|不存在|找不到|走丢|删除)", re.IGNORECASE
)
"""Counts even on a page with menus."""


def refuse_bad(payload: Payload, *, portal: str = "") -> None:
    """Raise Challenge, SoftNotFound or ErrorPage when the payload is one; ``portal`` is the slug it names."""
    head = payload.body[:512].lstrip()
    refusal = None
    if head[:1] in {b"{", b"["}:
        refusal = _failed_answer(payload.body) if head[:1] == b"{" else None
    elif b"<" in head:
        refusal = _refusal(payload)
    if refusal:
        kind, sign = refusal
        raise kind(sign, portal=portal, url=payload.url)


def _refusal(payload: Payload) -> tuple[type[PageError], str] | None:
    if len(payload.body) > LARGEST:
        return None
    lowered = payload.body.lower()
    if any(meta in lowered for meta in ARTICLE):
        return None
    text, _ = decode(payload.body, payload.content_type)
    small = len(payload.body) <= SMALL
    lines = [*_lines(text, enough=MODEST if small else LITTLE)]
    readable = sum(map(len, lines))
    if b"sorry" in lowered and _SORRY_FOR.search(text):
        return SoftNotFound, "span.sorry"
    title = _title(text) if readable < MODEST else ""
    if readable < LITTLE and (sign := _challenge(text, title, lines)):
        return Challenge, sign
    return _failure(text, title, lines) if small and readable < MODEST else None


def _title(text: str) -> str:
    title = _TITLE.search(text[:SMALL])
    return " ".join(title[1].split()) if title else ""


def _lines(text: str, *, enough: int) -> Iterator[str]:
    """The visible lines between the tags, up to about ``enough`` characters."""
    start, readable = 0, 0
    for markup in chain(_MARKUP.finditer(text), [None]):
        if line := " ".join(text[start : markup.start() if markup else None].split()):
            yield line
        start, readable = markup.end() if markup else 0, readable + len(line)
        if readable >= enough:
            return


def _challenge(text: str, title: str, lines: list[str]) -> str | None:
    if VERIFY.fullmatch(title):
        return f"title {title}"
    prose = "\n".join(lines)
    if len(prose) < NOTHING and RELOADS.search(text):
        return "cookie and reload"
    return next((name for name, sign in SIGNS.items() if sign.search(text) and not sign.search(prose)), None)


def _failure(text: str, title: str, lines: list[str]) -> tuple[type[PageError], str] | None:
    if _SORRY.search(text):
        return SoftNotFound, "span.sorry"
    for line in (title, _SITE.sub("", title), *(line for line in lines if len(line) <= 60)):
        if line and LOST.fullmatch(line):
            return SoftNotFound, line
        if line and FAILED.fullmatch(line):
            return ErrorPage, line
    return None


def _failed_answer(body: bytes) -> tuple[type[PageError], str] | None:
    """The failure that a small JSON object states."""
    if len(body) > 4096:
        return None
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return None
    codes = [answer[key] for key in ("code", "status", "rptCode", "errcode", "statusCode") if key in answer]
    failed = answer.get("success") is False or any(str(code).isdigit() and int(code) >= 400 for code in codes)
    message = str(answer.get("msg") or answer.get("message") or answer.get("error") or codes)
    return (ErrorPage, f"JSON answer: {message}") if failed else None
