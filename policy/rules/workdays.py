"""Working days of the Chinese calendar: weekends, holidays, and the weekend days worked instead (调休).

The State Council announces the days of a year in November before it. For years that are not announced yet the
statutory holidays by the lunar calendar are used, with whole weeks at 春节 and 国庆节, when nobody publishes.
This is the only module that imports holidays (https://pypi.org/project/holidays).
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
"""The years that the library covers."""


@frozen(kw_only=True)
class WorkingYear:
    """Days off besides weekends, and weekend days that are worked.

    ``announced``: by the State Council; before that the worked weekend days are unknown.
    """

    off: frozenset[dt.date]
    worked: frozenset[dt.date]
    announced: bool


def is_workday(day: dt.date) -> bool:
    """Whether offices work on this day."""
    year = year_of(day.year)
    return day in year.worked or (day.weekday() < _SATURDAY and day not in year.off)


def workdays_between(first: dt.date, last: dt.date) -> int:
    """The number of working days after ``first`` up to and including ``last``."""
    return sum(is_workday(first + n * _DAY) for n in range(1, (last - first).days + 1))


def is_announced(day: dt.date) -> bool:
    """Whether the State Council has announced the days off of this year."""
    return year_of(day.year).announced


@cache
def year_of(number: int) -> WorkingYear:
    """The days of a year; without any for years that the library does not cover."""
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
