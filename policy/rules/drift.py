"""Drift: whether the extractions of a run are worse than those of previous runs. Pure, without rules per
portal.

Each statistic counts bad extractions of a total: a field is empty, a text is short, a page could not be
extracted, an archived article lost a field. It is an alarm if the portal's history makes such a count less
likely than once in :data:`RARELY` runs. Values that raised an alarm are not learned, so the alarm persists
until extractions are as before or an operator accepts it.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Literal

from attrs import define, field, frozen

from policy.records import ARTICLE_FIELDS, Article, Attachment, FieldValue
from policy.records.article import field_names
from policy.records.runs import ExtractionQuality, Sample
from policy.text.words import fold

FIELDS = field_names(ARTICLE_FIELDS, "drift")
"""Fields that depend on the layout of the page, not on the text of the document."""
LABELLED = frozenset({"cell", "meta", "masthead", "breadcrumb"})
"""Kinds of rules that extract from the layout; other rules extract from the text."""
SHARE = 0.5
"""A text that lost more than this share of its characters is lost."""
_SHORTEST = 8
"""The fewest folded characters of a line that is searched for; shorter lines occur on any page."""


@frozen(kw_only=True)
class LostField:
    """A field that an archived article has and its new extraction lacks, with its previous words.

    ``text``: most of the text is missing; ``title``: the title is a different one.
    """

    field: str
    words: tuple[str, ...]
    """Folded words, or ISO days, which are searched for in all printed forms."""


def has_field(article: Article, field: str) -> bool:
    """Whether the article has this field."""
    return bool(getattr(article, field))


def lost_fields(before: Article, after: Article) -> tuple[LostField, ...]:
    """The fields that ``before`` has and ``after`` lacks, in the order of :data:`FIELDS`; the text last."""
    return (*_fields(before, after), *_text(before, after))


def is_certain(lost: tuple[LostField, ...], page: str) -> bool:
    """Whether the page, as folded words, still contains what the extraction lost.

    The text alone is proof. A single field is not (the name of a 来源 may occur in the text), but two or more
    fields are if all of them are still on the page.
    """
    still = [loss for loss in lost if _printed(loss, page)]
    return any(loss.field == "text" for loss in still) or (len(still) > 1 and len(still) == len(lost))


def _fields(before: Article, after: Article) -> Iterator[LostField]:
    for name in FIELDS:
        if has_field(before, name) and not has_field(after, name) and _from_layout(getattr(before, name)):
            yield LostField(field=name, words=tuple(_words(getattr(before, name))))
    old, new = fold(before.title.value), fold(after.title.value)
    if old not in new and new not in old:
        yield LostField(field="title", words=(old,))


def _from_layout(value: FieldValue[Any] | tuple[Attachment, ...]) -> bool:
    return not isinstance(value, FieldValue) or value.rule.partition(":")[0] in LABELLED


def _words(value: FieldValue[Any] | tuple[Attachment, ...]) -> Iterator[str]:
    if isinstance(value, FieldValue):
        yield value.value.isoformat()[:10] if isinstance(value.value, dt.date) else fold(value.raw)
    else:
        yield from (fold(file.name) for file in value)


def _text(before: Article, after: Article) -> Iterator[LostField]:
    kept = fold(after.text)
    lines = [line for line in map(fold, before.text.split("\n")) if line]
    lost = [line for line in lines if line not in kept]
    if sum(map(len, lost)) > SHARE * sum(map(len, lines)):
        yield LostField(field="text", words=tuple(lost))


def _printed(loss: LostField, page: str) -> bool:
    """Whether most of the lost words are on the page."""
    searched = loss.words if loss.field != "text" else tuple(w for w in loss.words if len(w) >= _SHORTEST)
    present = sum(len(words) for words in searched if _is_on(words, page))
    return present > SHARE * sum(map(len, loss.words))


def _is_on(words: str, page: str) -> bool:
    day = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", words)
    if day is None:
        return words in page
    year, month, number = (int(part) for part in day.groups())
    # in folded text a time may follow directly: one digit is the day only if no digit follows
    printed = rf"{year}[-.年]0?{month}[-.月](?:{number:02}|{number}(?!\d))"
    return re.search(printed, page) is not None


AlarmKind = Literal["field_empty", "body_shrank", "layout_unmatched"]

RARELY = 10_000
FEWEST = 3
"""Fewer bad extractions than this are never an alarm."""
ENOUGH = 10
"""The fewest previous extractions from which the usual share is learned."""
USUAL = 0.6
"""A field that a smaller share of previous extractions had may be empty."""
SHORT = 0.1
"""The share of previous texts that counts as short."""
CREDIT = 100
"""Good extractions assumed of a portal without history."""

_KINDS: dict[str, AlarmKind] = {
    "layout_changed": "layout_unmatched",
    "rejected": "body_shrank",
    "text": "body_shrank",
}
_SENTENCES: dict[AlarmKind, str] = {
    "field_empty": "{} is empty",
    "body_shrank": "the text is short or missing",
    "layout_unmatched": "no template matches the page",
}


@frozen(kw_only=True)
class DriftAlarm:
    """A drift: ``bad`` of ``of`` extractions were bad; the share before was ``usual``.

    ``readings`` says which extractions were counted: ``new`` or ``archived`` articles, ``lost`` for archived
    articles that lost the field, ``pages`` for article pages that could not be extracted.
    """

    kind: AlarmKind
    field: str
    readings: str
    bad: int
    of: int
    usual: float
    examples: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """The alarm in one line, for a report."""
        articles = {"new": "new articles", "pages": "articles"}.get(self.readings, "known articles")
        lost = self.readings == "lost"
        problem = f"{self.field} was lost" if lost else _SENTENCES[self.kind].format(self.field)
        return f"{problem}: {self.bad} of {self.of} {articles} (before: {self.usual:.0%})"


def find_alarms(
    runs: Sequence[ExtractionQuality], accepted: ExtractionQuality | None = None
) -> tuple[DriftAlarm, ...]:
    """The alarms of the last of these runs, which are given oldest first: one per kind and field.

    ``accepted`` is an earlier run that an operator accepted, so all its values are learned.
    """
    usual, questions = _Usual(), list[_Question]()
    if accepted is not None:
        usual.learn(accepted)
    for readings in runs:
        questions = [question for question in usual.questions(readings) if question.is_alarm]
        usual.learn(readings, but={question.key for question in questions})
    last = runs[-1].examples if runs else {}
    alarms = [question.alarm(last) for question in reversed(questions)]
    return tuple(reversed({(alarm.kind, alarm.field): alarm for alarm in alarms}.values()))


# ------------------------------------------------------------------ questions


@frozen(kw_only=True)
class _Question:
    """A statistic of a run beside the portal's history; ``key`` is ``readings:field``.

    A fault (``lost:``, ``pages:``) should never happen. Others, such as an empty field, only matter if the
    share of good extractions is less than half the usual one.
    """

    key: str
    bad: int
    of: int
    known_bad: int
    known_of: int

    @property
    def is_alarm(self) -> bool:
        """Whether so many bad extractions are very unlikely given the history."""
        return self.bad >= FEWEST and self._matters and self._chance < 1 / RARELY

    @property
    def is_fault(self) -> bool:
        return self.key.startswith(("lost:", "pages:"))

    @property
    def _matters(self) -> bool:
        if self.is_fault:
            return True
        usual = 1 - self.share
        return self.known_of >= ENOUGH and usual >= USUAL and 2 * (self.of - self.bad) < usual * self.of

    @property
    def _chance(self) -> float:
        good = self.known_of - self.known_bad + (CREDIT if self.is_fault else 1)
        return beta_binomial_tail(self.bad, self.of, prior_bad=self.known_bad + 1, prior_good=good)

    @property
    def share(self) -> float:
        """The share of bad extractions before."""
        return self.known_bad / self.known_of if self.known_of else 0.0

    def alarm(self, examples: Mapping[str, tuple[str, ...]]) -> DriftAlarm:
        readings, _, name = self.key.partition(":")
        return DriftAlarm(
            kind=_KINDS.get(name, "field_empty"),
            field=name,
            readings=readings,
            bad=self.bad,
            of=self.of,
            usual=self.share,
            examples=examples.get(self.key, ()),
        )


@define
class _Usual:
    """The statistics of the previous runs."""

    bad: Counter[str] = field(factory=Counter)
    of: Counter[str] = field(factory=Counter)
    sizes: dict[str, Counter[int]] = field(factory=lambda: {"archived": Counter(), "new": Counter()})

    def questions(self, readings: ExtractionQuality) -> Iterator[_Question]:
        """All statistics of a run, the most specific first."""
        for key, bad, of in _counts(readings, readings.new):
            yield _Question(key=key, bad=bad, of=of, known_bad=self.bad[key], known_of=self.of[key])
        for group, sample in (("archived", readings.archived), ("new", readings.new)):
            usual = self.sizes[group]
            below = _short(usual)
            yield _Question(
                key=f"{group}:text",
                bad=_below(below, _sizes(sample)),
                of=sample.count,
                known_bad=_below(below, usual),
                known_of=usual.total(),
            )

    def learn(self, readings: ExtractionQuality, but: Collection[str] = ()) -> None:
        """Add the statistics of a run, except those under the keys ``but``."""
        for new in (readings.new, readings.first):
            for key, bad, of in _counts(readings, new):
                if key not in but and (new is readings.new or key.startswith("new:")):
                    self.bad[key] += bad
                    self.of[key] += of
            if "new:text" not in but:
                self.sizes["new"] += _sizes(new)
        if "archived:text" not in but:
            self.sizes["archived"] += _sizes(readings.archived)


def _counts(readings: ExtractionQuality, new: Sample) -> Iterator[tuple[str, int, int]]:
    """The key of each statistic, the number of bad extractions and the total."""
    archived, unread = readings.archived, readings.unread
    pages = readings.new.count + readings.first.count + archived.count + sum(unread.values())
    for reason in ("layout_changed", "rejected"):
        yield f"pages:{reason}", unread.get(reason, 0), pages
    for name in ("text", "title", *FIELDS):
        yield f"lost:{name}", readings.lost.get(name, 0), archived.count
    for name in FIELDS:
        yield f"archived:{name}", archived.count - archived.filled.get(name, 0), archived.count
        yield f"new:{name}", new.count - new.filled.get(name, 0), new.count


def _sizes(sample: Sample) -> Counter[int]:
    return Counter({int(bits): count for bits, count in sample.sizes.items()})


def _below(size: int, sizes: Counter[int]) -> int:
    return sum(count for bits, count in sizes.items() if bits < size)


def _short(sizes: Counter[int]) -> int:
    """The greatest size such that at most the share :data:`SHORT` of the texts is below it."""
    within = (bits for bits in sizes if _below(bits, sizes) <= SHORT * sizes.total())
    return max(within, default=0)


# ------------------------------------------------------------------ the beta-binomial distribution


def beta_binomial_tail(bad: int, total: int, *, prior_bad: float, prior_good: float) -> float:
    """The probability of at least ``bad`` failures in ``total`` trials, given the numbers observed before.

    https://en.wikipedia.org/wiki/Beta-binomial_distribution; ``prior_bad`` and ``prior_good`` must be
    positive.
    """
    normalisation = _log_beta(prior_bad, prior_good)
    logs = (
        _log_choose(total, n) + _log_beta(n + prior_bad, total - n + prior_good) - normalisation
        for n in range(bad, total + 1)
    )
    return min(1.0, math.fsum(map(math.exp, logs)))


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)


def _log_choose(total: int, n: int) -> float:
    return math.lgamma(total + 1) - math.lgamma(n + 1) - math.lgamma(total - n + 1)
