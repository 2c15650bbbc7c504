"""Is this run healthy, against what its portal promises and against the runs before? Pure.

One cause, one finding: what follows from a host that is down, or from a challenge, is not judged again.
What was an alarm is not learned as usual, so it stays until it is mended, or until somebody accepts it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from health import traffic_checks
from health.baseline import Promise, RunWithHistory, is_rare
from health.listing_checks import check_listing, check_sections_of_host
from policy.records.runs import Finding, Run
from policy.rules.drift import DriftAlarm

__all__ = ["Promise", "check_run"]

_ENDED_BADLY = ("failed", "timeout", "lost")
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
    """All that needs a look, the broken first. ``past`` are the portal's runs before, the oldest first;
    ``drift`` is what its readings say; nothing faster than ``slow_seconds`` is slow."""
    case = RunWithHistory(run=run, past=past)
    if run.kind != "crawl" or run.state in {"running", "missed", "stopped"}:
        return ()
    if run.state == "skipped":
        return (traffic_checks.backoff_finding(case),)
    found = [*_causes(case, promises, slow_seconds), *_readings(case, drift)]
    return tuple(sorted([*found, *_ended(case, found)], key=lambda one: _SEVERITIES.index(one.severity)))


def _causes(case: RunWithHistory, promises: Sequence[Promise], slow_seconds: float) -> Iterator[Finding]:
    down = traffic_checks.unreachable_hosts(case.run.traffic, traffic_checks.section_hosts(promises))
    yield from traffic_checks.check_unreachable(case, down)
    closed = [*traffic_checks.check_challenge(case)] or [*traffic_checks.check_blocked(case, promises)]
    yield from closed
    yield from _listings(
        case, [each for each in promises if not traffic_checks.is_explained(case, each, down, closed)]
    )
    if not closed:
        yield from traffic_checks.check_file_challenge(case)
    if not down and not closed:
        yield from traffic_checks.check_errors(case)
    yield from traffic_checks.check_slow(case, slow_seconds)


def _listings(case: RunWithHistory, promises: Sequence[Promise]) -> Iterator[Finding]:
    told: set[str] = set()
    for one, sections in check_sections_of_host(case, promises):
        told |= sections
        yield one
    for promise in promises:
        if promise.section not in told:
            yield from check_listing(case, promise)


def _readings(case: RunWithHistory, drift: Sequence[DriftAlarm]) -> Iterator[Finding]:
    """Drift, pages that went away together, validators that lie."""
    for alarm in drift:
        advice = f"mend the declaration, then polarchive reextract {case.run.portal} (docs/operations.md)"
        yield case.judged(
            alarm.kind,
            alarm.sentence,
            advice,
            broken=True,
            subject=alarm.field,
            examples=alarm.examples,
        )
    gone, known = _gone(case.run)
    before = [_gone(run) for run in case.usual("withdrawn_many")]
    bad, of = sum(each for each, _ in before), sum(each for _, each in before)
    if gone >= _SHARE * known and is_rare(gone, known, known_bad=bad, known_of=of):
        said = f"{gone} of {known} known articles are not there any more"
        yield case.judged("withdrawn_many", said, "see whether the portal moved them to other addresses")
    if lying := case.run.failed.get("lying_etag", 0):
        said = f"{lying} pages changed under an ETag that did not, or were called unchanged under another"
        yield case.judged("lying_etag", said, "nothing: the portal's validators are not trusted any more")


def _gone(run: Run) -> tuple[int, int]:
    gone = run.failed.get("gone", 0)
    return gone, gone + run.unchanged + run.revised


def _ended(case: RunWithHistory, found: Sequence[Finding]) -> Iterator[Finding]:
    """A run that ended badly never goes without a word."""
    run = case.run
    if crashes := run.failed.get("crash", 0):
        said = f"{crashes} errors of our own"
        yield case.judged("crash", said, "see the log in the home's logs folder, and report it", broken=True)
    elif run.state in _ENDED_BADLY and not any(one.severity == "broken" for one in found):
        said = f"{run.state}: {run.message or 'not one article was read'}"
        yield case.judged("failed", said, _advice(run), broken=True)


def _advice(run: Run) -> str:
    if run.state == "timeout":
        return "raise crawl.time_limit_minutes, or narrow the sections"
    if run.replay:
        return "docs/operations.md says what each reason means; mend the declaration, then replay it again"
    return "see its log in the home's logs folder"
