"""Deprecated: the former name of :mod:`crawler.pages.templates`, for portals outside this repository."""

from __future__ import annotations

import warnings

from crawler.pages.templates import BODIES, CommonArticle, GkmlptArticle

__all__ = ["BODIES", "CommonArticle", "GkmlptArticle"]

warnings.warn("crawler.pages.dialects is now crawler.pages.templates", DeprecationWarning, stacklevel=2)
