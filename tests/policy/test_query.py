from __future__ import annotations

import datetime as dt

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.documents.issuers import split_issuers
from policy.documents.numbers import parse_number
from policy.errors import QuerySyntax
from policy.query import (
    And,
    Dated,
    DocNo,
    InPortal,
    Not,
    Or,
    Phrase,
    Query,
    SearchDocument,
    Term,
    highlights,
    matches,
    parse,
    search_document,
)
from policy.records import FieldValue, Version
from tests.storage.builders import NIGHT, an_article

HAN = "氢能储电网绿证碳排"
WORDS = st.text(alphabet=HAN, min_size=1, max_size=3)
DAYS = st.dates(min_value=dt.date(2020, 1, 1), max_value=dt.date(2026, 12, 31))
LEAVES = st.one_of(
    WORDS.map(Term),
    st.text(alphabet=HAN + "，kW1 ", min_size=1, max_size=6).filter(lambda t: t.strip("， ")).map(Phrase),
    st.just(DocNo("国发〔2021〕23号")),
    st.sampled_from(["ndrc", "发改委"]).map(InPortal),
    st.tuples(DAYS, DAYS).map(sorted).map(lambda days: Dated(*days)),
    DAYS.map(lambda day: Dated(day, None)),
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        inner.map(Not),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: And(tuple(parts))),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: Or(tuple(parts))),
    ),
    max_leaves=8,
)
DOCUMENTS = st.builds(
    SearchDocument,
    text=st.text(alphabet=HAN + "，\n kW1", max_size=30),
    doc_no=st.sampled_from([None, "国发〔2021〕23号", "国办发〔2021〕23号"]),
    portal=st.sampled_from([("ndrc", "国家发展改革委"), ("bjx", "北极星")]),
    day=st.one_of(st.none(), DAYS),
)


@given(TREES)
def test_a_tree_written_out_reads_as_the_same_tree(tree: Query) -> None:
    assert parse(str(tree)) == tree


@given(st.text(alphabet=HAN, max_size=40), WORDS)
def test_a_term_matches_where_it_is_a_substring(text: str, word: str) -> None:
    assert matches(Term(word), SearchDocument(text=text)) is (word in text)


@given(TREES, TREES, DOCUMENTS)
def test_de_morgan(one: Query, other: Query, document: SearchDocument) -> None:
    neither = Not(Or((one, other)))
    assert matches(neither, document) is matches(And((Not(one), Not(other))), document)
    assert matches(Not(And((one, other))), document) is matches(Or((Not(one), Not(other))), document)


@given(TREES, DOCUMENTS)
def test_twice_not_is_yes(tree: Query, document: SearchDocument) -> None:
    assert matches(Not(Not(tree)), document) is matches(tree, document)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("氢能", Term("氢能")),
        ("氢能 储能", And((Term("氢能"), Term("储能")))),
        ("氢能 AND 储能 OR 绿证", Or((And((Term("氢能"), Term("储能"))), Term("绿证")))),
        ("氢能 NOT 招标", And((Term("氢能"), Not(Term("招标"))))),
        ("NOT （氢能 OR 储能）", Not(Or((Term("氢能"), Term("储能"))))),
        ("“绿色 电力”", Phrase("绿色 电力")),
        ('"绿色，电力"', Phrase("绿色，电力")),
        ("文号:国发〔2021〕23号", DocNo("国发〔2021〕23号")),
        ("文号：国发(2021)23号 氢能", And((DocNo("国发(2021)23号"), Term("氢能")))),
        ("门户:ndrc", InPortal("ndrc")),
        ("日期:2026", Dated(dt.date(2026, 1, 1), dt.date(2026, 12, 31))),
        ("日期:2024-02", Dated(dt.date(2024, 2, 1), dt.date(2024, 2, 29))),
        ("日期：2026年3月1日", Dated(dt.date(2026, 3, 1), dt.date(2026, 3, 1))),
        ("日期:2026-03-01..2026-04", Dated(dt.date(2026, 3, 1), dt.date(2026, 4, 30))),
        ("日期:2026-03..", Dated(dt.date(2026, 3, 1), None)),
        ("日期:..2026-03", Dated(None, dt.date(2026, 3, 31))),
    ],
)
def test_the_grammar(text: str, tree: Query) -> None:
    assert parse(text) == tree


