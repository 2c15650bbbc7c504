"""The sample declarations read the sample pages: nothing about them is special."""

from __future__ import annotations

import datetime as dt
from urllib.parse import urlsplit

import pytest

from crawler import extraction, portals
from policy.errors import Challenge
from policy.records import Article, Payload
from policy.rules.identity import content_hash, policy_keys
from samples.hosts import council, ministry, reprints
from samples.site import respond
from samples.stock import find, shelf

PORTALS = portals.load(("samples.portals",))
HOSTS = {"sample-reprints": reprints, "sample-ministry": ministry, "sample-council": council}


def _payload(url: str, night: int = 1) -> Payload:
    parts = urlsplit(url)
    said = respond(parts.netloc, parts.path, night)
    return Payload(url=url, body=said.body, content_type=said.content_type)


def _listed(slug: str, night: int = 1) -> dict[str, str]:
    """Keys and addresses of all a portal lists."""
    portal, found = PORTALS[slug], dict[str, str]()
    for section in portal.sections:
        waiting = [section.url]
        while waiting:
            listing = extraction.read_listing(portal, section, _payload(waiting.pop(0), night))
            waiting += listing.more[:1]
            found |= {entry.key: entry.url for entry in listing.entries}
    return found


def _article(slug: str, key: str, night: int = 1) -> Article:
    portal = PORTALS[slug]
    first = extraction.read_page(portal, _payload(_listed(slug, night)[key], night))
    others = [extraction.read_page(portal, _payload(url, night)) for url in first.others]
    return extraction.read_article(portal, [first, *others])


@pytest.mark.parametrize("slug", PORTALS)
def test_the_listings_show_every_article_on_the_shelf(slug: str) -> None:
    names = {text.name.removeprefix("content_") for text in shelf(slug.removeprefix("sample-"), 1)}
    assert set(_listed(slug)) == names


@pytest.mark.parametrize("slug", PORTALS)
def test_the_archived_text_is_the_text_on_the_shelf(slug: str) -> None:
    name = slug.removeprefix("sample-")
    for key in _listed(slug):
        text = find(name, f"content_{key}" if name == "council" else key, 1)
        assert text is not None
        lines = [line for page in text.pages for line in page]
        cells = [
            cell.strip()
            for line in lines
            for cell in (line.strip("| ").split("|") if "|" in line else [line])
        ]
        assert _article(slug, key).text.splitlines() == cells


def test_three_pages_are_one_article_and_the_same_policy_as_the_original() -> None:
    reprint, original = _article("sample-reprints", "1512401"), _article("sample-council", "7046201")
    assert reprint.completeness.pages == 3
    assert reprint.completeness.complete
    assert reprint.text == original.text
    assert set(policy_keys(reprint)) & set(policy_keys(original))


def test_the_ministry_prints_its_number_in_the_title() -> None:
    article = _article("sample-ministry", "t20261103_1402031")
    assert article.doc_no is not None
    assert article.doc_no.value.norm == "东发改能源〔2026〕618号"
    assert article.published is not None
    assert article.written is not None
    assert article.written.value == dt.date(2026, 10, 30)


def test_the_council_prints_a_table_of_fields() -> None:
    article = _article("sample-council", "7046201")
    assert article.doc_no is not None
    assert article.doc_no.value.norm == "东政发〔2026〕19号"
    assert article.index_no is not None
    assert article.index_no.value == "014500001/2026-00119"
    assert article.issuers is not None
    assert [issuer.printed for issuer in article.issuers.value] == ["东澜省人民政府"]


def test_nothing_of_an_editor_is_kept() -> None:
    article = _article("sample-reprints", "1512322")
    assert "13800000000" not in article.text
    assert "特别声明" not in article.text
    assert "此前分享到的另一组数据" in article.text


def test_boilerplate_is_no_content_and_a_clause_is() -> None:
    dressed = [content_hash(_article("sample-reprints", "1512322", night)) for night in (1, 2)]
    assert dressed[0] == dressed[1]
    changed = [content_hash(_article("sample-ministry", "t20261103_1402031", night)) for night in (1, 2)]
    assert changed[0] != changed[1]


def test_the_new_policy_of_the_second_night_is_one_on_both_portals() -> None:
    official = _article("sample-ministry", "t20261119_1402233", 2)
    reprint = _article("sample-reprints", "1513066", 2)
    assert set(policy_keys(official)) & set(policy_keys(reprint))


def test_the_challenged_list_raises() -> None:
    portal = PORTALS["sample-council"]
    section = portal.sections[1]
    with pytest.raises(Challenge):
        extraction.read_listing(portal, section, _payload(section.url, 2))
