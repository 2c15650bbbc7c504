"""What a text says, apart from how it is typeset: two texts of one canonical form mean the same.

It goes less far than :func:`policy.text.words.fold`, which is made to find: a minus, ``<``, ``2021、2025``
against ``2021—2025``, ``mW`` against ``MW`` stay apart here. And further where writing differs and nothing
else: ``二〇二四年`` is ``2024年``, ``百分之五`` is ``5%``, ``1,000`` is ``1000``, ``1万元`` is ``10000元``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache

from policy.text.numerals import HAN_DIGITS, NUMERALS, parse_numeral
from policy.text.words import compatible

_UNITS = {"": 1, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8, "万亿": 10**12}
_STEP = r"(\d{1,12}(?:\.\d{1,8})?)([百千]?)(万亿|亿|万)"
_AMOUNTS_LARGE = re.compile(
    rf"(?<![\d.]){_STEP}(?:{_STEP})?(?:(\d{{1,7}})([百千]?)(?![\d.年月日万亿百千瓦]))?"
    r"|(?<![\d.])(\d{1,3})([百千])(?![\d万亿瓦米克伏帕焦卡安升字分])"
)
_POINTED = re.compile(
    rf"(?<![{NUMERALS}])([{NUMERALS}]{{1,8}})点([{HAN_DIGITS}]{{1,8}})(?=[倍个万亿元吨米度公平千兆])"
)
_DAY = re.compile(r"(?<![\d./-])((?:19|20)\d\d)([-./])(0?[1-9]|1[0-2])\2(0?[1-9]|[12]\d|3[01])(?!\d|[-./]\d)")
_ZERO = re.compile(r"(?<=\d年)0(?=[1-9]月)|(?<=\d月)0(?=[1-9]日)")


def expand_amounts(text: str) -> str:
    """Figures before 百, 千, 万 and 亿 as one number: ``12万5000元`` is ``125000元``."""
    return _AMOUNTS_LARGE.sub(_amounts_value, text)


def decimal_points(text: str) -> str:
    """``一点五倍`` as ``1.5倍``; hours (三点二十分) are left."""
    return _POINTED.sub(lambda found: decimal_figures(found[1], found[2]) or found[0], text)


def decimal_figures(whole: str, part: str) -> str | None:
    """Two Chinese counts around 点 in figures."""
    value, digits = parse_numeral(whole), [parse_numeral(each) for each in part]
    return f"{value}.{''.join(map(str, digits))}" if value is not None and None not in digits else None


def han_dates(text: str) -> str:
    """``2025-01-01`` as ``2025年1月1日``."""
    return _DAY.sub(lambda found: f"{found[1]}年{int(found[3])}月{int(found[4])}日", text)


def strip_date_zeros(text: str) -> str:
    """``2025年01月01日`` without its zeros."""
    return _ZERO.sub("", text)


def _amounts_value(found: re.Match[str]) -> str:
    first, tens, unit, second, others, lesser, rest, some, small, few = found.groups()
    if small:
        return str(int(small) * _UNITS[few])
    value = Decimal(first) * _UNITS[tens] * _UNITS[unit]
    if second:
        below = Decimal(second) * _UNITS[others] * _UNITS[lesser]
        if below >= _UNITS[unit]:
            return found[0]
        value += below
    if rest:
        last = int(rest) * _UNITS[some]
        if last >= _UNITS[lesser or unit]:
            return found[0]
        value += last
    written = f"{value:f}"
    return written.rstrip("0").rstrip(".") if "." in written else written


# ------------------------------------------------------------------ canonical


_RARE = re.compile("[⁰¹²³⁴-⁹⁻MＭ]")
_DIGIT = re.compile(r"\d")
_RAISED = re.compile(r"(?<=[0-9０-９])([⁰¹²³⁴-⁹⁻]+)")
_MEGA = re.compile(r"(?<=[0-9０-９])\s*[MＭ]")
_SHARE = re.compile(rf"(百|千)分之([{NUMERALS}]{{1,16}}(?:点[{NUMERALS}]{{1,16}})?|\d+(?:\.\d+)?)")
_LARGE = re.compile(r"\d[百千万亿]")
_NUMERAL = re.compile(rf"[{NUMERALS}]+")
_GROUPED = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d,])")
_BETWEEN = re.compile(r"(?<=[\d%‰°])([^\w<>=≤≥≈+±×÷√¥$€£%‰°☑☒✓✔✗✘]+)(?=\d)")
_MINUS = re.compile(r"(?<![-−–—~～0-9a-z%‰°)])[-−–—~～]+(?=\d)")
_MUTE = re.compile(r"[^\w\x00-\x08<>=≤≥≈+±×÷√¥$€£%‰°☑☒✓✔✗✘]+|_+")
_VARIANTS = {"帐": "账", "惟一": "唯一", "其它": "其他", "做出": "作出", "图象": "图像"}
"""Spellings that editors change without meaning anything by it."""

_POINT, _RANGE, _RATIO, _LIST, _SIGN, _POWER, _BIG = "\x01", "\x02", "\x03", "\x04", "\x05", "\x06", "\x07"


def canonical(text: str) -> str:
    """The words and figures of the text, without white space, punctuation, width and case."""
    if _RARE.search(text):
        text = _MEGA.sub(_BIG, _RAISED.sub(rf"{_POWER}\1", text))
    text = compatible(text)
    if "分之" in text:
        text = _SHARE.sub(_percent, text)
    if "点" in text:
        text = decimal_points(text)
    text = _NUMERAL.sub(_arabic, text)
    if _DIGIT.search(text):
        text = _GROUPED.sub(lambda found: found[0].replace(",", ""), text)
        text = expand_amounts(text) if _LARGE.search(text) else text
        text = _MINUS.sub(_SIGN, _BETWEEN.sub(_joint, han_dates(text)))
    text = _MUTE.sub("", text)
    if "月0" in text or "年0" in text:
        text = strip_date_zeros(text)
    for variant, plain in _VARIANTS.items():
        text = text.replace(variant, plain)
    return text


def join_canonical(lines: Iterable[str]) -> str:
    """The canonical form of lines of which each is canonical; a number does not run on into the next line."""
    text: list[str] = []
    for line in lines:
        if line:
            breaks = text and text[-1][-1].isdecimal() and line[0].isdecimal()
            text.append(f"{_LIST}{line}" if breaks else line)
    return "".join(text)


def _percent(found: re.Match[str]) -> str:
    whole, point, part = found[2].partition("点")
    value = decimal_figures(whole, part) if point else None if "." in whole else parse_numeral(whole)
    return f"{found[2] if value is None else value}{'%' if found[1] == '百' else '‰'}"


_LONGEST = 16
"""Characters of the longest number; what is longer is none."""
_value = lru_cache(4096)(parse_numeral)


def _arabic(found: re.Match[str]) -> str:
    """The number in figures, kept apart from figures beside it."""
    value = _value(found[0]) if len(found[0]) <= _LONGEST else None
    text = found.string
    glued = (
        text[found.start() - 1 : found.start()].isdecimal() or text[found.end() : found.end() + 1].isdecimal()
    )
    return found[0] if value is None or glued else str(value)


def _joint(found: re.Match[str]) -> str:
    """What stands between two figures: a point, a range, a ratio or time, a break."""
    sign = "".join(found[1].split())
    if sign == ".":
        return _POINT
    if sign and all(each in "-—–―‐‑‒−~～〜" for each in sign):
        return _RANGE
    return _RATIO + sign if sign in ("/", "⁄", ":", "∶", "*") else _LIST
