"""Consumers of the change feed, each with its own cursor: linking, regrouping and keywords.

They run after the commit; a consumer that fails continues where it stopped.
"""
