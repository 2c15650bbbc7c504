"""Functions that all listing families share: addresses, days, the entry of a row, the entries of a page."""

from __future__ import annotations

import datetime as dt
import html
import json
import re
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from crawler.pages.base import PortalAddresses, join
from crawler.urls import POSTED
from policy.documents.dates import parse_day, parse_moment
from policy.errors import LayoutChanged
from policy.records import Entry, Listing

T = TypeVar("T")


def posting(url: str, body: str) -> str:
    """An address that stands for a POST of this body, JSON or a form, to ``url``."""
    return f"{url}{POSTED}{quote(body)}"


def split_posting(address: str) -> tuple[str, str | None]:
    """The address to request and the body to post; None for a GET request."""
    url, mark, body = address.partition(POSTED)
    return url, unquote(body) if mark else None


def content_type_of(body: str) -> str:
    """The content type of a posted body."""
    return "application/json" if body.startswith(("{", "[")) else "application/x-www-form-urlencoded"


def with_page_number(address: str, name: str, n: int) -> str:
    """The address with its page number, a parameter of the body or of the query, set to ``n``."""
    url, body = split_posting(address)
    if body is None:
        return _in_path(url, name, n) or _in_query(url, name, n)
    return posting(url, _set_json(body, name, n) if body.startswith("{") else _set(body, name, n))


def _in_path(url: str, name: str, n: int) -> str | None:
    """In static files the parameters are part of the name: ``data_itemId=1,pageIndex=2.json``."""
    before, mark, query = url.partition("?")
    replaced, count = re.subn(rf"\b{re.escape(name)}=\d+", f"{name}={n}", before)
    return f"{replaced}{mark}{query}" if count else None


def _in_query(url: str, name: str, n: int) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query=_set(parts.query, name, n)))


def _set(query: str, name: str, n: int) -> str:
    pairs = parse_qsl(query, keep_blank_values=True)
    if name not in dict(pairs):
        pairs.append((name, str(n)))
    return urlencode([(key, str(n) if key == name else value) for key, value in pairs], safe=":,")


def _set_json(body: str, name: str, n: int) -> str:
    fields: dict[str, Any] = json.loads(body) | {name: n}
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))


TRACKING = re.compile(r"utm_\w+|spm|from|isappinstalled|share_\w+|wfr", re.IGNORECASE)
MOST_PAGES = 5000
"""The limit, whatever the pager states."""
MOST_ROWS = 50_000
"""The limit on one page; the longest known export has about 12,000."""
_BROKEN = re.compile(r"(?<=[^\x00-\xff])[ \t]*[\r\n]+[ \t]*(?=[^\x00-\xff])")
_MARKUP = re.compile(r"<[^<>]*>")


def canonical(url: str) -> str:
    """The address without fragment and tracking parameters."""
    parts = urlsplit(url)
    kept = [
        pair for pair in parse_qsl(parts.query, keep_blank_values=True) if not TRACKING.fullmatch(pair[0])
    ]
    query = parts.query if len(kept) == len(parts.query.split("&")) or not parts.query else urlencode(kept)
    return urlunsplit((parts.scheme.lower(), parts.netloc.lower(), parts.path or "/", query, ""))


def listed_day(value: Any) -> dt.date | None:
    """The day in a row, as printed or as seconds or milliseconds since the epoch; None without one."""
    text = str(value or "").strip()
    try:
        moment = parse_moment(text) if text.isdecimal() else parse_day(text)
    except (ValueError, OverflowError, OSError):
        return None
    return moment.date() if isinstance(moment, dt.datetime) else moment


def plain(text: str) -> str:
    """The text of a JSON value, without markup (``<em>`` around search terms) and line breaks."""
    words = html.unescape(_MARKUP.sub("", text))
    return " ".join(_BROKEN.sub("", words).split())


def entry(portal: PortalAddresses, base: str, href: str, title: str, day: dt.date | None) -> Entry | None:
    """The entry of a row. Its key is empty when it links to another site or is no web address.

    None when it links to a page of this portal that is no article.
    """
    try:
        url = canonical(join(base, href))
        key = portal.key(url) or ("" if not portal.owns(url) else None)
    except ValueError:  # invalid address
        url, key = href, ""
    return None if key is None else Entry(url=url, key=key, title=" ".join(title.split()), listed_on=day)


def listing(rows: Iterable[Entry | None], more: Iterable[str] = (), *, rowless: bool = False) -> Listing:
    """A listing of these rows in order. Of equal keys the first row with a day counts, else the first.

    Rows that link to other sites are kept apart when they have a day; without one they may be menu links.
    """
    listed = [row for row in rows if row is not None]
    unique: dict[str, Entry] = {}
    for row in listed:
        if row.key not in unique or (row.listed_on and not unique[row.key].listed_on):
            unique[row.key] = row
    return Listing(
        entries=tuple(row for key, row in unique.items() if key),
        more=tuple(more),
        elsewhere=tuple(row for row in listed if not row.key and row.listed_on),
        rowless=rowless,
        clashing=tuple(row for row in listed if row.key and row.clashes(unique[row.key])),
    )


def bounded(rows: Sequence[T], portal: PortalAddresses, url: str) -> Sequence[T]:
    """The rows. Raises LayoutChanged for more rows than any listing has."""
    if len(rows) > MOST_ROWS:
        message = f"{len(rows)} rows on one page, more than {MOST_ROWS}"
        raise LayoutChanged(message, portal=portal.slug, url=url, field="rows")
    return rows


def following(count: int, size: int, *, after: int = 1) -> range:
    """Numbers of the pages after page ``after`` of a listing with so many rows."""
    return range(after + 1, min(-(-count // max(size, 1)), MOST_PAGES) + 1)
