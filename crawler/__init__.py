"""Fetching pages: portals, page objects, the spiders, and the runs that drive them."""
