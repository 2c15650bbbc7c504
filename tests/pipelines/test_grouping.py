"""Policies and their editions from pairs: the same whoever came first, and never fused by a bridge."""

from __future__ import annotations

import datetime as dt
import random
from itertools import combinations

import pytest
from attrs import evolve

from pipelines.dedupe.grouping import Group, GroupMember, Relations, group_articles, grouping_member
from pipelines.dedupe.relations import find_relation
from policy.records.saves import Relation, RelationKind, RelationSide
from tests.pipelines.test_relations import LAW, NAME, NOTICE, TEXT, amended, an_article, clauses

SAME = Relation(kind="same", strength=2, containment=1.0)
NUMBERED = Relation(kind="same", strength=3, containment=1.0)
APART = Relation(kind="different", conflict=True)
NOTHING = Relation(kind="different")


def part(kind: RelationKind = "excerpt", side: RelationSide = "left", containment: float = 1.0) -> Relation:
    return Relation(kind=kind, side=side, strength=1, containment=containment)


def edition() -> Relation:
    return Relation(kind="edition", side="left", strength=2, differs=True, containment=0.9)


def grouped(pairs: Relations, **members: GroupMember) -> list[str]:
    """Groups as words: ``ab|c`` is a policy of two editions, ``a!`` one that is kept apart."""
    keys = {key for pair in pairs for key in pair}
    known = {key: members.get(key, GroupMember()) for key in keys}
    outcomes = set()
    for turn in range(12):
        draw = random.Random(turn)
        turned = {
            pair[::-1] if draw.random() < 0.5 else pair: None for pair in draw.sample([*pairs], len(pairs))
        }
        seen = {pair: pairs[pair] if pair in pairs else pairs[pair[::-1]].mirrored() for pair in turned}
        outcomes.add(group_articles(dict(draw.sample([*known.items()], len(known))), seen))
    assert len(outcomes) == 1
    return [_shown(each) for each in outcomes.pop()]


def _shown(found: Group) -> str:
    shown = "|".join("".join(edition.articles) for edition in found.editions)
    return f"{shown}!{''.join(found.between)}" if found.between else shown


def test_what_is_the_same_is_one_policy_and_what_is_not_another() -> None:
    assert grouped({("a", "b"): SAME, ("b", "c"): SAME, ("c", "d"): NOTHING}) == ["abc", "d"]


def test_a_bridge_between_two_policies_joins_neither() -> None:
    found = grouped({("a", "x"): SAME, ("b", "x"): SAME, ("a", "b"): APART})
    assert found == ["a", "b", "x!ab"]


def test_stronger_evidence_decides_before_a_bridge_is_one() -> None:
    pairs = {("a", "x"): NUMBERED, ("b", "x"): SAME, ("a", "b"): APART}
    assert grouped(pairs) == ["ax", "b"]


def test_a_crowd_that_hangs_on_a_bridge_is_kept_apart_with_it() -> None:
    pairs = {("a", "x"): SAME, ("x", "y"): SAME, ("y", "b"): SAME, ("a", "b"): APART}
    assert grouped(pairs) == ["a", "b", "xy!ab"]


def test_two_texts_that_differ_are_not_one_because_a_third_is_like_both() -> None:
    differ = Relation(kind="different", differs=True)
    assert grouped({("a", "x"): SAME, ("b", "x"): SAME, ("a", "b"): differ}) == ["a", "b", "x!ab"]


def test_what_is_clearly_more_like_one_of_two_texts_is_of_that_one() -> None:
    like = evolve(SAME, containment=0.87)
    differ = Relation(kind="different", differs=True)
    assert grouped({("a", "x"): SAME, ("b", "x"): like, ("a", "b"): differ}) == ["ax", "b"]
    close = evolve(SAME, containment=0.93)
    assert grouped({("a", "x"): SAME, ("b", "x"): close, ("a", "b"): differ}) == ["a", "b", "x!ab"]


def test_two_pages_that_contradict_each_other_stand_aside_from_the_many_that_are_like_both() -> None:
    pairs = {(key, page): SAME for key in "cde" for page in "ab"}
    assert grouped(pairs | {("c", "d"): SAME, ("d", "e"): SAME, ("a", "b"): APART}) == ["a!c", "b!c", "cde"]


def test_bad_pages_part_no_others() -> None:
    differ = Relation(kind="different", differs=True)
    pairs = dict.fromkeys(("ab", "ac", "ad", "bc", "bd", "cd", "az", "by"), SAME)
    pairs |= dict.fromkeys(("bz", "cz", "dz", "ay", "cy", "dy"), differ)
    assert grouped({(pair[0], pair[1]): found for pair, found in pairs.items()}) == ["abcd", "y", "z"]


