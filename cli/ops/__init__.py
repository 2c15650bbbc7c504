"""Commands for ops: set up an archive, crawl, import, re-extract, check health, stop and resume."""
