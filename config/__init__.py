"""``polarchive.toml`` and the environment as one frozen Config."""

from config.loading import FILE, find_home, line_of, load
from config.records import Attachments, Budget, Config, Crawl, Mail, Network, PortalConfig, Schedule

__all__ = [
    "FILE",
    "Attachments",
    "Budget",
    "Config",
    "Crawl",
    "Mail",
    "Network",
    "PortalConfig",
    "Schedule",
    "find_home",
    "line_of",
    "load",
]
