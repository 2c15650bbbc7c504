"""Do a run's readings look like those of the runs before? Counting only, nothing by portal.

Each question is how many of so many readings were bad: a field empty, a text short, a page unread, a
known article that lost what it had. An answer is an alarm when the portal as it was before would give
so many less than once in :data:`RARELY` runs. What was an alarm is not learned: it stays until the
portal reads as before, or until somebody accepts it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Literal

from attrs import define, field, frozen

from policy.records import ARTICLE_FIELDS, Article, Attachment, FieldValue
from policy.records.field_registry import field_names
from policy.records.runs import ExtractionQuality, Sample
from policy.rules.probability import beta_binomial_tail
from policy.text.words import fold

FIELDS = field_names(ARTICLE_FIELDS, "drift")
"""Fields that a layout prints, and that vanish with it; days told in the text are the text's."""
LABELLED = frozenset({"cell", "meta", "masthead", "breadcrumb"})
"""Kinds of rules that read a place of the layout; others read the text."""
SHARE = 0.5
"""Of its words: a body that lost more has lost its body."""
_SHORTEST = 8
"""Folded characters of a line that is looked for: shorter ones stand everywhere."""


@frozen(kw_only=True)
class LostField:
    """A field that is gone (``text``: most of the body; ``title``: it is another one) and what of it
    the page may still print."""

    field: str
    words: tuple[str, ...]
    """Folded words; of a day every way to print it is looked for."""


def has_field(article: Article, field: str) -> bool:
    """Whether the article has this field."""
    return bool(getattr(article, field))


def lost_fields(before: Article, after: Article) -> tuple[LostField, ...]:
    """What the first reading had and the second has not, in the order of :data:`FIELDS`; the text last."""
    return (*_fields(before, after), *_text(before, after))


def is_certain(found: tuple[LostField, ...], page: str) -> bool:
    """Whether the page, as folded words, still prints what was lost.

    The body is unmistakable. A single field is not (the name of a 来源 may stand in the text), two
    that vanish together and are both still there are.
    """
    still = [loss for loss in found if _printed(loss, page)]
    return any(loss.field == "text" for loss in still) or (len(still) > 1 and len(still) == len(found))


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
    sought = loss.words if loss.field != "text" else tuple(w for w in loss.words if len(w) >= _SHORTEST)
    found = sum(len(words) for words in sought if _is_on(words, page))
    return found > SHARE * sum(map(len, loss.words))


def _is_on(words: str, page: str) -> bool:
    day = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", words)
    if day is None:
        return words in page
    year, month, number = (int(part) for part in day.groups())
    # folded, a clock follows at once: two digits are the day, one is only before no other digit
    printed = rf"{year}[-.年]0?{month}[-.月](?:{number:02}|{number}(?!\d))"
    return re.search(printed, page) is not None


# ------------------------------------------------------------------ drift


AlarmKind = Literal["field_empty", "body_shrank", "layout_unmatched"]

RARELY = 10_000
FEWEST = 3
"""Fewer bad readings are never an alarm."""
ENOUGH = 10
"""Earlier readings; with fewer nobody knows what is usual."""
USUAL = 0.6
"""A field that fewer of the earlier readings had may be empty."""
SHORT = 0.1
"""The share of the earlier texts that counts as short."""
CREDIT = 100
"""Faultless readings that a portal nobody knows yet is credited with."""

_KINDS: dict[str, AlarmKind] = {
    "layout_changed": "layout_unmatched",
    "rejected": "body_shrank",
    "text": "body_shrank",
}
_SAID: dict[AlarmKind, str] = {
    "field_empty": "{} is empty",
    "body_shrank": "the text is short or gone",
    "layout_unmatched": "no template reads the page",
}


