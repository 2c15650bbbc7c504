"""Consumers of the change feed that work on articles: linking, which also regroups policies, and keywords.

They run after the commit, each with its own cursor; a consumer that fails continues where it stopped. The
search
index and the alerts are consumers too: :mod:`services.consumers` runs all of them.
"""
