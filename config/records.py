"""The configuration as frozen records; every field has its own validator."""

from __future__ import annotations

import calendar
import math
import re
import zoneinfo
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from attrs import Attribute, evolve, field, frozen
from attrs.validators import optional

from alerts.channels import CHANNELS
from alerts.channels.base import Channel
from policy.records.content import SUFFIXES

Check = Callable[[Any, "Attribute[Any]", Any], None]

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTHS = tuple(name.lower() for name in calendar.month_abbr[1:])
_ITEM = re.compile(r"(?:\*|(\d+|[a-z]{3})(?:-(\d+|[a-z]{3}))?)(?:/(\d+))?")
_HOST_PORT = re.compile(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9_.-]+):(\d{1,5})")


def within(lowest: float, highest: float = math.inf) -> Check:
    """A finite number between both bounds, inclusive."""

    def check(_: object, __: object, value: float) -> None:
        if not (math.isfinite(value) and lowest <= value <= highest):
            upto = f" and at most {highest:g}" if math.isfinite(highest) else ""
            raise ValueError(f"must be at least {lowest:g}{upto}, is {value:g}")

    return check


def positive(_: object, __: object, value: float) -> None:
    """A finite number greater than 0."""
    if not (math.isfinite(value) and value > 0):
        raise ValueError(f"must be more than 0, is {value:g}")


def among(allowed: Iterable[str]) -> Check:
    """Only these words."""

    def check(_: object, __: object, value: Iterable[str]) -> None:
        for item in value:
            if item not in set(allowed):
                raise ValueError(f"{item!r} is none of {', '.join(allowed)}")

    return check


def timezone(_: object, __: object, value: str) -> None:
    """A time zone of the IANA database."""
    try:
        zoneinfo.ZoneInfo(value)
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        raise ValueError(f"no such time zone: {value!r} (expected a name as 'Asia/Shanghai')") from None


def contact(_: object, __: object, value: str) -> None:
    """Empty, a mail address or a web address, on one line of printable ASCII."""
    fits = re.fullmatch(r"(https?://|mailto:)[!-~]+|[!-~]+@[!-~]+", value)
    if value and not fits:
        raise ValueError(f"expected a mail or web address, found {value!r}")


def mailbox(_: object, __: object, value: str) -> None:
    """Empty, or a bare mail address."""
    if value and not re.fullmatch(r"[^\s@<>,;:\"]+@[^\s@<>,;:\"]+", value):
        raise ValueError(f"expected a mail address, found {value!r}")


def database(_: object, __: object, value: str) -> None:
    """Empty, or a supported SQLAlchemy URL. It may contain a password, so the error does not repeat it."""
    if value and not re.match(r"(sqlite|postgresql)(\+\w+)?://", value):
        raise ValueError("expected a URL that begins with sqlite:/// or postgresql://")


def packages(_: object, __: object, value: Iterable[str]) -> None:
    """Dotted names of Python packages."""
    for name in value:
        if not all(part.isidentifier() for part in name.split(".")):
            raise ValueError(f"not the name of a package: {name!r}")


def hosts_with_ports(_: object, __: object, value: Iterable[str]) -> None:
    """Items of the form ``host:port``."""
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
    """The numbers that a field stands for."""
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


@frozen(kw_only=True)
class CrawlConfig:
    """How pages are fetched. Units: seconds, bytes, minutes."""

    delay: float = field(default=1.0, validator=within(0))
    concurrency: int = field(default=4, validator=within(1, 64))
    timeout: float = field(default=30.0, validator=positive)
    max_bytes: int = field(default=20_000_000, validator=positive)
    max_decoded_bytes: int = field(default=40_000_000, validator=positive)
    first_crawl_days: int = field(default=90, validator=within(0, 36_500))
    deep_sweep_days: int = field(default=7, validator=within(1, 366))
    heartbeat: float = field(default=10.0, validator=positive)
    time_limit_minutes: float = field(default=180.0, validator=positive)
    browser: str = ""
    throttle: bool = True
    longest_delay: float = field(default=60.0, validator=within(0, 3600))
    longest_wait: float = field(default=300.0, validator=within(0, 3600))
    budget_pages: int = field(default=20_000, validator=within(1))
    budget_bytes: int = field(default=5_000_000_000, validator=within(1))
    budget_minutes: float = field(default=170.0, validator=positive)


@frozen(kw_only=True)
class BudgetConfig:
    """The limits of one run of a portal: requests, bytes as received, minutes."""

    pages: int
    bytes: int
    minutes: float


@frozen(kw_only=True)
class AttachmentsConfig:
    """Which attachments are fetched, and the limits for reading one."""

    enabled: bool = True
    kinds: tuple[str, ...] = field(default=SUFFIXES, validator=among(SUFFIXES))
    max_bytes: int = field(default=40_000_000, validator=positive)
    timeout: float = field(default=120.0, validator=positive)
    recheck_days: float = field(default=30.0, validator=within(0))
    read_seconds: float = field(default=60.0, validator=within(1, 3600))
    read_memory_mb: int = field(default=1024, validator=within(256, 65_536))
    max_pages: int = field(default=2000, validator=within(1))
    max_characters: int = field(default=1_000_000, validator=within(1000))


