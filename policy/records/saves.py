"""Records of saving an article: candidate policies and the decision between them, the result, links, rulings,
and how its policy is announced."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from attrs import evolve, frozen

from policy.records import Article, Change


@frozen(kw_only=True)
class Candidate:
    """An archived policy that shares a key with an article."""

    policy_id: int
    key: str
    doc_nos: tuple[str, ...] = ()
    """Normal forms of the document numbers (发文字号) of its articles."""
    article: Article | None = None
    """The policy's first article, where the key is a number: its words must agree."""


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


RelationKind = Literal["same", "excerpt", "part", "annotated", "edition", "interpretation", "different"]
RelationSide = Literal["left", "right"]
JOINING: frozenset[RelationKind] = frozenset({"same", "excerpt", "part", "annotated", "edition"})
"""The kinds of relation that make two articles one policy."""


EARLIER_VERSION = 4
"""The strength of a relation of two articles of which one repeats an earlier version of the other."""
SAME_NUMBER = 3
"""The strength of a relation of two articles with the same issuer and number."""


@frozen(kw_only=True)
class Relation:
    """How an article ``left`` is related to an article ``right``.

    ``side`` is the one that is the excerpt, the part, the article with an editor's words, the earlier
    edition or the interpretation; None for symmetric relations. ``conflict``: there is positive evidence
    that they are two policies. ``differs``: their texts differ in substance. ``containment`` is the share
    (0 to 1) of the shorter text that is in the longer. ``evidence`` is a sentence for people.
    """

    kind: RelationKind
    side: RelationSide | None = None
    conflict: bool = False
    differs: bool = False
    containment: float = 0.0
    strength: int = 0
    """4: words of an earlier version; 3: same number, which may be contested; 2: same words; 1: part of them;
    0: not related."""
    evidence: str = ""

    @property
    def joins(self) -> bool:
        """Whether it makes the two articles one policy."""
        return self.kind in JOINING

    @property
    def contested(self) -> bool:
        """Whether both have the same number and other words, so that one bears it by mistake."""
        return self.conflict and self.strength == SAME_NUMBER

    def mirrored(self) -> Relation:
        """The relation of ``right`` to ``left``."""
        other: dict[RelationSide | None, RelationSide | None] = {"left": "right", "right": "left", None: None}
        return evolve(self, side=other[self.side])


@frozen(kw_only=True)
class Link(Relation):
    """The stored relation of article ``a`` (left) to article ``b`` (right), by their ids."""

    a: int
    b: int

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


# ------------------------------------------------------------------ announcements


How = Literal["at_once", "digest", "none"]
"""How subscribers are notified of a policy: by a message of its own, by a digest in which it stands as new,
or not as new: a digest lists it as older."""
Reason = Literal["fresh", "old", "undated", "announced before", "earlier release"]
"""``announced before``: its text was announced as another policy. ``earlier release``: it was archived
before announcements were recorded."""


@frozen(kw_only=True)
class PageDates:
    """The days that bear on a page: published, written (成文), shown in the listing, and first captured."""

    published: dt.date | None = None
    written: dt.date | None = None
    listed: dt.date | None = None
    captured: dt.date


@frozen(kw_only=True)
class Announcement:
    """How a policy is announced, and why.

    ``day`` is the policy's day. ``announced_as`` is the policy as which it was announced: itself, or one that
    it was split off from or has the same words as; None if neither was announced. ``change_id`` is the change
    that the decision followed from, ``article_id`` and ``version`` what was announced.
    """

    policy_id: int
    how: How
    reason: Reason
    day: dt.date | None = None
    at: dt.datetime
    announced_as: int | None = None
    change_id: int | None = None
    article_id: int | None = None
    version: int | None = None

    @property
    def final(self) -> bool:
        """Whether later pages leave the decision as it is."""
        return self.how != "none" or self.reason == "earlier release"
