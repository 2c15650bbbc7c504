from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.documents.dates import SHANGHAI, ImpossibleDay, parse_day, parse_moment, signature_day
from policy.text.numerals import format_numeral, parse_numeral


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2021/9/30", "2021-09-30"),
        ("2021.09.30", "2021-09-30"),
        ("2021. 9. 30", "2021-09-30"),
        ("[2022-03-24]", "2022-03-24"),
        ("2026年02月23日", "2026-02-23"),
        ("2021 年 9 月 30 日", "2021-09-30"),
        ("２０２１年３月１日", "2021-03-01"),
        ("20210930", "2021-09-30"),
        ("发布时间：2026/04/09", "2026-04-09"),
        ("2021-08-01-06:08:00", "2021-08-01"),
        ("二〇〇四年一月十六日", "2004-01-16"),
        ("一九九六年十一月二十九日", "1996-11-29"),
        ("二○二四年二月廿九日", "2024-02-29"),
        ("二零一八年十二月卅一日", "2018-12-31"),
        ("二ΟΟ五年十月三十日", "2005-10-30"),
        ("二OO五年十月廿日", "2005-10-20"),
    ],
)
def test_a_day_is_read(text: str, expected: str) -> None:
    assert parse_day(text) == dt.date.fromisoformat(expected)


@pytest.mark.parametrize("text", ["2021-02-30", "二〇二一年二月三十日", "2021年13月1日", "20211301"])
def test_an_impossible_day_is_refused(text: str) -> None:
    with pytest.raises(ImpossibleDay, match="no day of the calendar"):
        parse_day(text)
    with pytest.raises(ImpossibleDay):
        parse_moment(text)


@pytest.mark.parametrize("text", ["", "2018年11月", "2021年第41号", "12021-09-301", "昨天", "1619000000"])
def test_what_is_no_day_is_none(text: str) -> None:
    assert parse_day(text) is None


@given(st.dates(min_value=dt.date(1900, 1, 1), max_value=dt.date(2099, 12, 31)))
def test_every_day_is_read_back_in_every_form(day: dt.date) -> None:
    year = "".join("〇一二三四五六七八九"[int(digit)] for digit in str(day.year))
    forms = [
        day.isoformat(),
        f"{day.year}年{day.month}月{day.day}日",
        f"{year}年{format_numeral(day.month)}月{format_numeral(day.day)}日",
        f"{day:%Y%m%d}",
    ]
    assert [parse_day(form) for form in forms] == [day] * 4


@given(st.integers(0, 999))
def test_numerals_are_read_back(value: int) -> None:
    assert parse_numeral(format_numeral(value)) == value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2021-09-30 09:36", dt.datetime(2021, 9, 30, 9, 36, tzinfo=SHANGHAI)),
        ("2021-09-30 09:36来源：某某网", dt.datetime(2021, 9, 30, 9, 36, tzinfo=SHANGHAI)),
        ("2021-08-01-06:08:00", dt.datetime(2021, 8, 1, 6, 8, tzinfo=SHANGHAI)),
        ("2021年9月30日 下午3:05", dt.datetime(2021, 9, 30, 15, 5, tzinfo=SHANGHAI)),
        ("2021年3月1日9时30分", dt.datetime(2021, 3, 1, 9, 30, tzinfo=SHANGHAI)),
        ("20210930093600", dt.datetime(2021, 9, 30, 9, 36, tzinfo=SHANGHAI)),
        ("2026-04-24T09:47:41.000+00:00", dt.datetime(2026, 4, 24, 17, 47, 41, tzinfo=SHANGHAI)),
        ("2026-04-24T09:47:41Z", dt.datetime(2026, 4, 24, 17, 47, 41, tzinfo=SHANGHAI)),
        ("1619000000", dt.datetime(2021, 4, 21, 18, 13, 20, tzinfo=SHANGHAI)),
        ("1619000000000", dt.datetime(2021, 4, 21, 18, 13, 20, tzinfo=SHANGHAI)),
        ("2021-09-30", dt.date(2021, 9, 30)),
        ("2021-09-30 25:00", dt.date(2021, 9, 30)),
        ("20210930", dt.date(2021, 9, 30)),
        ("不详", None),
    ],
)
def test_a_moment_has_a_clock_only_when_one_is_printed(text: str, expected: object) -> None:
    assert parse_moment(text) == expected
    assert type(parse_moment(text)) is type(expected)


def test_the_covering_notice_is_signed_before_the_plan_it_hands_on() -> None:
    lines = [
        "各省、自治区人民政府：",
        "现将《试点方案》印发给你们，请认真执行。",
        "国家能源局\u3000\u3000",
        "\xa02021年3月1日",
        "试点方案",
        "为推进试点，制定本方案。",
        "某某专家组",
        "二〇二〇年十二月一日",
    ]
    found = signature_day(lines)
    assert found is not None
    assert (found.value, found.rule) == (dt.date(2021, 3, 1), "signature")


def test_issuer_and_day_may_share_the_line() -> None:
    found = signature_day(["现予公布。", "国家能源局  2021年3月1日"])
    assert found is not None
    assert found.value == dt.date(2021, 3, 1)


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(["2021-03-01", "为推进试点，制定本方案。"], id="a day above all prose"),
        pytest.param(["制定本方案。", "国家能源局办公室 2021年3月1日印发"], id="the day of printing"),
        pytest.param(["制定本方案。", "2021年2月30日"], id="an impossible day"),
        pytest.param(["制定本方案。", "2021年3月1日召开会议。"], id="prose"),
        pytest.param([], id="nothing"),
    ],
)
def test_what_is_no_signature(lines: list[str]) -> None:
    assert signature_day(lines) is None


@pytest.mark.parametrize("text", ["2021年" * 200_000, " " * 900_000, "二" * 900_000])
def test_a_megabyte_of_nonsense_signs_nothing(text: str) -> None:
    assert signature_day([text]) is None
