"""``polarchive.toml`` and the environment as one frozen Config."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from attrs import field, frozen


@frozen(kw_only=True)
class Crawl:
    """How pages are fetched. Seconds, bytes, minutes."""

    delay: float = 1.0
    concurrency: int = 4
    timeout: float = 30.0
    max_bytes: int = 20_000_000
    max_decoded_bytes: int = 40_000_000
    first_crawl_days: int = 90
    heartbeat: float = 10.0
    time_limit_minutes: float = 180.0


@frozen(kw_only=True)
class Network:
    """``allow``: private ``host:port`` that may be fetched all the same. ``connect``: an origin
    (``https://www.example.cn``) answered by another (``http://127.0.0.1:8000``), as curl's --connect-to."""

    allow: tuple[str, ...] = ()
    connect: Mapping[str, str] = field(factory=dict)


@frozen(kw_only=True)
class Schedule:
    """When portals run: a five-field cron with weekdays by name, in ``timezone``."""

    cron: str = "30 2 * * *"
    timezone: str = "Asia/Shanghai"
    spread_minutes: float = 30.0
    grace_hours: float = 12.0
    workers: int = 4


@frozen(kw_only=True)
class PortalConfig:
    """What ops change for one portal."""

    enabled: bool = True
    cron: str | None = None
    delay: float | None = None


@frozen(kw_only=True)
class Mail:
    """The SMTP server alerts are handed to; no host: alerts stay in the outbox."""

    host: str = ""
    port: int = 25
    sender: str = "polarchive@localhost"
    user: str = ""
    password: str = field(default="", repr=False)
    starttls: bool = False


@frozen(kw_only=True)
class Config:
    """Everything that is decided outside the code."""

    home: Path
    contact: str = ""
    """A mail or web address in the user agent; real portals are not crawled without one."""
    database: str = ""
    """SQLAlchemy URL; empty: ``polarchive.db`` in the home."""
    portal_packages: tuple[str, ...] = ("crawler.portals",)
    crawl: Crawl = Crawl()
    network: Network = Network()
    schedule: Schedule = Schedule()
    mail: Mail = Mail()
    portals: Mapping[str, PortalConfig] = field(factory=dict)

    @property
    def database_url(self) -> str:
        """Where the archive lies."""
        return self.database or f"sqlite:///{self.home / 'polarchive.db'}"

    @property
    def captures(self) -> Path:
        """The root of the WARC files."""
        return self.home / "captures"

    @property
    def index(self) -> Path:
        """The full-text index."""
        return self.home / "index"
