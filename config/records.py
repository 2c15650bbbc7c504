"""The configuration as frozen records; each field checks itself."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from attrs import evolve, field, frozen
from attrs.validators import optional

from config import checks


@frozen(kw_only=True)
class Crawl:
    """How pages are fetched. Seconds, bytes, minutes."""

    delay: float = field(default=1.0, validator=checks.within(0))
    concurrency: int = field(default=4, validator=checks.within(1, 64))
    timeout: float = field(default=30.0, validator=checks.positive)
    max_bytes: int = field(default=20_000_000, validator=checks.positive)
    max_decoded_bytes: int = field(default=40_000_000, validator=checks.positive)
    first_crawl_days: int = field(default=90, validator=checks.within(0, 36_500))
    deep_sweep_days: int = field(default=7, validator=checks.within(1, 366))
    heartbeat: float = field(default=10.0, validator=checks.positive)
    time_limit_minutes: float = field(default=180.0, validator=checks.positive)
    browser: str = ""
    throttle: bool = True
    longest_delay: float = field(default=60.0, validator=checks.within(0, 3600))
    longest_wait: float = field(default=300.0, validator=checks.within(0, 3600))
    budget_pages: int = field(default=20_000, validator=checks.within(1))
    budget_bytes: int = field(default=5_000_000_000, validator=checks.within(1))
    budget_minutes: float = field(default=170.0, validator=checks.positive)


@frozen(kw_only=True)
class Budget:
    """What one run of a portal may cost: requests, bytes as received, minutes."""

    pages: int
    bytes: int
    minutes: float


FILE_KINDS = (
    *("pdf", "doc", "docx", "wps", "xls", "xlsx", "et", "ppt", "pptx", "rtf", "ofd", "zip", "txt", "csv"),
    *("rar", "7z", "ceb", "caj"),
)
"""Suffixes of the files that portals offer."""


@frozen(kw_only=True)
class Attachments:
    """Which files of articles are fetched, and how long a reading of one may take."""

    enabled: bool = True
    kinds: tuple[str, ...] = field(default=FILE_KINDS, validator=checks.among(FILE_KINDS))
    max_bytes: int = field(default=40_000_000, validator=checks.positive)
    timeout: float = field(default=120.0, validator=checks.positive)
    recheck_days: float = field(default=30.0, validator=checks.within(0))
    read_seconds: float = field(default=60.0, validator=checks.within(1, 3600))
    read_memory_mb: int = field(default=1024, validator=checks.within(256, 65_536))
    max_pages: int = field(default=2000, validator=checks.within(1))
    max_characters: int = field(default=1_000_000, validator=checks.within(1000))


@frozen(kw_only=True)
class Network:
    """``allow``: private ``host:port`` that may be fetched all the same. ``connect``: an origin
    (``https://www.example.cn``) answered by another (``http://127.0.0.1:8000``), as curl's --connect-to."""

    allow: tuple[str, ...] = field(default=(), validator=checks.hosts_with_ports)
    connect: Mapping[str, str] = field(factory=dict, validator=checks.origins)


@frozen(kw_only=True)
class Schedule:
    """When portals run: a five-field cron with weekdays by name, in ``timezone``."""

    cron: str = field(default="30 2 * * *", validator=checks.cron)
    timezone: str = field(default="Asia/Shanghai", validator=checks.timezone)
    spread_minutes: float = field(default=30.0, validator=checks.within(0))
    grace_hours: float = field(default=12.0, validator=checks.positive)
    workers: int = field(default=4, validator=checks.within(1, 64))

    def __attrs_post_init__(self) -> None:
        if self.spread_minutes >= self.grace_hours * 60:
            raise ValueError("spread_minutes must be shorter than grace_hours: else a slot is missed waiting")


@frozen(kw_only=True)
class PortalConfig:
    """What ops change for one portal."""

    enabled: bool = True
    cron: str | None = field(default=None, validator=checks.cron)
    delay: float | None = field(default=None, validator=optional(checks.within(0)))
    attachments: bool = True
    budget_pages: int | None = field(default=None, validator=optional(checks.within(1)))
    budget_bytes: int | None = field(default=None, validator=optional(checks.within(1)))
    budget_minutes: float | None = field(default=None, validator=optional(checks.positive))


@frozen(kw_only=True)
class Mail:
    """The SMTP server alerts are handed to; no host: alerts stay in the outbox."""

    host: str = ""
    port: int = field(default=25, validator=checks.within(1, 65535))
    sender: str = field(default="polarchive@localhost", validator=checks.address)
    user: str = ""
    password: str = field(default="", repr=False)
    starttls: bool = False


@frozen(kw_only=True)
class Health:
    """How runs are judged. ``slow_seconds``: nothing that takes less is slow."""

    slow_seconds: float = field(default=1.0, validator=checks.positive)


@frozen(kw_only=True)
class Backfill:
    """How the nights go on with open back-fills: so many requests each; 0: not at all."""

    pages: int = field(default=0, validator=checks.within(0))


@frozen(kw_only=True)
class Report:
    """Whom the morning report is mailed to; empty: nobody."""

    email: str = field(default="", validator=checks.mailbox)


@frozen(kw_only=True)
class Config:
    """Everything that is decided outside the code."""

    home: Path
    contact: str = field(default="", validator=checks.contact)
    """A mail or web address in the user agent; real portals are not crawled without one."""
    database: str = field(default="", repr=False, validator=checks.database)
    """SQLAlchemy URL; empty: ``polarchive.db`` in the home."""
    portal_packages: tuple[str, ...] = field(default=("crawler.portals",), validator=checks.packages)
    crawl: Crawl = Crawl()
    attachments: Attachments = Attachments()
    network: Network = Network()
    schedule: Schedule = Schedule()
    mail: Mail = Mail()
    health: Health = Health()
    report: Report = Report()
    backfill: Backfill = Backfill()
    portals: Mapping[str, PortalConfig] = field(factory=dict)

    def schedule_of(self, portal: str) -> Schedule:
        """The schedule with the portal's own cron, if it has one."""
        cron = self.portals.get(portal, PortalConfig()).cron
        return evolve(self.schedule, cron=cron) if cron else self.schedule

    def budget_of(self, portal: str) -> Budget:
        """What a run of one portal may cost."""
        mine, crawl = self.portals.get(portal, PortalConfig()), self.crawl
        return Budget(
            pages=mine.budget_pages or crawl.budget_pages,
            bytes=mine.budget_bytes or crawl.budget_bytes,
            minutes=mine.budget_minutes or crawl.budget_minutes,
        )

    def attachments_of(self, portal: str) -> Attachments:
        """What holds for the files of one portal."""
        wanted = self.portals.get(portal, PortalConfig()).attachments
        return self.attachments if wanted else evolve(self.attachments, enabled=False)

    @property
    def database_url(self) -> str:
        """Where the archive lies."""
        return self.database or f"sqlite:///{self.home / 'polarchive.db'}"

    @property
    def captures(self) -> Path:
        """The root of the WARC files."""
        return self.home / "captures"

    @property
    def turns(self) -> Path:
        """When domains were asked last, by whichever process."""
        return self.home / "turns"

    @property
    def requests(self) -> Path:
        """The root of the logs of requests."""
        return self.home / "requests"

    @property
    def index(self) -> Path:
        """The full-text index."""
        return self.home / "index"
