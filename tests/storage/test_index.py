"""The index follows the archive, and can always be made again.

One test starts a process, which is killed while it writes the index.
"""

from __future__ import annotations

import fcntl
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from attrs import evolve

from policy.errors import ArchiveError
from policy.query import parse, search_document
from policy.records import Article, FieldValue
from policy.rules.extraction import Extraction
from storage import queries
from storage.articles import archive, availability
from storage.database import Database, open_database, upgrade
from storage.search.index import Index
from storage.search.searcher import search
from tests.storage.builders import DAY, NIGHT, a_capture, a_new_policy, an_article


def _opened(path: Path) -> Iterator[Database]:
    upgrade(f"sqlite:///{path}")
    with open_database(f"sqlite:///{path}") as database:
        yield database


@pytest.fixture
def index(tmp_path: Path) -> Index:
    return Index(tmp_path / "index")


def keep(database: Database, key: str, text: str, *, night: int = 0) -> None:
    """Archive this text as the newest version of the article with this key."""
    at = NIGHT + night * DAY
    archive.save_article(
        database,
        Extraction(article=_article(key, text), captures=(a_capture(f"{key}:{text}", at=at),), code="code-1"),
        decide=a_new_policy,
    )


def _article(key: str, text: str) -> Article:
    return an_article(text, key=key, title=f"通知之{key}")


def titles(index: Index, database: Database, query: str) -> Sequence[str]:
    return [hit.title for hit in search(index, database, parse(query)).hits]


def test_what_was_archived_is_found_after_following(index: Index, database: Database) -> None:
    keep(database, "甲", "建设新型储能电站。")
    keep(database, "乙", "规范燃气价格。")
    assert index.follow(database) == 2
    assert titles(index, database, "储能") == ["通知之甲"]
    assert index.follow(database) == 0


def test_only_the_newest_version_is_found(index: Index, database: Database) -> None:
    keep(database, "甲", "建设新型储能电站。")
    index.follow(database)
    keep(database, "甲", "建设抽水蓄能电站。", night=1)
    assert index.follow(database) == 1
    assert titles(index, database, "新型储能") == []
    assert titles(index, database, "抽水蓄能") == ["通知之甲"]


def test_a_withdrawn_article_stays_findable(index: Index, database: Database) -> None:
    keep(database, "甲", "建设新型储能电站。")
    with database.write() as session:
        availability.mark_gone(session, "ndrc", "甲", NIGHT + DAY)
    index.follow(database)
    assert titles(index, database, "储能") == ["通知之甲"]


def test_reading_the_feed_again_doubles_nothing(index: Index, database: Database) -> None:
    keep(database, "甲", "建设新型储能电站。")
    keep(database, "乙", "发展储能。")
    index.follow(database)
    _edit_state(index, position=0, at=None)
    assert index.follow(database) == 2
    assert search(index, database, parse("储能")).total == 2


def _edit_state(index: Index, **fields: object) -> None:
    path = index.path / "state.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | fields))


def test_an_empty_archive_has_an_empty_index(index: Index, database: Database) -> None:
    assert index.follow(database) == 0
    assert titles(index, database, "储能") == []
    keep(database, "甲", "储能")
    assert index.follow(database) == 1


@pytest.mark.parametrize("loss", ["folder", "state", "everything", "schema"])
def test_a_lost_index_is_made_again(index: Index, database: Database, loss: str) -> None:
    keep(database, "甲", "建设新型储能电站。")
    index.follow(database)
    _lose(index, loss)
    again = Index(index.path)
    with pytest.raises(ArchiveError, match="polarchive index rebuild"):
        titles(again, database, "储能")
    assert again.follow(database) == 1
    assert titles(again, database, "储能") == ["通知之甲"]
    assert len(list(index.path.glob("g-*"))) == 1


def _lose(index: Index, loss: str) -> None:
    match loss:
        case "folder":
            shutil.rmtree(next(index.path.glob("g-*")))
        case "state":
            (index.path / "state.json").write_text("{")
        case "everything":
            shutil.rmtree(index.path)
        case "schema":
            _edit_state(index, schema=0)


