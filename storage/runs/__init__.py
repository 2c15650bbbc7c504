"""Runs of portals: the rows that are their leases, their health history, and backfills."""
