"""Checks of the traffic with each host: reachable, not blocked, few errors, not slower than usual. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from statistics import median
from urllib.parse import urlsplit

from attrs import evolve

from health.baseline import FEWEST, Promise, RunWithHistory, is_rare
from policy.records.runs import Finding, HostTraffic

_REFUSED = frozenset({"401", "403", "405", "406", "412", "418", "429", "451", "521", "567"})
_FAULTS = frozenset(
    {
        *("timeout", "dns", "connection_refused", "connection_lost", "truncated", "undecodable", "error"),
        *("soft_404", "error_page", "not_html", "redirects", "too_large"),
    }
)
_SHARE = 0.1
"""A smaller share of failed requests is not an alarm."""
_SLOWER, _PAST_RESPONSES = 5.0, 20
"""So many times slower than usual is slow; the fewest previous responses from which usual is learned."""
_RESPONSES = 3


def section_hosts(promises: Sequence[Promise]) -> frozenset[str]:
    """The host names of the sections."""
    return frozenset(urlsplit(promise.url).hostname or "" for promise in promises)


def unreachable_hosts(traffic: Mapping[str, HostTraffic], homes: Collection[str]) -> frozenset[str]:
    """Hosts without a single response, if they have a section or got several requests."""
    return frozenset(
        name
        for name, host in traffic.items()
        if host.failed and not host.answers and (name in homes or sum(host.failed.values()) >= FEWEST)
    )


def check_unreachable(case: RunWithHistory, hosts: Collection[str]) -> Iterator[Finding]:
    """A finding for each unreachable host."""
    for name in sorted(hosts):
        failed = case.run.traffic[name].failed
        words = ", ".join(f"{reason} {count}" for reason, count in sorted(failed.items()))
        yield case.finding(
            "host_down",
            f"{name} answered none of {sum(failed.values())} requests: {words}",
            "if it persists for several nights, check whether the portal moved",
            broken=True,
            subject=name,
        )


def check_challenge(case: RunWithHistory) -> Iterator[Finding]:
    """A finding if pages were answered with an anti-bot page, in this run or in the one that began the
    backoff."""
    hosts = sorted(name for name, host in case.run.traffic.items() if host.challenged)
    counts = case.run.failed
    if hosts or {"challenge", "blocked"} & counts.keys():
        counted = (
            f"{counts.get('challenge', 0)} challenge pages, {counts.get('blocked', 0)} pages not requested"
        )
        sentence = ": ".join([*filter(None, [", ".join(hosts)]), counted])
        yield case.finding("challenge", sentence, _IMPORT, broken=True)


def check_file_challenge(case: RunWithHistory) -> Iterator[Finding]:
    """A finding for each host that answers requests for attachments, but not for pages, with an anti-bot
    page."""
    counts = case.run.failed
    for name, host in sorted(case.run.traffic.items()):
        if host.files_challenged:
            met, skipped = (counts.get(f"attachment_{word}", 0) for word in ("challenge", "blocked"))
            sentence = f"{name}: {met} challenge pages in place of files, {skipped} files not requested"
            yield case.finding("challenge", sentence, _IMPORT_FILES, broken=True, subject=name)


def backoff_finding(case: RunWithHistory) -> Finding:
    """The finding about a skipped run: the alarm that led to the backoff persists."""
    before = next((run.findings for run in reversed(case.past) if run.findings), None) or ()
    alarm = next((finding for finding in before if finding.kind in {"challenge", "blocked"}), None)
    sentence = case.run.message or "its domain is in backoff"
    if alarm:
        return evolve(alarm, sentence=sentence)
    return case.finding("blocked", sentence, _IMPORT, broken=True)


_IMPORT_FILES = (
    "pages are crawled as before, files are retried at growing intervals; "
    "import a WARC that has them with polarchive import"
)
_IMPORT = "it is not crawled for some nights; import pages saved by hand with polarchive import"


def check_blocked(case: RunWithHistory, promises: Sequence[Promise]) -> Iterator[Finding]:
    """A finding for each host that refuses most requests or the listing of a section by status."""
    for name, host in sorted(case.run.traffic.items()):
        refused = {status: n for status, n in host.statuses.items() if status in _REFUSED}
        count = sum(refused.values())
        closed = any(
            urlsplit(promise.url).hostname == name and _is_refused(case, promise) for promise in promises
        )
        before = [
            run.traffic[name].statuses for run in case.usual("blocked", subject=name) if name in run.traffic
        ]
        bad = sum(n for statuses in before for status, n in statuses.items() if status in _REFUSED)
        total = sum(sum(statuses.values()) for statuses in before)
        rare = is_rare(count, host.answers, past_bad=bad, past_total=total)
        if closed or (2 * count > host.answers and rare):
            words = ", ".join(f"HTTP {status} {n}" for status, n in sorted(refused.items()))
            sentence = f"{name} refuses requests: {words}"
            yield case.finding("blocked", sentence, _IMPORT, broken=True, subject=name)


def _is_refused(case: RunWithHistory, promise: Promise) -> bool:
    report = case.run.sections.get(promise.section)
    return bool(report and report.unread and report.unread.removeprefix("http_") in _REFUSED)


def is_explained(
    case: RunWithHistory, promise: Promise, down: Collection[str], closed: Sequence[Finding]
) -> bool:
    """Whether the state of the section is explained by its host being unreachable or refusing requests."""
    return urlsplit(promise.url).hostname in down or bool(closed and _is_refused(case, promise))


def check_errors(case: RunWithHistory) -> Iterator[Finding]:
    """A finding if more article requests failed than usual."""
    bad, total = _failed(case.run.failed), case.run.new + case.run.revised + case.run.unchanged
    before = list(case.usual("error_rate"))
    past_bad = sum(_failed(run.failed) for run in before)
    past_total = past_bad + sum(run.new + run.revised + run.unchanged for run in before)
    total += bad
    if bad >= _SHARE * total and is_rare(bad, total, past_bad=past_bad, past_total=past_total):
        usual = f" (before: {past_bad / past_total:.0%})" if past_total else ""
        reasons = sorted((count, reason) for reason, count in case.run.failed.items() if _is_fault(reason))
        words = ", ".join(f"{reason} {count}" for count, reason in reversed(reasons))
        yield case.finding(
            "error_rate",
            f"{bad} of {total} articles could not be read{usual}: {words}",
            "docs/operations.md says what each reason means; they are fetched again the next night",
        )


def _failed(failed: Mapping[str, int]) -> int:
    return sum(count for reason, count in failed.items() if _is_fault(reason))


def _is_fault(reason: str) -> bool:
    """Whether the reason is a network or server fault; extraction failures are checked as drift."""
    return reason in _FAULTS or (reason.startswith("http_") and reason.removeprefix("http_") not in _REFUSED)


def check_slow(case: RunWithHistory, floor: float) -> Iterator[Finding]:
    """A finding for each host whose median response is many times slower than usual and above ``floor``
    seconds."""
    for name, host in sorted(case.run.traffic.items()):
        before = [run.traffic[name] for run in case.usual("slow", subject=name) if name in run.traffic]
        medians = [past.median for past in before if past.median is not None]
        too_few = host.answers < _RESPONSES or sum(past.answers for past in before) < _PAST_RESPONSES
        if host.median is None or too_few:
            continue
        usual = median(medians)
        if host.median > max(floor, _SLOWER * usual, 2 * max(medians)):
            yield case.finding(
                "slow",
                f"{name} took {host.median:.2g} s for half of its answers (usually {usual:.2g} s)",
                "if it persists, raise its delay: [portals.<slug>] delay",
                subject=name,
            )
