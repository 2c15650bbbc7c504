"""RSS, Atom and sitemaps. A document type is refused, so entities are never expanded."""

from __future__ import annotations

import datetime as dt
from email.utils import parsedate_to_datetime
from xml.etree import ElementTree as ET

from crawler.pages.base import ListingPage, PortalAddresses, join, text_of
from crawler.pages.listings.entries import MOST_PAGES, bounded, entry, listed_day, listing, plain
from policy.documents.dates import SHANGHAI
from policy.errors import LayoutChanged, NotHtml, TooDeep
from policy.records import Listing, Payload

DEEPEST = 100


class FeedList(ListingPage):
    """RSS 1.0, 2.0 or Atom: items, newest first, no further page."""

    family = "feed"

    def read(self, portal: PortalAddresses, section_url: str, payload: Payload) -> Listing:
        """The entries of the items. Raises LayoutChanged without items, NotHtml for invalid XML."""
        root = tree(portal, payload)
        items = [node for node in root.iter() if _name(node) in {"item", "entry"}]
        if not items:
            message = f"expected a feed's items, found {_name(root)!r}"
            raise LayoutChanged(message, portal=portal.slug, url=payload.url, field="items")
        entries = (
            entry(portal, payload.url, _link(item), plain(_text(item, "title")), _day(item, *_DATES))
            for item in bounded(items, portal, payload.url)
        )
        return listing(entries)


class SitemapList(ListingPage):
    """A sitemap or an index of sitemaps. A news sitemap has titles and days of publication."""

    family = "sitemap"

    def read(self, portal: PortalAddresses, section_url: str, payload: Payload) -> Listing:
        """The entries of the addresses; of an index its sitemaps, the last changed first."""
        root = tree(portal, payload)
        if _name(root) == "sitemapindex":
            return Listing(entries=(), more=_sitemaps(root, payload.url), rowless=True)
        if _name(root) != "urlset":
            message = f"expected a sitemap, found {_name(root)!r}"
            raise LayoutChanged(message, portal=portal.slug, url=payload.url, field="urls")
        urls = bounded([node for node in root if _name(node) == "url"], portal, payload.url)
        entries = (
            entry(
                portal,
                payload.url,
                _text(url, "loc"),
                plain(_text(url, "title")),
                _day(url, "publication_date", "lastmod"),
            )
            for url in urls
        )
        return listing(entries)


_DATES = ("pubDate", "published", "date", "updated")


def tree(portal: PortalAddresses, payload: Payload) -> ET.Element:
    """The root of an XML payload. Raises NotHtml for a document type or invalid XML."""
    text = text_of(payload, portal=portal.slug)[0].lstrip("\ufeff \r\n\t")
    if text.startswith("<?xml"):
        text = text.partition("?>")[2]
    try:
        # safe: the builder refuses a document type, so there is no entity to expand
        parser = ET.XMLParser(target=_Builder())  # noqa: S314
        parser.feed(text)
        root: ET.Element = parser.close()
    except _Refused as refused:
        kind = TooDeep if refused.args[0].startswith("nested") else NotHtml
        raise kind(refused.args[0], portal=portal.slug, url=payload.url) from refused
    except ET.ParseError as error:
        raise NotHtml(f"expected XML: {error}", portal=portal.slug, url=payload.url) from error
    return root


class _Refused(ValueError):
    pass


class _Builder(ET.TreeBuilder):
    depth = 0

    def doctype(self, name: str, public: str | None, system: str | None) -> None:
        raise _Refused("XML with a document type (DTD) is refused")

    def start(self, tag: str, attrs: dict[str, str], /) -> ET.Element:
        self.depth += 1
        if self.depth > DEEPEST:
            raise _Refused("nested too deeply")
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> ET.Element:
        self.depth -= 1
        return super().end(tag)


def _name(node: ET.Element) -> str:
    return node.tag.rpartition("}")[2]


def _text(node: ET.Element, name: str) -> str:
    """The text of the first descendant of this name."""
    return next((text for child in node.iter() if _name(child) == name and (text := child.text)), "").strip()


def _link(item: ET.Element) -> str:
    """The address of an item: text in RSS, an attribute in Atom, where ``alternate`` is the article's own."""
    links = [node for node in item if _name(node) == "link"]
    own = [node for node in links if node.get("rel", "alternate") == "alternate"]
    return next((url for node in (*own, *links) if (url := node.get("href") or node.text)), "").strip()


def _day(node: ET.Element, *names: str) -> dt.date | None:
    return next((day for name in names if (day := _parsed(_text(node, name)))), None)


def _parsed(text: str) -> dt.date | None:
    """A day in any form feeds use, in Asia/Shanghai: RFC 822, ISO 8601, as printed."""
    for read in (parsedate_to_datetime, dt.datetime.fromisoformat):
        try:
            moment = read(text)
            return (moment.astimezone(SHANGHAI) if moment.tzinfo else moment).date()
        except (ValueError, TypeError, OverflowError, IndexError):
            continue
    return listed_day(text)


def _sitemaps(root: ET.Element, base: str) -> tuple[str, ...]:
    def changed(node: ET.Element) -> dt.date:
        return _day(node, "lastmod") or dt.date.min

    maps = sorted((node for node in root if _name(node) == "sitemap"), key=changed, reverse=True)
    return tuple(join(base, _text(node, "loc")) for node in maps[:MOST_PAGES] if _text(node, "loc"))
