"""What a value of the configuration may be: attrs validators with sentences for errors."""

from __future__ import annotations

import calendar
import math
import re
import zoneinfo
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from attrs import Attribute

Check = Callable[[Any, "Attribute[Any]", Any], None]

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTHS = tuple(name.lower() for name in calendar.month_abbr[1:])
_ITEM = re.compile(r"(?:\*|(\d+|[a-z]{3})(?:-(\d+|[a-z]{3}))?)(?:/(\d+))?")
_HOST_PORT = re.compile(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9_.-]+):(\d{1,5})")


def within(lowest: float, highest: float = math.inf) -> Check:
    """A finite number between both, inclusive."""

    def check(_: object, __: object, value: float) -> None:
        if not (math.isfinite(value) and lowest <= value <= highest):
            upto = f" and at most {highest:g}" if math.isfinite(highest) else ""
            raise ValueError(f"must be at least {lowest:g}{upto}, is {value:g}")

    return check


def positive(_: object, __: object, value: float) -> None:
    """A finite number above nought."""
    if not (math.isfinite(value) and value > 0):
        raise ValueError(f"must be more than 0, is {value:g}")


def among(known: Iterable[str]) -> Check:
    """Each one of these words."""

    def check(_: object, __: object, value: Iterable[str]) -> None:
        for item in value:
            if item not in set(known):
                raise ValueError(f"{item!r} is none of {', '.join(known)}")

    return check


def timezone(_: object, __: object, value: str) -> None:
    """A zone of the IANA database."""
    try:
        zoneinfo.ZoneInfo(value)
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        raise ValueError(f"no such time zone: {value!r} (expected a name as 'Asia/Shanghai')") from None


def contact(_: object, __: object, value: str) -> None:
    """Empty, a mail address or a web address, on one line of printable ASCII."""
    fits = re.fullmatch(r"(https?://|mailto:)[!-~]+|[!-~]+@[!-~]+", value)
    if value and not fits:
        raise ValueError(f"expected a mail or web address, found {value!r}")


def address(_: object, __: object, value: str) -> None:
    """A bare mail address."""
    if not re.fullmatch(r"[^\s@<>,;:\"]+@[^\s@<>,;:\"]+", value):
        raise ValueError(f"expected a mail address, found {value!r}")


def mailbox(_: object, __: object, value: str) -> None:
    """Empty, or a bare mail address."""
    if value:
        address(_, __, value)


def database(_: object, __: object, value: str) -> None:
    """Empty, or a SQLAlchemy URL we run on. It may hold a password: the error does not repeat it."""
    if value and not re.match(r"(sqlite|postgresql)(\+\w+)?://", value):
        raise ValueError("expected a URL that begins with sqlite:/// or postgresql://")


def packages(_: object, __: object, value: Iterable[str]) -> None:
    """Dotted names of Python packages."""
    for name in value:
        if not all(part.isidentifier() for part in name.split(".")):
            raise ValueError(f"not the name of a package: {name!r}")


def hosts_with_ports(_: object, __: object, value: Iterable[str]) -> None:
    """Each ``host:port``."""
    for item in value:
        found = _HOST_PORT.fullmatch(item)
        if not found or not 0 < int(found[2]) < 65536:
            raise ValueError(f"expected 'host:port' (as '127.0.0.1:8000'), found {item!r}")


def origins(_: object, __: object, value: Mapping[str, str]) -> None:
    """Origin to origin: ``https://www.example.cn`` = ``http://127.0.0.1:8000``."""
    for url in (*value, *value.values()):
        if not _is_origin(url):
            raise ValueError(f"expected 'http://host' or 'https://host:port' without a path, found {url!r}")


def _is_origin(url: str) -> bool:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    plain = not (parts.path or parts.query or parts.fragment or parts.username is not None)
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and plain and port != 0


# ------------------------------------------------------------------ cron


def cron(_: object, __: object, value: str | None) -> None:
    """Five fields: minute, hour, day, month, weekday; weekdays by name.

    Numbers are refused for weekdays: for APScheduler 1 is Tuesday, for crontab Monday.
    """
    if value is None:
        return
    fields = value.split()
    if len(fields) != 5:
        raise ValueError(
            f"expected five fields (minute hour day month weekday), found {len(fields)}: {value!r}"
        )
    minute, hour, day, month, weekday = fields
    _numbers("minute", minute, 0, 59)
    _numbers("hour", hour, 0, 23)
    days, months = _numbers("day", day, 1, 31), _numbers("month", month, 1, 12, _MONTHS)
    _weekdays(weekday)
    if min(days) > max(calendar.monthrange(2024, number)[1] for number in months):
        raise ValueError(f"never happens: none of these months has a day {min(days)}: {value!r}")


def _numbers(name: str, field: str, first: int, last: int, names: tuple[str, ...] = ()) -> set[int]:
    """The numbers a field stands for."""
    found: set[int] = set()
    for item in field.split(","):
        low, high, step = _range(name, item, first, last, names)
        if not first <= low <= high <= last or not 1 <= step <= max(1, high - low):
            raise ValueError(f"{name} {item!r} is not between {first} and {last}")
        found.update(range(low, high + 1, step))
    return found


def _range(name: str, item: str, first: int, last: int, names: tuple[str, ...]) -> tuple[int, int, int]:
    parts = _ITEM.fullmatch(item.lower())
    numbers = [_number(part, names) for part in parts.groups()] if parts else []
    if not parts or any(
        part and number is None for part, number in zip(parts.groups(), numbers, strict=True)
    ):
        raise ValueError(f"cannot read {name} {item!r}")
    low, high, step = numbers
    if low is None:
        return first, last, 1 if step is None else step
    if high is None:
        high = last if parts[3] else low
    return low, high, 1 if step is None else step


def _number(part: str | None, names: tuple[str, ...]) -> int | None:
    if part is None:
        return None
    if part.isdigit():
        return int(part)
    return names.index(part) + 1 if part in names else None


def _weekdays(field: str) -> None:
    for item in field.lower().split(","):
        first, dash, last = item.partition("-")
        known = first in WEEKDAYS and (not dash or last in WEEKDAYS)
        if item != "*" and not (known and (not dash or WEEKDAYS.index(first) <= WEEKDAYS.index(last))):
            raise ValueError(
                f"weekday {item!r}: expected * or names from mon to sun (as 'mon-fri'), not numbers"
            )
