"""``polarchive …``: the commands, one module a group. Wiring, no logic."""

from cli import alerting, comparing, crawling, declaring, extracting, furniture, reading, reextracting
from cli.app import main

__all__ = [
    "alerting",
    "comparing",
    "crawling",
    "declaring",
    "extracting",
    "furniture",
    "main",
    "reading",
    "reextracting",
]
