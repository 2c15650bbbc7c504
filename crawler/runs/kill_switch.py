"""The kill switch: a file in the archive directory. While it exists, nothing is crawled."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

from attrs import frozen

from config import Config
from policy.errors import CrawlingStopped

FILE = "stopped"


@frozen(kw_only=True)
class KillSwitch:
    """Since when all crawling is stopped, and why."""

    since: dt.datetime
    reason: str = ""


def read_kill_switch(config: Config) -> KillSwitch | None:
    """The kill switch; None while crawling is not stopped. Any file counts, also an empty one."""
    path = _file(config)
    try:
        text = path.read_text(encoding="utf-8")
        changed = dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC)
    except FileNotFoundError:
        return None
    try:
        content = json.loads(text)
        return KillSwitch(since=dt.datetime.fromisoformat(content["since"]), reason=str(content["reason"]))
    except (ValueError, TypeError, KeyError):
        return KillSwitch(since=changed, reason=text.strip())


def stop_crawling(config: Config, now: dt.datetime, reason: str = "") -> KillSwitch:
    """Stop all crawling; an earlier stop remains in force."""
    path = _file(config)
    path.parent.mkdir(parents=True, exist_ok=True)
    if current := read_kill_switch(config):
        return current
    temporary = path.with_suffix(".new")
    temporary.write_text(json.dumps({"since": now.isoformat(), "reason": reason}), encoding="utf-8")
    temporary.rename(path)
    return KillSwitch(since=now, reason=reason)


def resume_crawling(config: Config) -> KillSwitch | None:
    """Resume crawling; returns the stop that was in force."""
    removed = read_kill_switch(config)
    _file(config).unlink(missing_ok=True)
    return removed


def stop_reason(config: Config) -> str | None:
    """Why all crawling is stopped, empty if no reason was given; None while it is not stopped."""
    current = read_kill_switch(config)
    return current.reason if current else None


def require_none(config: Config) -> None:
    """Raises CrawlingStopped while all crawling is stopped."""
    if current := read_kill_switch(config):
        why = f" ({current.reason})" if current.reason else ""
        since = f"{current.since:%Y-%m-%d %H:%M} UTC"
        raise CrawlingStopped(f"crawling is stopped since {since}{why}: resume it with polarchive resume")


def _file(config: Config) -> Path:
    return config.home / FILE
