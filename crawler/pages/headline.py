"""Title, day and source of a page no portal describes: metas first, then what stands near the headline."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from crawler.pages.base import Document, Node, attribute, text_in
from crawler.pages.density import Run
from policy.records import Label

TITLES = ("articletitle", "og:title", "twitter:title")
TIMES = (
    *(
        "pubdate",
        "publishdate",
        "article:published_time",
        "og:published_time",
        "firstpublishedtime",
        "datepublished",
    ),
    *(
        "article:create_at",
        "weibo:article:create_at",
        "apub:time",
        "publish_time",
        "publication_date",
        "og:release_date",
    ),
)
SOURCES = ("contentsource", "docsource", "mediaid", "article:author", "og:site_name")

WHEN = re.compile(
    r"(?<!\\d)(?:19|20)\\d\\d\\s?[-/.年]\\s?\\d{1,2}\\s?[-/.月]\\s?\\d{1,2}日?(?:[\\sT　]*\\d{1,2}[:：时]\\d{2}(?:[:：分]\\d{2}秒?)?)?"
)
SAID = re.compile(r"(?:文章|信息|稿件|新闻|内容)?(?:来源|稿源|出处)\\s?[:：]\\s*(?P<name>[^\\s|：:]{2,30})")
BYLINE = re.compile(
    r"\\b(?:source|origin|media|media_name|ly|js_name|profile_nickname|account)\\b|source|author-?name",
    re.IGNORECASE,
)
_SUFFIX = re.compile(r"\\s*(?:[-_|–—·]|--|_{1,2})\\s*[^-_|–—]{1,24}$")
_LD = re.compile(r'"datePublished"\\s*:\\s*"([^"]{8,40})"')


def labels(page: Document, found: Sequence[Run], body: Node | None) -> Iterator[Label]:
    """Labels of the head and of what is printed around the headline."""
    inside = {node.mem_id for node in body.traverse()} if body is not None else set()
    within = [n for n, run in enumerate(found) if run.block.mem_id in inside]
    start, end = (within[0], within[-1] + 1) if within else (len(found), len(found))
    words = title(page, found)
    zone = _zone(found, words, start)
    if words:
        yield Label(name="title", value=words, rule="masthead")
    yield from _days(page, zone)
    yield from _sources(page, zone, found[max(start, end - 3) : end + 3])


def title(page: Document, found: Sequence[Run]) -> str:
    """The headline: what the page prints and its title begins with, else what metas say."""
    whole = text_in(page.root.css_first("title"))
    stated = [value for _, value in _metas(page, TITLES)]
    headings = [text for text in map(text_in, page.root.css("h1")) if 4 <= len(text) <= 120]
    printed = [*headings, *(run.text for run in found if len(run.text) <= 120)]
    matching = [text for text in printed if len(_fold(text)) >= 4 and _fold(whole).startswith(_fold(text))]
    if matching:
        return max(matching, key=lambda text: len(_fold(text)))
    return next(iter([*stated, *headings[:1]]), "") or _SUFFIX.sub("", whole)


def _fold(text: str) -> str:
    return re.sub(r"[\s\W_]+", "", text).lower()


def _zone(found: Sequence[Run], words: str, start: int) -> Sequence[Run]:
    """The runs from the headline, or from a little above the body, to the body's first."""
    above = [n for n, run in enumerate(found[:start]) if words and _fold(run.text) == _fold(words)]
    first = above[-1] if above else max(0, start - 20)
    return found[max(0, first - 4) : start + 2]


def _days(page: Document, zone: Sequence[Run]) -> Iterator[Label]:
    for name, value in _metas(page, TIMES):
        yield Label(name="published", value=value, rule=f"meta:{name}")
    for stated in _LD.findall(page.text)[:1]:
        yield Label(name="published", value=stated, rule="meta:datePublished")
    printed = (WHEN.search(run.text) for run in reversed(zone) if len(run.text) <= 200)
    nearest = next((when for when in printed if when), None)
    if nearest:
        yield Label(name="published", value=nearest[0], rule="masthead")


def _sources(page: Document, zone: Sequence[Run], ends: Sequence[Run]) -> Iterator[Label]:
    said = (SAID.search(run.text) for run in (*zone, *ends) if len(run.text) <= 200)
    for found in (one for one in said if one):
        yield Label(name="source", value=found["name"], rule="masthead")
    for run in zone:
        if len(run.text) <= 30 and _byline(run.block) and not WHEN.search(run.text):
            yield Label(name="source", value=run.text, rule="masthead")
    for name, value in _metas(page, SOURCES):
        yield Label(name="source", value=value, rule=f"meta:{name}")


def _byline(block: Node) -> bool:
    return bool(BYLINE.search(f"{attribute(block, 'class')} {attribute(block, 'id')}"))


def _metas(page: Document, wanted: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Names and values of the wanted metas, in the order wanted."""
    said: dict[str, str] = {}
    for node in page.root.css("meta[content]"):
        name = (attribute(node, "name") or attribute(node, "property") or attribute(node, "itemprop")).lower()
        said.setdefault(name, " ".join(attribute(node, "content").split()))
    return ((name, said[name]) for name in wanted if said.get(name))
