"""Base classes for portals on the same content management system: addresses and templates of articles.

The day in an address is the day the page was generated, so it is used neither as key nor as date.
"""

from __future__ import annotations

import re
from typing import ClassVar

from crawler.pages.base import ArticlePage
from crawler.pages.templates import CommonArticle, GkmlptArticle
from crawler.portal import Portal


class TrsPortal(Portal):
    """``…/YYYYMM/tYYYYMMDD_<id>.html``."""

    article_url = re.compile(r"/(?P<key>t\d{8}_\d+)(?:_ext)?\.s?html?$")
    articles: ClassVar[tuple[type[ArticlePage], ...]] = (CommonArticle,)


class HanwebPortal(Portal):
    """``…/art/YYYY/M/D/art_<column>_<id>.html`` or ``…/art/YYYY/art_<32 hex>.html``."""

    article_url = re.compile(r"/art/\d{4}/(?:\d{1,2}/\d{1,2}/)?(?P<key>art_(?:\d+_\d+|[0-9a-f]{32}))\.html$")
    articles: ClassVar[tuple[type[ArticlePage], ...]] = (CommonArticle,)


class ContentPortal(Portal):
    """``…/c<id>/content.html``."""

    article_url = re.compile(r"/(?P<key>c\d+)/content\.s?html$")
    articles: ClassVar[tuple[type[ArticlePage], ...]] = (CommonArticle,)


class HexPortal(Portal):
    """``…/YYYYMM/<32 hex>.shtml`` or, with the day, ``…/YYYYMMDD/<32 hex>.html``."""

    article_url = re.compile(r"/\d{6,8}/(?P<key>[0-9a-f]{32})(?:_af\d)?\.s?html$")
    articles: ClassVar[tuple[type[ArticlePage], ...]] = (CommonArticle,)


class GkmlptPortal(Portal):
    """``/gkmlpt/content/…/post_<id>.html``."""

    article_url = re.compile(r"/gkmlpt/content/(?:\d+/\d+/)?m?post_(?P<key>\d+)\.html$")
    articles: ClassVar[tuple[type[ArticlePage], ...]] = (GkmlptArticle, CommonArticle)
