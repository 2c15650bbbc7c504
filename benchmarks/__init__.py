"""Measurements: each runs against a peer in the same minutes and reports a ratio."""
