"""Parses Chinese dates and times in labels, meta elements and text, and the date of a signature. Pure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from policy.records import FieldValue, Moment
from policy.text.numerals import DIGITS, HAN_DIGITS, parse_numeral

SHANGHAI = ZoneInfo("Asia/Shanghai")


class ImpossibleDay(ValueError):
    """The text names a day that does not exist, such as 2021-02-30."""


GAP = r"\s{0,4}"
_HAN_DAY = "〇零一二三四五六七八九十廿卅"
DATE = (
    rf"(?:(?<![{DIGITS}])(?P<y1>[12１２][{DIGITS}]{{3}}){GAP}"
    rf"(?:年{GAP}(?P<m1>[{DIGITS}]{{1,2}}){GAP}月{GAP}(?P<d1>[{DIGITS}]{{1,2}}){GAP}[日号]"
    rf"|(?P<sep>[-/.．－／]){GAP}(?P<m2>[{DIGITS}]{{1,2}}){GAP}(?P=sep){GAP}(?P<d2>[{DIGITS}]{{1,2}})(?![{DIGITS}]))"
    rf"|(?P<y3>[一二][{HAN_DIGITS}]{{3}}){GAP}年{GAP}(?P<m3>[{_HAN_DAY}]{{1,2}}){GAP}月{GAP}"
    rf"(?P<d3>[{_HAN_DAY}]{{1,3}}){GAP}[日号]?)"
)
_FIND = re.compile(DATE)
_COMPACT = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?")
_CLOCK = re.compile(
    r"[T\s\-:：,，日]{0,6}(?:(?P<half>上午|下午|晚上|凌晨|中午)\s{0,4})?(?P<hour>\d{1,2})\s{0,2}[:：时]\s{0,2}(?P<minute>\d{1,2})"
    r"(?:\s{0,2}[:：分]\s{0,2}(?P<second>\d{1,2}))?(?:[.,]\d{1,9})?\s{0,2}(?P<zone>Z|[+-]\d{2}:?\d{2})?"
)
_EPOCHS = {10: 1, 13: 1000}


def parse_day(text: str) -> dt.date | None:
    """The first date in a label or a line, None without one. Raises ImpossibleDay for a day that does not
    exist."""
    if found := _FIND.search(text):
        return day_of(found)
    compact = _COMPACT.fullmatch(text.strip())
    return _calendar_day(compact[0], *map(int, compact.group(1, 2, 3))) if compact else None


def day_of(match: re.Match[str]) -> dt.date:
    """The day of a match of a pattern that contains DATE. Raises ImpossibleDay."""
    for form in "123":
        month = f"m{form}"
        if match[month]:
            year = match["y3" if form == "3" else "y1"]
            return _calendar_day(
                match[0], parse_numeral(year), parse_numeral(match[month]), parse_numeral(match[f"d{form}"])
            )
    raise AssertionError(match[0])


def _calendar_day(text: str, year: int | None, month: int | None, day: int | None) -> dt.date:
    try:
        return dt.date(year or 0, month or 0, day or 0)
    except ValueError as error:
        raise ImpossibleDay(f"{text!r} is no day of the calendar") from error


def parse_moment(text: str) -> Moment | None:
    """A day, or an aware time in Asia/Shanghai if a time is printed. 10 or 13 digits are a Unix time."""
    text = text.strip()
    if text.isdecimal() and len(text) in _EPOCHS:
        return dt.datetime.fromtimestamp(int(text) / _EPOCHS[len(text)], SHANGHAI)
    if compact := _COMPACT.fullmatch(text):
        return _compact_moment(compact)
    found = _FIND.search(text)
    if not found:
        return None
    day, clock = day_of(found), _CLOCK.match(text, found.end())
    return _at(day, clock) if clock else day


def _compact_moment(found: re.Match[str]) -> Moment:
    day = _calendar_day(found[0], *map(int, found.group(1, 2, 3)))
    if not found[4]:
        return day
    return _clocked(day, int(found[4]), int(found[5]), int(found[6] or 0), SHANGHAI)


def _at(day: dt.date, clock: re.Match[str]) -> Moment:
    hour = int(clock["hour"])
    if clock["half"] in ("下午", "晚上") and hour < 12:
        hour += 12
    zone = clock["zone"]
    offset: dt.tzinfo = SHANGHAI
    if zone:
        offset = dt.datetime.strptime(zone, "%z").tzinfo or SHANGHAI
    return _clocked(day, hour, int(clock["minute"]), int(clock["second"] or 0), offset)


def _clocked(day: dt.date, hour: int, minute: int, second: int, zone: dt.tzinfo) -> Moment:
    """The moment, or only the day if the time is invalid, such as 25:00."""
    try:
        moment = dt.datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=zone)
    except ValueError:
        return day
    return moment.astimezone(SHANGHAI)


# ------------------------------------------------------------------ 成文

_ONLY_DATE = re.compile(rf"\s*(?P<who>[^，。；：,;:（(]{{2,60}}?\s+)?(?P<date>{DATE})\s*")
_NOT_SIGNED = re.compile(r"[。；！？;!?：:，,]\s*$")
_PROSE = re.compile(r"[。：:]\s*$")


def signature_day(lines: Sequence[str]) -> FieldValue[dt.date] | None:
    """成文日期: the first line that is only a date, after prose and after the short lines of the signatories.

    A covering 通知 is signed before the document it forwards, so the first signature counts.
    """
    prose, above = False, ""
    fallback: FieldValue[dt.date] | None = None
    for line in lines:
        stripped = line.strip()
        found = _ONLY_DATE.fullmatch(stripped) if prose and len(stripped) < 100 else None
        if found and (signed := _signed(found, stripped)):
            if found["who"] or (len(above) <= 60 and not _NOT_SIGNED.search(above)):
                return signed
            fallback = signed
        prose = prose or bool(_PROSE.search(stripped))
        above = stripped or above
    return fallback


def _signed(found: re.Match[str], line: str) -> FieldValue[dt.date] | None:
    try:
        return FieldValue(value=day_of(found), raw=line, rule="signature")
    except ImpossibleDay:
        return None


def printed_day(moment: Moment) -> dt.date:
    """The printed day, without a time."""
    return moment.date() if isinstance(moment, dt.datetime) else moment


def calendar_day(moment: Moment) -> dt.date:
    """The day in China; a ``date`` is returned unchanged."""
    return moment.astimezone(SHANGHAI).date() if isinstance(moment, dt.datetime) else moment


def format_moment(moment: Moment | None) -> str:
    """A day as a day, a time as Shanghai's, nothing as a dash: as people see it in every output."""
    if isinstance(moment, dt.datetime):
        return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
    return moment.isoformat() if moment else "–"
