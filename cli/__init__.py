"""``polarchive …``: the commands, one module a group. Wiring, no logic."""

from cli import (
    alerting,
    backfilling,
    belonging,
    clauses,
    comparing,
    crawling,
    declaring,
    extracting,
    furniture,
    health,
    importing,
    policies,
    portals,
    reading,
    reextracting,
    traffic,
)
from cli.app import main

__all__ = [
    "alerting",
    "backfilling",
    "belonging",
    "clauses",
    "comparing",
    "crawling",
    "declaring",
    "extracting",
    "furniture",
    "health",
    "importing",
    "main",
    "policies",
    "portals",
    "reading",
    "reextracting",
    "traffic",
]
