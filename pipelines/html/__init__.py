"""The HTML of an article body as lines and tables of text."""
