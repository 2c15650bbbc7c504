"""Recognises the other pages of an article by address: ``1_2.html``, ``1-2.html``, ``1?page=2``, ``1/2``.

A link leads to another page when its address differs from the article's only in a page number and its text is
that number, 下一页 or 上一页; 下一篇 and the pagers of lists do not count. Pagers of comments are recognised
by the names of their block. A pager may leave out numbers (``1 2 3 … 9``) or be written by a script
(``createPageHTML`` of TRS sites). The second page has the number 1 or 2, depending on the site.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from attrs import frozen

from crawler.pages.base import Document, Node, attribute, text_in
from crawler.pages.generic.density import ancestors

MOST = 100
"""Maximum number of pages of an article."""
FAR = 10
"""From this number on, 上一页 and 下一页 alone may also lead to another article."""
_PLACES = (
    re.compile(r"^(?P<before>[^?]*[^?/_-])[_-](?P<n>\d{1,2})(?P<after>\.\w{2,6}(?:\?.*)?)$"),
    re.compile(
        r"^(?P<before>.*?)[?&](?:page|p|pn|page_?no|page_?num|curpage)=(?P<n>\d{1,3})(?P<after>|&.*)$"
    ),
    re.compile(r"^(?P<before>[^?]*/[^?/]*[^?/\d][^?/]*)/(?P<n>\d{1,2})(?P<after>)/?$"),
)
"""Positions of the page number in an address; the rest is the address of the first page."""
_HINT = re.compile(r"[_=/-]\d{1,3}(?!\d)")
"""A fast test for addresses with a page number."""
_NUMBER = re.compile(r"\W*(?:第\s*)?(\d{1,3})(?:\s*页)?\W*")
_NEXT = re.compile(r"\W*(?:下一?[页頁]|后一?页|next(?: page)?|余下全文|剩余全文|继续阅读)\W*", re.IGNORECASE)
_BACK = re.compile(r"\W*(?:上一?[页頁]|前一?页|首页|prev(?:ious)?(?: page)?)\W*", re.IGNORECASE)
_FOREIGN = re.compile(r"comment|pinglun|repl(?:y|ies)|review|feed", re.IGNORECASE)
"""Names of blocks whose pagers belong to comments."""
_SCRIPTED = re.compile(
    r"""createPage\w*\(\s*(\d{1,3})\s*,\s*\d{1,3}\s*,\s*["']([\w.-]+)["']\s*,\s*["'](\w+)["']""", re.ASCII
)


@frozen(kw_only=True)
class Numbered:
    """An address, the address of the first page, and the page number."""

    url: str
    first: str
    n: int | None = None
    span: tuple[int, int] = (0, 0)

    @property
    def order(self) -> int:
        """The position of the page; without a number it is the first."""
        return 1 if self.n is None else self.n + 1

    def at(self, n: int) -> str:
        """The address of another page."""
        return f"{self.url[: self.span[0]]}{n}{self.url[self.span[1] :]}"


@frozen(kw_only=True)
class Pages:
    """The number of a page within its article, and the addresses of the other pages in order."""

    number: int
    others: tuple[str, ...] = ()
    maybe: tuple[str, ...] = ()
    """Addresses that may belong to other articles; they count only on a page that another page links to."""


def pages_of(page: Document) -> Pages:
    """The number of this page, and the other pages of its article by its links."""
    own = numbered(page.url)
    links = {link.url: (link, said) for link, said in islice(_links(page, own), MOST)}
    if _may_be_chain(own, [*links.values()]):
        maybe = sorted((link for link, _ in links.values()), key=lambda link: link.order)
        return Pages(number=own.order, maybe=tuple(link.url for link in maybe))
    if any(_bare(link.first) == _bare(own.url) for link, _ in links.values()):
        own = Numbered(url=own.url, first=own.url)  # the number belongs to the article
    known = {_bare(link.url): link for link, _ in links.values()}
    for link in (*_between(own, [*links.values()]), *_scripted(page, own)):
        known.setdefault(_bare(link.url), link)
    known.pop(_bare(own.url), None)
    others = sorted(known.values(), key=lambda link: link.order)
    return Pages(number=own.order, others=tuple(link.url for link in others[:MOST]))


def numbered(url: str) -> Numbered:
    """An address split at its page number."""
    url = url.partition("#")[0]
    for place in _PLACES:
        if match := place.match(url):
            after = match["after"]
            first = match["before"] + (f"?{after[1:]}" if after.startswith("&") else after)
            return Numbered(url=url, first=first, n=int(match["n"]), span=match.span("n"))
    return Numbered(url=url, first=url)


def _links(page: Document, own: Numbered) -> Iterator[tuple[Numbered, int | None]]:
    """Links to pages of the same article, with the numbers in their text."""
    for node, href in page.links:
        if own.n is None and not _HINT.search(href):
            continue
        said, ahead, back = _stated(text_in(node))
        if not (said or ahead or back):
            continue
        link = _related(own, numbered(page.absolute(href)))
        if link is not None and _plausible(own, link, said, ahead=ahead) and not _foreign(node):
            yield link, said


def _may_be_chain(own: Numbered, links: list[tuple[Numbered, int | None]]) -> bool:
    """Whether links may lead to other articles: a pager at such a high number usually has numbers."""
    return (own.n or 0) >= FAR and all(said is None and link.n is not None for link, said in links)


def _stated(text: str) -> tuple[int | None, bool, bool]:
    """The number in a link's text, whether it means the next page, whether the previous one."""
    if len(text) > 12:
        return None, False, False
    number = _NUMBER.fullmatch(text)
    return int(number[1]) if number else None, bool(_NEXT.fullmatch(text)), bool(_BACK.fullmatch(text))


def _related(own: Numbered, link: Numbered) -> Numbered | None:
    """The link as a page of the article, or None."""
    firsts = {_bare(own.url), _bare(own.first)}
    if link.n is not None and _bare(link.first) in firsts:
        return link
    if own.n is not None and _bare(link.url) == _bare(own.first):
        return Numbered(url=link.url, first=link.url)
    return None


def _plausible(own: Numbered, link: Numbered, said: int | None, *, ahead: bool) -> bool:
    """Whether the text of a link agrees with its address."""
    if said is not None:
        return said in ({1} if link.n is None else {link.n, link.n + 1})
    if link.n is not None and _bare(link.first) == _bare(own.first):
        step = link.n - (own.n or 0)
        return step in ((1, 2) if own.n is None else (1,)) if ahead else own.n is None or step == -1
    return True


def _foreign(node: Node) -> bool:
    names = (f"{attribute(outer, 'class')} {attribute(outer, 'id')}" for outer in ancestors(node))
    return any(_FOREIGN.search(name) for name in names)


def _between(own: Numbered, links: list[tuple[Numbered, int | None]]) -> Iterator[Numbered]:
    """The pages that a pager omits."""
    printed = [(link, link.n, said) for link, said in links if said is not None and link.n is not None]
    if printed:
        link, n, said = printed[0]
        last = max(n for _, n, _ in printed)
        for missing in range(2 - said + n, min(last, MOST)):
            if missing != own.n:
                yield numbered(link.at(missing))


def _scripted(page: Document, own: Numbered) -> Iterator[Numbered]:
    """The pages of a pager that a TRS script writes."""
    for total, stem, suffix in _SCRIPTED.findall(page.text):
        folder, _, name = own.first.rpartition("/")
        if name == f"{stem}.{suffix}":
            yield numbered(own.first)
            for n in range(1, min(int(total), MOST)):
                yield numbered(f"{folder}/{stem}_{n}.{suffix}")


def _bare(url: str) -> str:
    """An address for comparison, without scheme and trailing slash or index file."""
    return url.partition("://")[2].rstrip("/").lower()
