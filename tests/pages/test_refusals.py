"""Pages to refuse, and articles that only look like them, lie in ``tests/pages/refused/<kind>/``."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.pages.blocked_pages import refuse_bad
from policy.errors import Challenge, ErrorPage, PageError, SoftNotFound
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
