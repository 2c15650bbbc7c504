"""Checks of a section's listing against its promises and its previous reports. Pure."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median
from urllib.parse import urlsplit

from health import baseline
from health.baseline import RARELY, Promise, RunWithHistory
from policy.documents.dates import calendar_day
from policy.records.runs import Finding, FindingKind, SectionReport
from policy.rules.drift import beta_binomial_tail

_DAY = dt.timedelta(days=1)
_SOONEST = 5
"""So many working days without a new row are never an alarm, unless the section promises otherwise."""
_INTERVALS = 5
"""The fewest intervals from which the usual frequency of new rows is learned."""
_LONGER = 1.5
"""A silence must be this many times longer than all but one before."""

_FIX = "look at its page and fix the declaration, then crawl it: polarchive crawl"
_WAIT = "if it persists for several nights, open the page and fix the declaration"
_REPORTED_ELSEWHERE = frozenset({"challenge", "blocked", "endless"})
"""Reasons that are reported by other checks."""
_ANOMALIES: dict[FindingKind, tuple[str, str]] = {
    "loops": (
        "{0} pages had only rows of earlier pages",
        "its pager leads in a circle: check how the address of the next page is made",
    ),
    "endless": (
        "the listing has no end",
        "the crawl stopped reading it: check how the address of the next page is made",
    ),
    "duplicate_ids": (
        "{0} rows have the key of another document and were not fetched",
        "check whether article_url of the declaration captures the whole key",
    ),
    "leads_elsewhere": (
        "{0} rows link to another site or have no address and were not fetched",
        "if the site belongs to the portal, add it to hosts; else accept it: polarchive accept",
    ),
    "future_day": (
        "{0} rows have a day in the future",
        "nothing if the portal publishes future dates; else check how the declaration parses days",
    ),
}


def check_sections_of_host(
    case: RunWithHistory, promises: Sequence[Promise]
) -> Iterator[tuple[Finding, set[str]]]:
    """A finding for each host of which all sections, at least two, could not be read for the same reason.

    Yields the finding with the slugs of these sections.
    """
    by_host: dict[str, list[Promise]] = {}
    for promise in promises:
        if promise.section in case.run.sections:
            by_host.setdefault(urlsplit(promise.url).hostname or "", []).append(promise)
    for host, sections in by_host.items():
        reasons = {case.run.sections[promise.section].unread for promise in sections}
        reason = next(iter(reasons)) if len(sections) > 1 and len(reasons) == 1 else None
        if reason and reason not in _REPORTED_ELSEWHERE | {"layout_changed"}:
            sentence = f"none of its {len(sections)} sections at {host} could be read: {reason}"
            examples = [sections[0].url]
            finding = case.finding("unread", sentence, _WAIT, broken=True, subject=host, examples=examples)
            yield finding, {promise.section for promise in sections}


def check_listing(case: RunWithHistory, promise: Promise) -> Iterator[Finding]:
    """The findings about one section; none if the run did not request its listing."""
    report = case.run.sections.get(promise.section)
    if report is None:
        return
    yield from _unread(case, promise, report) if report.unread else _rows(case, promise, report)
    yield from _anomalies(case, promise, report)
    if not report.unread and not case.run.replay:
        yield from _stale(case, promise, report)


# ------------------------------------------------------------------ unreadable pages and missing rows


def _unread(case: RunWithHistory, promise: Promise, report: SectionReport) -> Iterator[Finding]:
    if report.unread in _REPORTED_ELSEWHERE:
        return
    if report.unread == "layout_changed" and report.rows is not None and not report.entries:
        kind: FindingKind = "sudden_drop" if report.rows else "zero_entries"
        sentence = f"{report.rows} rows, {promise.at_least} promised"
        yield _broken(case, promise, kind, sentence + _usually(case.reports(kind, promise.section)))
        return
    page = "its first page" if not report.pages else f"a page after {report.pages} others"
    yield case.finding(
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
    if _dropped(report.first_page, [past.first_page for past in before]):
        yield _broken(case, promise, kind, f"{report.first_page} rows on its first page{_usually(before)}")


def _dropped(rows: int, before: Sequence[int]) -> bool:
    """Whether more than half of the usual rows are missing, which is very unlikely given previous runs."""
    if not before or 2 * rows >= (usual := round(median(before))):
        return False
    missing, expected = sum(max(0, usual - count) for count in before), usual * len(before)
    chance = beta_binomial_tail(
        usual - rows, usual, prior_bad=missing + 1, prior_good=max(expected - missing, 0) + 1
    )
    return chance < 1 / RARELY


def _usually(before: Sequence[SectionReport]) -> str:
    return f" (usually {median(past.first_page for past in before):g})" if before else ""


def _broken(case: RunWithHistory, promise: Promise, kind: FindingKind, sentence: str) -> Finding:
    advice = f"{_FIX} {case.run.portal} --section {promise.section}"
    return case.finding(kind, sentence, advice, broken=True, section=promise.section, examples=[promise.url])


# ------------------------------------------------------------------ anomalies


def _anomalies(case: RunWithHistory, promise: Promise, report: SectionReport) -> Iterator[Finding]:
    for kind, (sentence, advice) in _ANOMALIES.items():
        anomaly = report.odd.get(kind)
        if anomaly is None or not anomaly.count:
            continue
        before = case.reports(kind, promise.section)
        if kind == "loops" and not any(past.pages > 1 for past in before):
            continue  # many portals serve the first page again after the last
        if any(kind in past.odd for past in before):
            continue
        yield case.finding(
            kind, sentence.format(anomaly.count), advice, section=promise.section, examples=anomaly.examples
        )


# ------------------------------------------------------------------ silence


def _stale(case: RunWithHistory, promise: Promise, report: SectionReport) -> Iterator[Finding]:
    """A finding if nothing new appeared for too many working days, up to the day before the run."""
    today = calendar_day(case.run.slot)
    before = [run.sections[promise.section] for run in case.past if promise.section in run.sections]
    days = sorted({day for past in (*before, report) for day in past.days if day <= today})
    last = max([*days[-1:], *_nights_with_new_rows(case, promise)], default=None)
    if last is None:
        return
    silent = baseline.workdays_between(last, today - _DAY)
    within = promise.fresh_within if promise.fresh_within is not None else _learned(days)
    if within is not None and silent > within:
        sentence = f"nothing new for {silent} working days, since {last} (expected within {within})"
        caveat = "" if baseline.is_announced(today) else "; this year's working days are not announced yet"
        advice = "check whether the portal continues at another address, then fix the declaration"
        yield case.finding(
            "stale", sentence + caveat, advice, section=promise.section, examples=[promise.url]
        )


def _nights_with_new_rows(case: RunWithHistory, promise: Promise) -> Iterator[dt.date]:
    """The days of runs in which rows appeared that were never listed before, except the first run."""
    first = True
    for run in (*case.past, case.run):
        report = run.sections.get(promise.section)
        if report and report.pages:
            if report.fresh and not first:
                yield calendar_day(run.slot)
            first = False


def _learned(days: Sequence[dt.date]) -> int | None:
    """The number of working days without a new row that is very unlikely by chance; None with few intervals.

    This is a quantile of the predictive distribution of the next interval, if intervals are exponential and
    their mean is estimated from these (https://en.wikipedia.org/wiki/Lomax_distribution). Portals publish in
    bursts, so it is also longer than all intervals but one.
    """
    intervals = sorted(max(1, baseline.workdays_between(*pair)) for pair in pairwise(days))
    if len(intervals) < _INTERVALS:
        return None
    rare = sum(intervals) * (math.pow(RARELY, 1 / len(intervals)) - 1)
    return max(_SOONEST, round(rare), round(_LONGER * intervals[-2]))
