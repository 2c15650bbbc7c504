"""What says the same, and what does not."""

from __future__ import annotations

import pytest

from policy.canonical import canonical


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("二〇二四年一月", "2024年1月"),
        ("二○二四年", "二〇二四年"),
        ("第十二条", "第12条"),
        ("三十日内", "30 日内"),
        ("百分之五十", "50%"),
        ("1,000元", "1000元"),
        ("ＣＯ２，", "CO2,"),
        ("100KW", "100kW"),
        ("2021—2025年", "2021-2025年"),
        ("5%~10%", "5%－10%"),
        ("〔2024〕5号", "[2024]5号"),
        ("甲、乙或者丙", "甲，乙，或者丙"),
        ("产业升 级", "产业升级"),
        ("帐户", "账户"),
        ("第一条　总则", "第一条 总则"),
        ("1月—3月", "1月-3月"),
        ("COVID-19", "COVID19"),
    ],
)
def test_another_way_of_writing_says_the_same(one: str, other: str) -> None:
    assert canonical(one) == canonical(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1.5亿元", "15亿元"),
        ("1.5", "1，5"),
        ("-5℃", "5℃"),
        ("温度-5℃", "温度5℃"),
        ("小于<5", "小于>5"),
        ("2021—2025年", "2021、2025年"),
        ("10²", "102"),
        ("100MW", "100mW"),
        ("不得收费", "得收费"),
        ("可以", "应当"),
        ("10 20", "1020"),
        ("1/2", "12"),
        ("5‰", "5%"),
        ("二十三", "203"),
        ("十2", "12"),
        ("¥100", "$100"),
        ("☑是□否", "□是☑否"),
        ("第（一）项第2目", "第（一二）项第目"),
    ],
)
def test_what_changes_the_meaning_is_not_the_same(one: str, other: str) -> None:
    assert canonical(one) != canonical(other)
