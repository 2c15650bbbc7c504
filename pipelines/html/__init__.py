"""Convert the HTML of an article body to lines and tables of text."""
