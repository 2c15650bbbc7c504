"""Records of saving an article: candidate policies, the decision between them, the result, links and
rulings."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from attrs import frozen

from policy.records import Change


@frozen(kw_only=True)
class Candidate:
    """An archived policy that shares a key with an article."""

    policy_id: int
    key: str
    doc_nos: tuple[str, ...] = ()
    """Normal forms of the document numbers (发文字号) of its articles."""


@frozen(kw_only=True)
class Decision:
    """The policy that an article is assigned to (None: a new policy), and the reason."""

    policy_id: int | None
    evidence: str


SaveKind = Literal["new", "revised", "unchanged", "outdated"]


@frozen(kw_only=True)
class SaveResult:
    """The result of one save.

    ``outdated``: the capture is older than the newest version, so nothing was added. ``lied``: the text
    changed although the server's validators did not.
    """

    kind: SaveKind
    changes: tuple[Change, ...] = ()
    article_id: int
    version: int
    lied: bool = False


# ------------------------------------------------------------------ relations of two articles


@frozen(kw_only=True)
class Link:
    """The relation of article ``a`` to article ``b``, as computed by :mod:`pipelines.dedupe.relations`."""

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
        """The id of the other article."""
        return self.b if article_id == self.a else self.a


@frozen(kw_only=True)
class Ruling:
    """A person's decision whether two articles are the same policy."""

    a: int
    b: int
    same: bool
    by: str
    why: str
    at: dt.datetime
