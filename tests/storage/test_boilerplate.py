"""Sightings are one an article, sets are never altered, and two writers lose nothing."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

from policy.records.content import Block, BoilerplateSet, EdgeLine, PageEdges
from storage.articles import boilerplate
from storage.articles.boilerplate import WINDOW
from storage.database import Database
from tests.storage.builders import DAY, NIGHT


def a_sighting(article: str, *words: str, at: dt.datetime = NIGHT, layout: str = "Article") -> PageEdges:
    tail = (*(EdgeLine(key=word) for word in words), EdgeLine(passes=True))
    return PageEdges(
        article=article, layout=layout, at=at, digests=("sha1:A",), code="code-1", heads=((),), tails=(tail,)
    )


def a_block(key: str = "江潮出品", *, kept: bool = False, pages: int = 9) -> Block:
    return Block(layout="Article", edge="tail", key=key, since=NIGHT, pages=pages, of=10, kept=kept)


def remember(database: Database, *seen: PageEdges, portal: str = "ndrc") -> None:
    with database.write() as session:
        boilerplate.save_sightings(session, portal, seen)


def remembered(database: Database, portal: str = "ndrc") -> list[PageEdges]:
    with database.read() as session:
        return boilerplate.sightings(session, portal)


def publish(database: Database, *blocks: Block, at: dt.datetime = NIGHT) -> BoilerplateSet | None:
    with database.write() as session:
        return boilerplate.publish_set(session, "ndrc", at, lambda _known: blocks)


def test_an_article_is_remembered_once_as_it_was_last(database: Database) -> None:
    remember(database, a_sighting("1", "江潮出品"), a_sighting("2", "江潮出品", "扫码"))
    newer, older = a_sighting("1", "江海出品", at=NIGHT + DAY), a_sighting("2", "旧", at=NIGHT - DAY)
    remember(database, newer, older)
    assert remembered(database) == [newer, a_sighting("2", "江潮出品", "扫码")]
    assert remembered(database, "bjx") == []


def test_only_the_articles_fetched_last_are_remembered(database: Database) -> None:
    seen = [a_sighting(str(number), at=NIGHT + number * DAY) for number in range(WINDOW + 20)]
    remember(database, a_sighting("other", layout="Old"), *seen)
    assert {each.article for each in remembered(database)} == {"other", *map(str, range(20, WINDOW + 20))}


def test_two_writers_lose_no_page(database: Database) -> None:
    def crawl(writer: int) -> None:
        for number in range(20):
            remember(database, a_sighting(f"{writer}-{number}"), a_sighting("shared"))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(crawl, range(4)))
    assert len(remembered(database)) == 4 * 20 + 1


def test_the_newest_set_is_in_use_and_the_others_stay(database: Database) -> None:
    with database.read() as session:
        assert boilerplate.active_set(session, "ndrc") is None
    first = publish(database, a_block())
    second = publish(database, a_block(), a_block("扫码"), at=NIGHT + DAY)
    assert first
    assert second
    assert (first.id, first.blocks) != (second.id, second.blocks)
    with database.read() as session:
        assert boilerplate.active_set(session, "ndrc") == second
        assert boilerplate.active_set(session, "bjx") is None


def test_a_set_is_published_only_where_other_boilerplate_is_known(database: Database) -> None:
    assert publish(database) is None
    first = publish(database, a_block())
    assert publish(database, a_block(pages=500), at=NIGHT + DAY) == first
    kept = publish(database, a_block(kept=True), at=NIGHT + DAY)
    assert first
    assert kept
    assert kept.id > first.id


def test_two_publishers_see_each_other(database: Database) -> None:
    def add(number: int) -> None:
        with database.write() as session:
            boilerplate.publish_set(session, "ndrc", NIGHT, lambda known: (*known, a_block(f"第{number}句")))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(8)))
    with database.read() as session:
        newest = boilerplate.active_set(session, "ndrc")
    assert newest
    assert {block.key for block in newest.blocks} == {f"第{number}句" for number in range(8)}


def test_a_set_speaks_of_each_layout_apart(database: Database) -> None:
    known = publish(database, a_block(), a_block("联系电话", kept=True))
    assert known
    learned = known.of("Article")
    assert (learned.tail, learned.head, learned.kept) == ({"江潮出品"}, frozenset(), {"联系电话"})
    assert known.of("Other").tail == frozenset()
