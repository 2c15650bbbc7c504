from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.text.lexicon import find_terms, terms


def test_the_dictionary_covers_energy_and_carbon() -> None:
    core = "绿氢 新型储能 虚拟电厂 绿证 源网荷储 质子交换膜 电解水制氢 热电联供 燃料电池 碳足迹 现货市场 CCUS"
    assert set(core.split()) <= terms()
    assert len(terms()) >= 500


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("研发电解水制氢装备", ("电解水制氢",), id="longest"),
        pytest.param("研发电解制氢系统", ("电解", "制氢"), id="two ideas side by side"),
        pytest.param("质子交换膜燃料电池", ("质子交换膜", "燃料电池"), id="membrane and cell"),
        pytest.param("100kW级电堆和3.5万千瓦风电", ("100kW", "电堆", "3.5万千瓦", "风电"), id="quantities"),
        pytest.param("ccus与lng", ("ccus", "lng"), id="any case, as printed"),
        pytest.param("存储256GB的6G手机", ("6G",), id="no part of a Latin word"),
        pytest.param("今天天气很好", (), id="none"),
    ],
)
def test_terms_are_found_leftmost_and_longest(text: str, found: tuple[str, ...]) -> None:
    assert find_terms(text) == found


@given(st.lists(st.one_of(st.sampled_from(sorted(terms())), st.text(max_size=5)), max_size=8))
def test_what_is_found_stands_in_order_and_apart(parts: list[str]) -> None:
    text, at = "".join(parts), 0
    for term in find_terms(text):
        at = text.index(term, at) + len(term)
