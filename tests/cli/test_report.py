"""The morning report about drift."""

from __future__ import annotations

from cli.report import night_shape, remarks
from night import Night
from policy.drift import Alarm
from policy.records import Run
from tests.storage.builders import NIGHT

RUN = Run(id=1, portal="ndrc", slot=NIGHT, state="ok")
URL = "https://www.example.cn/1.html"
ALARM = Alarm(kind="field_empty", field="source", readings="new", found=8, of=9, usual=0.1, examples=(URL,))


def test_a_night_with_drift_is_partial_though_every_listing_was_read() -> None:
    assert Night(runs=(RUN,)).code == 0
    assert Night(runs=(RUN,), drift={"ndrc": (ALARM,)}).code == 3


def test_the_report_says_what_drifted_with_examples_and_what_to_do() -> None:
    night = Night(runs=(RUN,), drift={"ndrc": (ALARM,)})
    lines = list(remarks(night))
    assert lines[0] == "ndrc: drift: source is empty: 8 of 9 new articles (before: 10%)"
    assert lines[1].strip() == URL
    assert "polarchive reextract SLUG" in lines[2]
    assert night_shape(night)["drift"]["ndrc"][0]["examples"] == (URL,)
