"""The simulated portals: platform classes of the real ones, on hosts that do not exist."""
