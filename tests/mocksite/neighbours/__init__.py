"""Two portals that share a domain."""
