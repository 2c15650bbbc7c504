"""Declarations of portals whose templates were mended, to be used in place of the real ones."""
