"""Parsing and formatting of Chinese numerals. Pure."""

from __future__ import annotations

DIGITS = "0-9０-９"
"""Arabic digits of both widths, as the content of a character class."""

HAN_DIGITS = "〇○◯零ОΟO一二三四五六七八九"
"""Chinese digits; zero is printed as 〇, as white circles, as 零 and as the letter O of three alphabets."""

NUMERALS = "〇○◯零一二两三四五六七八九十廿卅百千"
"""The characters of Chinese numerals, as the content of a character class."""

_DIGIT = {digit: value for value, digit in enumerate("零一二三四五六七八九")}
_VALUE = _DIGIT | dict.fromkeys("〇○◯ОΟO", 0) | {"两": 2}
_UNIT = {"十": 10, "百": 100, "千": 1000}
_TWENTY = str.maketrans({"廿": "二十", "卅": "三十"})


def parse_numeral(text: str) -> int | None:
    """The value of ``二十九``, ``一百零五``, ``廿九``, ``二〇二一``, ``12`` or ``１２``; None for anything
    else."""
    if text.isdecimal():
        return int(text)
    text = text.translate(_TWENTY)
    if not text or any(sign not in _VALUE and sign not in _UNIT for sign in text):
        return None
    if not any(sign in _UNIT for sign in text):
        return int("".join(str(_VALUE[sign]) for sign in text))
    return _sum(text)


def _sum(text: str) -> int:
    total, digit = 0, None
    for sign in text:
        if sign in _UNIT:
            total, digit = total + (1 if digit is None else digit) * _UNIT[sign], None
        else:
            digit = _VALUE[sign]
    return total + (digit or 0)


def format_numeral(value: int) -> str:
    """A number as a Chinese numeral: ``一``, ``十二``, ``一千零一``; from 10,000 on in figures."""
    if value >= 10_000:
        return str(value)
    signs, printed, zero = "零一二三四五六七八九", "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = value // unit % 10
        if digit:
            printed += ("零" if zero else "") + signs[digit] + name
        zero = bool(printed) and not digit
    return printed.removeprefix("一") if printed.startswith("一十") else printed or signs[0]
