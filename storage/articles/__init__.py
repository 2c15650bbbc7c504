"""Articles and their versions, captures and attachments: the tables that a crawl writes.

:mod:`storage.articles.archive` saves an article in one transaction; the other modules are its parts.
"""
