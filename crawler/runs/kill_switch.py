"""The global stop: a file in the home. While it lies there nothing is asked of any portal."""

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
    """That crawling is stopped: since when, and why."""

    since: dt.datetime
    reason: str = ""


def read_kill_switch(config: Config) -> KillSwitch | None:
    """The stop that holds; a file without sense, as ``touch stopped`` makes, is one too."""
    path = _file(config)
    try:
        text = path.read_text(encoding="utf-8")
        changed = dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC)
    except FileNotFoundError:
        return None
    try:
        said = json.loads(text)
        return KillSwitch(since=dt.datetime.fromisoformat(said["since"]), reason=str(said["reason"]))
    except (ValueError, TypeError, KeyError):
        return KillSwitch(since=changed, reason=text.strip())


def stop_crawling(config: Config, now: dt.datetime, reason: str = "") -> KillSwitch:
    """Stop; a stop that holds already stays as it is."""
    path = _file(config)
    path.parent.mkdir(parents=True, exist_ok=True)
    if held := read_kill_switch(config):
        return held
    begun = path.with_suffix(".new")
    begun.write_text(json.dumps({"since": now.isoformat(), "reason": reason}), encoding="utf-8")
    begun.rename(path)
    return KillSwitch(since=now, reason=reason)


def resume_crawling(config: Config) -> KillSwitch | None:
    """Take the stop back; what held until now."""
    held = read_kill_switch(config)
    _file(config).unlink(missing_ok=True)
    return held


def require_none(config: Config) -> None:
    """Raises Stopped while a stop holds."""
    if held := read_kill_switch(config):
        why = f" ({held.reason})" if held.reason else ""
        raise CrawlingStopped(
            f"crawling is stopped since {held.since:%Y-%m-%d %H:%M} UTC{why}: polarchive resume"
        )


def _file(config: Config) -> Path:
    return config.home / FILE
