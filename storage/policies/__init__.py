"""Policies: which articles belong to one, how articles are linked, and which policies cite each other.

Written by the change-feed consumers after the commit, never by a crawl.
"""
