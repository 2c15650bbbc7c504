"""Every portal reads its own pages: pages and expected records lie in ``tests/portals/<slug>/``.

A case is ``NAME.case.json``: ``pages`` (file to address, in the order fetched), ``section`` for a
listing, ``expect`` the record. The pages are written by us in the shape of the real ones.
The first run of a case without ``expect`` writes it, and fails: it is to be read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from crawler import extraction
from crawler.portals import get, load
from policy.records import Article, Listing, Payload

HERE = Path(__file__).parent
CASES = sorted(HERE.glob("*/*.case.json"))
FIELDS = (
    *("title", "title_official", "source", "author", "channel", "doc_no", "index_no", "issuers", "published"),
    *("written", "effective", "expires", "subject", "genre", "validity"),
)


@pytest.mark.parametrize("path", CASES, ids=[f"{case.parent.name}-{case.name[:-10]}" for case in CASES])
def test_a_portal_reads_its_pages(path: Path) -> None:
    case = json.loads(path.read_text(encoding="utf-8"))
    if "expect" not in case:
        case["expect"] = read(path, case)
        path.write_text(json.dumps(case, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        pytest.fail(f"{path.name}: the records are written; read them, commit them if they are right")
    assert read(path, case) == case["expect"]


@pytest.mark.parametrize("slug", sorted(load()))
def test_a_portal_has_a_listing_and_an_article_to_read(slug: str) -> None:
    cases = [json.loads(path.read_text(encoding="utf-8")) for path in CASES if path.parent.name == slug]
    assert any("section" in case for case in cases)
    assert any("section" not in case for case in cases)


@pytest.mark.parametrize("slug", sorted(load()))
def test_a_portals_docstring_is_a_dated_history(slug: str) -> None:
    module = __import__(type(get(slug)).__module__, fromlist=["*"])
    assert re.search(r"^\d{4}-\d\d-\d\d Created", module.__doc__ or "", re.MULTILINE)


def read(path: Path, case: Mapping[str, Any]) -> dict[str, Any]:
    """What the portal reads of a case, as plain data."""
    portal = get(path.parent.name)
    if missing := [name for name in case["pages"] if not (path.parent / name).exists()]:
        pytest.fail(f"write {path.parent / missing[0]}: a page in the portal's shape, in your own words")
    payloads = [
        Payload(url=url, body=(path.parent / name).read_bytes()) for name, url in case["pages"].items()
    ]
    if "section" in case:
        section = next(section for section in portal.sections if section.slug == case["section"])
        return plain_listing(extraction.read_listing(portal, section, payloads[0], first=False))
    return plain_article(extraction.reread(portal, payloads))


def plain_listing(listing: Listing) -> dict[str, Any]:
    rows = [[one.key, one.url, one.title, str(one.listed_on or "")] for one in listing.entries]
    elsewhere = {"elsewhere": [one.url for one in listing.elsewhere]} if listing.elsewhere else {}
    return {"entries": rows, "more": list(listing.more), **elsewhere}


def plain_article(article: Article) -> dict[str, Any]:
    fields = {name: getattr(article, name) for name in FIELDS}
    return {
        "key": article.key,
        "url": article.url,
        **{name: f"{printed(found.value)} [{found.rule}]" for name, found in fields.items() if found},
        "keywords": list(article.keywords),
        "text": article.text.split("\n"),
        "tables": [[list(row) for row in table.rows] for table in article.tables],
        "attachments": [f"{file.name} {file.url}" for file in article.attachments],
        "missing": list(article.completeness.missing_pages),
        "warnings": list(article.warnings),
    }


def printed(value: Any) -> str:
    if isinstance(value, tuple):
        return " + ".join(f"{organ.printed}={organ.id}" for organ in value)
    return str(getattr(value, "norm", value))
