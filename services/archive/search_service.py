"""Search the newest version of every article, by the index as it is; it says how far that is behind."""

from __future__ import annotations

from attrs import frozen

from config import Config
from policy.query import Query
from services.consumer_lag import ConsumerLag, index_lag
from storage.plain_reads import PlainReader
from storage.search import index
from storage.search.index import READABLE, Index, changes_behind, same_feed
from storage.search.searcher import Names, Results, search


@frozen(kw_only=True)
class SearchResults:
    """The hits, and what the index lacks."""

    results: Results
    lag: ConsumerLag


def search_archive(
    config: Config, archive: PlainReader, query: Query, names: Names, *, limit: int = 20, offset: int = 0
) -> SearchResults:
    """The best hits, or the newest when the query has no words to rank by. Writes nothing: where there is no
    index of this archive and this release, nothing is found and all changes are behind."""
    state = index.load_state(config.index)
    usable = state is not None and state.schema in READABLE and same_feed(archive, state)
    lag = index_lag(changes_behind(archive, state.position if state and usable else 0))
    if not usable:
        return SearchResults(results=Results(total=0, hits=()), lag=lag)
    results = search(Index(config.index), archive, query, limit=limit, offset=offset, names=names)
    return SearchResults(results=results, lag=lag)
