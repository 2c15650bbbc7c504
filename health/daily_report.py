"""The morning report: in one screen what broke, what is stale and new, and that nothing was lost. Pure."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from attrs import frozen

from health.history import HistoryEntry, OpenAlarm
from policy.documents.dates import calendar_day
from policy.records.runs import Run
from policy.text.messages import Message, single_line

_MOST = 12
"""Lines of a kind that fit on a screen."""
_KEPT = ("drift", "rejected", "layout_changed", "too_deep", "not_html", "crash")
"""Reasons of pages that are kept as they came and say nothing yet."""
_UNANSWERED = ("timeout", "dns", "connection_refused", "connection_lost", "truncated", "too_large", "error")
"""Reasons of requests that got no whole answer."""


@frozen(kw_only=True)
class NewsItem:
    """A policy that the night brought, or an article that changed."""

    portal: str
    kind: str
    title: str
    url: str


@frozen(kw_only=True)
class DailyReport:
    """All that a report says. ``nights`` are the last run of each portal that day, ``runs`` all of them;
    ``resting`` says which domains are left alone, ``behind`` how many changes the index does not know,
    ``waiting`` how many messages are not sent; ``backfills`` says how far the back-fills came that ran that
    day or are open, ``held`` which portals wait for another run to end; ``remarks`` are what only the night
    itself could know."""

    day: dt.date
    nights: tuple[HistoryEntry, ...] = ()
    runs: tuple[Run, ...] = ()
    news: tuple[NewsItem, ...] = ()
    resting: tuple[str, ...] = ()
    behind: int = 0
    waiting: int = 0
    backfills: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    def alarms(self, *severities: str) -> list[OpenAlarm]:
        """What needs a look, the newest alarms first."""
        found = (alarm for night in self.nights for alarm in night.open)
        chosen = [alarm for alarm in found if not severities or alarm.finding.severity in severities]
        return sorted(chosen, key=lambda alarm: (alarm.nights, alarm.finding.portal))

    @property
    def headline(self) -> str:
        """The night in one line."""
        broken, warned = len(self.alarms("broken")), len(self.alarms("warning"))
        told = [f"{broken} broken"] * (broken > 0) + [f"{warned} to look at"] * (warned > 0)
        kinds = Counter(news.kind for news in self.news)
        brought = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items())) or "nothing new"
        return f"{self.day}: {len(self.nights)} portals, {brought}; {', '.join(told) or 'all quiet'}"


# ------------------------------------------------------------------ its parts


ReportPart = tuple[str, list[str]]
"""A heading and its lines; a line that begins with blanks belongs to the one before."""


def report_parts(morning: DailyReport) -> list[ReportPart]:
    """The parts that have something to say, what is most urgent first."""
    stale = [alarm for alarm in morning.alarms() if alarm.finding.kind == "stale"]
    others = [alarm for alarm in morning.alarms("warning") if alarm not in stale]
    told = [
        ("Broken", list(alarm_lines(morning.alarms("broken")))),
        ("To look at", list(alarm_lines(others))),
        ("Stale", list(alarm_lines(stale))),
        ("Left alone", _few([*morning.resting])),
        ("Held", _few([*morning.held])),
        ("Mended", _few([*_mended(morning)])),
        ("New", _few([*_news(morning)])),
        ("Nothing lost", [*_kept(morning)]),
        ("Ran", [*_ran(morning)]),
        ("Back-fills", _few([*morning.backfills])),
        ("Beside it", [*morning.remarks]),
    ]
    return [(heading, lines) for heading, lines in told if lines]


def alarm_lines(alarms: Sequence[OpenAlarm]) -> Iterator[str]:
    """Each alarm with how long it lasts, an example, and what to do."""
    for alarm in alarms[:_MOST]:
        one = alarm.finding
        place = "/".join(filter(None, [one.portal, one.section]))
        yield f"{place}: {one.kind}: {one.sentence} ({_lasting(alarm)})"
        yield from (f"    {url}" for url in one.examples[:1])
        yield f"    → {one.advice}"
    if len(alarms) > _MOST:
        names = dict.fromkeys(alarm.finding.portal for alarm in alarms[_MOST:])
        yield f"and {len(alarms) - _MOST} more: {', '.join(names)}"


def _lasting(alarm: OpenAlarm) -> str:
    if alarm.nights == 1:
        return "new"
    return f"for {alarm.nights} nights, since {calendar_day(alarm.since)}"


def _mended(morning: DailyReport) -> Iterator[str]:
    for night in morning.nights:
        for alarm in night.closed:
            one = alarm.finding
            place = "/".join(filter(None, [one.portal, one.section]))
            nights = "1 night" if alarm.nights == 1 else f"{alarm.nights} nights"
            yield f"{place}: {one.kind}, after {nights}"


def _news(morning: DailyReport) -> Iterator[str]:
    for news in morning.news:
        told = "" if news.kind == "new" else f" ({news.kind})"
        yield f"{news.portal}: {single_line(news.title)}{told}"
    new = sum(news.kind in {"new", "reprinted"} for news in morning.news)
    quiet = sum(run.new for run in morning.runs) - new
    if quiet > 0:
        yield f"{quiet} articles archived and told to nobody (a first crawl, a back-fill)"


def _kept(morning: DailyReport) -> Iterator[str]:
    """What was fetched and is not archived, what was not fetched, and what waits: all named."""
    kept = {reason: sum(run.failed.get(reason, 0) for run in morning.runs) for reason in _KEPT}
    if words := ", ".join(f"{reason} {count}" for reason, count in kept.items() if count):
        slugs = {run.portal for run in morning.runs if any(map(run.failed.get, _KEPT))}
        yield f"kept and not read: {words} ({', '.join(sorted(slugs))}); mend, then polarchive reextract SLUG"
    yield from _unanswered(morning.runs)
    if missing := sum(run.not_saved for run in morning.runs):
        yield f"{missing} pages were asked for in a replay that does not hold them"
    if morning.behind:
        yield f"{morning.behind} changes are not in the index yet: polarchive index rebuild"
    if morning.waiting:
        yield f"{morning.waiting} messages wait: polarchive alerts send"
    if not (words or missing or morning.behind):
        fetched = sum(run.captures for run in morning.runs)
        yield f"{fetched} answers are kept as received; every article that was read is archived"


def _unanswered(runs: Iterable[Run]) -> Iterator[str]:
    found = Counter[str]()
    slugs = set[str]()
    for run in runs:
        lost = {why: n for why, n in run.failed.items() if why.removeprefix("attachment_") in _UNANSWERED}
        found.update(lost)
        slugs |= {run.portal} if lost else set()
    if found:
        words = ", ".join(f"{why} {count}" for why, count in sorted(found.items()))
        names = ", ".join(sorted(slugs))
        yield f"never answered: {words} ({names}); asked for again; polarchive requests SLUG names them"


def _ran(morning: DailyReport) -> Iterator[str]:
    states: dict[str, list[str]] = {}
    for night in morning.nights:
        states.setdefault(night.run.state, []).append(night.run.portal)
    if not states:
        yield "nothing: no portal has a run of this day; is the scheduler running?"
    for state, slugs in sorted(states.items(), key=lambda pair: len(pair[1])):
        named = "" if state == "ok" and len(slugs) > _MOST else f": {', '.join(slugs)}"
        yield f"{len(slugs)} {state}{named}"
    requests = sum(host.requests for run in morning.runs for host in run.traffic.values())
    size = sum(host.bytes for run in morning.runs for host in run.traffic.values())
    if requests:
        yield f"{requests} requests, {size / 1e6:.1f} MB"


def _few(lines: list[str]) -> list[str]:
    return lines if len(lines) <= _MOST else [*lines[: _MOST - 1], f"and {len(lines) - _MOST + 1} more"]


# ------------------------------------------------------------------ as text


def render_markdown(morning: DailyReport) -> str:
    """The report for a page or a mail."""
    lines = [f"# {morning.headline}"]
    for heading, told in report_parts(morning):
        lines += ["", f"## {heading}", "", *_listed(told)]
    return "\n".join(lines) + "\n"


def _listed(lines: Iterable[str]) -> Iterator[str]:
    return (f"  {line.strip()}  " if line.startswith(" ") else f"- {line}" for line in lines)


def compose_message(morning: DailyReport) -> Message:
    """The report as a mail; a night on which nothing happened is one too."""
    return Message(subject=single_line(f"Polarchive {morning.headline}"), body=render_markdown(morning))
