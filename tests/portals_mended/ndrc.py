"""国家发展改革委 after an invented redesign, and with the annex that its first declaration overlooks.

2026-11-24 Created: one more template, newest first; the old one reads the annex too.
"""

from __future__ import annotations

from crawler.pages.base import First
from crawler.pages.government import GovernmentArticle
from crawler.portals.ndrc import Ndrc as FirstNdrc
from crawler.portals.ndrc import NdrcArticle as FirstNdrcArticle


class Redesigned(GovernmentArticle):
    body = First(".article_con")
    tables = ".headline"
    printed = {"title": ".headline .name", "published": ".headline .day", "source": ".headline .from"}


class NdrcArticle(FirstNdrcArticle):
    body = First(".with_annex, .article_con")


class Ndrc(FirstNdrc):
    slug = "ndrc"
    articles = (Redesigned, NdrcArticle)
