"""Page objects: bytes in, records out. No network, no Scrapy.

Portals import from here: :mod:`crawler.pages.base`, ``government``, ``templates``, ``listings`` and
``generic``.
"""