def test_a_text_between_two_editions_is_of_their_policy_and_not_an_edition_more() -> None:
    pairs = {("a", "x"): SAME, ("b", "x"): SAME, ("a", "b"): edition()}
    assert grouped(pairs) == ["ax|b"]


def test_a_retitled_reprint_of_the_final_text_does_not_part_it_from_its_draft() -> None:
    differ = Relation(kind="different", differs=True)
    pairs = {("f", "r"): SAME, ("d", "f"): edition(), ("d", "r"): differ}
    assert grouped(pairs, d=GroupMember(draft=True)) == ["d|fr"]


def test_pages_join_through_the_whole() -> None:
    pairs = {("p", "w"): part("part"), ("q", "w"): part("part"), ("p", "q"): NOTHING}
    assert grouped(pairs) == ["pqw"]


def test_an_excerpt_in_two_policies_alike_is_kept_apart() -> None:
    assert grouped({("e", "a"): part(), ("e", "b"): part(), ("a", "b"): NOTHING}) == ["a", "b", "e!ab"]
    close = {("e", "a"): part(containment=0.95), ("e", "b"): part(containment=0.9)}
    assert grouped(close) == ["a", "b", "e!ab"]


def test_an_excerpt_goes_to_the_policy_that_it_is_clearly_of() -> None:
    pairs = {("e", "a"): part(containment=0.95), ("e", "b"): part(containment=0.7)}
    assert grouped(pairs) == ["ae", "b"]


def test_an_excerpt_that_bears_the_name_of_another_document_keeps_no_other_away() -> None:
    named = {
        key: GroupMember(names=frozenset({name})) for key, name in (("a", "供水办法"), ("y", "接口规范"))
    }
    pairs = {("x", "a"): part(), ("y", "a"): part(), ("z", "a"): part()}
    assert grouped(pairs, **named, x=named["a"]) == ["axz", "y!a"]


def test_an_excerpt_in_two_reprints_of_one_policy_is_of_that_policy() -> None:
    pairs = {("e", "a"): part(), ("e", "b"): part(), ("a", "b"): SAME}
    assert grouped(pairs) == ["abe"]
    through = {("e", "a"): part(), ("e", "b"): part(), ("a", "b"): part("annotated", "right")}
    assert grouped(through) == ["abe"]


def test_excerpts_that_lean_on_each_other_are_of_the_policy_that_all_of_them_are_of() -> None:
    pairs = {("a", "b"): SAME, ("a", "e"): part("annotated"), ("e", "b"): part()}
    assert grouped(pairs | {(key, "m"): part() for key in "abe"}) == ["abem"]


def test_excerpts_that_lean_on_each_other_and_on_two_policies_are_of_neither() -> None:
    pairs = {("a", "b"): SAME, ("a", "e"): part("annotated"), ("e", "b"): part(), ("b", "n"): part()}
    assert grouped(pairs | {(key, "m"): part() for key in "abe"}) == ["ab!emn", "e!am", "m", "n"]


def test_an_excerpt_of_a_policy_and_of_another_document_that_leans_on_it_is_of_neither() -> None:
    named = {
        key: GroupMember(names=frozenset({name})) for key, name in (("m", "供水办法"), ("b", "接口规范"))
    }
    pairs = {("a", "b"): SAME, ("a", "e"): part("annotated"), ("e", "b"): part()}
    found = grouped(pairs | {(key, "m"): part() for key in "abe"}, **named)
    assert found == ["ab!em", "e!am", "m"]


def test_a_collection_of_policies_fuses_none_of_them() -> None:
    named = {key: GroupMember(names=frozenset({f"{key}管理办法"})) for key in "ab"}
    found = grouped({("a", "y"): part(), ("b", "y"): part()}, **named)
    assert found == ["a!y", "b!y", "y"]


def test_two_annotated_texts_are_of_the_policy_that_both_hold() -> None:
    pairs = {("a", "v"): part("annotated", "right"), ("a", "w"): part("annotated", "right")}
    assert grouped(pairs) == ["avw"]


def test_editions_stand_in_the_order_of_their_days_the_draft_first() -> None:
    days = {
        "a": GroupMember(revised=dt.date(2024, 1, 1)),
        "b": GroupMember(day=dt.date(2010, 1, 1)),
        "c": GroupMember(day=dt.date(2016, 5, 1)),
        "d": GroupMember(day=dt.date(2025, 5, 1), draft=True),
    }
    pairs = {("b", "c"): edition(), ("c", "a"): edition(), ("d", "b"): edition()}
    assert grouped(pairs, **days) == ["d|b|c|a"]


