"""A fingerprint of the modules and dictionaries that turn bytes into a record."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

from crawler import extraction
from crawler.pages.base import ArticlePage
from crawler.portal import Portal
from pipelines.source_fingerprint import fingerprint, imported_modules

PACKAGES = frozenset({"crawler", "pipelines", "policy"})


@cache
def code_version(portal: Portal | None = None) -> str:
    """A fingerprint of the code that extracts this portal's pages, or of the generic extraction."""
    return fingerprint(reading_modules(portal))


def reading_modules(portal: Portal | None = None) -> dict[str, Path]:
    """The modules that extract this portal's pages, with their files.

    These are the imports of :mod:`crawler.extraction`, and the modules that declare the portal and its
    templates, which are discovered rather than imported by name.
    """
    declared = _declaring_modules(portal) if portal else frozenset()
    packages = PACKAGES | {name.partition(".")[0] for name in declared}
    return imported_modules([extraction.__name__, *declared], packages)


def _declaring_modules(portal: Portal) -> frozenset[str]:
    kinds = {base for kind in (type(portal), *portal.articles) for base in kind.__mro__}
    names = {kind.__module__ for kind in kinds if issubclass(kind, Portal | ArticlePage)}
    return frozenset(name for name in names if getattr(sys.modules.get(name), "__file__", None))
