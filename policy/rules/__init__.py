"""Decisions over time: identity, revisits, backoff, drift, validators, validity, working days.

Pure rules that the crawler, the storage and the health checks apply; none of them reads a clock.
"""
