"""Numbers in the ways they are written: 1万, 1.5亿 and 3千 in full, 一点五 with a point, days by name."""

from __future__ import annotations

import re
from decimal import Decimal

from policy.numerals import HAN_DIGITS, NUMERALS, count

_UNITS = {"": 1, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8, "万亿": 10**12}
_STEP = r"(\d{1,12}(?:\.\d{1,8})?)([百千]?)(万亿|亿|万)"
_LARGE = re.compile(
    rf"(?<![\d.]){_STEP}(?:{_STEP})?(?:(\d{{1,7}})([百千]?)(?![\d.年月日万亿百千瓦]))?"
    r"|(?<![\d.])(\d{1,3})([百千])(?![\d万亿瓦米克伏帕焦卡安升字分])"
)
_POINTED = re.compile(
    rf"(?<![{NUMERALS}])([{NUMERALS}]{{1,8}})点([{HAN_DIGITS}]{{1,8}})(?=[倍个万亿元吨米度公平千兆])"
)
_DAY = re.compile(r"(?<![\d./-])((?:19|20)\d\d)([-./])(0?[1-9]|1[0-2])\2(0?[1-9]|[12]\d|3[01])(?!\d|[-./]\d)")
_ZERO = re.compile(r"(?<=\d年)0(?=[1-9]月)|(?<=\d月)0(?=[1-9]日)")


def in_full(text: str) -> str:
    """Figures before 百, 千, 万 and 亿 as one number: ``12万5000元`` is ``125000元``."""
    return _LARGE.sub(_value, text)


def pointed(text: str) -> str:
    """``一点五倍`` as ``1.5倍``; hours (三点二十分) are left."""
    return _POINTED.sub(lambda found: decimal(found[1], found[2]) or found[0], text)


def decimal(whole: str, part: str) -> str | None:
    """Two Chinese counts around 点 in figures."""
    value, digits = count(whole), [count(each) for each in part]
    return f"{value}.{''.join(map(str, digits))}" if value is not None and None not in digits else None


def dated(text: str) -> str:
    """``2025-01-01`` as ``2025年1月1日``."""
    return _DAY.sub(lambda found: f"{found[1]}年{int(found[3])}月{int(found[4])}日", text)


def unpadded(text: str) -> str:
    """``2025年01月01日`` without its zeros."""
    return _ZERO.sub("", text)


def _value(found: re.Match[str]) -> str:
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
