"""Measurements. Each measures a peer or a baseline in the same run and reports the ratio."""
