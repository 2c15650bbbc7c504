"""Any sequence of readings leaves versions 1..n without gaps, and no two neighbours equal."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count, groupby, pairwise

from attrs import frozen
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policy.records import Article, Capture, Version
from policy.rules.extraction import Extraction
from storage import queries
from storage.articles import archive
from storage.database import Database
from tests.storage.builders import DAY, NIGHT, WORDS, a_capture, an_article, the_known_policy

keys = map(str, count(1))
on_both = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@frozen
class Visit:
    """What a portal shows, when, and the code and the boilerplate set that it is read with."""

    words: int
    boilerplate: int
    code: int
    learned: int
    night: int = 0


def read(payload: str, context: Visit, key: str) -> Article:
    """Each code finds other words in the same payload, each set leaves others; none sees the clock."""
    words, _boilerplate = payload.split(" | ")
    return an_article(f"{WORDS}第{context.code}版代码、第{context.learned}套版式读出：{words}。", key=key)


def crawl(database: Database, visits: Sequence[Visit]) -> list[Version]:
    """The versions of an article of its own after all visits."""
    key, payloads = next(keys), dict[str, str]()
    for number, context in enumerate(visits):
        payload = f"第{context.words}条 | {context.boilerplate}"
        capture = a_capture(payload, at=NIGHT + context.night * DAY, record=f"<urn:test:{key}:{number}>")
        payloads[capture.digest] = payload

        def reread(captures: tuple[Capture, ...], context: Visit = context) -> Article:
            return read(payloads[captures[0].digest], context, key)

        archive.save_article(
            database,
            Extraction(
                article=read(payload, context, key),
                captures=(capture,),
                code=f"code-{context.code}",
                boilerplate=context.learned or None,
            ),
            decide=the_known_policy,
            reread=reread,
        )
    with database.read() as session:
        known = queries.article_by_key(session, "ndrc", key)
        return queries.versions(session, known.id) if known else []


few = st.integers(0, 2)
visits_of_one_night = st.lists(st.builds(Visit, few, few, few, few), min_size=1, max_size=10)
visits_in_any_order = st.lists(st.builds(Visit, few, few, few, few, few), min_size=1, max_size=10)


@on_both
@given(visits=visits_in_any_order)
def test_versions_have_no_gaps_and_no_equal_neighbours(database: Database, visits: list[Visit]) -> None:
    versions = crawl(database, visits)
    assert [version.number for version in versions] == list(range(1, len(versions) + 1))
    for before, after in pairwise(versions):
        assert before.content_hash != after.content_hash
        assert before.at <= after.at


@on_both
@given(visits=visits_of_one_night)
def test_there_are_as_many_versions_as_the_words_had_states(database: Database, visits: list[Visit]) -> None:
    states = [words for words, _ in groupby(context.words for context in visits)]
    assert len(crawl(database, visits)) == len(states)
