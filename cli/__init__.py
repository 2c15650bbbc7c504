"""``polarchive …``: the commands, one module a group. Wiring, no logic."""

from cli import alerting, comparing, crawling, extracting, furniture, reading
from cli.app import main

__all__ = ["alerting", "comparing", "crawling", "extracting", "furniture", "main", "reading"]
