"""When extractions differ from those of previous nights."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from policy.records.runs import ExtractionQuality, Sample
from policy.rules.drift import beta_binomial_tail, find_alarms

FULL = {"published": 1.0, "source": 1.0, "doc_no": 0.7, "validity": 0.2}


def sample(count: int, shares: Mapping[str, float] = FULL, *, bits: int = 11) -> Sample:
    """So many readings of which each field is filled by its share."""
    filled = {name: round(share * count) for name, share in shares.items()}
    return Sample(count=count, filled=filled, sizes={str(bits): count})


def a_night(archived: int = 100, **changed: object) -> ExtractionQuality:
    return ExtractionQuality(archived=sample(archived), new=sample(3), **changed)  # type: ignore[arg-type]


def names(*runs: ExtractionQuality) -> list[tuple[str, str]]:
    return [(alarm.kind, alarm.field) for alarm in find_alarms(runs)]


FIRST = ExtractionQuality(first=sample(40))


def test_a_night_like_the_others_is_no_alarm() -> None:
    assert names() == []
    assert names(FIRST) == []
    assert names(FIRST, *[a_night()] * 10) == []


def test_a_field_that_goes_empty_is_an_alarm_with_numbers_and_examples() -> None:
    urls = ("https://www.example.cn/1.html", "https://www.example.cn/2.html", "https://www.example.cn/3.html")
    tonight = a_night(examples={"archived:source": urls})
    tonight = ExtractionQuality(
        new=tonight.new, archived=sample(100, FULL | {"source": 0.1}), examples=tonight.examples
    )
    (alarm,) = find_alarms([FIRST, a_night(), tonight])
    assert (alarm.kind, alarm.field, alarm.readings) == ("field_empty", "source", "archived")
    assert (alarm.bad, alarm.of, alarm.usual, alarm.examples) == (90, 100, 0.0, urls)
    assert alarm.sentence == "source is empty: 90 of 100 known articles (before: 0%)"


def test_new_articles_without_a_field_are_an_alarm_only_when_there_are_enough() -> None:
    without = FULL | {"source": 0.0}
    assert names(FIRST, ExtractionQuality(new=sample(2, without))) == [], "two may be chance"
    assert names(FIRST, ExtractionQuality(new=sample(8, without))) == [("field_empty", "source")]
    assert names(ExtractionQuality(first=sample(5)), ExtractionQuality(new=sample(8, without))) == [], (
        "nobody knows yet"
    )


def test_a_field_that_is_often_empty_may_be() -> None:
    assert names(FIRST, a_night(), ExtractionQuality(archived=sample(100, FULL | {"validity": 0.0}))) == []


def test_a_first_crawl_of_a_new_section_is_not_checked_against_the_others() -> None:
    assert names(FIRST, a_night(), ExtractionQuality(first=sample(80, {"published": 1.0}))) == []


def test_texts_that_become_short_are_an_alarm() -> None:
    assert names(FIRST, a_night(), ExtractionQuality(archived=sample(100, bits=6))) == [
        ("body_shrank", "text")
    ]


@pytest.mark.parametrize(
    ("reason", "kind"), [("layout_changed", "layout_unmatched"), ("rejected", "body_shrank")]
)
def test_pages_that_cannot_be_read_are_an_alarm_even_on_the_first_night(reason: str, kind: str) -> None:
    assert names(ExtractionQuality(unread={reason: 12})) == [(kind, reason)]
    assert names(ExtractionQuality(first=sample(40), unread={reason: 2})) == []
    assert names(FIRST, *[a_night()] * 20, a_night(unread={reason: 3})) == [(kind, reason)]


def test_articles_that_lose_a_field_are_an_alarm_though_most_have_it() -> None:
    assert names(FIRST, *[a_night(300)] * 20, a_night(300, lost={"source": 6})) == [("field_empty", "source")]
    assert names(FIRST, a_night(300, lost={"source": 1})) == []


def test_an_alarm_stays_until_the_portal_reads_as_before() -> None:
    bad = ExtractionQuality(archived=sample(100, FULL | {"source": 0.0}))
    assert names(FIRST, a_night(), *[bad] * 30) == [("field_empty", "source")]
    assert names(FIRST, a_night(), *[bad] * 30, a_night()) == []


def test_what_was_accepted_is_usual() -> None:
    bad = ExtractionQuality(
        archived=sample(100, FULL | {"source": 0.0}), new=sample(20, FULL | {"source": 0.0})
    )
    assert find_alarms([bad], accepted=bad) == ()


def test_chances_add_up_and_know_how_little_is_known() -> None:
    assert beta_binomial_tail(0, 5, prior_bad=1, prior_good=1) == pytest.approx(1.0)
    assert beta_binomial_tail(1, 1, prior_bad=1, prior_good=3) == pytest.approx(0.25)
    assert beta_binomial_tail(3, 3, prior_bad=1, prior_good=11) == pytest.approx(6 / (12 * 13 * 14))
    few, many = (beta_binomial_tail(3, 10, prior_bad=1, prior_good=good) for good in (10, 1000))
    assert few > 0.1 > 1e-4 > many
