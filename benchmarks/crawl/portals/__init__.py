"""Portals that exist for measuring only."""
