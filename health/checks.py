"""Checks a run against its portal's promises and previous runs. Pure.

There is one finding per cause: consequences of a host that is down or of an anti-bot page are not reported
again. Values that raised an alarm are not learned as usual, so an alarm persists until it is fixed or
accepted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from health import traffic_checks
from health.baseline import Promise, RunWithHistory, is_rare
from health.listing_checks import check_listing, check_sections_of_host
from policy.records.runs import Finding, Run
from policy.rules.drift import DriftAlarm

__all__ = ["Promise", "check_run"]

_ENDED_BADLY = ("failed", "timeout", "crashed")
_SHARE = 0.1
_SEVERITIES = ("broken", "warning")


def check_run(
    run: Run,
    past: Sequence[Run] = (),
    promises: Sequence[Promise] = (),
    *,
    drift: Sequence[DriftAlarm] = (),
    slow_seconds: float = 1.0,
) -> tuple[Finding, ...]:
    """The findings about a run, broken ones first; empty for runs that are not crawls or did not finish.

    ``past`` are the portal's previous runs, oldest first; ``drift`` the alarms about the run's extractions;
    a host whose median response takes less than ``slow_seconds`` is never reported as slow.
    """
    case = RunWithHistory(run=run, past=past)
    if run.kind != "crawl" or run.state in {"running", "missed", "stopped"}:
        return ()
    if run.state == "skipped":
        return (traffic_checks.backoff_finding(case),)
    findings = [*_causes(case, promises, slow_seconds), *_content(case, drift)]
    findings += _ended(case, findings)
    return tuple(sorted(findings, key=lambda finding: _SEVERITIES.index(finding.severity)))


def _causes(case: RunWithHistory, promises: Sequence[Promise], slow_seconds: float) -> Iterator[Finding]:
    down = traffic_checks.unreachable_hosts(case.run.traffic, traffic_checks.section_hosts(promises))
    yield from traffic_checks.check_unreachable(case, down)
    closed = [*traffic_checks.check_challenge(case)] or [*traffic_checks.check_blocked(case, promises)]
    yield from closed
    unexplained = [
        promise for promise in promises if not traffic_checks.is_explained(case, promise, down, closed)
    ]
    yield from _listings(case, unexplained)
    if not closed:
        yield from traffic_checks.check_file_challenge(case)
    if not down and not closed:
        yield from traffic_checks.check_errors(case)
    yield from traffic_checks.check_slow(case, slow_seconds)


def _listings(case: RunWithHistory, promises: Sequence[Promise]) -> Iterator[Finding]:
    covered: set[str] = set()
    for finding, sections in check_sections_of_host(case, promises):
        covered |= sections
        yield finding
    for promise in promises:
        if promise.section not in covered:
            yield from check_listing(case, promise)


def _content(case: RunWithHistory, drift: Sequence[DriftAlarm]) -> Iterator[Finding]:
    """Findings about drift, many withdrawn pages and inconsistent validators."""
    for alarm in drift:
        advice = f"fix the declaration, then polarchive reextract {case.run.portal} (docs/operations.md)"
        yield case.finding(
            alarm.kind,
            alarm.sentence,
            advice,
            broken=True,
            subject=alarm.field,
            examples=alarm.examples,
        )
    gone, visited = _gone(case.run)
    before = [_gone(run) for run in case.usual("withdrawn_many")]
    past_gone, past_visited = sum(count for count, _ in before), sum(count for _, count in before)
    if gone >= _SHARE * visited and is_rare(gone, visited, past_bad=past_gone, past_total=past_visited):
        sentence = f"{gone} of {visited} archived articles no longer exist"
        yield case.finding(
            "withdrawn_many", sentence, "check whether the portal moved them to other addresses"
        )
    if inconsistent := case.run.failed.get("lying_etag", 0):
        sentence = f"{inconsistent} pages changed without a new ETag, or got a 304 that names another ETag"
        advice = "nothing: the portal's validators are no longer trusted"
        yield case.finding("lying_etag", sentence, advice)


def _gone(run: Run) -> tuple[int, int]:
    """How many archived articles no longer exist, and how many were visited."""
    gone = run.failed.get("gone", 0)
    return gone, gone + run.unchanged + run.revised


def _ended(case: RunWithHistory, findings: Sequence[Finding]) -> Iterator[Finding]:
    """A finding for a run that failed, unless another finding explains it."""
    run = case.run
    if crashes := run.failed.get("crash", 0):
        sentence = f"{crashes} internal errors"
        advice = "see the log in logs/ of the archive directory, and report it"
        yield case.finding("crash", sentence, advice, broken=True)
    elif run.state in _ENDED_BADLY and not any(finding.severity == "broken" for finding in findings):
        sentence = f"{run.state}: {run.message or 'no article was extracted'}"
        yield case.finding("failed", sentence, _advice(run), broken=True)


def _advice(run: Run) -> str:
    if run.state == "timeout":
        return "raise crawl.time_limit_minutes, or narrow the sections"
    if run.replay:
        return "docs/operations.md says what each reason means; fix the declaration, then replay it again"
    return "see its log in logs/ of the archive directory"
