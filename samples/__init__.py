"""Sample portals with invented pages, in an invented province."""
