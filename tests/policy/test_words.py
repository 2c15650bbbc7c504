from __future__ import annotations

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.text.words import BREAK, canonical, fingerprint, fold, match_spans, phrase, tokens, unify_radicals

HAN_TEXT = st.text(alphabet="氢能储电网绿证碳排放交易市场", max_size=30)
ANY_TEXT = st.text(alphabet="氢能ABcd12 ３％.．，。、—-（）〔〕\n\u3000\u200b№㎡①", max_size=40)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("推广 应用", "推广应用", id="a line-break scar"),
        pytest.param("（２０２１）ＭＷ", "(2021) mw", id="width and case"),
        pytest.param("完善机制，加快建设。", "完善机制 加快建设", id="punctuation"),
        pytest.param("2021—2025年", "2021-2025年", id="dashes between years"),
        pytest.param("绿\u200b证\ufeff", "绿证", id="invisible characters"),
    ],
)
def test_the_same_words_fold_alike(one: str, other: str) -> None:
    assert fold(one) == fold(other)
    assert fingerprint(fold(one)) == fingerprint(fold(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("3.5亿元", "35亿元", id="a decimal point"),
        pytest.param("第3、5条", "第35条", id="a list of numbers"),
        pytest.param("下降5%", "下降5‰", id="per cent and per mille"),
        pytest.param("≥50兆瓦", "≤50兆瓦", id="at least and at most"),
    ],
)
def test_other_quantities_fold_apart(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(ANY_TEXT)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(ANY_TEXT, ANY_TEXT)
def test_white_space_never_counts(one: str, other: str) -> None:
    assert fold(f"{one}氢 {other}") == fold(f"{one}氢\n\u3000{other}")


def test_han_characters_and_latin_runs_are_tokens_and_punctuation_is_one_break() -> None:
    assert tokens("建设100kW级 电堆，。\n（CO₂ 减排）") == [
        *"建设",
        "100kw",
        *"级电堆",
        BREAK,
        "co2",
        *"减排",
        BREAK,
    ]


def test_white_space_between_latin_runs_only_separates() -> None:
    assert tokens("ETF  产品\u3000G60 walk") == ["etf", "产", "品", "g60", "walk"]


def test_a_phrase_has_no_break_at_its_ends() -> None:
    assert phrase("《国发〔2021〕23号》") == ["国", "发", BREAK, "2021", BREAK, "23", "号"]
    assert phrase("，。") == []
    assert phrase("") == []


@given(ANY_TEXT)
def test_no_two_breaks_are_neighbours(text: str) -> None:
    found = tokens(text)
    assert all((one, two) != (BREAK, BREAK) for one, two in pairwise(found))


@given(HAN_TEXT)
def test_han_text_is_its_own_tokens(text: str) -> None:
    assert tokens(text) == list(text)


@pytest.mark.parametrize(
    ("printed", "plain"),
    [
        ("⻓期稳定", "长期稳定"),
        ("⺠营⻝品⻛电⻔⻋⻢⻚⻥⻰⻬⻩⻘", "民营食品风电门车马页鱼龙齐黄青"),
        ("⼈⺠政府⾃⼀⽉⼀⽇起施⾏", "人民政府自一月一日起施行"),
        ("⽤⼾", "用户"),
        ("第⼆⼗⼀条", "第二十一条"),
    ],
)
def test_a_radical_is_the_character_it_stands_for(printed: str, plain: str) -> None:
    assert unify_radicals(printed) == plain
    assert fold(printed) == fold(plain)
    assert tokens(printed) == tokens(plain)
    assert canonical(printed) == canonical(plain)
    assert match_spans(f"支持{printed}建设", [plain]) == [(2, 2 + len(plain))]


def test_no_radical_is_left_over_but_those_without_a_character() -> None:
    radicals = [chr(code) for code in range(0x2E80, 0x2FD6) if unicodedata.category(chr(code)) == "So"]
    assert {sign for sign in radicals if unify_radicals(sign) == sign} == {"⺀", "⺂", "⺃", "⺇"}
