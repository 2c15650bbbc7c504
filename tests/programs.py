"""Marks of tests that need a program beside Python."""

from __future__ import annotations

import shutil

import pytest

from crawler.fetching.rendering import PROGRAMS
from pipelines.attachments import formats

INSTALL = "`make system-packages` installs it"

needs_browser = pytest.mark.skipif(
    not any(map(shutil.which, PROGRAMS)), reason=f"no browser on this machine, {INSTALL}"
)
needs_libreoffice = pytest.mark.skipif(
    formats.libreoffice_path() is None, reason=f"no LibreOffice on this machine, {INSTALL}"
)
