"""The daily report: on one screen what is broken, stale and new, and whether anything is missing. Pure."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from attrs import frozen

from health.baseline import HistoryEntry, OpenAlarm
from policy.documents.dates import calendar_day
from policy.records.runs import Finding, Run
from policy.text.words import single_line

_MOST_LINES = 12
"""The most lines of one part of the report."""
_NOT_EXTRACTED = ("drift", "rejected", "layout_changed", "too_deep", "not_html", "crash")
"""Failure reasons of pages that are archived as captures but could not be extracted."""
_NO_RESPONSE = ("timeout", "dns", "connection_refused", "connection_lost", "truncated", "too_large", "error")
"""Failure reasons of requests that got no complete response."""


@frozen(kw_only=True)
class NewsItem:
    """A new policy or a changed article of the day."""

    portal: str
    kind: str
    title: str
    url: str


@frozen(kw_only=True)
class DailyReport:
    """The facts of a day's report.

    ``nights`` are the latest runs of each portal on that day, ``runs`` all runs. ``behind`` is the number of
    changes that are not indexed yet, ``waiting`` that of unsent messages. The others are lines of text:
    ``resting`` about domains in backoff, ``backfills`` about backfills that ran that day or are open,
    ``blocked`` about portals that wait for another run to end, ``remarks`` from the nightly run itself.
    """

    day: dt.date
    nights: tuple[HistoryEntry, ...] = ()
    runs: tuple[Run, ...] = ()
    news: tuple[NewsItem, ...] = ()
    resting: tuple[str, ...] = ()
    behind: int = 0
    waiting: int = 0
    backfills: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    def alarms(self, *severities: str) -> list[OpenAlarm]:
        """Open alarms, all or of some severities, newest first."""
        alarms = (alarm for night in self.nights for alarm in night.open)
        selected = [alarm for alarm in alarms if not severities or alarm.finding.severity in severities]
        return sorted(selected, key=lambda alarm: (alarm.nights, alarm.finding.portal))

    @property
    def headline(self) -> str:
        """The day in one line."""
        broken, warned = len(self.alarms("broken")), len(self.alarms("warning"))
        problems = [f"{broken} broken"] * (broken > 0) + [f"{warned} warnings"] * (warned > 0)
        kinds = Counter(news.kind for news in self.news)
        news = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items())) or "nothing new"
        return f"{self.day}: {len(self.nights)} portals, {news}; {', '.join(problems) or 'no problems'}"


# ------------------------------------------------------------------ sections of the report


ReportPart = tuple[str, list[str]]
"""A heading and its lines; an indented line belongs to the one before."""


def report_parts(report: DailyReport) -> list[ReportPart]:
    """The parts of the report that are not empty, the most urgent first."""
    stale = [alarm for alarm in report.alarms() if alarm.finding.kind == "stale"]
    others = [alarm for alarm in report.alarms("warning") if alarm not in stale]
    parts = [
        ("Broken", list(alarm_lines(report.alarms("broken")))),
        ("Warnings", list(alarm_lines(others))),
        ("Stale", list(alarm_lines(stale))),
        ("Backed off", _shortened([*report.resting])),
        ("Blocked", _shortened([*report.blocked])),
        ("Resolved", _shortened([*_resolved(report)])),
        ("New", _shortened([*_news(report)])),
        ("Completeness", [*_completeness(report)]),
        ("Runs", [*_runs(report)]),
        ("Backfills", _shortened([*report.backfills])),
        ("Remarks", [*report.remarks]),
    ]
    return [(heading, lines) for heading, lines in parts if lines]


def alarm_lines(alarms: Sequence[OpenAlarm]) -> Iterator[str]:
    """Lines for each alarm: its duration, an example address and what to do."""
    for alarm in alarms[:_MOST_LINES]:
        finding = alarm.finding
        yield f"{_place(finding)}: {finding.kind}: {finding.sentence} ({_duration(alarm)})"
        yield from (f"    {url}" for url in finding.examples[:1])
        yield f"    → {finding.advice}"
    if len(alarms) > _MOST_LINES:
        names = dict.fromkeys(alarm.finding.portal for alarm in alarms[_MOST_LINES:])
        yield f"and {len(alarms) - _MOST_LINES} more: {', '.join(names)}"


def _place(finding: Finding) -> str:
    return "/".join(filter(None, [finding.portal, finding.section]))


def _duration(alarm: OpenAlarm) -> str:
    if alarm.nights == 1:
        return "new"
    return f"for {alarm.nights} nights, since {calendar_day(alarm.since)}"


def _resolved(report: DailyReport) -> Iterator[str]:
    for night in report.nights:
        for alarm in night.closed:
            nights = "1 night" if alarm.nights == 1 else f"{alarm.nights} nights"
            yield f"{_place(alarm.finding)}: {alarm.finding.kind}, after {nights}"


def _news(report: DailyReport) -> Iterator[str]:
    for news in report.news:
        kind = "" if news.kind == "new" else f" ({news.kind})"
        yield f"{news.portal}: {single_line(news.title)}{kind}"
    new = sum(news.kind in {"new", "reprinted"} for news in report.news)
    silent = sum(run.new for run in report.runs) - new
    if silent > 0:
        yield f"{silent} articles archived without notification (a first crawl, a backfill)"


def _completeness(report: DailyReport) -> Iterator[str]:
    """What was fetched but not extracted, what was not fetched, and what is not indexed or sent yet."""
    counts = {reason: sum(run.failed.get(reason, 0) for run in report.runs) for reason in _NOT_EXTRACTED}
    if words := ", ".join(f"{reason} {count}" for reason, count in counts.items() if count):
        slugs = {run.portal for run in report.runs if any(map(run.failed.get, _NOT_EXTRACTED))}
        todo = "fix the declaration, then polarchive reextract SLUG"
        yield f"captured but not extracted: {words} ({', '.join(sorted(slugs))}); {todo}"
    yield from _without_response(report.runs)
    if missing := sum(run.not_saved for run in report.runs):
        yield f"{missing} pages are missing from the capture that was replayed"
    if report.behind:
        yield f"{report.behind} changes are not in the index yet: polarchive index rebuild"
    if report.waiting:
        yield f"{report.waiting} messages are not sent yet: polarchive alerts send"
    if not (words or missing or report.behind):
        fetched = sum(run.captures for run in report.runs)
        yield f"{fetched} responses are archived as received; every extracted article is archived"


def _without_response(runs: Iterable[Run]) -> Iterator[str]:
    total = Counter[str]()
    slugs = set[str]()
    for run in runs:
        counts = {why: n for why, n in run.failed.items() if why.removeprefix("attachment_") in _NO_RESPONSE}
        total.update(counts)
        slugs |= {run.portal} if counts else set()
    if total:
        words = ", ".join(f"{why} {count}" for why, count in sorted(total.items()))
        names = ", ".join(sorted(slugs))
        yield f"no response: {words} ({names}); will be fetched again; polarchive requests SLUG lists them"


def _runs(report: DailyReport) -> Iterator[str]:
    states: dict[str, list[str]] = {}
    for night in report.nights:
        states.setdefault(night.run.state, []).append(night.run.portal)
    if not states:
        yield "nothing: no portal has a run of this day; is the scheduler running?"
    for state, slugs in sorted(states.items(), key=lambda pair: len(pair[1])):
        named = "" if state == "ok" and len(slugs) > _MOST_LINES else f": {', '.join(slugs)}"
        yield f"{len(slugs)} {state}{named}"
    requests = sum(host.requests for run in report.runs for host in run.traffic.values())
    size = sum(host.bytes for run in report.runs for host in run.traffic.values())
    if requests:
        yield f"{requests} requests, {size / 1e6:.1f} MB"


def _shortened(lines: list[str]) -> list[str]:
    return (
        lines
        if len(lines) <= _MOST_LINES
        else [*lines[: _MOST_LINES - 1], f"and {len(lines) - _MOST_LINES + 1} more"]
    )


# ------------------------------------------------------------------ output


def render_markdown(report: DailyReport) -> str:
    """The report in Markdown."""
    lines = [f"# {report.headline}"]
    for heading, part_lines in report_parts(report):
        lines += ["", f"## {heading}", "", *_list_items(part_lines)]
    return "\n".join(lines) + "\n"


def _list_items(lines: Iterable[str]) -> Iterator[str]:
    return (f"  {line.strip()}  " if line.startswith(" ") else f"- {line}" for line in lines)
