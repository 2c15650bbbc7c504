"""A search finds exactly what the query means, and shows where."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from policy.documents.dates import SHANGHAI
from policy.documents.numbers import parse_number
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
    matches,
    parse,
    search_document,
)
from policy.records import Article, FieldValue, Moment
from policy.rules.extraction import Extraction
from policy.text.words import match_spans, phrase, snippet
from storage import queries
from storage.articles import archive
from storage.articles.attachments import save_attachments
from storage.database import Database, open_database, upgrade
from storage.plain_reads import sqlite_reader
from storage.search.index import Index
from storage.search.searcher import Results, compile_query, search
from tests.storage.builders import (
    NIGHT,
    PLAN,
    a_capture,
    a_file,
    a_new_policy,
    an_article,
    the_known_policy,
)

NAMES = {"ndrc": "国家发展改革委", "bjx": "北极星", "most": "科技部"}


def _opened(folder: Path) -> Iterator[Database]:
    url = f"sqlite:///{folder / 'polarchive.db'}"
    upgrade(url)
    with open_database(url) as database:
        yield database


@pytest.fixture
def index(tmp_path: Path) -> Index:
    return Index(tmp_path / "index")


def article(
    text: str,
    *,
    key: str = "1",
    title: str = "通知",
    portal: str = "ndrc",
    number: str | None = None,
    published: Moment | None = None,
) -> Article:
    found = parse_number(number) if number else None
    return evolve(
        an_article(text, key=key, title=title, portal=portal),
        doc_no=FieldValue(value=found, raw=number or "", rule="cell:发文字号") if found else None,
        published=FieldValue(value=published, raw="", rule="meta:PubDate") if published else None,
    )


def keep(database: Database, *articles: Article, same_policy: bool = False) -> None:
    for each in articles:
        archive.save_article(
            database,
            Extraction(article=each, captures=(a_capture(f"{each.portal}/{each.key}"),), code="code-1"),
            decide=the_known_policy if same_policy else a_new_policy,
        )


def ask(index: Index, database: Database, query: str, **options: int) -> Results:
    index.follow(database)
    return search(index, database, parse(query), names=NAMES, **options)


def keys(results: Results) -> Sequence[str]:
    return [hit.title for hit in results.hits]


# ------------------------------------------------------------------ exactness

ALPHABET = "储能电价Aa9 ，。\n(　"
NUMBERS = (None, "发改能源〔2026〕15号", "发改能源[2026]5号", "国发〔2025〕15号", "能源局公告2026年第5号")
NEW_YEAR = dt.datetime(2026, 1, 1, 0, 30, tzinfo=SHANGHAI)
TERMS = st.text(ALPHABET, min_size=1, max_size=5).filter(phrase)
DAYS = st.dates(dt.date(2025, 12, 30), dt.date(2026, 1, 3))


def random_article(chance: random.Random, key: int) -> Article:
    at = NEW_YEAR + dt.timedelta(hours=chance.randint(-72, 72))
    return article(
        "".join(chance.choices(ALPHABET, k=chance.randint(0, 14))),
        key=str(key),
        title="".join(chance.choices(ALPHABET, k=chance.randint(1, 6))),
        portal=chance.choice(sorted(NAMES)),
        number=chance.choice(NUMBERS),
        published=chance.choice([None, at, at.date()]),
    )


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Index, Database]]:
    """An indexed archive of random articles, every third with a file."""
    folder, chance = tmp_path_factory.mktemp("home"), random.Random(2026)
    articles = [random_article(chance, key) for key in range(1, 201)]
    offering = [evolve(each, attachments=(evolve(PLAN, name="能 Aa"),)) for each in articles[::3]]
    for database in _opened(folder):
        keep(database, *offering, *(each for at, each in enumerate(articles) if at % 3))
        for each in offering:
            said = "".join(chance.choices(ALPHABET, k=chance.randint(0, 14)))
            save_attachments(database, each.portal, each.key, [a_file(said, of=each.attachments[0])])
        index = Index(folder / "index")
        index.follow(database)
        yield index, database


@pytest.fixture(scope="module")
def documents(many: tuple[Index, Database]) -> Mapping[int, SearchDocument]:
    """What each article of that archive says to a query, by its number."""
    _, database = many
    with database.read() as session:
        versions = queries.newest_versions(session)
    return {each.article_id: search_document(each, NAMES[each.article.portal]) for each in versions}


LEAVES = st.one_of(
    st.builds(Term, TERMS),
    st.builds(Phrase, TERMS),
    st.builds(
        DocNo,
        st.sampled_from(
            [
                "15",
                "5号",
                "发改能源〔2026〕",
                "2026〕15号",
                "国",
                "号",
                "能源局",
                "第5号",
                "第5号令",
                "能源局令第5号",
            ]
        ),
    ),
    st.builds(InPortal, st.sampled_from(["ndrc", "NDRC", "北极星", "科技部", "科技", "没有"])),
    st.builds(lambda days: Dated(*days), st.tuples(st.none() | DAYS, st.none() | DAYS).filter(any)),
)
QUERIES = st.recursive(
    LEAVES,
    lambda parts: st.one_of(
        st.builds(Not, parts),
        st.builds(And, st.lists(parts, min_size=2, max_size=3).map(tuple)),
        st.builds(Or, st.lists(parts, min_size=2, max_size=3).map(tuple)),
    ),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None)
@given(query=QUERIES)
def test_a_search_finds_exactly_what_the_query_means(
    many: tuple[Index, Database], documents: Mapping[int, SearchDocument], query: Query
) -> None:
    index, database = many
    wanted = {article for article, said in documents.items() if matches(query, said)}
    found = search(index, database, query, names=NAMES, limit=0)
    matched = index.snapshot().find(compile_query(query, NAMES), limit=1000).matches
    assert {match.article for match in matched} == wanted
    assert found.total == len(wanted)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        pytest.param("储", ["甲", "乙"], id="one character"),
        pytest.param("储能", ["甲"], id="two characters"),
        pytest.param("储能电站", ["甲"], id="across a line-break scar"),
        pytest.param('"容量，电价"', ["乙"], id="the same pause"),
        pytest.param("容量电价", [], id="not across punctuation"),
        pytest.param("co2", ["乙"], id="full width and capitals"),
        pytest.param("co", [], id="not a part of a Latin word"),
        pytest.param("储 NOT 能", ["乙"], id="without"),
        pytest.param("NOT 储", ["丙"], id="everything else"),
        pytest.param("日期:2026 OR 门户:科技部", ["甲", "丙"], id="fields"),
        pytest.param("NOT 日期:1900..", ["乙", "丙"], id="without a day"),
        pytest.param("文号:发改能源(2026)15号", ["甲"], id="number in other brackets"),
        pytest.param("文号:商务部公告2026年第15号", [], id="number of another kind"),
        pytest.param("(储 OR 文旅) NOT 文号:15", ["乙", "丙"], id="parentheses"),
    ],
)
def test_queries_mean_what_they_say(
    index: Index, database: Database, query: str, found: Sequence[str]
) -> None:
    keep(
        database,
        article(
            "建设储能\u3000电站。",
            key="1",
            title="甲",
            number="发改能源〔2026〕15号",
            published=dt.date(2026, 3, 1),
        ),
        article("储备容量、电价与ＣＯ２。", key="2", title="乙", portal="bjx"),
        article("文旅。", key="3", title="丙", portal="most"),
    )
    assert sorted(keys(ask(index, database, query))) == sorted(found)


# ------------------------------------------------------------------ order, pages, policies


def test_a_title_weighs_more_than_a_mention(index: Index, database: Database) -> None:
    filler = "各地要做好供暖准备工作。" * 5
    keep(
        database,
        article(f"{filler}储能{filler}", key="1", title="提及"),
        article(filler * 2, key="2", title="储能办法"),
        article(filler, key="3", title="无关"),
    )
    assert keys(ask(index, database, "储能")) == ["储能办法", "提及"]


def test_without_words_the_newest_come_first_and_those_without_a_day_last(
    index: Index, database: Database
) -> None:
    days = {"旧": dt.date(2020, 1, 1), "无": None, "新": dt.date(2026, 1, 1)}
    keep(database, *(article("储能", key=key, title=key, published=day) for key, day in days.items()))
    assert keys(ask(index, database, "门户:ndrc")) == ["新", "旧", "无"]


def test_pages_follow_one_another_without_gap_or_repetition(index: Index, database: Database) -> None:
    keep(
        database,
        *(article("储能" * (number % 3 + 1), key=str(number), title=str(number)) for number in range(50)),
    )
    pages = [ask(index, database, "储能", limit=7, offset=offset) for offset in range(0, 56, 7)]
    assert len({key for page in pages for key in keys(page)}) == 50
    assert {page.total for page in pages} == {50}
    assert ask(index, database, "储能", limit=0).hits == ()
    assert ask(index, database, "储能", offset=1000).hits == ()


def test_a_policy_on_two_portals_is_one_hit(index: Index, database: Database) -> None:
    text = f"关于推进储能发展的意见{'，请各地各单位认真贯彻执行' * 5}。"
    keep(
        database,
        article(text, portal="ndrc", key="1", title="部委"),
        article(text, portal="bjx", key="2", title="部委"),
        article("另一件储能的事", portal="most", key="3", title="另一件"),
        same_policy=True,
    )
    results = ask(index, database, "储能")
    assert results.total == 3
    assert {hit.title: set(hit.portals) for hit in results.hits} == {
        "部委": {"ndrc", "bjx"},
        "另一件": {"most"},
    }
    (alone,) = ask(index, database, "储能 门户:北极星").hits
    assert (alone.portal, alone.portals) == ("bjx", ("bjx",))


def test_a_hit_says_what_and_where(index: Index, database: Database) -> None:
    at_night = dt.datetime(2026, 3, 1, 0, 30, tzinfo=SHANGHAI)
    keep(database, article("一、总则。\n二、建设储能电站。", number="发改能源[2026]15号", published=at_night))
    (hit,) = ask(index, database, "储能").hits
    assert (hit.portal, hit.doc_no, hit.published) == ("ndrc", "发改能源[2026]15号", dt.date(2026, 3, 1))
    assert (hit.article_id, hit.version, hit.snippet) == (1, 1, "一、总则。 二、建设储能电站。")
    assert hit.score > 0


# ------------------------------------------------------------------ snippets


@pytest.mark.parametrize(
    ("terms", "shown"),
    [
        pytest.param(["储能"], "…前前前建设储能电站，后后…", id="around the match"),
        pytest.param(["没有", "电站，后", "建设"], "…前前前前前建设储能电站，…", id="the first there"),
        pytest.param(["没有"], "前前前前前前前前前前…", id="the beginning when it stands in the title"),
    ],
)
def test_a_snippet_shows_the_match_in_its_sentence(terms: list[str], shown: str) -> None:
    text = f"{'前' * 50}建设储能电站，{'后' * 50}"
    assert snippet(text, terms, around=5) == shown


@pytest.mark.parametrize(
    ("text", "term", "shown"),
    [
        pytest.param("排放ＣＯ２限值", "co2", "排放ＣＯ２限值", id="full width"),
        pytest.param("甲储\n能乙", "储能", "甲储 能乙", id="a scar inside"),
        pytest.param("SCO23 与 CO2", "co2", "SCO23 与 CO2", id="whole Latin words"),
        pytest.param("〔2026〕15号", "2026〕15", "〔2026〕15号", id="a pause"),
    ],
)
def test_a_snippet_finds_what_the_index_finds(text: str, term: str, shown: str) -> None:
    padded = "无" * 300 + text + "无" * 300
    assert shown in snippet(padded, [term], around=10)


@pytest.mark.parametrize(
    ("text", "term", "marked"),
    [
        pytest.param(
            "产业升 级与产业升级", "产业升级", ["产业升 级", "产业升级"], id="with and without a scar"
        ),
        pytest.param("减排ＣＯ２", "co2", ["ＣＯ２"], id="full width"),
        pytest.param("储存能量", "储能", [], id="nowhere"),
    ],
)
def test_every_place_of_a_term_is_marked_with_the_spaces_inside_it(
    text: str, term: str, marked: list[str]
) -> None:
    assert [text[start:end] for start, end in match_spans(text, [term])] == marked


@given(st.text(ALPHABET, max_size=200), TERMS)
def test_a_snippet_is_short_and_on_one_line(text: str, term: str) -> None:
    found = snippet(text, [term], around=10)
    assert "\n" not in found


# ------------------------------------------------------------------ words of files


def test_words_of_a_file_are_found_and_shown_and_no_phrase_leaks_across_its_border(
    database: Database, index: Index
) -> None:
    page = evolve(article("现将实施方案印发给你们", title="通知"), attachments=(PLAN,))
    keep(database, page)
    save_attachments(database, "ndrc", "1", [a_file("遵照执行退役电池回收体系建设\n第二条")])
    found = ask(index, database, "退役电池回收")
    assert keys(found) == ["通知"]
    assert "退役电池回收体系" in found.hits[0].snippet
    for leak in ('"你们附件"', '"方案遵照"', '"pdf遵照"', '"建设第二条"'):
        assert ask(index, database, leak).total == 0, leak


def test_words_that_come_later_reach_the_index_by_the_feed(database: Database, index: Index) -> None:
    keep(database, evolve(article("现将方案印发给你们"), attachments=(PLAN,)))
    save_attachments(database, "ndrc", "1", [a_file(failed="timeout")])
    assert ask(index, database, "梯次利用").total == 0
    later = NIGHT + dt.timedelta(days=1)
    save_attachments(database, "ndrc", "1", [a_file("推进梯次利用", at=later)])
    assert ask(index, database, "梯次利用").total == 1


def test_a_search_of_a_sqlite_archive_needs_no_mapped_table(index: Index, empty_url: str) -> None:
    upgrade(empty_url)
    with open_database(empty_url) as database:
        keep(
            database,
            article("储能的事", published=dt.date(2026, 3, 1)),
            article("别的储能", key="2", number="发改能源〔2026〕5号"),
        )
        index.follow(database)
        expected = search(index, database, parse("储能"))
        reader = sqlite_reader(empty_url)
        assert (reader is None) == empty_url.startswith("postgresql")
        assert expected.total == 2
        assert search(index, reader or database, parse("储能")) == expected
