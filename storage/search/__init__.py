"""The full-text index (tantivy): built from the change feed, and the searcher that answers queries from it.

To replace the search engine, replace this package. The rest of the project uses these names, which a
replacement keeps:

- ``index.Index(folder)``: ``follow`` brings it up to date with the change feed, ``rebuild`` builds it again;
- ``index.SCHEMA``, ``index.READABLE``, ``index.same_feed`` and ``index.changes_behind``: whether an index is
  readable by this release and of this archive, and how far it is behind;
- ``searcher.search`` with ``searcher.Names``, ``searcher.Results`` and ``searcher.Hit``;
- ``index.load_state`` and ``index.position``: the last change that is indexed.

What a query means is defined by :mod:`policy.query`, whose ``matches`` alerts use.
"""
