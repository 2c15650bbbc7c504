"""Use cases of analysts: look up, search, read and compare articles, and decide which ones are one policy.

Everything here only reads, except :mod:`services.archive.policy_views`. Each view says how far linking or the
index
is behind the change feed.
"""