@pytest.mark.parametrize(
    ("text", "position", "advice"),
    [
        ("", 1, "at least one term"),
        ("氢能 AND", 7, "add one"),
        ("氢能 OR OR 储能", 7, "add one"),
        ("(氢能", 1, "close it"),
        ("氢能)", 3, "remove it"),
        ("氢能 “储能", 4, "close it"),
        ("标题:氢能", 1, "文号: 门户: 日期:"),
        ("氢能 日期:2026-02-30", 4, "correct it"),
        ("日期:2026-05..2026-03", 1, "earlier day first"),
        ("日期:去年", 1, "write 2026"),
        ("日期:..", 1, "write"),
        ("文号:", 1, "give letters"),
        ("氢能 ，", 4, "give letters"),
        (":氢能", 1, "quotation marks"),
        ("(" * 5000, None, "shorten it"),
        ("(" * 500 + "氢" + ")" * 500, 62, "fewer parentheses"),
        ("NOT " * 500 + "氢", 245, "fewer parentheses"),
    ],
)
def test_what_cannot_be_read_names_its_position_and_says_what_to_do(
    text: str, position: int | None, advice: str
) -> None:
    with pytest.raises(QuerySyntax) as caught:
        parse(text)
    assert advice in str(caught.value)
    if position is not None:
        assert str(caught.value).startswith(f"position {position}:")


def test_a_phrase_does_not_leak_across_punctuation() -> None:
    document = SearchDocument(text="发展绿色，电力市场")
    assert not matches(parse("绿色电力"), document)
    assert matches(parse("“绿色，电力”"), document)


def test_a_number_is_found_whatever_its_brackets() -> None:
    document = SearchDocument(text="", doc_no="国发〔2021〕23号")
    assert matches(parse("文号:国发[2021]23号"), document)
    assert matches(parse("文号:国发"), document)
    assert not matches(parse("文号:3号"), document)
    assert not matches(parse("文号:国发"), SearchDocument(text="国发〔2021〕23号"))


@pytest.mark.parametrize("printed", ["2026年第41号令", "国家发展改革委令第41号", "令〔2026〕第41号"])
@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("国家发展和改革委员会令第41号", True),
        ("发改委令2026年第41号", True),
        ("中华人民共和国国家发展和改革委员会令〔2026〕第41号", True),
        ("第41号令", True),
        ("2026年第41号令", True),
        ("商务部令第41号", False),
        ("国家发展改革委令第1号", False),
        ("国家发展改革委令2025年第41号", False),
        ("国家发展改革委公告第41号", False),
    ],
)
def test_an_order_is_matched_in_every_form_of_its_number(printed: str, asked: str, expected: bool) -> None:
    number, organs = parse_number(printed), split_issuers("国家发展改革委")
    assert number is not None
    article = attrs.evolve(
        an_article("样例"),
        doc_no=FieldValue(value=number, raw=printed, rule="cell"),
        issuers=FieldValue(value=organs, raw="国家发展改革委", rule="cell"),
        written=FieldValue(value=dt.date(2026, 2, 6), raw="2026年2月6日", rule="cell"),
    )
    version = Version(
        article_id=1, policy_id=1, number=1, at=NIGHT, content_hash="", code="", article=article
    )
    assert matches(parse(f'文号:"{asked}"'), search_document(version)) == expected


def test_a_portal_is_its_slug_or_its_name() -> None:
    document = SearchDocument(text="", portal=("bjx", "北极星"))
    assert matches(parse("门户:BJX"), document)
    assert matches(parse("门户:北极星"), document)
    assert not matches(parse("门户:北极"), document)


def test_an_undated_document_is_in_no_period() -> None:
    assert not matches(parse("日期:..2026"), SearchDocument(text="氢能"))
    assert matches(parse("NOT 日期:..2026"), SearchDocument(text="氢能"))


def test_highlights_are_the_positive_terms() -> None:
    assert highlights(parse("氢能 (储能 OR “绿色 电力”) NOT 招标 NOT NOT 绿证 氢能 文号:国发")) == (
        "氢能",
        "储能",
        "绿色 电力",
        "绿证",
    )
