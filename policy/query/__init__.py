"""The query language: text in, one frozen tree out, and the documents it is matched against.

Search and alerts share one meaning, defined by :mod:`policy.query.tree`; an index must reproduce it exactly.
"""
