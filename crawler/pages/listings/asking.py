"""Addresses of listings asked with POST, and of page n: still one string each.

The body stands in the fragment, which no client ever sends: ``https://host/list#post=…``.
"""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from crawler.addresses import POSTED


def posting(url: str, body: str) -> str:
    """The address that asks ``url`` with this body, JSON or a form."""
    return f"{url}{POSTED}{quote(body)}"


def parted(address: str) -> tuple[str, str | None]:
    """What is asked, and with which body; None: with GET."""
    url, mark, body = address.partition(POSTED)
    return url, unquote(body) if mark else None


def kind(body: str) -> str:
    """The content type of such a body."""
    return "application/json" if body.startswith(("{", "[")) else "application/x-www-form-urlencoded"


def turned(address: str, name: str, n: int) -> str:
    """The address with its page number, a parameter of the body or of the query, set to ``n``."""
    url, body = parted(address)
    if body is None:
        return _in_path(url, name, n) or _in_query(url, name, n)
    return posting(url, _set_json(body, name, n) if body.startswith("{") else _set(body, name, n))


def _in_path(url: str, name: str, n: int) -> str | None:
    """Of static answers the parameters are part of the file's name: ``data_itemId=1,pageIndex=2.json``."""
    before, mark, query = url.partition("?")
    found = re.subn(rf"\b{re.escape(name)}=\d+", f"{name}={n}", before)
    return f"{found[0]}{mark}{query}" if found[1] else None


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
