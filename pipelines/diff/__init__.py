"""Two texts compared clause by clause: what changed, how, and whether it matters. Pure."""
