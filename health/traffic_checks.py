"""Do the hosts answer, with pages, and as fast as they used to? Pure."""

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
"""A smaller share of failed requests is no alarm."""
_SLOWER, _KNOWN = 5.0, 20
"""How many times slower than usual is slow, and of how many answers we must know what is usual."""
_ANSWERS = 3


def section_hosts(promises: Sequence[Promise]) -> frozenset[str]:
    """The hosts that sections live at."""
    return frozenset(urlsplit(promise.url).hostname or "" for promise in promises)


def unreachable_hosts(traffic: Mapping[str, HostTraffic], homes: Collection[str]) -> frozenset[str]:
    """Hosts that answered nothing: of a section, or asked several times."""
    return frozenset(
        name
        for name, host in traffic.items()
        if host.failed and not host.answers and (name in homes or sum(host.failed.values()) >= FEWEST)
    )


def check_unreachable(case: RunWithHistory, hosts: Collection[str]) -> Iterator[Finding]:
    """One finding a host that is down."""
    for name in sorted(hosts):
        failed = case.run.traffic[name].failed
        words = ", ".join(f"{reason} {count}" for reason, count in sorted(failed.items()))
        yield case.judged(
            "host_down",
            f"{name} answered none of {sum(failed.values())} requests: {words}",
            "a single night needs nothing; if it stays, see whether the portal moved",
            broken=True,
            subject=name,
        )


def check_challenge(case: RunWithHistory) -> Iterator[Finding]:
    """An anti-bot page in place of pages, tonight or when the domain was asked last."""
    hosts = sorted(name for name, host in case.run.traffic.items() if host.challenged)
    counts = case.run.failed
    if hosts or {"challenge", "blocked"} & counts.keys():
        asked = (
            f"{counts.get('challenge', 0)} challenge pages, {counts.get('blocked', 0)} pages not asked for"
        )
        said = ": ".join([*filter(None, [", ".join(hosts)]), asked])
        yield case.judged("challenge", said, _IMPORT, broken=True)


def check_file_challenge(case: RunWithHistory) -> Iterator[Finding]:
    """An anti-bot page in place of files, where pages are answered as they should be."""
    counts = case.run.failed
    for name, host in sorted(case.run.traffic.items()):
        if host.files_challenged:
            met, left = (counts.get(f"attachment_{word}", 0) for word in ("challenge", "blocked"))
            said = f"{name}: {met} challenge pages in place of files, {left} files not asked for"
            yield case.judged("challenge", said, _IMPORT_FILES, broken=True, subject=name)


def backoff_finding(case: RunWithHistory) -> Finding:
    """What holds of a run that was skipped: the alarm of before goes on."""
    before = next((run.findings for run in reversed(case.past) if run.findings), None) or ()
    closed = next((one for one in before if one.kind in {"challenge", "blocked"}), None)
    said = case.run.message or "its domain is left alone"
    if closed:
        return evolve(closed, sentence=said)
    return case.judged("blocked", said, _IMPORT, broken=True)


_IMPORT_FILES = (
    "pages are asked for as before, files again with growing pauses; "
    "a WARC that holds them comes in by polarchive import"
)
_IMPORT = "it is left alone for some nights; pages saved by hand come in by polarchive import"


def check_blocked(case: RunWithHistory, promises: Sequence[Promise]) -> Iterator[Finding]:
    """Refused by status, page after page."""
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
        known = sum(sum(statuses.values()) for statuses in before)
        most = 2 * count > host.answers and is_rare(count, host.answers, known_bad=bad, known_of=known)
        if closed or most:
            words = ", ".join(f"HTTP {status} {n}" for status, n in sorted(refused.items()))
            yield case.judged("blocked", f"{name} refuses us: {words}", _IMPORT, broken=True, subject=name)


def _is_refused(case: RunWithHistory, promise: Promise) -> bool:
    report = case.run.sections.get(promise.section)
    return bool(report and report.unread and report.unread.removeprefix("http_") in _REFUSED)


def is_explained(
    case: RunWithHistory, promise: Promise, down: Collection[str], closed: Sequence[Finding]
) -> bool:
    """Whether a host that is down, or refuses us, says all about this section."""
    return urlsplit(promise.url).hostname in down or bool(closed and _is_refused(case, promise))


def check_errors(case: RunWithHistory) -> Iterator[Finding]:
    """More requests failed than used to."""
    bad, of = _failed(case.run.failed), case.run.new + case.run.revised + case.run.unchanged
    before = list(case.usual("error_rate"))
    known_bad = sum(_failed(run.failed) for run in before)
    known = known_bad + sum(run.new + run.revised + run.unchanged for run in before)
    of += bad
    if bad >= _SHARE * of and is_rare(bad, of, known_bad=known_bad, known_of=known):
        usual = f" (before: {known_bad / known:.0%})" if known else ""
        reasons = sorted((count, reason) for reason, count in case.run.failed.items() if _is_fault(reason))
        words = ", ".join(f"{reason} {count}" for count, reason in reversed(reasons))
        yield case.judged(
            "error_rate",
            f"{bad} of {of} articles could not be read{usual}: {words}",
            "docs/operations.md says what each reason means; they are asked for again the next night",
        )


def _failed(failed: Mapping[str, int]) -> int:
    return sum(count for reason, count in failed.items() if _is_fault(reason))


def _is_fault(reason: str) -> bool:
    """A fault of the way or of the server; pages that are read badly are judged by their readings."""
    return reason in _FAULTS or (reason.startswith("http_") and reason.removeprefix("http_") not in _REFUSED)


def check_slow(case: RunWithHistory, floor: float) -> Iterator[Finding]:
    """A host takes many times what it used to, and more than ``floor`` seconds."""
    for name, host in sorted(case.run.traffic.items()):
        before = [run.traffic[name] for run in case.usual("slow", subject=name) if name in run.traffic]
        known = [each.median for each in before if each.median is not None]
        if host.median is None or host.answers < _ANSWERS or sum(each.answers for each in before) < _KNOWN:
            continue
        usual = median(known)
        if host.median > max(floor, _SLOWER * usual, 2 * max(known)):
            yield case.judged(
                "slow",
                f"{name} took {host.median:.2g} s for half of its answers (usually {usual:.2g} s)",
                "nothing, if it passes; else raise its delay: [portals.<slug>] delay",
                subject=name,
            )
