"""Sample portals that come with the project: every page is our own invention, the province too."""
