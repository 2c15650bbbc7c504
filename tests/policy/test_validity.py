"""Whether a policy is in force on a day, from its statements."""

from __future__ import annotations

import datetime as dt

import pytest
from attrs import evolve

from policy.records import Article, FieldValue
from policy.records.content import ReferenceKind, Statement
from policy.rules.validity import Coverage, ForceStatement, PortalReading, State, Validity, validity
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


READ = Coverage(
    portals=(
        PortalReading(
            portal="water", organ="样例省水利厅", since=dt.date(2023, 1, 1), last_read=dt.date(2026, 2, 1)
        ),
    )
)


def repeal(effective: str | None = None, published: str | None = "2025-03-01") -> ForceStatement:
    return ForceStatement(
        kind="repeals",
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
        ("2024-01-01", "no repeal seen"),
        ("2025-12-31", "no repeal seen"),
        ("2026-01-01", "expired"),
    ],
)
def test_a_policy_is_in_force_from_its_first_day_to_its_last(on: str, state: State) -> None:
    assert validity(stated("2024-01-01", "2025-12-31"), day=day(on), coverage=READ).state == state


def test_a_policy_that_states_nothing_is_unstated_however_old() -> None:
    found = validity(stated(), day=day("2090-01-01"))
    assert (found.state, found.since, found.until, found.because) == ("unstated", None, None, ())


@pytest.mark.parametrize(("on", "state"), [("2025-03-31", "no repeal seen"), ("2025-04-01", "repealed")])
def test_a_repealed_policy_is_so_from_the_day_the_other_states(on: str, state: State) -> None:
    found = validity(stated("2024-01-01"), [repeal("2025-04-01")], day=day(on), coverage=READ)
    assert (found.state, found.until) == (state, day("2025-03-31"))
    assert found.because[-1].policy_id == 9
    assert found.because[-1].sentence == "《样例办法》同时废止。"


def test_a_repeal_without_a_day_of_its_own_holds_from_its_publication_and_ends_no_day() -> None:
    found = validity(stated("2024-01-01"), [repeal()], day=day("2025-03-01"))
    assert (found.state, found.until) == ("repealed", None), "the last day is not stated"
    before = validity(stated("2024-01-01"), [repeal()], day=day("2025-02-28"), coverage=READ)
    assert before.state == "no repeal seen"
    assert validity(stated("2024-01-01"), [repeal(published=None)], day=day("2025-06-01")).state == "repealed"


@pytest.mark.parametrize(
    ("label", "state"),
    [("已废止", "repealed"), ("失效", "expired"), ("有效", "in force"), ("未废止", "in force")],
)
def test_a_portals_label_says_how_it_was_when_it_was_seen(label: str, state: State) -> None:
    article = evolve(stated("2024-01-01"), validity=FieldValue(value=label, raw=label, rule="cell"))
    assert validity(article, day=SEEN, seen=SEEN).state == state
    before = validity(article, day=SEEN - dt.timedelta(days=1), seen=SEEN, coverage=READ)
    assert (before.state, before.seen_until) == ("no repeal seen", day("2026-02-01"))


def test_words_of_which_no_day_can_be_made_are_evidence_all_the_same() -> None:
    words = Statement(role="term", words="有效期5年", sentence="本办法有效期5年。", line=7)
    found = validity(evolve(stated(), statements=(words,)), day=SEEN)
    assert (found.state, [one.sentence for one in found.because]) == ("unknown", ["本办法有效期5年。"])


def test_a_trial_is_named_by_its_title() -> None:
    assert validity(stated(title="样例管理办法（试行）"), day=SEEN).trial == "试行"
    assert validity(stated(title="样例暂行办法"), day=SEEN).trial == "暂行"
    assert validity(stated(title="关于试行样例的通知"), day=SEEN).trial == ""


# ------------------------------------------------------------------ what may not be called in force


def said(kind: ReferenceKind, begins: str | None, **changes: object) -> ForceStatement:
    return evolve(repeal(begins, published=None), kind=kind, **changes)


def on(text: str, *statements: ForceStatement, article: Article | None = None) -> Validity:
    return validity(article or stated("2024-01-01"), statements, day=day(text), coverage=READ)


def test_without_a_portal_of_an_issuer_nothing_is_known_of_a_repeal() -> None:
    found = validity(
        stated("2024-01-01"), day=day("2025-06-01"), coverage=Coverage(missing=("样例省水利厅",))
    )
    assert (found.state, found.seen_until) == ("unknown", None)
    assert found.coverage.missing == ("样例省水利厅",)


def test_no_repeal_is_seen_up_to_the_day_on_which_the_portal_was_last_read() -> None:
    assert on("2025-06-01").seen_until == day("2025-06-01")
    assert on("2026-11-30").seen_until == day("2026-02-01")
    late = on("2027-01-01", article=stated("2026-06-01"))
    assert late.state == "unknown", "it was not read since the policy began"


