"""How well pages are read, beside other extractors and on damaged pages, and what that costs."""
