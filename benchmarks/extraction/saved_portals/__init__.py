"""Portals whose sections are the saved listing pages of a corpus: each page one section of its portal."""
