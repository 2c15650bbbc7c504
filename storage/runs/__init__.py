"""Runs of portals: the rows that are their leases, their health history, backfills, and what the archive
holds."""
