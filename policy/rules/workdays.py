"""Working days of the Chinese calendar: weekends, holidays, and the weekend days worked instead (调休).

The State Council announces a year's days in the November before. A year that is not announced yet has its
statutory days by the lunar calendar, and the two long weeks, in which nobody publishes, are whole: so
silence in them is never counted. The only module that knows holidays (https://pypi.org/project/holidays).
"""

from __future__ import annotations

import datetime as dt
from functools import cache

from attrs import frozen

_SPRING, _NATIONAL = "春节", "国庆节"
_LONG_WEEK = 7
_DAY = dt.timedelta(days=1)
_SATURDAY = 5
_FIRST, _LAST = 2001, 2099
"""Years of which the library knows the days."""


@frozen(kw_only=True)
class WorkingYear:
    """Days off that are no weekend, and weekend days that are worked. ``announced``: by the State
    Council; else the weekends that will be worked instead are not known yet."""

    off: frozenset[dt.date]
    worked: frozenset[dt.date]
    announced: bool


def is_workday(day: dt.date) -> bool:
    """Whether offices work on this day."""
    known = year_of(day.year)
    return day in known.worked or (day.weekday() < _SATURDAY and day not in known.off)


def workdays_between(first: dt.date, last: dt.date) -> int:
    """How many working days lie after ``first``, up to ``last`` included."""
    return sum(is_workday(first + n * _DAY) for n in range(1, (last - first).days + 1))


def is_announced(day: dt.date) -> bool:
    """Whether the days off of its year are the announced ones."""
    return year_of(day.year).announced


@cache
def year_of(number: int) -> WorkingYear:
    """The days of a year; of one that nobody knows only the weekends."""
    if not _FIRST <= number <= _LAST:
        return WorkingYear(off=frozenset(), worked=frozenset(), announced=False)
    from holidays.countries.china import China  # takes 0.2 s

    calendar = China(years=number, language="zh_CN")  # type: ignore[no-untyped-call]  # its arguments are
    worked = frozenset(day for day in calendar.weekend_workdays if day.year == number)
    off = {day for day in calendar if day.year == number}
    if not worked:
        named = ((day, name.split("；")) for day, name in calendar.items())
        begins = {name: day for day, names in sorted(named, reverse=True) for name in names}
        off |= {begins[name] + n * _DAY for name in (_SPRING, _NATIONAL) for n in range(_LONG_WEEK)}
    return WorkingYear(off=frozenset(off), worked=worked, announced=bool(worked))