@frozen(kw_only=True)
class NetworkConfig:
    """``allow``: private ``host:port`` pairs that may be fetched. ``connect``: an origin
    (``https://www.example.cn``) served by another (``http://127.0.0.1:8000``), like curl's --connect-to."""

    allow: tuple[str, ...] = field(default=(), validator=hosts_with_ports)
    connect: Mapping[str, str] = field(factory=dict, validator=origins)


@frozen(kw_only=True)
class Schedule:
    """When portals run: a five-field cron expression with weekdays by name, in ``timezone``."""

    cron: str = field(default="30 2 * * *", validator=cron)
    timezone: str = field(default="Asia/Shanghai", validator=timezone)
    spread_minutes: float = field(default=30.0, validator=within(0))
    grace_hours: float = field(default=12.0, validator=positive)
    workers: int = field(default=4, validator=within(1, 64))

    def __attrs_post_init__(self) -> None:
        if self.spread_minutes >= self.grace_hours * 60:
            raise ValueError("spread_minutes must be shorter than grace_hours: else a slot is missed waiting")


@frozen(kw_only=True)
class PortalConfig:
    """The settings of one portal."""

    enabled: bool = True
    cron: str | None = field(default=None, validator=cron)
    delay: float | None = field(default=None, validator=optional(within(0)))
    attachments: bool = True
    budget_pages: int | None = field(default=None, validator=optional(within(1)))
    budget_bytes: int | None = field(default=None, validator=optional(within(1)))
    budget_minutes: float | None = field(default=None, validator=optional(positive))


@frozen(kw_only=True)
class AlertsConfig:
    """What is new to subscribers. ``fresh_days``: a policy is announced if it was published at most so many
    days before its first capture; any other is listed in a digest only."""

    fresh_days: int = field(default=30, validator=within(0, 3660))


@frozen(kw_only=True)
class HealthConfig:
    """How runs are checked. ``slow_seconds``: anything faster is never reported as slow."""

    slow_seconds: float = field(default=1.0, validator=positive)


@frozen(kw_only=True)
class BackfillConfig:
    """How many requests of open backfills a nightly run makes; 0: none."""

    pages: int = field(default=0, validator=within(0))


@frozen(kw_only=True)
class ReportConfig:
    """The recipient of the daily report; empty: it is not mailed."""

    email: str = field(default="", validator=mailbox)


def default_channels() -> Mapping[str, Channel]:
    """Every registered channel without settings."""
    return {name: channel() for name, channel in CHANNELS.items()}


@frozen(kw_only=True)
class Config:
    """All settings."""

    home: Path
    contact: str = field(default="", validator=contact)
    """A mail or web address for the user agent; public portals are not crawled without it."""
    database: str = field(default="", repr=False, validator=database)
    """SQLAlchemy URL; empty: ``polarchive.db`` in the archive directory."""
    portal_packages: tuple[str, ...] = field(default=("crawler.portals",), validator=packages)
    crawl: CrawlConfig = CrawlConfig()
    attachments: AttachmentsConfig = AttachmentsConfig()
    network: NetworkConfig = NetworkConfig()
    schedule: Schedule = Schedule()
    alerts: AlertsConfig = AlertsConfig()
    health: HealthConfig = HealthConfig()
    report: ReportConfig = ReportConfig()
    backfill: BackfillConfig = BackfillConfig()
    portals: Mapping[str, PortalConfig] = field(factory=dict)
    channels: Mapping[str, Channel] = field(factory=default_channels)
    """The channels for alerts by name, each with its settings from the table that it declares."""

    def schedule_of(self, portal: str) -> Schedule:
        """The schedule, with the portal's own cron expression if it has one."""
        cron = self.portals.get(portal, PortalConfig()).cron
        return evolve(self.schedule, cron=cron) if cron else self.schedule

    def budget_of(self, portal: str) -> BudgetConfig:
        """The limits of one run of a portal."""
        mine, crawl = self.portals.get(portal, PortalConfig()), self.crawl
        return BudgetConfig(
            pages=mine.budget_pages or crawl.budget_pages,
            bytes=mine.budget_bytes or crawl.budget_bytes,
            minutes=mine.budget_minutes or crawl.budget_minutes,
        )

    def attachments_of(self, portal: str) -> AttachmentsConfig:
        """The attachment settings of one portal."""
        wanted = self.portals.get(portal, PortalConfig()).attachments
        return self.attachments if wanted else evolve(self.attachments, enabled=False)

    @property
    def database_url(self) -> str:
        """The URL of the archive's database."""
        return self.database or f"sqlite:///{self.home / 'polarchive.db'}"

    @property
    def captures(self) -> Path:
        """The root of the WARC files."""
        return self.home / "captures"

    @property
    def turns(self) -> Path:
        """The folder with the times of the last request to each domain, shared by all processes."""
        return self.home / "turns"

    @property
    def requests(self) -> Path:
        """The root of the request logs."""
        return self.home / "requests"

    @property
    def index(self) -> Path:
        """The folder of the full-text index."""
        return self.home / "index"
