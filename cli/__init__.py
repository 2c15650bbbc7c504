"""``polarchive …``: the commands, one module a group. Wiring, no logic."""

# isort: off
# help lists the commands in this order
from cli import (
    alerting,
    traffic,
    portals,
    crawling,
    backfilling,
    querying,
    reading,
    belonging,
    clauses,
    comparing,
    declaring,
    extracting,
    boilerplate,
    health,
    importing,
    policies,
    reextracting,
)

# isort: on
from cli.app import main

__all__ = [
    "alerting",
    "backfilling",
    "belonging",
    "boilerplate",
    "clauses",
    "comparing",
    "crawling",
    "declaring",
    "extracting",
    "health",
    "importing",
    "main",
    "policies",
    "portals",
    "querying",
    "reading",
    "reextracting",
    "traffic",
]
