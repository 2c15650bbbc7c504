"""What ops see of a portal's boilerplate, and how they take it back."""

from __future__ import annotations

import pytest

from policy.records.content import Block, EdgeLine, PageEdges
from storage.articles import boilerplate
from storage.database import open_database
from tests.cli.conftest import Polarchive
from tests.storage.builders import NIGHT

BLOCK = Block(layout="NdrcArticle", edge="tail", key="江潮出品", since=NIGHT, pages=9, of=10)


@pytest.fixture
def learned(archived: Polarchive) -> Polarchive:
    """A home whose portal has one block, last seen on two of three pages."""
    seen = [
        PageEdges(
            article=str(n),
            layout="NdrcArticle",
            at=NIGHT,
            digests=(),
            code="code-1",
            tails=((EdgeLine(key=key),),),
        )
        for n, key in enumerate(["江潮出品", "江潮出品", "别的话"])
    ]
    with (
        open_database(f"sqlite:///{archived.home / 'polarchive.db'}") as database,
        database.write() as session,
    ):
        boilerplate.save_sightings(session, "ndrc", seen)
        boilerplate.publish_set(session, "ndrc", NIGHT, lambda _: (BLOCK,))
    return archived


def test_a_portal_nobody_crawled_has_learned_nothing(archived: Polarchive) -> None:
    said = archived("boilerplate", "ndrc")
    assert (said.code, "nothing learned yet" in said.out) == (0, True)
    assert "learning begins at 9" in said.err
    assert archived("boilerplate", "ndrc", "--json").json["set"] is None
    assert archived("boilerplate", "nowhere").code == 2


def test_blocks_are_shown_with_how_often_they_are_seen_now(learned: Polarchive) -> None:
    shown = learned("boilerplate", "ndrc").out
    for word in ("set 1", BLOCK.id, "NdrcArticle", "tail", "江潮出品", "2 of 3", "2026-03-02", "removed"):
        assert word in shown
    [block] = learned("boilerplate", "ndrc", "--json").json["blocks"]
    assert (block["block"], block["key"], block["pages"], block["of"]) == (BLOCK.id, "江潮出品", 2, 3)


def test_a_block_that_is_kept_is_a_new_set_and_can_be_forgotten(learned: Polarchive) -> None:
    kept = learned("boilerplate", "ndrc", "--keep", BLOCK.id, "--json").json
    assert (kept["set"], [block["kept"] for block in kept["blocks"]]) == (2, [True])
    assert "kept" in learned("boilerplate", "ndrc").out
    assert learned("boilerplate", "ndrc", "--keep", BLOCK.id, "--json").json["set"] == 2, (
        "said twice, done once"
    )
    forgotten = learned("boilerplate", "ndrc", "--forget", BLOCK.id, "--json").json
    assert (forgotten["set"], forgotten["blocks"]) == (3, [])


def test_a_block_that_is_not_there_is_named(learned: Polarchive) -> None:
    said = learned("boilerplate", "ndrc", "--keep", "0badcafe")
    assert (said.code, said.out) == (1, "")
    assert "ndrc has no block '0badcafe'" in said.err
