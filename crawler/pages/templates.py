"""Article templates that several portals share. A portal inherits from one and declares what differs."""

from __future__ import annotations

import json
import re
from typing import ClassVar

from crawler.pages.base import Document, First, Node, Ranked, fragment, text_in
from crawler.pages.government import GovernmentArticle
from policy.errors import LayoutChanged

BODIES = (
    *(
        "#UCAP-CONTENT",
        ".trs_editor_view",
        ".TRS_UEDITOR",
        ".TRS_Editor",
        "#zoom",
        "#Zoom",
        "#zoomcon",
        "#zoomCon",
    ),
    *("#ivs_content", ".Article_content", ".article-content", ".article_con", "#con_con", ".ccontent"),
    *("ucapcontent", ".pages_content", ".content_body_box", ".neiright_JPZ_GK_CP", ".my_conboxzw"),
    *(".my_doccontent", ".art-con", "#mainText", ".info_content", ".Custom_UnionStyle"),
)
"""Where government sites keep the body, the most likely place first."""


class CommonArticle(GovernmentArticle):
    """The usual containers; title and time from the metas, else the listing and the headline block."""

    body: ClassVar[First] = Ranked(*BODIES)
    printed = {"title": "h1"}


class GkmlptArticle(GovernmentArticle):
    """广东's gkmlpt: the body is in the page, or only as JSON in ``_CONFIG.DETAIL.content``."""

    body = First("div.article-content")
    boxes = ".classify, .introduce"
    printed = {"title": "h1"}
    content: ClassVar[re.Pattern[str]] = re.compile(r"""["']content["']\s*:\s*("(?:[^"\\]|\\.)*")""")

    def matches(self, page: Document) -> bool:
        """Whether the page has a body in either place."""
        return page.root.css_first(self.body.css) is not None or self._scripted(page) is not None

    def body_of(self, page: Document) -> Node:
        """The body in the page, or the one in its script."""
        shown = page.root.css_first(self.body.css)
        scripted = None if text_in(shown) else self._scripted(page)
        try:
            html = json.loads(scripted[1]) if scripted else ""
        except ValueError as error:
            message = f"DETAIL.content cannot be read: {error}"
            raise LayoutChanged(message, portal=page.portal, url=page.url, field="content") from error
        return fragment(html, portal=page.portal, url=page.url) if scripted else self.body.on(page)

    def _scripted(self, page: Document) -> re.Match[str] | None:
        detail = page.text.find("DETAIL")
        return self.content.search(page.text, detail) if detail >= 0 else None
