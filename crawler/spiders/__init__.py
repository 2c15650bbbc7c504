"""The spiders and their state: which listing pages and articles are requested next. Nothing here is specific
to a portal."""
