from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from policy.text.lexicon import Lexicon


def naive(terms: set[str], text: str) -> list[tuple[int, int, str]]:
    """Leftmost, longest, none overlapping, the slow way."""
    found, at = [], 0
    while at < len(text):
        end = max((at + len(term) for term in terms if text.startswith(term, at)), default=None)
        if end is None:
            at += 1
            continue
        found.append((at, end, text[at:end]))
        at = end
    return found


@given(st.sets(st.text("氢能源电解制", min_size=1, max_size=4), min_size=1), st.text("氢能源电解制，x\n"))
def test_the_longest_term_is_found_at_every_place(terms: set[str], text: str) -> None:
    assert list(Lexicon(terms).spans(text)) == naive(terms, text)


def test_a_term_inside_the_beginning_of_a_longer_one_is_found() -> None:
    assert list(Lexicon(["氢", "制氢制"]).spans("制氢")) == [(1, 2, "氢")]


@given(st.text())
def test_a_span_is_where_its_term_stands_in_any_text(text: str) -> None:
    around = f"{text}绿氢{text}"
    assert all(around[start:end] == term for start, end, term in Lexicon(["绿氢"]).spans(around))


def test_no_latin_word_is_cut() -> None:
    lexicon = Lexicon(["6G", "AI", "AI大模型"])
    text = "6G与256GB，AI大模型，MAIN，ai"
    assert [text[start:end] for start, end, _ in lexicon.spans(text)] == ["6G", "AI大模型", "ai"]


def test_a_lone_surrogate_moves_nothing() -> None:
    assert list(Lexicon(["绿氢"]).spans("\ud800İ绿氢")) == [(2, 4, "绿氢")]


def test_a_megabyte_of_one_character_takes_linear_time() -> None:
    began = time.process_time()
    assert not list(Lexicon(["氢" * 50 + "能"]).spans("氢" * 1_000_000))
    assert time.process_time() - began < 5
