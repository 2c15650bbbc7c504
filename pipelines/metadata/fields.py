"""Derive the fields of an article from its labels and lines, each with the rule that found it.

A label in a cell has priority over a meta, a meta over the headline block, and that over the title and the
signature. Where they disagree the first wins and the others are conflicts, each with its value and its rule.
The time at which a page was generated is never a date of the policy.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile
from typing import Any

from attrs import evolve

from pipelines.metadata.authorship import (
    PUBLISHERS,
    find_addressees,
    find_issuers,
    names_somebody,
)
from pipelines.metadata.genres import genre_of, names_a_policy, official_name, own_number, without_number
from policy.documents import dates, force
from policy.documents.issuers import number_identity
from policy.documents.numbers import refusal_of
from policy.documents.references import references
from policy.records import ARTICLE_FIELDS, ArticleFields, Conflict, FieldValue, Label, Moment
from policy.records.article import field_names
from policy.records.content import DocNumber, Issuer
from policy.text.words import fold, unify_radicals

LONGEST_TITLE_LABEL = 500
"""Most characters of a title; the longest titles of documents have a third of it."""
LONGEST = 4000
"""Most characters of any other label; those of thirty joint issuers have a tenth."""


def limit_labels(labels: Iterable[Label]) -> Iterator[Label]:
    """The labels, cut at the limits of their fields, with radicals as the characters they stand for."""
    for label in labels:
        value = unify_radicals(label.value[: length_limit(label)])
        yield evolve(label, value=value) if value != label.value else label


def cut_warnings(labels: Iterable[Label]) -> Iterator[str]:
    """A warning for each label that was cut: its field, its rule, and how much is kept."""
    for label in filter(is_beyond, labels):
        size, kept = f"{len(label.value):,}", length_limit(label)
        yield f"{label.name}: {label.rule} says {size} characters, the first {kept} are kept"


def is_beyond(label: Label) -> bool:
    """Whether a label's value exceeds the limit of its field."""
    return len(label.value) > length_limit(label)


def length_limit(label: Label) -> int:
    """The limit of a label's field, in characters."""
    return LONGEST_TITLE_LABEL if label.name == "title" else LONGEST


# ------------------------------------------------------------------ conflicting values


LOOSE = frozenset({"title", "source", "author", "editor"})
"""Fields printed in shorter and longer forms: a headline with its number, a name with its site."""


def find_conflicts(name: str, candidates: Sequence[FieldValue[Any]]) -> Iterator[Conflict]:
    """The distinct values of a field that differ from the first."""
    seen = [one.value for one in candidates[:1]]
    for other in candidates[1:]:
        if not any(are_equivalent(name, other.value, value) for value in seen):
            seen.append(other.value)
            yield Conflict(name=name, value=display_value(other.value), raw=other.raw, rule=other.rule)


def are_equivalent(name: str, left: Any, right: Any) -> bool:
    """Whether two values of a field are equivalent."""
    if isinstance(left, DocNumber) and isinstance(right, DocNumber):
        return _may_be_one_number(left, right)
    first, second = comparison_key(left), comparison_key(right)
    if name in LOOSE and isinstance(first, str) and isinstance(second, str):
        return first in second or second in first
    return first == second


def comparison_key(value: Any) -> object:
    """A value as it is compared: the day, the number's normal form, the set of organs, folded words."""
    if isinstance(value, DocNumber):
        return value.norm
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, tuple):
        return frozenset(map(comparison_key, value))
    if isinstance(value, Issuer):
        return value.id or fold(value.printed)
    return fold(value) if isinstance(value, str) else value


def _may_be_one_number(left: DocNumber, right: DocNumber) -> bool:
    """Whether two numbers on one page are one, where each may leave out the organ or the year."""
    first, second = number_identity(left), number_identity(right)
    if left.kind == "文" or right.kind == "文" or (first.organs and second.organs):
        return left.norm == right.norm or first.matches(second)
    years = {left.year, right.year} - {None}
    return (left.kind, left.number) == (right.kind, right.number) and len(years) < 2


def display_value(value: Any) -> str:
    """A value as text: an ISO day or time, a number's normal form, names in their order."""
    if isinstance(value, DocNumber):
        return value.norm
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, tuple):
        return "、".join(map(display_value, value))
    return value.printed if isinstance(value, Issuer) else str(value)


# ------------------------------------------------------------------ validity (有效性) stated in title or text


HEAD, TAIL = 6, 3
_STATE = r"(?:现|已|全文|(?:部分)?条款|部分)?已?(?:废止|失效|有效|停止执行|修改)"
_TITLED = re.compile(rf"[（(【\[〔](?P<word>{_STATE})[)）】\]〕]")
_LINE = re.compile(
    r"[\s（(【\[]*(?:注|编者注|说明)?\s?[:：]?\s?(?:本|此|该)(?:规范性)?(?:件|文件|通知|办法|规定|公告|意见|文|规章|条例|细则)"
    r"(?:已|现已)(?:[^。，]{0,60}?)?(?P<word>废止|失效|停止执行|修改)[。\s）)】\]]*"
)


