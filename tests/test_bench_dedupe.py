"""What measures reprints: invented articles, their truth, and an index that is filled in one go.

One test starts a pool of processes, which the benchmark fills its archive with.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from benchmarks.dedupe import arrival, filled_index, planted
from benchmarks.dedupe.tally import Tally
from pipelines.dedupe.comparison_profile import fingerprints
from storage.database import open_database, upgrade
from storage.policies import fingerprints as index
from storage.tables import FingerprintedRow, FingerprintKeyRow, FingerprintRow

COUNT, SEED = 80, 5
Rows = list[set[tuple[object, ...]]]


def indexed(home: Path, *, at_once: bool) -> Rows:
    """Who has which hashes and keys, whatever the number of the wording."""
    url = f"sqlite:///{home / f'{at_once}.db'}"
    upgrade(url)
    with open_database(url) as database:
        if at_once:
            filled_index.write(database, COUNT, SEED)
        else:
            for new in planted.corpus(COUNT, SEED):
                with database.write() as session:
                    index.index_article(session, new.number + 1, fingerprints(filled_index.sheet_of(new)))
        of_article = select(FingerprintedRow.article_id, FingerprintRow.hash).join(
            FingerprintRow, FingerprintRow.wording_id == FingerprintedRow.wording_id
        )
        keys = select(FingerprintKeyRow.key, FingerprintKeyRow.article_id)
        with database.read() as session:
            return [{(*row,) for row in session.execute(query)} for query in (of_article, keys)]


@pytest.mark.slow
def test_an_index_that_is_filled_in_one_go_is_the_one_that_grew(tmp_path: Path) -> None:
    assert indexed(tmp_path, at_once=True) == indexed(tmp_path, at_once=False)


def test_the_truth_of_an_article_is_known_without_writing_it() -> None:
    for new in planted.corpus(300, SEED):
        assert planted.truth(new.number, SEED) == (new.kind, new.policy)


def test_a_repeat_is_found_by_one_of_its_policy_and_every_false_partner_counts() -> None:
    tally = Tally(SEED)
    repeat = next(each for each in planted.corpus(300, SEED) if each.policy != each.number)
    other = next(each.number for each in planted.corpus(300, SEED) if each.policy not in {repeat.policy, 0})
    tally.add(repeat.number, [repeat.policy, other])
    assert (tally.recall(), tally.precision) == (1.0, 0.5)


@pytest.mark.parametrize("batch", [1, 5])
def test_a_crowd_of_reprints_is_one_policy_however_many_come_at_once(tmp_path: Path, batch: int) -> None:
    url = f"sqlite:///{tmp_path / 'arrival.db'}"
    upgrade(url)
    with open_database(url) as database:
        [(size, row)] = arrival.crowd(database, [12], batch, SEED)
    assert (size, row["policies"]) == ("12", "1")
