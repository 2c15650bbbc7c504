"""The morning report about what needs a look."""

from __future__ import annotations

from attrs import evolve

from policy.records.runs import Run
from services import reports
from services.nightly import Night
from services.ops_shapes import night_shape
from tests.storage.builders import NIGHT, NO_ROWS

(URL,) = NO_ROWS.examples
RUN = Run(id=1, portal="ndrc", slot=NIGHT, state="ok", findings=())


def test_a_night_with_something_broken_is_partial_though_every_listing_was_read() -> None:
    assert Night(runs=(RUN,)).code == 0
    assert Night(runs=(evolve(RUN, findings=(NO_ROWS,)),)).code == 3
    warned = evolve(RUN, findings=(evolve(NO_ROWS, severity="warning"),))
    assert Night(runs=(warned,)).code == 0


def test_the_report_says_what_broke_with_examples_and_what_to_do() -> None:
    night = Night(runs=(evolve(RUN, findings=(NO_ROWS,)),))
    lines = list(reports.finding_lines(night.findings))
    assert lines == ["ndrc/tz: zero_entries: 0 rows, 10 promised", f"    {URL}", "    → mend it"]
    assert night_shape(night)["findings"][0]["examples"] == (URL,)
