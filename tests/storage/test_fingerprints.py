"""The index of fingerprints, on both databases."""

from __future__ import annotations

import random
from collections.abc import Iterable

from sqlalchemy import func, select

from pipelines.dedupe.comparison_profile import fingerprints_of_text
from policy.text.words import MOST, Fingerprints, SimilarWording
from storage.database import Database
from storage.policies import fingerprints as index
from storage.tables import FingerprintedRow, FingerprintKeyRow, FingerprintRow, WordingRow

_SIGNS = "储能电站应当建立健全安全管理制度落实主体责任加强运行监测完善应急预案定期演练"


def a_text(seed: int, clauses: int = 40) -> str:
    """Clauses that no other seed has."""
    draw = random.Random(seed)
    return "，".join("".join(draw.choices(_SIGNS, k=draw.randint(8, 20))) for _ in range(clauses)) + "。"


def add(database: Database, article: int, text: str, *keys: str) -> None:
    with database.write() as session:
        index.index_article(session, article, fingerprints_of_text(text, keys))


def candidates(database: Database, text: str, *keys: str, besides: int | None = None) -> list[SimilarWording]:
    with database.read() as session:
        return index.candidates(session, fingerprints_of_text(text, keys), besides=besides)


def named(found: Iterable[SimilarWording]) -> list[int]:
    return [article for one in found for article in one.articles]


def rows(database: Database) -> list[int]:
    tables = (WordingRow, FingerprintRow, FingerprintKeyRow, FingerprintedRow)
    with database.read() as session:
        return [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


def test_an_article_is_found_by_those_who_share_its_words(database: Database) -> None:
    for article in range(1, 21):
        add(database, article, a_text(article))
    excerpt = "，".join(a_text(7).split("，")[10:18])
    for text in (a_text(7), f"来源：中国能源报。{a_text(7)}责任编辑", excerpt, f"本报讯，{excerpt}"):
        [found] = candidates(database, text)
        assert found.articles == (7,)
        assert found.likeness > 0.5
    assert candidates(database, a_text(99)) == []


def test_a_text_without_punctuation_is_found_too(database: Database) -> None:
    add(database, 1, a_text(1))
    add(database, 2, a_text(2))
    assert named(candidates(database, a_text(1).replace("，", ""))) == [1]


def test_an_article_does_not_find_itself(database: Database) -> None:
    add(database, 1, a_text(1), "title:储能条例")
    assert candidates(database, a_text(1), "title:储能条例", besides=1) == []


def test_equal_texts_are_one_wording_however_many_pages_have_them(database: Database) -> None:
    for article in range(1, 501):
        add(database, article, a_text(1))
    add(database, 501, a_text(1) + "，以上内容由本站整理发布")
    wordings, hashes, _, articles = rows(database)
    assert (wordings, articles) == (2, 501)
    assert hashes < 3 * MOST
    found = candidates(database, a_text(1))
    assert found[0].articles == tuple(range(1, 9))
    assert 501 in named(found)


def test_a_policy_on_more_portals_than_any_bound_is_still_found(database: Database) -> None:
    portals = index.RARE * 3
    for portal in range(portals):
        add(database, portal, f"{a_text(1000 + portal, 4)}{a_text(1)}")
    for article in range(portals, portals + 20):
        add(database, article, a_text(article))
    found = candidates(database, f"{a_text(5000, 4)}{a_text(1)}")
    assert len(found) == index.MOST_FOUND
    assert max(named(found)) < portals
    excerpt = "，".join(a_text(1).split("，")[3:15])
    assert candidates(database, excerpt)


def test_words_that_all_share_do_not_hide_the_one_that_shares_the_rare_ones(database: Database) -> None:
    formula = a_text(1, 20)
    for article in range(index.RARE * 4):
        add(database, article, formula + a_text(1000 + article, 6))
    wanted = index.RARE * 3
    assert candidates(database, formula + a_text(1000 + wanted, 6) + "编辑")[0].articles == (wanted,)


def test_a_title_is_enough_to_be_looked_at(database: Database) -> None:
    add(database, 1, a_text(1), "title:国境卫生检疫法")
    add(database, 2, "附件。", "title:国境卫生检疫法")
    add(database, 3, a_text(3), "title:储能条例")
    found = candidates(database, a_text(4), "title:国境卫生检疫法")
    assert [one.articles for one in found] == [(1,), (2,)]
    assert all(one.keyed and not one.shared for one in found)


def test_a_removed_article_is_forgotten_and_its_wording_with_the_last(database: Database) -> None:
    add(database, 1, a_text(1), "title:储能条例")
    add(database, 2, a_text(1), "title:储能条例")
    with database.write() as session:
        index.remove_article(session, 1)
    assert named(candidates(database, a_text(1), "title:储能条例")) == [2]
    with database.write() as session:
        index.remove_article(session, 2)
        index.remove_article(session, 2)
    assert rows(database) == [0, 0, 0, 0]


def test_an_article_with_other_words_is_found_by_these_alone(database: Database) -> None:
    add(database, 1, a_text(1), "title:旧名")
    add(database, 1, a_text(2), "title:新名")
    assert candidates(database, a_text(1), "title:旧名") == []
    assert named(candidates(database, a_text(2), "title:新名")) == [1]


def test_a_text_of_ten_characters_is_not_in_the_index(database: Database) -> None:
    add(database, 1, "详见附件内容如下表所")
    assert rows(database) == [0, 0, 0, 0]
    assert candidates(database, "详见附件内容如下表所") == []


def test_a_yearbook_costs_no_more_than_an_article_and_is_found_by_its_chapters(database: Database) -> None:
    yearbook = "\n".join(a_text(seed, 60) for seed in range(2000))
    add(database, 1, yearbook)
    assert rows(database)[1] <= MOST
    chapters = "\n".join(a_text(seed, 60) for seed in range(300))
    assert named(candidates(database, chapters)) == [1]


def test_hashes_of_any_sign_are_kept(database: Database) -> None:
    edges = Fingerprints(digest=-(2**63), clauses=(-(2**63), -2, 2**63 - 2), runs=(-1, 2**63 - 1))
    with database.write() as session:
        index.index_article(session, 1, edges)
    with database.read() as session:
        [found] = index.candidates(session, edges)
    assert (found.shared, found.of) == (5, 5)
