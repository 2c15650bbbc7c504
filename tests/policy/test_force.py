from __future__ import annotations

import datetime as dt

import pytest

from policy.documents.force import effective_day, expiry_day, statements
from policy.records.content import Statement

WRITTEN = dt.date(2021, 2, 1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("本条例自2019年3月1日起施行。", "2019-03-01"),
        ("《试点办法》已经审议通过，现予公布，自2019年3月1日起施行。", "2019-03-01"),
        ("本公告自二〇二一年一月一日起执行。", "2021-01-01"),
        ("原办法自2010年1月1日起施行。本办法自2021年2月1日起实施。", "2021-02-01"),
        ("根据自2008年8月1日起施行的某某法，制定本办法。", None),
        ("本办法自2021年2月30日起施行。", None),
        ("上述电价自2021年6月1日起执行。", None),
    ],
)
def test_the_day_in_force_is_what_the_document_says_of_itself(text: str, expected: str | None) -> None:
    found = effective_day(text)
    assert (found.value.isoformat() if found else None) == expected


def test_from_the_day_of_printing_needs_that_day() -> None:
    text = "本通知自印发之日起施行。"
    assert effective_day(text) is None
    assert effective_day(f"{text}\n本办法自2020年12月1日起施行。") is None
    found = effective_day(text, written=WRITTEN)
    assert found is not None
    assert (found.value, found.raw) == (WRITTEN, "本通知自印发之日起施行")
    later = effective_day("本规定自发布之日起30日后施行。", written=WRITTEN)
    assert later is not None
    assert later.value == dt.date(2021, 3, 3)


@pytest.mark.parametrize(
    ("text", "expected", "rule"),
    [
        ("本通知自印发之日起施行，有效期至2026年2月28日。", "2026-02-28", "stated"),
        ("本公告执行至2023年12月31日。", "2023-12-31", "stated"),
        ("本意见有效期自2021年1月1日至2025年12月31日。", "2025-12-31", "stated"),
        (
            "本办法自2021年3月1日起施行，有效期5年。",
            "2026-02-28",
            "derived: effective 2021-03-01 + 60 months",
        ),
        ("本办法自公布之日起施行，有效期为三年。", "2024-01-31", "derived: effective 2021-02-01 + 36 months"),
        ("自2021年3月1日起试行，试行期两年。", "2023-02-28", "derived: effective 2021-03-01 + 24 months"),
    ],
)
def test_the_last_day_is_stated_or_derived_and_says_so(text: str, expected: str, rule: str) -> None:
    found = expiry_day(text, written=WRITTEN)
    assert found is not None
    assert (found.value.isoformat(), found.rule) == (expected, rule)


@pytest.mark.parametrize(
    "text", ["许可证有效期5年。", "本办法自2021年3月1日起施行。", "有效期届满前申请延续。", ""]
)
def test_an_end_is_never_inferred(text: str) -> None:
    assert expiry_day(text, written=WRITTEN) is None


@pytest.mark.parametrize(
    "text",
    ["2021年" * 200_000, "自2021年3月1日起" * 90_000, "有效期至" * 250_000, " " * 900_000, "二" * 900_000],
    ids=["years", "beginnings", "ends", "spaces", "digits"],
)
def test_a_megabyte_of_nonsense_has_no_role(text: str) -> None:
    assert effective_day(text) is None
    assert expiry_day(text) is None
    assert statements([text]) == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("本办法自公布之日起满30日后施行。", "2021-03-03"),
        ("本办法自公布后30日施行。", "2021-03-03"),
        ("本办法自公布之日起三个月后施行。", "2021-05-01"),
        ("本通知自印发次日起施行。", "2021-02-02"),
        ("本办法自公布之日起30个工作日后施行。", None),
        ("本办法自公布之日起第30日施行。", None),
        ("本方案自2021年3月起执行。", None),
    ],
)
def test_a_relative_day_is_resolved_only_where_it_can_be_counted_in_one_way(
    text: str, expected: str | None
) -> None:
    found = effective_day(text, written=WRITTEN)
    assert (found.value.isoformat() if found else None) == expected
    assert [one.role for one in statements([text])] == ["effective"]


def test_what_the_document_says_of_its_force_is_kept_with_its_sentence() -> None:
    lines = ("一、附则", "本办法由省能源局解释。本办法自印发之日起30日后施行，有效期5年。")
    sentence = "本办法自印发之日起30日后施行，有效期5年"
    assert statements(lines) == (
        Statement(role="effective", words="自印发之日起30日后施行", sentence=sentence, line=1),
        Statement(role="term", words="有效期5年", sentence=sentence, line=1),
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("本通知执行至2023年12月31日。", [("expires", "至2023年12月31日")]),
        ("自2021年3月1日起施行。", [("effective", "自2021年3月1日起施行")]),
        ("本通知自本通知印发之日起施行。", [("effective", "自本通知印发之日起施行")]),
        ("许可证有效期5年。", []),
        ("根据自2008年8月1日起施行的某某法，制定本办法。", []),
        ("上述电价自2021年6月1日起执行。", []),
        ("要抓好组织实施。", []),
    ],
)
def test_a_statement_is_the_documents_own(text: str, said: list[tuple[str, str]]) -> None:
    assert [(one.role, one.words) for one in statements([text])] == said


@pytest.mark.parametrize(
    ("text", "begins", "ends"),
    [
        ("本办法自2021年3月1日起试行两年。", "2021-03-01", "2023-02-28"),
        ("本办法自发布之日起试行一年。", "2021-02-01", "2022-01-31"),
        ("本办法自2024年1月1日起暂行一年。", "2024-01-01", "2024-12-31"),
        ("本通知自2024年1月1日起至2026年12月31日止施行。", "2024-01-01", "2026-12-31"),
        ("本政策实施期限为2024年1月1日至2026年12月31日。", "2024-01-01", "2026-12-31"),
        ("本方案执行时间为2024年1月1日至2024年12月31日。", "2024-01-01", "2024-12-31"),
        ("本细则自印发30日后施行。", "2021-03-03", None),
        ("本规定自印发之日起三十日后施行。", "2021-03-03", None),
        ("本意见自印发之日起施行，有效期自印发之日起计算为2年。", "2021-02-01", "2023-01-31"),
        ("自2024年1月1日起施行。有效期5年。", "2024-01-01", "2028-12-31"),
        ("本办法自发布之日起5年内有效。", None, "2026-01-31"),
        ("以上规定自下发之日起执行。", "2021-02-01", None),
        ("申请人自收到通知之日起5年内有效。", None, None),
        ("许可证有效期5年。", None, None),
    ],
)
def test_periods_and_trials_have_days(text: str, begins: str | None, ends: str | None) -> None:
    first, last = effective_day(text, written=WRITTEN), expiry_day(text, written=WRITTEN)
    assert (first and first.value.isoformat(), last and last.value.isoformat()) == (begins, ends)
