"""What a portal is usually like: the nights before, but for what was an alarm in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from attrs import frozen

from policy.records.runs import Finding, FindingKind, Run, SectionReport
from policy.rules.probability import beta_binomial_tail

RARELY = 10_000
"""An alarm would ring by chance once in so many runs."""
FEWEST = 3
"""Fewer bad ones are never an alarm."""
CREDIT = 100
"""Faultless requests that a portal nobody knows yet is credited with."""


@frozen(kw_only=True)
class Promise:
    """What a section promises: so many rows at least, and something new within so many working days
    (None: as often as before)."""

    section: str
    name: str
    url: str
    at_least: int = 1
    fresh_within: int | None = None


@frozen(kw_only=True)
class RunWithHistory:
    """A run to be judged, and the runs before it, the oldest first."""

    run: Run
    past: Sequence[Run] = ()

    def usual(self, kind: FindingKind, *, section: str = "", subject: str = "") -> Iterator[Run]:
        """The runs before in which this was no alarm: what was one is not learned."""
        name = (kind, section, subject)
        return (run for run in self.past if all(name != one.name for one in run.findings or ()))

    def reports(self, kind: FindingKind, section: str) -> list[SectionReport]:
        """What the section's listing gave in these runs, where it was read."""
        found = (run.sections.get(section) for run in self.usual(kind, section=section))
        return [report for report in found if report and report.pages]

    def judged(
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
        """A finding on this run."""
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


def is_rare(bad: int, of: int, *, known_bad: int, known_of: int) -> bool:
    """Whether a portal as it was would hardly ever give so many bad ones."""
    good = known_of - known_bad + CREDIT
    return (
        bad >= FEWEST and beta_binomial_tail(bad, of, known_bad=known_bad + 1, known_good=good) < 1 / RARELY
    )