def validity_words(title: str, lines: Sequence[str]) -> FieldValue[str] | None:
    """The validity as printed: ``（已废止）`` at a title, ``本文件已于2020年废止`` above or below
    the text."""
    if found := _TITLED.search(title):
        return FieldValue(value=found["word"], raw=title, rule="title:words")
    for line in (*lines[:HEAD], *lines[-TAIL:]):
        if len(line) <= 120 and (said := _LINE.fullmatch(line)):
            return FieldValue(value=said["word"], raw=line, rule="text:words")
    return None


# ------------------------------------------------------------------ extraction


SECOND = PUBLISHERS | {"cell:生成日期", "cell:印发日期", "cell:联合发文单位"}
"""Cells with a less exact label than another of the same name: 发文机关 has priority over 发布机构."""
RANKS = ("cell", "meta", "masthead", "breadcrumb", "title", "listing")
"""Kinds of rules, the most trusted first."""

MASTHEAD_LINES = 12
LONGEST_TITLE = 120
_SEPARATORS = re.compile(r"[;；,，、|\s]+")
_LEAD_IN = re.compile(
    r"(?!\s*[（(]?[一二三四五六七八九十\d]{1,3}[、.．）)])"
    r"(?:.*(?:原文|全文|详情|正文|(?:具体|详细|主要)内容)(?:(?:如下|附后)\s*[:：。]?|\s*[:：])$"
    r"|.*(?:讯|获悉|了解到|日前|近日|报道).*(?:如下|发布)\s*[:：]$)"
)
_FIRST_CLAUSE = re.compile(r"\s*第\s*[一1]\s*[条章]")
_NOTHING = re.compile(r"[\s\-—–_/]*|无|暂无|null|undefined", re.IGNORECASE)


def extract_fields(
    labels: Sequence[Label], lines: Sequence[str], *, issuer: str | None = None
) -> ArticleFields:
    """The fields stated by a page's labels and text; ``issuer`` is the organ that owns the site."""
    said = _Said([*limit_labels(labels)])
    start, title = count_lead_in_lines(lines), said.first("title")
    document = lines[start:]
    top = _top(document)
    candidates = _candidates(said, lines, top)
    kept = {name: next(iter(found), None) for name, found in candidates.items()}
    number = kept["doc_no"]
    return ArticleFields(
        **kept,
        title_official=_official(title, issuer) or (_reprinted(top) if start else None),
        channel=said.first("channel"),
        addressees=find_addressees(document, said.first("addressees")),
        statements=force.statements(lines),
        references=references(
            lines, title=said.value("title") or "", doc_no=number.value if number else None
        ),
        keywords=said.keywords(),
        conflicts=tuple(other for name, found in candidates.items() for other in find_conflicts(name, found)),
        warnings=(
            *cut_warnings(labels),
            *said.warnings(),
            *(warning for name in ("written", "doc_no") for warning in _disagree(name, candidates[name])),
            *_unread("doc_no", said.value("doc_no"), kept["doc_no"]),
        ),
    )


def _candidates(said: _Said, lines: Sequence[str], top: Sequence[str]) -> dict[str, list[FieldValue[Any]]]:
    """All that is said of each field, the most trusted first."""
    text, words = "\n".join(filter(force.may_state_force, lines)), said.value("title") or ""
    written = [*said.days("written"), *_maybe(dates.signature_day(lines))]
    day = written[0].value if written else None
    cell = said.value("doc_no")
    numbers = [
        *_maybe(own_number(cell=cell, title=words, masthead=top)),
        *_maybe(own_number(cell=None, title=words, masthead=top) if cell else None),
    ]
    number = numbers[0].value if numbers else None
    return {
        **{name: said.all(name) for name in field_names(ARTICLE_FIELDS, "verbatim")},
        "doc_no": numbers,
        "issuers": find_issuers(
            said.all("issuer"), words, lines, said.first("source"), top=top, number=number
        ),
        "published": said.moments("published"),
        "written": written,
        "effective": [*said.days("effective"), *_maybe(force.effective_day(text, written=day))],
        "expires": [*said.days("expires"), *_maybe(force.expiry_day(text, written=day))],
        "genre": [*said.all("genre"), *_maybe(genre_of(words))],
        "validity": [*said.all("validity"), *_maybe(validity_words(words, lines))],
    }


def _maybe(found: FieldValue[Any] | None) -> list[FieldValue[Any]]:
    return [found] if found else []


