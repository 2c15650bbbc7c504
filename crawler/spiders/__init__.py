"""The spiders and their state: which listing pages and articles are requested next. They know no site."""
