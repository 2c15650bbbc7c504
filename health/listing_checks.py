"""Is a section's listing what it promised, and what it used to be? Pure."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median
from urllib.parse import urlsplit

from health.baseline import RARELY, Promise, RunWithHistory
from policy.documents.dates import calendar_day
from policy.records.runs import Finding, FindingKind, SectionReport
from policy.rules import workdays
from policy.rules.probability import beta_binomial_tail

_DAY = dt.timedelta(days=1)
_SOONEST = 5
"""Working days of silence that are never an alarm unless the section promises otherwise."""
_INTERVALS = 5
"""With fewer of them nobody knows how often a section prints something new."""
_LONGER = 1.5
"""How much longer than ever before a silence must be."""

_MEND = "look at its page and mend the declaration, then crawl it: polarchive crawl"
_WAIT = "a single night needs nothing; if it stays, open the page and mend the declaration"
_OF_A_CAUSE = frozenset({"challenge", "blocked", "endless"})
"""Reasons that are judged by their cause."""
_ODD: dict[FindingKind, tuple[str, str]] = {
    "loops": (
        "{0} pages showed nothing but rows of earlier pages",
        "its pager leads in a circle: see how its address of the next page is made",
    ),
    "endless": (
        "no end to its pages",
        "the crawl stopped by itself: see how its address of the next page is made",
    ),
    "duplicate_ids": (
        "{0} rows bear the key of another document and were not fetched",
        "see whether article_url of the declaration takes the whole key",
    ),
    "leads_elsewhere": (
        "{0} rows lead to another site or to no address and were not fetched",
        "if the site is the portal's own, add it to hosts; else polarchive accept takes it as usual",
    ),
    "future_day": (
        "{0} rows print a day that has not come",
        "nothing, if the portal dates ahead; else see how the declaration reads days",
    ),
}


def check_sections_of_host(
    case: RunWithHistory, promises: Sequence[Promise]
) -> Iterator[tuple[Finding, set[str]]]:
    """One finding where several sections, all there are at their host, could not be read for one
    reason; with it these sections."""
    by_host: dict[str, list[Promise]] = {}
    for promise in promises:
        if promise.section in case.run.sections:
            by_host.setdefault(urlsplit(promise.url).hostname or "", []).append(promise)
    for host, those in by_host.items():
        reasons = {case.run.sections[each.section].unread for each in those}
        reason = next(iter(reasons)) if len(those) > 1 and len(reasons) == 1 else None
        if reason and reason not in _OF_A_CAUSE | {"layout_changed"}:
            said = f"none of its {len(those)} sections at {host} could be read: {reason}"
            one = case.judged("unread", said, _WAIT, broken=True, subject=host, examples=[those[0].url])
            yield one, {each.section for each in those}


def check_listing(case: RunWithHistory, promise: Promise) -> Iterator[Finding]:
    """What is wrong with one section; nothing where it was not asked for."""
    report = case.run.sections.get(promise.section)
    if report is None:
        return
    yield from _unread(case, promise, report) if report.unread else _rows(case, promise, report)
    yield from _odd(case, promise, report)
    if not report.unread and not case.run.replay:
        yield from _stale(case, promise, report)


# ------------------------------------------------------------------ what could not be read, or is too little


def _unread(case: RunWithHistory, promise: Promise, report: SectionReport) -> Iterator[Finding]:
    if report.unread in _OF_A_CAUSE:
        return
    if report.unread == "layout_changed" and report.found is not None and not report.entries:
        kind: FindingKind = "sudden_drop" if report.found else "zero_entries"
        sentence = f"{report.found} rows, {promise.at_least} promised"
        yield _broken(case, promise, kind, sentence + _usually(case.reports(kind, promise.section)))
        return
    page = "its first page" if not report.pages else f"a page after {report.pages} others"
    yield case.judged(
        "unread",
        f"{page} could not be read: {report.unread}",
        _WAIT,
        broken=True,
        section=promise.section,
        examples=[promise.url],
    )


def _rows(case: RunWithHistory, promise: Promise, report: SectionReport) -> Iterator[Finding]:
    kind: FindingKind = "sudden_drop" if report.first_page else "zero_entries"
    before = case.reports(kind, promise.section)
    if _dropped(report.first_page, [each.first_page for each in before]):
        yield _broken(case, promise, kind, f"{report.first_page} rows on its first page{_usually(before)}")


def _dropped(found: int, before: Sequence[int]) -> bool:
    """Whether more than half of the rows are gone, as hardly ever before."""
    if not before or 2 * found >= (usual := round(median(before))):
        return False
    lost, shown = sum(max(0, usual - each) for each in before), usual * len(before)
    chance = beta_binomial_tail(usual - found, usual, known_bad=lost + 1, known_good=max(shown - lost, 0) + 1)
    return chance < 1 / RARELY


def _usually(before: Sequence[SectionReport]) -> str:
    return f" (usually {median(each.first_page for each in before):g})" if before else ""


def _broken(case: RunWithHistory, promise: Promise, kind: FindingKind, sentence: str) -> Finding:
    advice = f"{_MEND} {case.run.portal} --section {promise.section}"
    return case.judged(kind, sentence, advice, broken=True, section=promise.section, examples=[promise.url])


# ------------------------------------------------------------------ odd rows


def _odd(case: RunWithHistory, promise: Promise, report: SectionReport) -> Iterator[Finding]:
    for kind, (sentence, advice) in _ODD.items():
        odd = report.odd.get(kind)
        if odd is None or not odd.count:
            continue
        before = case.reports(kind, promise.section)
        if kind == "loops" and not any(each.pages > 1 for each in before):
            continue  # many portals answer the first page again behind the last
        if any(kind in each.odd for each in before):
            continue
        said = sentence.format(odd.count)
        yield case.judged(kind, said, advice, section=promise.section, examples=odd.examples)


# ------------------------------------------------------------------ silence


def _stale(case: RunWithHistory, promise: Promise, report: SectionReport) -> Iterator[Finding]:
    """Working days without anything new, up to the day before the run."""
    today = calendar_day(case.run.slot)
    before = [run.sections[promise.section] for run in case.past if promise.section in run.sections]
    days = sorted({day for each in (*before, report) for day in each.days if day <= today})
    last = max([*days[-1:], *_shown(case, promise)], default=None)
    if last is None:
        return
    silent = workdays.workdays_between(last, today - _DAY)
    within = promise.fresh_within if promise.fresh_within is not None else _learned(days)
    if within is not None and silent > within:
        said = f"nothing new for {silent} working days, since {last} (expected within {within})"
        sure = "" if workdays.is_announced(today) else "; this year's working days are not announced yet"
        advice = "see whether the portal goes on at another address; then mend the declaration"
        yield case.judged("stale", said + sure, advice, section=promise.section, examples=[promise.url])


def _shown(case: RunWithHistory, promise: Promise) -> Iterator[dt.date]:
    """Nights on which rows appeared that were not there before."""
    first = True
    for run in (*case.past, case.run):
        report = run.sections.get(promise.section)
        if report and report.pages:
            if report.fresh and not first:
                yield calendar_day(run.slot)
            first = False


def _learned(days: Sequence[dt.date]) -> int | None:
    """So many working days of silence would hardly ever come by chance.

    The predictive law of the next interval, where intervals are exponential and their mean is known only
    from these (https://en.wikipedia.org/wiki/Lomax_distribution); portals publish in bursts, so a silence
    must also be longer than any before but one.
    """
    intervals = sorted(max(1, workdays.workdays_between(*pair)) for pair in pairwise(days))
    if len(intervals) < _INTERVALS:
        return None
    rare = sum(intervals) * (math.pow(RARELY, 1 / len(intervals)) - 1)
    return max(_SOONEST, round(rare), round(_LONGER * intervals[-2]))
