"""What an article is saved with and by: the policies it may be of, which one it is, and what the save did."""

from __future__ import annotations

from typing import Literal

from attrs import frozen

from policy.records import Change


@frozen(kw_only=True)
class Candidate:
    """A policy already known under one of an article's keys."""

    policy_id: int
    key: str
    doc_nos: tuple[str, ...] = ()
    """Normal forms of the 发文字号 its articles print."""


@frozen(kw_only=True)
class Decision:
    """Which policy an article belongs to (None: a new one), and why."""

    policy_id: int | None
    evidence: str


SaveKind = Literal["new", "revised", "unchanged", "outdated"]


@frozen(kw_only=True)
class Saved:
    """What one save did. ``outdated``: its capture is older than the newest version, nothing was added.
    ``lied``: the words changed though the server's validators did not."""

    kind: SaveKind
    changes: tuple[Change, ...] = ()
    article_id: int
    version: int
    lied: bool = False
