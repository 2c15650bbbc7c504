"""Remove boilerplate around the text: button bars, editors, disclaimers, lists of other pages.

Only lines at the head and tail are removed, because the same words occur inside texts ("分享到了成果"): from
the end upwards to the last line of prose, and from the start down to the first. The signature, the date,
``（此件公开发布）`` and the page's own attachments stay. A body that consists of boilerplate only is flagged
and returned unchanged. The removed lines are returned as well.

Learned lines (:mod:`pipelines.boilerplate.learning`) are removed like those that the rules recognise.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence, Set
from hashlib import sha256

from attrs import frozen

from pipelines.boilerplate.phrases import Kind, at_head, at_tail

__all__ = ["StrippedText", "remove_contacts", "strip_boilerplate"]


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
"""Every alternative begins with a letter, which lets the search skip to these letters."""
_SUBMISSION = re.compile(r"投稿|来稿|供稿")
_NAMED = re.compile(
    r"[\s\[【(（]*(?:责任编辑|责编|网络编辑|值班编辑|本网编辑)\s*[:：/／]\s*[\w·、,，/ ]{0,24}[\])）】\s]*"
)
_SENTENCE = re.compile(r"[^。！？；]*+[。！？；]?")
_SENTENCE_END = re.compile(r"[。！？；]")


def remove_contacts(lines: Iterable[str]) -> tuple[str, ...]:
    """The lines without contact data of editors; lines that held nothing else are dropped."""
    cleaned = (_without(line) for line in lines)
    return tuple(line for line in cleaned if line)


def mask_contacts(line: str) -> str:
    """The line with each telephone number, mail address and account replaced by a placeholder."""
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


REACH = 60
"""Short lines that may lie between two pieces of boilerplate at the tail, as in a list of other pages."""
HEAD_REACH = 12
"""Lines from the start in which head boilerplate is searched."""
_GLUED = re.compile(
    r"\s*[(（【\[〔](?:本文)?(?:责任编辑|责编|编辑|实习编辑)\s*[:：／/][^()（）【】\[\]〔〕]{1,30}[)）】\]〕]\s*$"
)


@frozen(kw_only=True)
class StrippedText:
    """The lines of the text, and the removed lines in their order."""

    lines: tuple[str, ...]
    removed: tuple[str, ...] = ()
    all_boilerplate: bool = False


def strip_boilerplate(lines: Sequence[str], learned: Set[int] = frozenset()) -> StrippedText:
    """The lines without the boilerplate at head and tail, those of ``learned`` (indices) among it.

    What is learned stands around prose: it counts for nothing on a page of which none is left.
    """
    stripped = _strip(lines, learned)
    if learned and not any(at_tail(line) is Kind.PROSE for line in stripped.lines):
        return _strip(lines, frozenset())
    return stripped


def _strip(lines: Sequence[str], learned: Set[int]) -> StrippedText:
    dropped = learned | _tail(lines, learned)
    dropped |= _head(lines[: min(dropped - learned, default=len(lines))], learned)
    kept = [line for index, line in enumerate(lines) if index not in dropped]
    if not any(map(_says_something, kept)):
        return StrippedText(lines=tuple(lines), all_boilerplate=bool(lines))
    removed = [line for index, line in enumerate(lines) if index in dropped]
    kept[-1], glued = _unglue(kept[-1])
    return StrippedText(lines=tuple(kept), removed=(*glued, *removed))


def _says_something(line: str) -> bool:
    return bool(re.search(r"\w", line))


def _unglue(line: str) -> tuple[str, tuple[str, ...]]:
    """The text's last line without the editor in brackets at its end."""
    found = _GLUED.search(line)
    return (line[: found.start()], (found[0].strip(),)) if found and found.start() else (line, ())


# ------------------------------------------------------------------ tail


_BOILERPLATE = (Kind.BAR, Kind.HEADING, Kind.SITE)


def _tail(lines: Sequence[str], learned: Set[int]) -> set[int]:
    """Which lines are boilerplate, seen from the end."""
    kinds: dict[int, Kind] = {}
    first, reach = len(lines), REACH
    for index in range(len(lines) - 1, -1, -1):
        kind = kinds[index] = Kind.BAR if index in learned else at_tail(lines[index])
        if kind is Kind.PROSE or not reach:
            break
        boilerplate = kind in _BOILERPLATE
        first, reach = (index, REACH) if boilerplate else (first, reach - 1)
    return _dropped([(index, kinds[index]) for index in range(first, len(lines))])


def _dropped(tail: Sequence[tuple[int, Kind]]) -> set[int]:
    """Of a tail that begins with boilerplate, all that goes with it."""
    site = any(kind is Kind.SITE for _, kind in tail)
    dropped: set[int] = set()
    listing = False
    for index, kind in tail:
        listing = kind is Kind.HEADING or (listing and kind is not Kind.OWN)
        follows = index - 1 in dropped
        if (
            kind in _BOILERPLATE
            or (kind is Kind.OPERATOR and site)
            or (kind is Kind.COMPANION and (follows or listing))
            or (kind is Kind.SHORT and listing)
        ):
            dropped.add(index)
    return dropped


# ------------------------------------------------------------------ head


def _head(lines: Sequence[str], learned: Set[int]) -> set[int]:
    dropped: set[int] = set()
    for index, line in enumerate(lines[:HEAD_REACH]):
        kind = Kind.BAR if index in learned else at_head(line)
        if kind is Kind.PROSE:
            break
        if kind is Kind.BAR or (kind is Kind.COMPANION and index - 1 in dropped):
            dropped.add(index)
    return dropped
