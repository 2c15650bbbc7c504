"""Whether a policy is in force on a day, from statements of the policy itself and of other documents. Pure.

A policy without a statement about its force is ``unstated``, whatever its age. A policy that another document
repeals is ``repealed`` from the day on which that document takes effect.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from typing import Literal

from attrs import frozen

from policy.records import Article

State = Literal["unstated", "pending", "in force", "expired", "repealed"]
"""``pending``: not in force yet on that day."""
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
    """A sentence about a policy's force, the day it states if any, and the policy and article it is in."""

    ground: Ground
    day: dt.date | None
    sentence: str
    policy_id: int | None = None
    article_id: int | None = None


@frozen(kw_only=True)
class Repeal:
    """The repeal by another policy: its sentence, its effective day if stated, and its publication day."""

    policy_id: int
    article_id: int
    sentence: str
    effective: dt.date | None
    published: dt.date | None


@frozen(kw_only=True)
class Validity:
    """A policy's force on ``day``; ``since`` is the first and ``until`` the last day, if stated."""

    day: dt.date
    state: State
    since: dt.date | None = None
    until: dt.date | None = None
    trial: str = ""
    """试行 or 暂行 if its title contains it, else ``""``."""
    because: tuple[ForceEvidence, ...] = ()


def validity(
    article: Article | None, repeals: Sequence[Repeal] = (), *, day: dt.date, seen: dt.date | None = None
) -> Validity:
    """The force of the article's policy on ``day``; ``seen`` is the day of the last fetch of its page.

    A portal's label (有效性) only counts from the day ``seen`` on.
    """
    since = article.effective.value if article and article.effective else None
    until = article.expires.value if article and article.expires else None
    label = _labelled(article, day, seen)
    ended = [repeal for repeal in repeals if _applies(repeal, day)]
    days = [repeal.effective - dt.timedelta(days=1) for repeal in repeals if repeal.effective]
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


def _applies(repeal: Repeal, day: dt.date) -> bool:
    begins = repeal.effective or repeal.published
    return begins is not None and begins <= day


def _labelled(article: Article | None, day: dt.date, seen: dt.date | None) -> State | None:
    label = article.validity.value if article and article.validity else ""
    if not label or _UNENDED.search(label) or seen is None or day < seen:
        return None
    return next((state for sign, state in _LABELS if sign.search(label)), None)


def _trial(title: str) -> str:
    match = _TRIAL.search(title)
    return (match["word"] or match["bare"]) if match else ""


def _own(article: Article) -> Iterator[ForceEvidence]:
    """Evidence in the article: stated days, then other statements, then the portal's label."""
    sentences = {value.raw.strip() for value in (article.effective, article.expires) if value}
    if article.effective:
        yield ForceEvidence(ground="effective", day=article.effective.value, sentence=article.effective.raw)
    if article.expires:
        yield ForceEvidence(ground="expires", day=article.expires.value, sentence=article.expires.raw)
    for statement in article.statements:
        if statement.sentence.strip() not in sentences:
            yield ForceEvidence(ground=statement.role, day=None, sentence=statement.sentence)
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
