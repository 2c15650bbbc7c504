"""What a run remembers of its pages, and when it publishes what it learned."""

from __future__ import annotations

import datetime as dt

from attrs import evolve

from pipelines.archive_pipeline import BoilerplateLearner
from pipelines.boilerplate.learning import FROM
from pipelines.html.cleaning import Cleaned
from pipelines.items import ExtractedArticle
from storage.articles import boilerplate
from storage.articles.boilerplate import WINDOW
from storage.database import Database
from tests.storage.builders import DAY, NIGHT, a_capture, an_article


def a_reading(
    key: int, *tail: str, payload: str = "page", at: dt.datetime = NIGHT, layout: str = "A"
) -> ExtractedArticle:
    return ExtractedArticle(
        article=an_article(key=str(key)),
        captures=(a_capture(f"{payload} {key}", at=at),),
        code="code-1",
        layout=layout,
        cleaned=(Cleaned(lines=(f"第{key}批试点通知如下。", *tail)),),
    )


def remembered(database: Database) -> dict[str, tuple[str, ...]]:
    """The keys at the end of each article's page."""
    with database.read() as session:
        seen = boilerplate.sightings(session, "ndrc")
    return {each.article: tuple(line.key for line in each.tails[0]) for each in seen}


def test_a_set_is_published_once_at_the_end_of_a_run(database: Database) -> None:
    learner = BoilerplateLearner(database, "ndrc", batch=4)
    for key in range(FROM):
        learner.record_page(a_reading(key, "江潮出品"), unchanged=False)
        with database.read() as session:
            assert boilerplate.active_set(session, "ndrc") is None
    published = learner.publish(NIGHT)
    assert published
    assert [block.key for block in published.blocks] == ["江潮出品"]
    assert BoilerplateLearner(database, "ndrc").publish(NIGHT + DAY) == published


def test_two_runs_on_one_database_learn_from_each_others_pages(database: Database) -> None:
    runs = [BoilerplateLearner(database, "ndrc", batch=1), BoilerplateLearner(database, "ndrc", batch=3)]
    for key in range(10):
        runs[key % 2].record_page(a_reading(key, "江潮出品"), unchanged=False)
    assert [runs[0].publish(NIGHT), runs[1].publish(NIGHT)][1]
    assert len(remembered(database)) == 10


def test_a_changed_page_is_remembered_as_it_is_now(database: Database) -> None:
    for night, words in enumerate(["江潮出品", "江海出品"]):
        learner = BoilerplateLearner(database, "ndrc")
        learner.record_page(a_reading(1, words, payload=words, at=NIGHT + night * DAY), unchanged=night > 0)
        learner.publish(NIGHT)
        assert remembered(database)["1"][0] == words


def test_known_pages_teach_a_young_archive_and_then_only_new_ones(database: Database) -> None:
    first = BoilerplateLearner(database, "ndrc")
    for key in range(WINDOW + 50):
        first.record_page(a_reading(key), unchanged=True)
    first.publish(NIGHT)
    drawn = remembered(database)
    assert len(drawn) == WINDOW
    assert max(map(int, drawn)) > WINDOW, "drawn by lot, not those that came first or last"
    assert min(map(int, drawn)) < 50

    second = BoilerplateLearner(database, "ndrc")
    forgotten = next(key for key in range(WINDOW) if str(key) not in drawn)
    second.record_page(a_reading(forgotten, at=NIGHT + DAY), unchanged=True)
    second.record_page(a_reading(500, at=NIGHT + DAY), unchanged=False)
    second.publish(NIGHT)
    assert "500" in remembered(database)
    assert str(forgotten) not in remembered(database)


def test_a_page_remembered_by_older_code_is_remembered_anew(database: Database) -> None:
    for code, words in (("code-1", "江潮出品"), ("code-1", "别的话"), ("code-2", "新代码读出的话")):
        learner = BoilerplateLearner(database, "ndrc")
        learner.record_page(evolve(a_reading(1, words), code=code), unchanged=True)
        learner.publish(NIGHT)
        assert remembered(database)["1"][0] == ("江潮出品" if code == "code-1" else words)


def test_nothing_is_learned_from_a_page_of_no_layout(database: Database) -> None:
    learner = BoilerplateLearner(database, "ndrc")
    learner.record_page(a_reading(1, layout=""), unchanged=False)
    assert learner.publish(NIGHT) is None
    assert remembered(database) == {}
