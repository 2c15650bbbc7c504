"""Decide which articles are the same policy: titles, overlaps, editions, relations, groups, consensus of
fields. Pure functions."""
