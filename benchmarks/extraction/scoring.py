"""How well records say what their pages say: measures against a truth written by hand.

======  ==========================================================================================
F1      of 4-grams of characters, white space apart: precision and recall averaged over the pages
lineF   of whole lines: a paragraph must be a paragraph, for a diff of versions lives on them
poor    pages whose own F1 is under one half
leak    pages whose text has boilerplate (editor line, disclaimer, share links) that the truth has not
fields  exact after folding, in per cent of the pages whose truth has the field
======  ==========================================================================================
"""

from __future__ import annotations

import re
import statistics
import unicodedata
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any

from attrs import frozen

GRAM = 4
BOILERPLATE = re.compile(
    r"责任编辑|【?编辑[:：]|(?:特别|免责|版权)声明|分享到|扫一扫|打印本页|关闭窗口"
    r"|相关(?:阅读|新闻)|上一篇|下一篇|投稿与新闻线索|我要纠错"
)


@frozen(kw_only=True)
class Field:
    """A field as the truth names it, as a record names it, and what makes two values the same."""

    truth: str
    record: str
    key: Callable[[Any], Hashable]


@frozen(kw_only=True)
class PageScore:
    """One page: shares of grams and lines, and which fields are right."""

    precision: float
    recall: float
    lines: float
    leaks: bool
    fields: Mapping[str, bool]

    @property
    def f1(self) -> float:
        return harmonic(self.precision, self.recall)


@frozen(kw_only=True)
class Score:
    """A set of pages."""

    pages: int
    precision: float
    recall: float
    lines: float
    poor: int
    leaks: int
    fields: Mapping[str, float]
    """Per cent."""

    @property
    def f1(self) -> float:
        return harmonic(self.precision, self.recall)


# ------------------------------------------------------------------ the measures


def score(pages: Sequence[PageScore]) -> Score:
    """Means over the pages; F1 is of the means."""
    names = dict.fromkeys(name for page in pages for name in page.fields)
    return Score(
        pages=len(pages),
        precision=statistics.fmean(page.precision for page in pages),
        recall=statistics.fmean(page.recall for page in pages),
        lines=statistics.fmean(page.lines for page in pages),
        poor=sum(page.f1 < 0.5 for page in pages),
        leaks=sum(page.leaks for page in pages),
        fields={name: _percent(page.fields[name] for page in pages if name in page.fields) for name in names},
    )


def judge(record: Mapping[str, Any], truth: Mapping[str, Any], fields: Mapping[str, Field]) -> PageScore:
    """One record against its truth; fields that the truth leaves out are not asked for."""
    found, wanted = str(record.get("text") or ""), str(truth["text"])
    precision, recall = _shares(grams(found), grams(wanted))
    asked = {name: field for name, field in fields.items() if truth.get(field.truth)}
    return PageScore(
        precision=precision,
        recall=recall,
        lines=harmonic(*_shares(_lines(found), _lines(wanted))),
        leaks=bool({*BOILERPLATE.findall(found)} - {*BOILERPLATE.findall(wanted)}),
        fields={
            name: field.key(record.get(field.record)) == field.key(truth[field.truth])
            for name, field in asked.items()
        },
    )


def grams(text: str) -> Counter[str]:
    """The overlapping runs of four characters; a shorter text is one run."""
    solid = squeezed(text)
    whole = [solid] if solid else []
    return Counter([solid[at : at + GRAM] for at in range(len(solid) - GRAM + 1)] or whole)


def _lines(text: str) -> Counter[str]:
    return Counter(filter(None, map(squeezed, text.split("\n"))))


def _shares(found: Counter[str], wanted: Counter[str]) -> tuple[float, float]:
    """Precision and recall; nothing found of nothing wanted is right."""
    common = (found & wanted).total()
    precision = common / found.total() if found else float(not wanted)
    return precision, common / wanted.total() if wanted else 1.0


def harmonic(precision: float, recall: float) -> float:
    """Their harmonic mean."""
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _percent(right: Iterable[bool]) -> float:
    return 100 * statistics.fmean(right)


# ------------------------------------------------------------------ equality of values


def squeezed(value: object) -> str:
    """NFKC without white space."""
    return "".join(unicodedata.normalize("NFKC", str(value or "")).split())


def letters(value: object) -> str:
    """Letters and digits alone, in lower case; a list is one name after the other."""
    printed = "".join(map(str, value)) if isinstance(value, list | tuple) else str(value or "")
    return re.sub(r"[\W_]", "", squeezed(printed)).lower()


def day(value: object) -> tuple[int, ...] | None:
    """The first day in it."""
    found = re.search(r"(\d{4})\D{1,3}(\d{1,2})\D{1,3}(\d{1,2})", str(value or ""))
    return tuple(map(int, found.groups())) if found else None


def number(value: object) -> str:
    """A 发文字号 with brackets of one kind."""
    return re.sub(r"[])〕﹞】]", "〕", re.sub(r"[\[(〔﹝【]", "〔", squeezed(value)))


def fields(truths: Iterable[Mapping[str, Any]]) -> dict[str, Field]:
    """What a set of pages asks for. On documents with a 发文字号 ``source`` is the issuing organ."""
    issued = any("docno" in truth for truth in truths)
    return {
        "title": Field(truth="title", record="title", key=letters),
        "date": Field(truth="date", record="published", key=day),
        "written": Field(truth="issued", record="written", key=day),
        **({} if issued else {"source": Field(truth="source", record="source", key=letters)}),
        "doc_no": Field(truth="docno", record="doc_no", key=number),
        "index_no": Field(truth="indexno", record="index_no", key=squeezed),
        **({"issuer": Field(truth="source", record="issuers", key=letters)} if issued else {}),
    }
