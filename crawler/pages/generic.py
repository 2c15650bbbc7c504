"""The simple generic reading: a page that no portal describes."""

from __future__ import annotations

from collections.abc import Iterator

from crawler.pages import answers, density, headline
from crawler.pages.base import Document, Node, document, inner_html
from crawler.pages.government import attachments, cells, metas
from crawler.pages.runs import runs
from policy.errors import Rejected
from policy.records import Label, Page, Payload


def read(payload: Payload) -> Page:
    """The page's main text and what metas, label tables and the headline's surroundings say.

    Raises Rejected when there is no prose to be found, NotHtml when it is no page.
    """
    answer = answers.read(payload)
    if answer is not None:
        return answer
    page = document(payload)
    found = tuple(runs(page.root))
    body = density.body_of(page, found)
    if body is None:
        raise Rejected("no prose in it", url=payload.url, field="body")
    labels = (*_cells(page, body), *metas(page), *headline.labels(page, found, body))
    files = attachments(page, _offering(body))
    density.prune(body)
    return Page(url=payload.url, number=1, body=inner_html([body]), labels=labels, attachments=files)


def _cells(page: Document, body: Node) -> Iterator[Label]:
    """Labels of tables outside the body; one label alone is a word like any other."""
    inside = {node.mem_id for node in body.traverse()}
    for table in page.root.css("table"):
        if table.mem_id not in inside:
            said = list(cells([table]))
            yield from said if len(said) > 1 else ()


def _offering(body: Node) -> list[Node]:
    """Where files are offered: the body, and what stands beside it in the same frame."""
    frame = body.parent
    return [body] if frame is None or frame.tag in {"body", "html"} else [body, frame]
