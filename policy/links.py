"""What two articles are to each other, as it is kept, and what somebody decided of them."""

from __future__ import annotations

import datetime as dt

from attrs import frozen


@frozen(kw_only=True)
class Link:
    """What article ``a`` is to article ``b``, as :mod:`pipelines.relations` says it."""

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