def masthead(lines: Sequence[str]) -> tuple[str, ...]:
    """The first lines before the salutation (titles, number, organ); in a reprint those after its lead-in."""
    return _top(lines[count_lead_in_lines(lines) :])


def _top(document: Sequence[str]) -> tuple[str, ...]:
    top = document[:MASTHEAD_LINES]
    end = next((n for n, line in enumerate(top) if line.endswith(("：", ":"))), len(top))
    return tuple(top[:end])


def count_lead_in_lines(lines: Sequence[str]) -> int:
    """Number of lines that a medium prints before a reprinted document, the last being ``原文如下：``."""
    above = takewhile(lambda line: not _FIRST_CLAUSE.match(line), lines[:MASTHEAD_LINES])
    return max((n + 1 for n, line in enumerate(above) if _LEAD_IN.match(line)), default=0)


def _official(title: FieldValue[str] | None, issuer: str | None) -> FieldValue[str] | None:
    """The policy's own title: the cell's, the one in 印发《…》, the headline on the issuer's own site."""
    if title is None:
        return None
    whole = FieldValue(value=without_number(title.value), raw=title.raw, rule=title.rule)
    if title.rule.startswith("cell:"):
        return whole
    return official_name(title.value) or (whole if issuer and names_a_policy(title.value) else None)


def _disagree(name: str, found: Sequence[FieldValue[Any]]) -> Iterator[str]:
    """The first and the last word on a field, where they differ."""
    if found and not are_equivalent(name, found[0].value, found[-1].value):
        yield _against(name, found[0], found[-1])


def _against(name: str, kept: FieldValue[Any], other: FieldValue[Any]) -> str:
    return f"{name}: {kept.rule} says {kept.raw}, {other.rule} says {other.raw}"


def _reprinted(top: Sequence[str]) -> FieldValue[str] | None:
    """The title below a reprint's lead-in."""
    line = top[0] if top else ""
    if len(line) > LONGEST_TITLE or not names_a_policy(line):
        return None
    return official_name(line) or FieldValue(value=without_number(line), raw=line, rule="masthead")


def _unread(name: str, cell: str | None, found: FieldValue[Any] | None) -> Iterator[str]:
    """A cell that says something we cannot read, with the reason."""
    if cell and (found is None or found.rule != "cell"):
        yield f"{name}: cannot read {cell} ({refusal_of(cell)})"


class _Said:
    """What the labels say, the most trusted first; values that say nothing are left out."""

    def __init__(self, labels: Sequence[Label]) -> None:
        self._labels = sorted(filter(_says_something, labels), key=_rank)

    def of(self, name: str) -> Iterator[Label]:
        return (label for label in self._labels if label.name == name)

    def value(self, name: str) -> str | None:
        return next((label.value for label in self.of(name)), None)

    def all(self, name: str) -> list[FieldValue[str]]:
        return [FieldValue(value=one.value, raw=one.value, rule=one.rule) for one in self.of(name)]

    def first(self, name: str) -> FieldValue[str] | None:
        return next(iter(self.all(name)), None)

    def moments(self, name: str) -> list[FieldValue[Moment]]:
        read = ((label, _moment(label.value)) for label in self.of(name))
        return [
            FieldValue(value=moment, raw=label.value, rule=label.rule) for label, moment in read if moment
        ]

    def days(self, name: str) -> list[FieldValue[dt.date]]:
        return [
            FieldValue(value=dates.printed_day(found.value), raw=found.raw, rule=found.rule)
            for found in self.moments(name)
        ]

    def keywords(self) -> tuple[str, ...]:
        """Labels of the headline block are single keywords; others are lists that are split."""
        words = [label.value for label in self.of("keyword") if label.rule == "masthead"]
        listed = _SEPARATORS.split(self.value("keyword") or "")
        return tuple(dict.fromkeys(word for word in words or listed if word))

    def warnings(self) -> Iterator[str]:
        """Warnings for unreadable dates and for contradictory days of publication."""
        for name in ("published", "written", "effective", "expires"):
            yield from (
                f"{name}: {one.rule} says {one.value}" for one in self.of(name) if not _moment(one.value)
            )
        published = self.moments("published")
        for other in published[1:]:
            yield from _disagree("published", (published[0], other))


def _says_something(label: Label) -> bool:
    if label.name in ("author", "editor") and not names_somebody(label.value):
        return False
    return not _NOTHING.fullmatch(label.value)


def _rank(label: Label) -> tuple[int, bool]:
    kind = label.rule.partition(":")[0]
    return RANKS.index(kind) if kind in RANKS else len(RANKS), label.rule in SECOND


def _moment(text: str) -> Moment | None:
    try:
        return dates.parse_moment(text)
    except ValueError:
        return None
