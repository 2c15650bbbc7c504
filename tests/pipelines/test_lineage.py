"""The clauses of an article through its versions."""

from __future__ import annotations

import random

from benchmarks.diff.edits import edited, text
from pipelines.diff.lineage import Traced, find_clauses, trace_clauses

FIRST = [
    "第一条 为了规范储能，制定本办法。",
    "第二条 建设单位应当备案：",
    "（一）用地；",
    "（二）消防。",
    "第三条 自公布之日起施行。",
]
SECOND = [
    FIRST[0],
    "第二条 省能源主管部门负责监督。",
    "第三条 建设单位应当在30日内备案：",
    "（一）环评；",
    "（二）用地；",
    "第四条 自公布之日起施行。",
]


def ids(traced: tuple[Traced, ...]) -> dict[str, str]:
    return {one.label: one.id for one in traced}


def test_a_renumbered_clause_keeps_its_id() -> None:
    first, second = map(ids, trace_clauses([FIRST, SECOND]))
    assert first["第二条"] == second["第三条"]
    assert first["第三条"] == second["第四条"]
    assert second["第二条"] not in first.values()


def test_an_item_keeps_its_id_too() -> None:
    first, second = map(ids, trace_clauses([FIRST, SECOND]))
    assert first["第二条第一项"] == second["第三条第二项"]
    assert second["第三条第一项"] not in first.values()


def test_a_clause_that_comes_back_is_the_same() -> None:
    first, second, third = map(ids, trace_clauses([FIRST, [*FIRST[:1], "第二条 自公布之日起施行。"], FIRST]))
    assert "第三条" not in second
    assert third == first


def test_ids_do_not_depend_on_later_versions() -> None:
    assert trace_clauses([FIRST, SECOND])[0] == trace_clauses([FIRST])[0]


def test_equal_clauses_have_ids_of_their_own() -> None:
    (traced,) = trace_clauses([["第一条 略。", "第二条 略。", "略。", "略。"]])
    assert len(set(ids(traced).values())) == len(traced)


def test_no_two_clauses_of_a_version_have_one_id() -> None:
    for seed in range(60):
        chance = random.Random(seed)
        versions = [text(chance)]
        for _ in range(3):
            versions.append(edited(chance, versions[-1]))
        for traced in trace_clauses(versions):
            assert len({one.id for one in traced}) == len(traced), seed


def test_a_clause_is_found_by_id_or_label() -> None:
    (traced,) = trace_clauses([FIRST])
    assert [one.label for one in find_clauses(traced, "第二条第一项")] == ["第二条第一项"]
    assert find_clauses(traced, traced[0].id) == [traced[0]]
    assert find_clauses(traced, "第九条") == []
