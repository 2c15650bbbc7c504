"""What an article is saved with and by: the policies it may be of, which one it is, and what the save did."""

from __future__ import annotations

import datetime as dt
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
class SaveResult:
    """What one save did. ``outdated``: its capture is older than the newest version, nothing was added.
    ``lied``: the words changed though the server's validators did not."""

    kind: SaveKind
    changes: tuple[Change, ...] = ()
    article_id: int
    version: int
    lied: bool = False


# ------------------------------------------------------------------ what two articles are to each other


@frozen(kw_only=True)
class Link:
    """What article ``a`` is to article ``b``, as :mod:`pipelines.dedupe.relations` says it."""

    a: int
    b: int
    kind: str
    side: str | None = None
    strength: int = 0
    containment: float = 0.0
    conflict: bool = False
    differs: bool = False
    evidence: str = ""

    def other(self, article_id: int) -> int:
        """The article at the other end."""
        return self.b if article_id == self.a else self.a


@frozen(kw_only=True)
class Ruling:
    """What somebody decided of two articles."""

    a: int
    b: int
    same: bool
    by: str
    why: str
    at: dt.datetime
