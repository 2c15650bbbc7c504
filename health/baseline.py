"""What is usual for a portal: its previous runs, without the values that were an alarm in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from attrs import frozen

from policy.records.runs import Finding, FindingKind, Run, SectionReport
from policy.rules.probability import beta_binomial_tail

RARELY = 10_000
"""A chance alarm occurs once in so many runs."""
FEWEST = 3
"""Fewer failures than this are never an alarm."""
CREDIT = 100
"""Successful requests assumed of a portal without history."""


@frozen(kw_only=True)
class Promise:
    """What a section promises: a least number of rows, and a new row within so many working days.

    ``fresh_within`` None: the interval is learned from the previous runs.
    """

    section: str
    name: str
    url: str
    at_least: int = 1
    fresh_within: int | None = None


@frozen(kw_only=True)
class RunWithHistory:
    """A run to be checked, and the portal's previous runs, oldest first."""

    run: Run
    past: Sequence[Run] = ()

    def usual(self, kind: FindingKind, *, section: str = "", subject: str = "") -> Iterator[Run]:
        """The previous runs in which there was no such alarm; those with one are not learned from."""
        name = (kind, section, subject)
        return (run for run in self.past if all(name != finding.name for finding in run.findings or ()))

    def reports(self, kind: FindingKind, section: str) -> list[SectionReport]:
        """The section's listing reports of the usual runs in which it was read."""
        reports = (run.sections.get(section) for run in self.usual(kind, section=section))
        return [report for report in reports if report and report.pages]

    def finding(
        self,
        kind: FindingKind,
        sentence: str,
        advice: str,
        *,
        broken: bool = False,
        section: str | None = None,
        subject: str = "",
        examples: Iterable[str] = (),
    ) -> Finding:
        """A finding about this run; ``broken`` sets its severity."""
        return Finding(
            portal=self.run.portal,
            kind=kind,
            severity="broken" if broken else "warning",
            sentence=sentence,
            advice=advice,
            section=section,
            subject=subject,
            examples=tuple(examples),
        )


def is_rare(bad: int, total: int, *, past_bad: int, past_total: int) -> bool:
    """Whether ``bad`` failures of ``total`` are very unlikely, given ``past_bad`` of ``past_total``
    before."""
    good = past_total - past_bad + CREDIT
    chance = beta_binomial_tail(bad, total, prior_bad=past_bad + 1, prior_good=good)
    return bad >= FEWEST and chance < 1 / RARELY