@frozen(kw_only=True)
class DriftAlarm:
    """What drifted: ``bad`` of ``of`` readings were bad, where a share of ``usual`` was before.

    ``readings`` says of which: all ``new`` or ``known`` articles, known ones that ``lost`` the field,
    ``pages`` that should have been articles.
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
        """One line for a report."""
        articles = {"new": "new articles", "pages": "articles"}.get(self.readings, "known articles")
        said = f"{self.field} was lost" if self.readings == "lost" else _SAID[self.kind].format(self.field)
        return f"{said}: {self.bad} of {self.of} {articles} (before: {self.usual:.0%})"


def find_alarms(
    runs: Sequence[ExtractionQuality], accepted: ExtractionQuality | None = None
) -> tuple[DriftAlarm, ...]:
    """What is unusual about the last of these runs, the oldest first: one alarm a kind and field.

    ``accepted`` is a run before them that somebody found in order, whatever it was like.
    """
    usual, found = _Usual(), list[_Question]()
    if accepted is not None:
        usual.learn(accepted)
    for readings in runs:
        found = [question for question in usual.questions(readings) if question.is_alarm]
        usual.learn(readings, but={question.key for question in found})
    last = runs[-1].examples if runs else {}
    shown = {(alarm.kind, alarm.field): alarm for alarm in (one.alarm(last) for one in reversed(found))}
    return tuple(reversed(shown.values()))


# ------------------------------------------------------------------ questions


@frozen(kw_only=True)
class _Question:
    """``bad`` of ``of`` readings, and what is known of them; ``key`` is ``readings:field``.

    A ``fault`` should never happen; what may, as an empty field, matters when fewer than half as many
    readings are good as used to be.
    """

    key: str
    bad: int
    of: int
    known_bad: int
    known_of: int

    @property
    def is_alarm(self) -> bool:
        """Whether the portal as it was would hardly ever give so many."""
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
        """How many were bad before."""
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
    """What the readings so far were like."""

    bad: Counter[str] = field(factory=Counter)
    of: Counter[str] = field(factory=Counter)
    sizes: dict[str, Counter[int]] = field(factory=lambda: {"known": Counter(), "new": Counter()})

    def questions(self, readings: ExtractionQuality) -> Iterator[_Question]:
        """All that can be asked of a run, the most telling first."""
        for key, bad, of in _counts(readings, readings.new):
            yield _Question(key=key, bad=bad, of=of, known_bad=self.bad[key], known_of=self.of[key])
        for group, sample in (("known", readings.known), ("new", readings.new)):
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
        """Remember what these were like, but for the answers that were an alarm."""
        for new in (readings.new, readings.first):
            for key, bad, of in _counts(readings, new):
                if key not in but and (new is readings.new or key.startswith("new:")):
                    self.bad[key] += bad
                    self.of[key] += of
            if "new:text" not in but:
                self.sizes["new"] += _sizes(new)
        if "known:text" not in but:
            self.sizes["known"] += _sizes(readings.known)


def _counts(readings: ExtractionQuality, new: Sample) -> Iterator[tuple[str, int, int]]:
    """Of each question how many readings were bad, of how many."""
    known, unread = readings.known, readings.unread
    pages = readings.new.count + readings.first.count + known.count + sum(unread.values())
    for reason in ("layout_changed", "rejected"):
        yield f"pages:{reason}", unread.get(reason, 0), pages
    for name in ("text", "title", *FIELDS):
        yield f"lost:{name}", readings.lost.get(name, 0), known.count
    for name in FIELDS:
        yield f"known:{name}", known.count - known.filled.get(name, 0), known.count
        yield f"new:{name}", new.count - new.filled.get(name, 0), new.count


def _sizes(sample: Sample) -> Counter[int]:
    return Counter({int(bits): count for bits, count in sample.sizes.items()})


def _below(size: int, sizes: Counter[int]) -> int:
    return sum(count for bits, count in sizes.items() if bits < size)


def _short(sizes: Counter[int]) -> int:
    """The greatest size below which at most :data:`SHORT` of the texts are."""
    within = (bits for bits in sizes if _below(bits, sizes) <= SHORT * sizes.total())
    return max(within, default=0)
