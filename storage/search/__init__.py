"""The full-text index (tantivy): built from the change feed, and the searcher that answers queries from it.

To replace the search engine, replace this package.
"""