def test_an_excerpt_is_put_to_the_edition_it_is_of() -> None:
    pairs = {("a", "b"): edition(), ("e", "a"): part(containment=0.9), ("e", "b"): part(containment=1.0)}
    days = {"a": GroupMember(day=dt.date(2010, 1, 1)), "b": GroupMember(day=dt.date(2016, 5, 1))}
    assert grouped(pairs, **days) == ["a|be"]


def test_editions_that_contradict_each_other_are_not_fused_by_a_third() -> None:
    assert grouped({("a", "b"): edition(), ("b", "c"): edition(), ("a", "c"): APART}) == ["a", "b!ac", "c"]


def test_an_interpretation_is_not_of_the_policy() -> None:
    assert grouped({("a", "i"): Relation(kind="interpretation", side="right")}) == ["a", "i"]


def test_a_neighbourhood_is_grouped_as_among_all() -> None:
    pairs = {
        ("a", "b"): SAME,
        ("b", "c"): part(),
        ("c", "d"): APART,
        ("e", "f"): SAME,
        ("f", "g"): NOTHING,
    }
    everyone = {key: GroupMember() for pair in pairs for key in pair}
    whole = group_articles(everyone, pairs)
    assert {*group_articles({key: everyone[key] for key in ("a", "b", "c")}, pairs)} <= {*whole}


def test_real_relations_make_the_same_groups_in_any_order() -> None:
    sheets = {
        "final": an_article(NOTICE, TEXT, key="final"),
        "reprint": an_article("氢能新规来了", f"来源：白沙日报\n{TEXT}", key="reprint"),
        "draft": an_article(f"{NAME}（征求意见稿）", amended(), key="draft"),
        "page 1": an_article(NOTICE, "\n".join(LAW[:8]), key="page 1"),
        "page 2": an_article(NOTICE, "\n".join(LAW[8:]), key="page 2"),
        "about": an_article(f"《{NAME}》解读", TEXT[:500], key="about"),
        "other": an_article("储能电站验收规定", "\n".join(clauses(90)), key="other"),
    }
    pairs = {pair: find_relation(sheets[pair[0]], sheets[pair[1]]) for pair in combinations(sheets, 2)}
    members = {key: grouping_member(each) for key, each in sheets.items()}
    groups = {each.articles: each for each in group_articles(members, pairs)}
    assert {*groups} == {
        frozenset({"final", "reprint", "draft", "page 1", "page 2"}),
        frozenset({"about"}),
        frozenset({"other"}),
    }
    policy = groups[frozenset({"final", "reprint", "draft", "page 1", "page 2"})]
    assert [each.articles[0] for each in policy.editions] == ["draft", "final"]


def beside_the_whole(headline: str) -> tuple[Group, ...]:
    """The policies of a measure and of an excerpt from it under a headline of its own."""
    whole = an_article(NOTICE, TEXT, key="whole")
    excerpt = an_article(headline, "\n".join(LAW[3:9]), key="excerpt")
    members = {"whole": grouping_member(whole), "excerpt": grouping_member(excerpt)}
    return group_articles(members, {("whole", "excerpt"): find_relation(whole, excerpt)})


@pytest.mark.parametrize(
    "headline",
    [
        "氢能有了三条硬规定",
        "利好！云麓省出台加氢站扶持措施",
        "云麓省：氢能产业管理办法",
        "事关加氢！云麓省最新通知",
        "加氢站安全这么管 云麓省印发实施方案",
        "白沙市发布2026年氢能工作要点",
        "两部门发文明确氢能安全规则",
    ],
)
def test_a_headline_that_ends_like_a_title_names_no_other_document(headline: str) -> None:
    assert len(beside_the_whole(headline)) == 1


@pytest.mark.parametrize(
    "title",
    [
        "云麓省氢能产业中长期规划",
        "关于发布云麓省氢能技术目录的通知",
        "国务院办公厅印发《氢能示范管理规定》",
        "云麓省能源局公布对氢能示范项目给予补助的决定",
        "附件1：云麓省氢能示范项目管理办法",
        "附件12：云麓省加氢站名录管理办法",
        "云麓省：关于氢能示范项目申报的通知",
        "云麓省气象灾害预警信号发布与传播办法",
        "云麓省关于明确加氢站审批权限的意见",
    ],
)
def test_an_excerpt_under_another_documents_title_is_kept_apart(title: str) -> None:
    assert len(beside_the_whole(title)) == 2
