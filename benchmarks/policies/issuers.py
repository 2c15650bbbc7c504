"""Issuers as documents sign them, on saved pages of portals and of the library of the State Council."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.extraction.engines import ENGINES, content, decoded
from benchmarks.policies.rows import Corpus, Row, share
from policy.errors import PageError
from policy.text.words import fold

_SETS = {"portal-pages": "issuers", "govcn": "source"}
"""The folders of pages, and the key of their truth that names the issuers."""
_TAG = re.compile(r"<[^>]*>|&nbsp;|\s+")
_CELL = re.compile(
    r"(?:发文机关|发文机构|发布机构|发布机关)[\s:：]{1,9}"
    r"(?P<organs>[一-鿿][^\s:：]{1,60}(?: [一-鿿]{2,20}[部局委厅会院])?)"
)


def rows(corpus: Corpus) -> Iterator[Row]:
    """A row for each folder."""
    for name, key in _SETS.items():
        truths = {page: truth for page, truth in corpus.pages(name).items() if truth.get(key)}
        if truths:
            yield _row(name, {page: (truth, fold(_joined(truth[key]))) for page, truth in truths.items()})


def _row(name: str, pages: Mapping[Path, tuple[Mapping[str, Any], str]]) -> Row:
    read = ENGINES["polarchive"].make()
    wrong, plain = list[str](), 0
    for page, (truth, expected) in pages.items():
        body = content(page)
        try:
            found = read(body, str(truth.get("url") or "")).get("issuers")
        except PageError as error:
            found = [str(error)]
        if fold(_joined(found)) != expected:
            wrong.append(f"{page.name}: {_joined(found)}")
        cell = _CELL.search(_TAG.sub(" ", decoded(body)))
        plain += cell is not None and fold(cell["organs"]) == expected
    return Row(
        what=f"issuers as signed, {name}",
        ours=share(len(pages) - len(wrong), len(pages)),
        baseline=f"the first cell: {share(plain, len(pages))}",
        target=share(len(pages), len(pages)),
        reached=not wrong,
        shortfalls=wrong,
    )


def _joined(organs: object) -> str:
    return "".join(map(str, organs)) if isinstance(organs, list | tuple) else str(organs or "")