def test_an_index_of_another_archive_is_made_again(index: Index, database: Database, tmp_path: Path) -> None:
    keep(database, "甲", "建设新型储能电站。")
    keep(database, "乙", "储能")
    index.follow(database)
    for other in _opened(tmp_path / "older.db"):
        keep(other, "丙", "储能", night=3)
        assert index.follow(other) == 1
        assert titles(index, other, "储能") == ["通知之丙"]


def test_rebuilding_tells_how_far_it_is_and_serves_the_old_index_meanwhile(
    index: Index, database: Database
) -> None:
    for key in "甲乙丙":
        keep(database, key, "储能")
    index.follow(database)
    seen: list[tuple[int, int, int]] = []
    reader = Index(index.path)

    def told(done: int, total: int) -> None:
        seen.append((done, total, search(reader, database, parse("储能")).total))

    assert index.rebuild(database, progress=told) == 3
    assert seen == [(3, 3, 3)]
    assert search(reader, database, parse("储能")).total == 3


def test_while_another_process_indexes_following_waits_for_the_next_time(
    index: Index, database: Database
) -> None:
    keep(database, "甲", "储能")
    index.path.mkdir()
    with (index.path / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert index.follow(database) == 0
        with pytest.raises(ArchiveError, match="another process is indexing"):
            index.rebuild(database)
    assert index.follow(database) == 1


KILLED = """
import os, signal, sys
from pathlib import Path
from storage.search import index
from storage.database import open_database
kept = index._Writer.put
def put(writer, versions):
    kept(writer, versions)
    os.kill(os.getpid(), signal.SIGKILL)
index._Writer.put = put
with open_database(sys.argv[1]) as database:
    index.Index(Path(sys.argv[2])).follow(database)
"""


@pytest.mark.slow
@pytest.mark.parametrize("begun", [False, True], ids=["first time", "later"])
def test_an_indexer_that_is_killed_loses_nothing(
    index: Index, database: Database, database_url: str, begun: bool
) -> None:
    if begun:
        index.follow(database)
    keep(database, "甲", "储能")
    done = subprocess.run([sys.executable, "-c", KILLED, database_url, str(index.path)], check=False)
    assert done.returncode == -9
    assert index.follow(database) == 1
    assert search(index, database, parse("储能")).total == 1


def test_a_snapshot_does_not_change_while_the_index_does(index: Index, database: Database) -> None:
    keep(database, "甲", "储能")
    index.follow(database)
    reader = Index(index.path)
    assert titles(reader, database, "储能") == ["通知之甲"]
    keep(database, "乙", "储能")
    index.follow(database)
    assert len(titles(reader, database, "储能")) == 2


def test_a_token_longer_than_the_index_holds_does_not_hide_its_neighbours(
    index: Index, database: Database
) -> None:
    keep(database, "甲", f"储能{'x' * 100_000}电站建设")
    index.follow(database)
    assert titles(index, database, "电站建设") == ["通知之甲"]
    assert titles(index, database, '"储能电站"') == []


def test_the_position_is_that_of_the_last_change(index: Index, database: Database) -> None:
    assert index.position == 0
    keep(database, "甲", "储能")
    keep(database, "乙", "储能")
    index.follow(database)
    assert index.position == 2


def test_an_editors_name_is_neither_searched_nor_told(index: Index, database: Database) -> None:
    article = evolve(
        _article("甲", "建设新型储能电站。"),
        editor=FieldValue(value="甲乙丙", raw="甲乙丙", rule="tail:责任编辑"),
    )
    saved = archive.save_article(
        database, Extraction(article=article, captures=(a_capture("甲"),), code="code-1"), decide=a_new_policy
    )
    index.follow(database)
    with database.read() as session:
        version = queries.version(session, saved.article_id)
    assert titles(index, database, "新型储能") == ["通知之甲"]
    assert not titles(index, database, "甲乙丙")
    assert version is not None
    assert "甲乙丙" not in str(search_document(version, "国家发展改革委"))
