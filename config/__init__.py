"""The configuration: ``polarchive.toml`` and environment variables as one frozen Config."""

from config.loading import FILE, find_home, line_of, load
from config.records import (
    AttachmentsConfig,
    BudgetConfig,
    Config,
    CrawlConfig,
    NetworkConfig,
    PortalConfig,
    Schedule,
)

__all__ = [
    "FILE",
    "AttachmentsConfig",
    "BudgetConfig",
    "Config",
    "CrawlConfig",
    "NetworkConfig",
    "PortalConfig",
    "Schedule",
    "find_home",
    "line_of",
    "load",
]
