"""Which items of two sequences are the same, in order."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.diff.alignment import equal_blocks, gaps_between, longest_ascending

ITEMS = st.lists(st.sampled_from("储能电价，"), max_size=12)


def longest(old: Sequence[str], new: Sequence[str]) -> int:
    """The length of a longest common subsequence, by the book."""
    table = [[0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for at_old, one in enumerate(old):
        for at_new, other in enumerate(new):
            best = max(table[at_old][at_new + 1], table[at_old + 1][at_new])
            table[at_old + 1][at_new + 1] = table[at_old][at_new] + 1 if one == other else best
    return table[-1][-1]


def checked(old: Sequence[str], new: Sequence[str]) -> int:
    """How many items the blocks hold; all equal, in order, no two blocks touching."""
    blocks = equal_blocks(old, new)
    end = (-1, -1)
    for at_old, at_new, size in blocks:
        assert size
        assert list(old[at_old : at_old + size]) == list(new[at_new : at_new + size])
        assert at_old >= end[0]
        assert at_new >= end[1]
        assert (at_old, at_new) != end
        end = at_old + size, at_new + size
    return sum(size for _, _, size in blocks)


@given(ITEMS, ITEMS)
def test_as_many_items_are_the_same_as_can_be(old: list[str], new: list[str]) -> None:
    assert checked(old, new) == longest(old, new)


@given(ITEMS, ITEMS)
def test_gaps_and_blocks_are_the_whole(old: list[str], new: list[str]) -> None:
    blocks = equal_blocks(old, new)
    between = list(gaps_between(blocks, len(old), len(new)))
    same = sum(size for _, _, size in blocks)
    assert same + sum(one.stop - one.start for one, _ in between) == len(old)
    assert same + sum(other.stop - other.start for _, other in between) == len(new)


@pytest.mark.parametrize("alphabet", ["-", "-无", "储能电价市场机制"])
def test_long_sequences_are_aligned_too(alphabet: str) -> None:
    chance = random.Random(1)
    old = chance.choices(alphabet, k=60_000)
    new = [item for item in old if chance.random() > 0.01]
    assert checked(old, new) > 0


def test_what_is_unique_holds_long_sequences_together() -> None:
    old = [f"第{number}条" for number in range(20_000)]
    new = [item for at, item in enumerate(old) if at % 7]
    assert checked(old, new) == len(new)


def test_the_longest_ascending_pairs_are_kept() -> None:
    assert longest_ascending([(0, 3), (1, 0), (2, 1), (3, 2), (4, 9)]) == [(1, 0), (2, 1), (3, 2), (4, 9)]
