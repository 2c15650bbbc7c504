"""北极星 with the note below a page's text, which its first declaration overlooks.

2026-11-24 Created: the whole frame is the body.
"""

from __future__ import annotations

from crawler.pages.base import One
from crawler.portals.bjx import Bjx as FirstBjx
from crawler.portals.bjx import BjxArticle


class WithNote(BjxArticle):
    body = One("#article_cont")


class Bjx(FirstBjx):
    slug = "bjx"
    articles = (WithNote,)
