"""The simulated portals: the real platform classes on invented hosts."""
