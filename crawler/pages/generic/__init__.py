"""The generic extraction, for pages without a template: headline, body and labels by the page's structure."""

from __future__ import annotations

from collections.abc import Sequence

from crawler.pages import json_article
from crawler.pages.base import ArticlePage, Document, Node, document, inner_html, parse
from crawler.pages.generic import headline
from crawler.pages.generic.density import Density, body_of
from crawler.pages.generic.pagination import pages_of
from crawler.pages.generic.pruning import frame_of, parts_of, prune, reveal
from crawler.pages.generic.text_runs import TextRun, range_within, split_runs
from crawler.pages.government import attachments, is_file, metas, pairs
from policy.errors import Rejected
from policy.records import ARTICLE_FIELDS, Label, Page, Payload
from policy.records.article import field_names

OFFICIAL = frozenset(field_names(ARTICLE_FIELDS, "official")) | {"issuer"}
"""Labels of official documents; other labels are on any page."""
FILES = "[class*=attachment], [class*=fujian], .filelist, .xgfj, .fjdown, table.enclosure"
"""Blocks in which sites offer attachments, anywhere on the page."""
MEDIA = {"frames": "frame, iframe", "images": "img", "players": "video, audio, object, embed"}
"""Elements that may replace text."""
LITTLE = 20
"""Characters of visible prose below which an article is searched in scripts and hidden elements."""
MODEST = 100
"""The same for pages without a visible headline."""
LONGEST = 200
"""Characters of a label's value."""


def read_page(payload: Payload) -> Page:
    """The page's main text, and labels from metas, label tables and the text around the headline.

    Raises Rejected for a page without prose, NotHtml for a payload that is not HTML.
    """
    answer = json_article.read_json(payload)
    if answer is not None:
        return answer
    return read_parsed(document(payload))


def read_parsed(page: Document) -> Page:
    """The same for a parsed page."""
    text_runs = tuple(split_runs(page.root))
    line = headline.headline_of(page, text_runs)
    density = Density(text_runs, line.run)
    body = body_of(page, density)
    shown = density.weight(body) if body is not None else 0
    unshown = json_article.hidden_article(page) if shown < (LITTLE if line.run else MODEST) else None
    if unshown is not None:
        parts, within = [parse(unshown)], range(len(text_runs), len(text_runs))
    elif body is None:
        raise Rejected(f"no prose in it{_instead(page)}", portal=page.portal, url=page.url, field="body")
    else:
        parts = parts_of(frame_of(body, density), density)
        within = range_within(text_runs, parts)
    beside = page.root.css(FILES) if any(is_file(href) for _, href in page.links) else []
    files = attachments(page, [*_offering(parts), *beside])
    labels = (*_cells(text_runs, within), *metas(page), *headline.labels(page, text_runs, line, within))
    pages = pages_of(page)
    held = text_runs[within.start : within.stop]
    reveal(page, parts, density)
    prune(page, parts, held, density, headline.header_of(held, line))
    return Page(
        url=page.url,
        number=pages.number,
        body=_html(parts),
        labels=labels,
        attachments=files,
        others=pages.others,
        maybe=pages.maybe,
    )


def _html(parts: Sequence[Node]) -> str:
    """The body as HTML. Preformatted lines, table cells and several parts keep their enclosing element."""
    body = parts[0]
    if len(parts) > 1:
        return "\n".join(part.html or "" for part in parts)
    frame = body.parent if body.tag == "tbody" else body
    whole = frame is not None and frame.tag in {"pre", "table"}
    return (frame.html or "") if frame is not None and whole else inner_html([body])


def _instead(page: Document) -> str:
    """What a page without prose contains instead, for the error message."""
    media = {name: len(page.root.css(css)) for name, css in MEDIA.items()}
    counts = ", ".join(f"{count} {name}" for name, count in media.items() if count)
    return f", but {counts}" if counts else ""


def _cells(text_runs: Sequence[TextRun], within: range) -> list[Label]:
    """Labels outside the body, in tables, lists or boxes. A single one is taken for ordinary text."""
    outside = [run.text for n, run in enumerate(text_runs) if n not in within]
    labels = [label for label in pairs(outside) if label.name in OFFICIAL and len(label.value) <= LONGEST]
    return labels if len({label.name for label in labels}) > 1 else []


def _offering(parts: Sequence[Node]) -> list[Node]:
    """Elements that may contain attachments: the body and its siblings."""
    frame = parts[0].parent
    return [*parts] if frame is None or frame.tag in {"body", "html"} else [*parts, frame]


class GenericArticle(ArticlePage):
    """The template for portals without selectors of their own. It matches every page."""

    def matches(self, page: Document) -> bool:
        """Always true: this is the last of a portal's templates."""
        return True

    def read(self, page: Document) -> Page:
        """The result of the generic extraction."""
        return read_parsed(page)
