"""``polarchive …``: the commands, one module a group. Wiring, no logic."""

from cli import alerting, crawling, extracting, reading
from cli.app import main

__all__ = ["alerting", "crawling", "extracting", "main", "reading"]
