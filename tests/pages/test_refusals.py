"""Pages to refuse, and articles that only look like them, lie in ``tests/pages/refused/<kind>/``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from crawler.extraction import read_listing, read_page, read_saved, reread
from crawler.pages.blocked_pages import refuse_bad
from crawler.portals import get
from policy.errors import Challenge, ErrorPage, LayoutChanged, PageError, SoftNotFound
from policy.records import Payload

PAGES = sorted((Path(__file__).parent / "refused").glob("*/*"))
KINDS: dict[str, type[PageError]] = {"challenge": Challenge, "lost": SoftNotFound, "error": ErrorPage}


def of(*kinds: str) -> list[Path]:
    return [page for page in PAGES if page.parent.name in kinds]


@pytest.mark.parametrize("page", of(*KINDS), ids=lambda page: f"{page.parent.name}-{page.stem}")
def test_a_page_that_is_none_raises_its_own_error(page: Path) -> None:
    with pytest.raises(KINDS[page.parent.name], match=r"https://a\.example/"):
        refuse_bad(Payload(url="https://a.example/", body=page.read_bytes()))


@pytest.mark.parametrize("page", of("genuine"), ids=lambda page: page.stem)
def test_an_article_that_mentions_the_words_passes(page: Path) -> None:
    refuse_bad(Payload(url="https://a.example/", body=page.read_bytes()))


CHALLENGE = Payload(
    url="https://news.bjx.com.cn/html/20260310/1300001.shtml",
    body=b"<html><script>document.cookie='C3VK=1;path=/';location.reload()</script><body></body></html>",
)


@pytest.mark.parametrize(
    "extract",
    [
        lambda: read_listing(get("bjx"), get("bjx").sections[0], CHALLENGE),
        lambda: read_page(get("bjx"), CHALLENGE),
        lambda: read_page(None, CHALLENGE),
        lambda: reread(get("bjx"), [CHALLENGE]),
        lambda: read_saved([CHALLENGE]),
    ],
    ids=["listing", "page", "page of no portal", "archived article", "saved article"],
)
def test_a_challenge_is_refused_wherever_it_was_saved(extract: Callable[[], object]) -> None:
    with pytest.raises(Challenge):
        extract()


def test_a_page_that_was_checked_when_fetched_is_not_checked_again() -> None:
    with pytest.raises(LayoutChanged):
        read_page(get("bjx"), CHALLENGE, checked=True)
    with pytest.raises(LayoutChanged):
        read_listing(get("bjx"), get("bjx").sections[0], CHALLENGE, checked=True)
