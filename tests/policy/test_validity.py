"""Whether a policy is in force on a day, from its statements."""

from __future__ import annotations

import datetime as dt

import pytest
from attrs import evolve

from policy.records import Article, FieldValue
from policy.records.content import Statement
from policy.rules.validity import Repeal, State, validity
from tests.storage.builders import an_article

SEEN = dt.date(2026, 3, 1)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def stated(effective: str | None = None, expires: str | None = None, title: str = "样例办法") -> Article:
    return evolve(
        an_article(title=title),
        effective=FieldValue(value=day(effective), raw=f"自{effective}起施行。", rule="stated")
        if effective
        else None,
        expires=FieldValue(value=day(expires), raw=f"有效期至{expires}。", rule="stated")
        if expires
        else None,
    )


def repeal(effective: str | None = None, published: str | None = "2025-03-01") -> Repeal:
    return Repeal(
        policy_id=9,
        article_id=90,
        sentence="《样例办法》同时废止。",
        effective=day(effective) if effective else None,
        published=day(published) if published else None,
    )


@pytest.mark.parametrize(
    ("on", "state"),
    [
        ("2023-12-31", "pending"),
        ("2024-01-01", "in force"),
        ("2025-12-31", "in force"),
        ("2026-01-01", "expired"),
    ],
)
def test_a_policy_is_in_force_from_its_first_day_to_its_last(on: str, state: State) -> None:
    assert validity(stated("2024-01-01", "2025-12-31"), day=day(on)).state == state


def test_a_policy_that_states_nothing_is_unstated_however_old() -> None:
    found = validity(stated(), day=day("2090-01-01"))
    assert (found.state, found.since, found.until, found.because) == ("unstated", None, None, ())


@pytest.mark.parametrize(("on", "state"), [("2025-03-31", "in force"), ("2025-04-01", "repealed")])
def test_a_repealed_policy_is_so_from_the_day_the_other_states(on: str, state: State) -> None:
    found = validity(stated("2024-01-01"), [repeal("2025-04-01")], day=day(on))
    assert (found.state, found.until) == (state, day("2025-03-31"))
    assert found.because[-1].policy_id == 9
    assert found.because[-1].sentence == "《样例办法》同时废止。"


def test_a_repeal_without_a_day_of_its_own_holds_from_its_publication_and_ends_no_day() -> None:
    found = validity(stated("2024-01-01"), [repeal()], day=day("2025-03-01"))
    assert (found.state, found.until) == ("repealed", None), "the last day is not stated"
    assert validity(stated("2024-01-01"), [repeal()], day=day("2025-02-28")).state == "in force"
    assert validity(stated("2024-01-01"), [repeal(published=None)], day=day("2025-06-01")).state == "in force"


@pytest.mark.parametrize(
    ("label", "state"),
    [("已废止", "repealed"), ("失效", "expired"), ("有效", "in force"), ("未废止", "in force")],
)
def test_a_portals_label_says_how_it_was_when_it_was_seen(label: str, state: State) -> None:
    article = evolve(stated("2024-01-01"), validity=FieldValue(value=label, raw=label, rule="cell"))
    assert validity(article, day=SEEN, seen=SEEN).state == state
    assert validity(article, day=SEEN - dt.timedelta(days=1), seen=SEEN).state == "in force"


def test_words_of_which_no_day_can_be_made_are_evidence_all_the_same() -> None:
    words = Statement(role="term", words="有效期5年", sentence="本办法有效期5年。", line=7)
    found = validity(evolve(stated(), statements=(words,)), day=SEEN)
    assert (found.state, [one.sentence for one in found.because]) == ("unstated", ["本办法有效期5年。"])


def test_a_trial_is_named_by_its_title() -> None:
    assert validity(stated(title="样例管理办法（试行）"), day=SEEN).trial == "试行"
    assert validity(stated(title="样例暂行办法"), day=SEEN).trial == "暂行"
    assert validity(stated(title="关于试行样例的通知"), day=SEEN).trial == ""
