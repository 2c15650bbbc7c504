"""Page objects, which read records from bytes. They use no network and no Scrapy.

The public modules for portals are :mod:`crawler.pages.base`, ``government``, ``templates``, ``listings`` and
``generic``.
"""
