"""Compare two texts clause by clause: what changed, how, and whether it matters. Pure functions."""
