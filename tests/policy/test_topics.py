from __future__ import annotations

import time

import pytest

from policy.data import read_toml
from policy.documents import topics
from policy.documents.topics import THRESHOLD, topic_set

PLAN = (
    "一、发展氢能产业",
    "加快绿氢制取，支持加氢站建设，推动燃料电池示范。",
    "二、完善市场",
    "健全电力市场机制，落实容量电价。",
)


def scores(title: str, lines: tuple[str, ...] = (), headings: tuple[int, ...] = ()) -> dict[str, float]:
    return {topic.id: topic.score for topic in topics.topics(title, lines, headings).ranked}


def test_a_term_in_the_title_makes_a_topic_one_in_the_body_does_not() -> None:
    assert scores("关于促进氢能发展的意见") == {"hydrogen": 8}
    assert scores("关于样例的通知", ("支持氢能发展。",)) == {}


def test_the_score_is_of_title_headings_and_body() -> None:
    told = topics.topics("样例省氢能产业方案", PLAN, (0, 2)).ranked
    assert [topic.id for topic in told] == ["hydrogen"]
    assert (told[0].title, told[0].headings, told[0].body) == (1, 1, 3)
    assert told[0].score == round(8 + 4 + 2 * 1.3863, 1)


def test_evidence_says_where_the_terms_stand_the_titles_first() -> None:
    title = "样例省氢能产业方案"
    first, *others = topics.topics(title, PLAN, (0, 2)).ranked[0].evidence
    assert (first.line, first.term) == (None, title[first.start : first.end])
    assert [PLAN[where.line or 0][where.start : where.end] for where in others] == [
        where.term for where in others
    ]
    assert [where.term for where in others] == ["绿氢", "加氢站", "燃料电池"]


def test_a_term_torn_by_a_line_break_is_found_where_it_is_published() -> None:
    line = "各地区要结合实际，加快产业链建设，推动燃 料电池汽车规模化应用，完善基础设施布局。"
    torn = topics.topics("样例省氢能方案", ("一、样例", line)).ranked[0].evidence[1]
    assert (torn.term, torn.line, line[torn.start : torn.end]) == ("燃 料电池", 1, "燃 料电池")


def test_a_paragraph_that_begins_with_a_number_is_no_heading() -> None:
    lines = (f"第一条 {'支持氢能发展，' * 12}",)
    assert scores("样例", lines, (0,)) == {}


@pytest.mark.parametrize(
    ("title", "topic"),
    [
        pytest.param("教育部关于公布名单的通知", "education", id="an organ's name"),
        pytest.param("关于电解铝企业的通知", "hydrogen", id="another matter"),
        pytest.param("关于新能源汽车的通知", "renewables", id="a longer word"),
        pytest.param("关于256GB存储的通知", "telecom", id="a Latin word"),
    ],
)
def test_what_holds_a_term_and_means_something_else_is_no_topic(title: str, topic: str) -> None:
    assert topic not in scores(title)


def test_an_excluded_word_may_be_another_topics_term() -> None:
    assert "metals-chemicals" in scores("关于电解铝企业的通知")
    assert "vehicles" in scores("关于新能源汽车的通知")


def test_topics_name_the_dictionary_and_are_ranked() -> None:
    told = topics.topics("光伏发电上网电价", ("光伏",), ())
    assert told.version == topic_set().version
    ranked = [topic.score for topic in told.ranked]
    assert ranked == sorted(ranked, reverse=True)
    assert min(ranked) >= THRESHOLD
    assert topics.topics("", ()).ranked == ()


def test_each_topic_of_the_dictionary_is_told_by_each_of_its_terms() -> None:
    entries = {name: told for name, told in read_toml("topics.toml").items() if name != "version"}
    assert len(entries) >= 60
    for name, told in entries.items():
        assert set(told.get("parents", ())) < set(entries), name
        for term in (*told["terms"], *told.get("aliases", ())):
            assert name in scores(f"（{term}）"), f"{name}: {term}"


def test_each_exclusion_holds_a_term_of_its_topic() -> None:
    entries = {name: told for name, told in read_toml("topics.toml").items() if name != "version"}
    for name, told in entries.items():
        terms = [*told["terms"], *told.get("aliases", ())]
        for word in told.get("excludes", ()):
            assert any(term in word for term in terms), f"{name}: {word}"
            assert name not in scores(f"（{word}）"), f"{name}: {word}"


def test_a_megabyte_has_its_topics_in_good_time() -> None:
    began = time.process_time()
    found = topics.topics("样例", ("氢能与储能，" * 170_000,)).ranked
    assert {topic.id for topic in found} == {"hydrogen", "storage"}
    assert time.process_time() - began < 10
