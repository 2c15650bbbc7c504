"""A package of portals beside the project's own."""
