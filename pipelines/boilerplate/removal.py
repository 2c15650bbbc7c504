"""Recognise and remove boilerplate around the text: button bars, editors, disclaimers, lists of pages.

A line is classified by its words and patterns, which are in ``data/``, and then judged by its position.
Only lines at the head and tail are removed, because the same words occur inside texts ("分享到了成果"):
from the end upwards to the last line of prose, and from the start down to the first. The signature, the
date, ``（此件公开发布）`` and the page's own attachments stay. A body that consists of boilerplate only is
flagged and returned unchanged. The removed lines are returned as well.

Learned lines (:mod:`pipelines.boilerplate.learning`) are removed like those that the rules recognise.
Button bars are matched with possessive groups, so that matching takes linear time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence, Set
from enum import Enum
from functools import cache, lru_cache
from hashlib import sha256

from attrs import frozen

from pipelines.data import sections, words
from pipelines.metadata.authorship import is_credits


class Kind(Enum):
    """Kinds of lines."""

    BAR = "buttons, editors, disclaimers, counters: never text at the tail"
    HEADING = "heads a list of other pages"
    COMPANION = "words of bars and of texts: boilerplate after a bar"
    SITE = "the site's own footer"
    OPERATOR = "an organ or an address: footer beside a site line, text elsewhere"
    OWN = "the page's own attachment or note"
    SHORT = "too short to be sure: signature, date, table cell, title of another page"
    PROSE = "text"


LONGEST_TITLE = 80
"""Characters; a longer line is prose."""
LONGEST_BAR = 160
LONGEST_DISCLAIMER = 2000


def _words(*names: str) -> str:
    """An alternation of the words of these lists, the longest first."""
    found = {word for name in names for word in words(name)}
    return "|".join(re.escape(word) for word in sorted(found, key=lambda word: (-len(word), word)))


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    """The sections of ``boilerplate.txt``, each as one pattern."""
    marks = r"[\s\[【(（〔〖*※★●◆■▲•·|>]*"
    return {
        name: re.compile(rf"{marks}(?:{'|'.join(kinds)})", re.IGNORECASE)
        for name, kinds in sections("boilerplate.txt").items()
    }


@cache  # compiled when the first article is read: a night without one pays for none of them
def _heading() -> re.Pattern[str]:
    return re.compile(rf"[^\w]*+(?:{_words('list-headings.txt')})[^\w]*+(?:更多[^\w]*+)?")


@cache
def _button() -> re.Pattern[str]:
    return re.compile(_words("buttons.txt"), re.IGNORECASE)


@cache
def _run_of(*names: str) -> re.Pattern[str]:
    """Words of these lists side by side."""
    return re.compile(rf"(?>{_words(*names)}|{_BETWEEN})*+", re.IGNORECASE)


_BETWEEN = r"[\s:：,，、|｜/·•.…\[\]【】()（）〖〗<>《》»«_+-]|\d{1,4}"
NUMBERED = re.compile(
    r"\s*(?:[一二三四五六七八九十百]+[、.．]|[(（][一二三四五六七八九十]+[)）]|第[一二三四五六七八九十百零〇\d]+[编章节条款])"
)
"""The start of headings and clauses of documents."""


def at_tail(line: str) -> Kind:
    """The kind of a line after the text."""
    if NUMBERED.match(line) or len(line) > LONGEST_DISCLAIMER:
        return Kind.PROSE
    return _boilerplate_at_tail(line)


@lru_cache(maxsize=4096)
def _boilerplate_at_tail(line: str) -> Kind:
    """Boilerplate recurs: what a line is, is asked for again and again."""
    if _is(line, "own"):
        return Kind.OWN
    if _heading().fullmatch(line):
        return Kind.HEADING
    if _is_bar(line) or _is(line, "editor", "source", "tail", "code") or is_credits(line):
        return Kind.BAR
    if _is(line, "site"):
        return Kind.SITE
    return Kind.OPERATOR if _is(line, "operator") else _plain(line)


def at_head(line: str) -> Kind:
    """The kind of a line before the text."""
    if NUMBERED.match(line) or len(line) > LONGEST_DISCLAIMER:
        return Kind.PROSE
    return Kind.BAR if _is_bar(line) or _is(line, "head", "editor", "code") else _plain(line)


def _is(line: str, *sections: str) -> bool:
    return any(_patterns()[section].fullmatch(line) for section in sections)


def _is_bar(line: str) -> bool:
    return bool(
        len(line) <= LONGEST_BAR
        and _run_of("buttons.txt", "button-companions.txt").fullmatch(line)
        and _button().search(line)
    )


def _plain(line: str) -> Kind:
    if len(line) > LONGEST_TITLE or "。" in line or line.endswith(("；", ";", "！")):
        return Kind.PROSE
    companion = _is(line, "crew") or (
        _run_of("button-companions.txt").fullmatch(line) and re.search(r"\w", line)
    )
    return Kind.COMPANION if companion else Kind.SHORT


# ------------------------------------------------------------------ lines that documents contain themselves


LONGEST = 400
"""Most characters of a line that are examined."""

_LINES = sections("document.txt")
_FRAME = re.compile("|".join(f"(?:{pattern})" for pattern in _LINES["frame"]))
_CLOSING = re.compile("|".join(_LINES["closing"]))
_PAGE = re.compile("|".join(_LINES["page"]), re.IGNORECASE)
_LABELS = frozenset(word for line in _LINES["label"] for word in line.split())
_FIELD = re.compile("|".join(f"(?:{pattern})$" for pattern in _LINES["field"]))
_LABELLED = re.compile(r"[\[【(（]?(\w{2,12})[\]】)）]?[:：]")
_ENUMERATED = re.compile(r"\s*(?:\d{1,3}\s*[.．、]|[(（]\d{1,3}[)）]|[①-⑳])")


def is_own(line: str) -> bool:
    """Whether documents contain such a line themselves, so that its recurrence proves nothing."""
    solid = "".join(line[:LONGEST].split())
    labelled = _LABELLED.match(solid)
    if NUMBERED.match(line) or _ENUMERATED.match(line) or (labelled and _is_field(labelled[1])):
        return True
    return not _PAGE.search(solid) and bool(_FRAME.fullmatch(solid) or _CLOSING.search(solid))


def _is_field(label: str) -> bool:
    return label in _LABELS or bool(_FIELD.search(label) and not _PAGE.search(label))


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
