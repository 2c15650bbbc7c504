"""Whether a policy is in force on a day, from statements of the policy itself and of other documents. Pure.

A policy that states nothing about its force is ``unstated``, whatever its age. One that another document
repeals is ``repealed`` from the day on which that document takes effect. One that nothing ends is only
``in force`` where something positive says so; else ``no repeal seen`` up to the day on which the portals
of its issuers were last read, and ``unknown`` where none of them is archived.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from attrs import evolve, frozen

from policy.documents import force
from policy.documents.dates import printed_day
from policy.records import Article, FieldValue
from policy.records.content import ReferenceKind

State = Literal[
    "unstated", "pending", "in force", "no repeal seen", "suspended", "expired", "repealed", "unknown"
]
"""``pending``: not in force yet on that day. ``unknown``: what was read does not tell."""
Ground = Literal[
    "effective",
    "expires",
    "term",
    "labelled",
    "repealed",
    "repealed in part",
    "suspended",
    "resumed",
    "extended",
    "confirmed",
    "amended",
    "perhaps repealed",
]
"""``perhaps repealed``: the repeal names one of several policies."""

CONFIRMED_FOR = dt.timedelta(days=365)
"""How long a statement that a policy is in force counts after its day."""
_TRIAL = re.compile(
    r"[（(](?P<word>试行|暂行|试用)[）)]|(?P<bare>暂行|试行)(?:办法|规定|条例|细则|规则|标准)"
)
_LABELS: Sequence[tuple[re.Pattern[str], State]] = (
    (re.compile(r"部分|条款"), "unknown"),
    (re.compile(r"未废止|未失效|没有废止"), "in force"),
    (re.compile(r"废止|停止执行|作废"), "repealed"),
    (re.compile(r"失效|过期|无效"), "expired"),
    (re.compile(r"有效"), "in force"),
)
_GROUNDS: dict[ReferenceKind, Ground] = {
    "repeals": "repealed",
    "repeals_part": "repealed in part",
    "suspends": "suspended",
    "resumes": "resumed",
    "extends": "extended",
    "confirms": "confirmed",
    "amends": "amended",
}
_WAITS = re.compile(r"第|\d|[一二两三四五六七八九十]{1,3}(?:个|日|天|月)|次日")


@frozen(kw_only=True)
class ForceEvidence:
    """A sentence about a policy's force, the day from which it holds, and the policy and article it is in.

    ``clauses`` are those that are amended, repealed or suspended; empty for the whole document.
    """

    ground: Ground
    day: dt.date | None
    sentence: str
    policy_id: int | None = None
    article_id: int | None = None
    title: str = ""
    clauses: tuple[str, ...] = ()


@frozen(kw_only=True)
class ForceStatement:
    """What another policy says about the force of this one.

    ``stated`` is the day that the sentence names. ``effective``, ``published`` and ``written`` are days of
    the document, ``seen`` is the day on which it was first archived. ``certain`` is False where the document
    may mean another policy.
    """

    kind: ReferenceKind
    policy_id: int
    article_id: int
    sentence: str
    title: str = ""
    clauses: tuple[str, ...] = ()
    stated: dt.date | None = None
    effective: dt.date | None = None
    published: dt.date | None = None
    written: dt.date | None = None
    seen: dt.date | None = None
    certain: bool = True

    @property
    def begins(self) -> dt.date | None:
        """The first day on which it holds; that of the archive if the document states none."""
        stated = None if self.kind == "extends" else self.stated
        return stated or self.effective or self.published or self.written or self.seen

    @property
    def whole(self) -> bool:
        """Whether it is about the whole document."""
        return not self.clauses and self.kind not in ("repeals_part", "amends")


@frozen(kw_only=True)
class PortalReading:
    """A portal of an issuer, and the days on which the archive first and last read it."""

    portal: str
    organ: str
    since: dt.date
    last_read: dt.date


@frozen(kw_only=True)
class Coverage:
    """Whether a repeal would have been seen: the portals of the issuers that the archive reads.

    ``missing`` are the issuers without an archived portal.
    """

    portals: tuple[PortalReading, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def last_read(self) -> dt.date | None:
        """The day on which a portal of an issuer was last read."""
        return max((portal.last_read for portal in self.portals), default=None)


@frozen(kw_only=True)
class Validity:
    """A policy's force on ``day``; ``since`` is the first and ``until`` the last day, if stated.

    ``seen_until`` is the day up to which no repeal was seen, where the state rests on that.
    """

    day: dt.date
    state: State
    since: dt.date | None = None
    until: dt.date | None = None
    trial: str = ""
    """试行 or 暂行 if its title contains it, else ``""``."""
    because: tuple[ForceEvidence, ...] = ()
    coverage: Coverage = Coverage()
    seen_until: dt.date | None = None


@frozen(kw_only=True)
class OwnDays:
    """The days that a policy states of itself: ``seen`` is the day of the last fetch of its page."""

    since: FieldValue[dt.date] | None = None
    until: FieldValue[dt.date] | None = None
    begun: bool = False
    """It states that it is in force from its publication, of which the day is not known."""
    endless: bool = True
    """Whether it states no end of which the day is not known."""


def own_days(article: Article, *, official: bool = True) -> OwnDays:
    """The first and the last day of an article's force: those of its fields, else from its text and the day
    on which it was written or published, which the archive may have learned later.

    ``official``: it is the page of an organ. The day on which a medium printed it is not the document's.
    """
    known = article.written or (article.published if official else None)
    written = printed_day(known.value) if known else None
    text = "\n".join(line for line in article.text.split("\n") if force.may_state_force(line))
    since = article.effective or force.effective_day(text, written=written)
    until = article.expires or force.expiry_day(text, written=written)
    from_now = (said for said in article.statements if said.role == "effective" and "日起" in said.words)
    begun = since is None and any(not _WAITS.search(said.words) for said in from_now)
    ending = any(said.role in ("term", "expires") for said in article.statements)
    return OwnDays(since=since, until=until, begun=begun, endless=until is not None or not ending)


def validity(
    article: Article | None,
    statements: Sequence[ForceStatement] = (),
    *,
    day: dt.date,
    seen: dt.date | None = None,
    coverage: Coverage = Coverage(),
    official: bool = True,
) -> Validity:
    """The force of the article's policy on ``day``; ``seen`` is the day of the last fetch of its page.

    A portal's label (有效性) only counts from the day ``seen`` on. ``official``: see :func:`own_days`.
    """
    own = own_days(article, official=official) if article else OwnDays()
    since, until = _value(own.since), _value(own.until)
    others = [said for said in statements if not _is_of_an_earlier_document(said, article, own.since)]
    ended = [said for said in others if said.kind == "repeals" and said.whole and said.certain]
    until, extended = _extended(until, others, day)
    first_days = filter(None, (said.stated or said.effective for said in ended))
    last_days = [first - dt.timedelta(days=1) for first in first_days]
    found = Validity(
        day=day,
        state="unstated",
        since=since,
        until=min([*last_days, *([until] if until else [])], default=None),
        trial=_trial(article.title.value) if article else "",
        because=(*(_own(article, own, seen) if article else ()), *map(_evidence, others)),
        coverage=coverage,
    )
    state = _negative(others, until, day=day, label=_labelled(article, day, seen), extended=extended)
    if state is None and since is not None and since > day:
        state = "pending"
    if state is not None:
        return evolve(found, state=state)
    begun = since is not None or (own.begun and seen is not None and seen <= day)
    stated = begun and own.endless and not extended
    return _without_an_end(found, others, article, stated=stated, seen=seen)


def _value(field: FieldValue[dt.date] | None) -> dt.date | None:
    return field.value if field else None


def _is_of_an_earlier_document(
    said: ForceStatement, article: Article | None, since: FieldValue[dt.date] | None
) -> bool:
    """Whether the statement is older than this document, so that it is about an earlier one of its name.

    A day of publication alone does not date a document: it may be that of a late reprint.
    """
    if article is None or said.begins is None or said.kind == "confirms":
        return False
    published = printed_day(article.published.value) if article.published else None
    stated = since.value if since and "from the day" not in since.rule else None
    dated = min(filter(None, (stated, published))) if stated else None
    first = article.written.value if article.written else dated
    return first is not None and said.begins < first


def _holds(statements: Iterable[ForceStatement], day: dt.date) -> list[ForceStatement]:
    """Those that hold on the day, in the order of their days; a statement without any day always holds."""
    held = [said for said in statements if said.whole and (said.begins is None or said.begins <= day)]
    return sorted(held, key=lambda said: said.begins or dt.date.min)


def _extended(
    until: dt.date | None, statements: Sequence[ForceStatement], day: dt.date
) -> tuple[dt.date | None, bool]:
    """The last day after extensions, and whether one of them states no day, so that the last is not known."""
    longer = [said for said in _holds(statements, day) if said.kind == "extends" and said.certain]
    days = [said.stated for said in longer if said.stated]
    unknown = bool(longer) and not days and until is not None and day > until
    return (max([until, *days]) if until and days else until), unknown


def _negative(
    statements: Sequence[ForceStatement],
    until: dt.date | None,
    *,
    day: dt.date,
    label: State | None,
    extended: bool,
) -> State | None:
    """The state that something ends or interrupts, None if nothing does."""
    held = _holds(statements, day)
    if any(said.kind == "repeals" and said.certain for said in held):
        return "repealed"
    if until is not None and day > until:
        return "unknown" if extended else "expired"
    if label in ("repealed", "expired"):
        return label
    paused = [said for said in held if said.kind in ("suspends", "resumes") and said.certain]
    if paused and paused[-1].kind == "suspends":
        return "suspended"
    doubtful = any(said.kind in ("repeals", "suspends") and not said.certain for said in held)
    return "unknown" if doubtful or label == "unknown" else None


def _without_an_end(
    found: Validity,
    statements: Sequence[ForceStatement],
    article: Article | None,
    *,
    stated: bool,
    seen: dt.date | None,
) -> Validity:
    """The state of a policy that nothing ends: confirmed, without a repeal that was seen, or unknown."""
    day = found.day
    confirmed = [said.begins for said in _holds(statements, day) if said.kind == "confirms" and said.certain]
    label = _labelled(article, day, seen)
    confirmed += [seen] if label == "in force" else []
    if any(each and day - each <= CONFIRMED_FOR for each in confirmed):
        return evolve(found, state="in force")
    if not stated and article is not None and not article.statements and not confirmed:
        return found
    read = found.coverage.last_read
    if not (stated or confirmed) or read is None or (found.since and read < found.since):
        return evolve(found, state="unknown")
    return evolve(found, state="no repeal seen", seen_until=min(day, read))


def _labelled(article: Article | None, day: dt.date, seen: dt.date | None) -> State | None:
    label = article.validity.value if article and article.validity else ""
    if not label or seen is None or day < seen:
        return None
    return next((state for sign, state in _LABELS if sign.search(label)), None)


def _trial(title: str) -> str:
    match = _TRIAL.search(title)
    return (match["word"] or match["bare"]) if match else ""


# ------------------------------------------------------------------ evidence


def _own(article: Article, own: OwnDays, seen: dt.date | None) -> Iterator[ForceEvidence]:
    """Evidence in the article: stated days, then other statements, then the portal's label."""
    sentences = {value.raw.strip() for value in (own.since, own.until) if value}
    if own.since:
        yield ForceEvidence(ground="effective", day=own.since.value, sentence=own.since.raw)
    if own.until:
        yield ForceEvidence(ground="expires", day=own.until.value, sentence=own.until.raw)
    for statement in article.statements:
        if statement.sentence.strip() not in sentences:
            yield ForceEvidence(ground=statement.role, day=None, sentence=statement.sentence)
    if article.validity:
        yield ForceEvidence(ground="labelled", day=seen, sentence=article.validity.raw)


def _evidence(said: ForceStatement) -> ForceEvidence:
    return ForceEvidence(
        ground=_GROUNDS[said.kind] if said.certain else "perhaps repealed",
        day=said.stated if said.kind == "extends" and said.stated else said.begins,
        sentence=said.sentence,
        policy_id=said.policy_id,
        article_id=said.article_id,
        title=said.title,
        clauses=said.clauses,
    )
