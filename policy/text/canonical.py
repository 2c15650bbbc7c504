"""The canonical form of a text: texts that differ only in typography and spelling have the same one.

It keeps distinctions that :func:`policy.text.words.fold` (made for searching) drops: a minus, ``<``,
``2021、2025`` against ``2021—2025``, ``mW`` against ``MW``. It unifies notations that mean the same:
``二〇二四年`` is ``2024年``, ``百分之五`` is ``5%``, ``1,000`` is ``1000``, ``1万元`` is ``10000元``.
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
    """The text with figures before 百, 千, 万 and 亿 written out: ``12万5000元`` becomes ``125000元``."""
    return _AMOUNTS_LARGE.sub(_amounts_value, text)


def decimal_points(text: str) -> str:
    """The text with ``一点五倍`` as ``1.5倍``; times of day (三点二十分) are unchanged."""
    return _POINTED.sub(lambda match: decimal_figures(match[1], match[2]) or match[0], text)


def decimal_figures(whole: str, part: str) -> str | None:
    """The Chinese numerals before and after 点 as a decimal number; None if one is not a numeral."""
    value, digits = parse_numeral(whole), [parse_numeral(digit) for digit in part]
    return f"{value}.{''.join(map(str, digits))}" if value is not None and None not in digits else None


def han_dates(text: str) -> str:
    """The text with ``2025-01-01`` as ``2025年1月1日``."""
    return _DAY.sub(lambda match: f"{match[1]}年{int(match[3])}月{int(match[4])}日", text)


def strip_date_zeros(text: str) -> str:
    """The text with ``2025年01月01日`` as ``2025年1月1日``."""
    return _ZERO.sub("", text)


def _amounts_value(match: re.Match[str]) -> str:
    first, tens, unit, second, others, lesser, rest, some, small, few = match.groups()
    if small:
        return str(int(small) * _UNITS[few])
    value = Decimal(first) * _UNITS[tens] * _UNITS[unit]
    if second:
        below = Decimal(second) * _UNITS[others] * _UNITS[lesser]
        if below >= _UNITS[unit]:
            return match[0]
        value += below
    if rest:
        last = int(rest) * _UNITS[some]
        if last >= _UNITS[lesser or unit]:
            return match[0]
        value += last
    written = f"{value:f}"
    return written.rstrip("0").rstrip(".") if "." in written else written


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
"""Spelling variants that mean the same."""

_POINT, _RANGE, _RATIO, _LIST, _SIGN, _POWER, _BIG = "\x01", "\x02", "\x03", "\x04", "\x05", "\x06", "\x07"


def canonical(text: str) -> str:
    """The canonical form: words and figures without white space, punctuation, case and character width."""
    if _RARE.search(text):
        text = _MEGA.sub(_BIG, _RAISED.sub(rf"{_POWER}\1", text))
    text = compatible(text)
    if "分之" in text:
        text = _SHARE.sub(_percent, text)
    if "点" in text:
        text = decimal_points(text)
    text = _NUMERAL.sub(_arabic, text)
    if _DIGIT.search(text):
        text = _GROUPED.sub(lambda match: match[0].replace(",", ""), text)
        text = expand_amounts(text) if _LARGE.search(text) else text
        text = _MINUS.sub(_SIGN, _BETWEEN.sub(_joint, han_dates(text)))
    text = _MUTE.sub("", text)
    if "月0" in text or "年0" in text:
        text = strip_date_zeros(text)
    for variant, plain in _VARIANTS.items():
        text = text.replace(variant, plain)
    return text


def join_canonical(lines: Iterable[str]) -> str:
    """Canonical lines joined to one text, with a separator between two numbers."""
    text: list[str] = []
    for line in lines:
        if line:
            breaks = text and text[-1][-1].isdecimal() and line[0].isdecimal()
            text.append(f"{_LIST}{line}" if breaks else line)
    return "".join(text)


def _percent(match: re.Match[str]) -> str:
    whole, point, part = match[2].partition("点")
    value = decimal_figures(whole, part) if point else None if "." in whole else parse_numeral(whole)
    return f"{match[2] if value is None else value}{'%' if match[1] == '百' else '‰'}"


_LONGEST = 16
"""The most characters of a number."""
_value = lru_cache(4096)(parse_numeral)


def _arabic(match: re.Match[str]) -> str:
    """The numeral in figures; unchanged next to other figures."""
    value = _value(match[0]) if len(match[0]) <= _LONGEST else None
    text = match.string
    glued = (
        text[match.start() - 1 : match.start()].isdecimal() or text[match.end() : match.end() + 1].isdecimal()
    )
    return match[0] if value is None or glued else str(value)


def _joint(match: re.Match[str]) -> str:
    """The sign for what is between two figures: a decimal point, a range, a ratio or time, or a list."""
    sign = "".join(match[1].split())
    if sign == ".":
        return _POINT
    if sign and all(character in "-—–―‐‑‒−~～〜" for character in sign):
        return _RANGE
    return _RATIO + sign if sign in ("/", "⁄", ":", "∶", "*") else _LIST