def test_something_positive_makes_it_in_force_for_a_year() -> None:
    listed = said("confirms", "2025-03-01")
    assert [on(each, listed).state for each in ("2025-02-28", "2025-03-01", "2026-03-01", "2026-03-02")] == [
        "no repeal seen",
        "in force",
        "in force",
        "no repeal seen",
    ]
    assert on("2025-06-01", listed, said("repeals", "2025-04-01")).state == "repealed"


def test_a_part_that_is_repealed_or_amended_leaves_the_rest() -> None:
    found = on("2025-06-01", said("repeals_part", "2025-01-01", clauses=("第五条",)))
    assert found.state == "no repeal seen"
    assert [(one.ground, one.clauses) for one in found.because[1:]] == [("repealed in part", ("第五条",))]
    assert on("2025-06-01", said("amends", "2025-01-01")).state == "no repeal seen"
    assert on("2025-06-01", said("suspends", "2025-01-01", clauses=("第五条",))).state == "no repeal seen"


def test_a_suspended_policy_is_so_until_it_is_resumed() -> None:
    both = (said("suspends", "2025-01-01"), said("resumes", "2025-06-01"))
    assert [on(each, *both).state for each in ("2024-12-31", "2025-01-01", "2025-06-01")] == [
        "no repeal seen",
        "suspended",
        "no repeal seen",
    ]


def test_a_term_that_is_extended_ends_later_and_an_unknown_one_is_unknown() -> None:
    article = stated("2024-01-01", "2024-12-31")
    longer = said("extends", "2024-12-01", stated=day("2025-12-31"))
    assert (on("2025-06-01", longer, article=article).state, on("2025-06-01", article=article).state) == (
        "no repeal seen",
        "expired",
    )
    assert on("2026-01-01", longer, article=article).state == "expired"
    assert on("2025-06-01", said("extends", "2024-12-01"), article=article).state == "unknown"


def test_a_repeal_that_may_mean_another_policy_makes_it_unknown() -> None:
    found = on("2025-06-01", said("repeals", "2025-01-01", certain=False))
    assert (found.state, found.because[-1].ground) == ("unknown", "perhaps repealed")


def test_a_repeal_without_any_day_holds_from_the_day_the_archive_saw_it() -> None:
    seen = said("repeals", None, seen=day("2025-05-01"))
    assert [on(each, seen).state for each in ("2025-04-30", "2025-05-01")] == ["no repeal seen", "repealed"]


def test_a_later_document_of_the_same_name_is_not_what_was_repealed_before_it() -> None:
    early = said("repeals", "2010-01-01")
    assert on("2025-06-01", early).state == "no repeal seen"
    reprint = evolve(stated(), published=FieldValue(value=day("2020-01-01"), raw="", rule="meta"))
    assert on("2025-06-01", early, article=reprint).state == "repealed", (
        "a late reprint is not a later policy"
    )
    soon = evolve(stated("2026-01-01"), written=FieldValue(value=day("2025-01-01"), raw="", rule="cell"))
    assert on("2026-06-01", said("repeals", "2025-06-01"), article=soon).state == "repealed"


def test_two_documents_that_repeal_each_other_end_only_the_earlier() -> None:
    old, new = stated("2019-01-01"), stated("2020-01-01")
    by_new, by_old = said("repeals", "2020-01-01"), said("repeals", "2019-01-01")
    assert (on("2025-01-01", by_new, article=old).state, on("2025-01-01", by_old, article=new).state) == (
        "repealed",
        "no repeal seen",
    )


def test_days_become_known_with_the_day_of_publication() -> None:
    text = "第九条 本办法自发布之日起施行，有效期两年。"
    words = Statement(role="effective", words="自发布之日起施行", sentence=text, line=0)
    unknown = evolve(stated(), text=text, statements=(words,), published=None)
    assert validity(unknown, day=SEEN, seen=SEEN, coverage=READ).state == "no repeal seen"
    known = evolve(unknown, published=FieldValue(value=day("2023-06-01"), raw="", rule="meta"))
    found = validity(known, day=SEEN, seen=SEEN, coverage=READ)
    assert (found.since, found.until, found.state) == (day("2023-06-01"), day("2025-05-31"), "expired")


def test_a_label_of_part_of_a_policy_is_not_one_of_the_whole() -> None:
    article = evolve(
        stated("2024-01-01"), validity=FieldValue(value="部分条款废止", raw="部分条款废止", rule="cell")
    )
    assert validity(article, day=SEEN, seen=SEEN, coverage=READ).state == "unknown"


def test_the_day_on_which_a_medium_printed_it_is_not_that_of_the_document() -> None:
    text = "第九条 本办法自发布之日起施行，有效期两年。"
    words = (
        Statement(role="effective", words="自发布之日起施行", sentence=text, line=0),
        Statement(role="term", words="有效期两年", sentence=text, line=0),
    )
    printed = FieldValue(value=day("2026-02-01"), raw="", rule="meta")
    article = evolve(stated(), text=text, statements=words, published=printed)
    official, medium = (
        validity(article, day=SEEN, seen=SEEN, coverage=READ, official=own) for own in (True, False)
    )
    assert (official.since, official.until) == (day("2026-02-01"), day("2028-01-31"))
    assert (medium.since, medium.until, medium.state) == (None, None, "unknown")
