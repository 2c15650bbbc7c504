"""Whether a policy is in force on a day: what it and others state of it, and nothing beyond that.

A policy that says nothing of its force is ``unstated``, however old it is; one that another document
repeals is ``repealed`` from the day which that document states for itself.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from typing import Literal

from attrs import frozen

from policy.records import Article

State = Literal["unstated", "pending", "in force", "expired", "repealed"]
"""``pending``: its stated day has not come."""
Ground = Literal["effective", "expires", "term", "repealed", "labelled"]

_TRIAL = re.compile(
    r"[（(](?P<word>试行|暂行|试用)[）)]|(?P<bare>暂行|试行)(?:办法|规定|条例|细则|规则|标准)"
)
_LABELS: Sequence[tuple[re.Pattern[str], State]] = (
    (re.compile(r"废止|停止执行"), "repealed"),
    (re.compile(r"失效|过期"), "expired"),
)
_UNENDED = re.compile(r"未废止|未失效|没有废止")


@frozen(kw_only=True)
class ForceEvidence:
    """A sentence that says something of a policy's force, the day it states (None: it states none), and
    the policy and article it stands in."""

    ground: Ground
    day: dt.date | None
    sentence: str
    policy_id: int | None = None
    article_id: int | None = None


@frozen(kw_only=True)
class Repeal:
    """What another policy says of this one: its sentence, the day from which that holds if it is
    stated, else the day it was published, which is no later."""

    policy_id: int
    article_id: int
    sentence: str
    effective: dt.date | None
    published: dt.date | None


@frozen(kw_only=True)
class Validity:
    """A policy's force on ``day``; ``since`` and ``until`` (the last day) as far as they are stated."""

    day: dt.date
    state: State
    since: dt.date | None = None
    until: dt.date | None = None
    trial: str = ""
    """试行 or 暂行, where its title says so."""
    because: tuple[ForceEvidence, ...] = ()


def validity(
    article: Article | None, repeals: Sequence[Repeal] = (), *, day: dt.date, seen: dt.date | None = None
) -> Validity:
    """The force on a day of the policy that this article prints; ``seen`` is when its page was read last.

    A portal's label (有效性) is that of the day it was seen, and says nothing of the days before.
    """
    since = article.effective.value if article and article.effective else None
    until = article.expires.value if article and article.expires else None
    label = _labelled(article, day, seen)
    ended = [each for each in repeals if _holds(each, day)]
    days = [each.effective - dt.timedelta(days=1) for each in repeals if each.effective]
    return Validity(
        day=day,
        state=_state(day, since, until, repealed=bool(ended), label=label),
        since=since,
        until=min([*days, *([until] if until else [])], default=None),
        trial=_trial(article.title.value) if article else "",
        because=(*(_own(article) if article else ()), *map(_because, repeals)),
    )


def _state(
    day: dt.date, since: dt.date | None, until: dt.date | None, *, repealed: bool, label: State | None
) -> State:
    if repealed:
        return "repealed"
    if until is not None and day > until:
        return "expired"
    if label is not None:
        return label
    if since is None:
        return "unstated"
    return "in force" if since <= day else "pending"


def _holds(repeal: Repeal, day: dt.date) -> bool:
    begins = repeal.effective or repeal.published
    return begins is not None and begins <= day


def _labelled(article: Article | None, day: dt.date, seen: dt.date | None) -> State | None:
    label = article.validity.value if article and article.validity else ""
    if not label or _UNENDED.search(label) or seen is None or day < seen:
        return None
    return next((state for sign, state in _LABELS if sign.search(label)), None)


def _trial(title: str) -> str:
    found = _TRIAL.search(title)
    return (found["word"] or found["bare"]) if found else ""


def _own(article: Article) -> Iterator[ForceEvidence]:
    """The stated days first, then what else the text says of its force, then the portal's label."""
    told = {"effective": article.effective, "expires": article.expires}
    sentences = {found.raw.strip() for found in told.values() if found}
    if article.effective:
        yield ForceEvidence(ground="effective", day=article.effective.value, sentence=article.effective.raw)
    if article.expires:
        yield ForceEvidence(ground="expires", day=article.expires.value, sentence=article.expires.raw)
    for one in article.statements:
        if one.sentence.strip() not in sentences:
            yield ForceEvidence(ground=one.role, day=None, sentence=one.sentence)
    if article.validity:
        yield ForceEvidence(ground="labelled", day=None, sentence=article.validity.raw)


def _because(repeal: Repeal) -> ForceEvidence:
    return ForceEvidence(
        ground="repealed",
        day=repeal.effective,
        sentence=repeal.sentence,
        policy_id=repeal.policy_id,
        article_id=repeal.article_id,
    )
