"""Portals of loopback addresses, for what no real declaration can show."""
