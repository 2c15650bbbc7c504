"""The sample articles: text files with header fields, read in their state on a given night.

A file begins with ``field: value`` lines. After an empty line follows the body, one paragraph per line.
``-----`` separates pages, ``| a | b |`` is a row of a table. A line that begins with ``[1]`` is shown only on
night 1, with ``[2]`` from night 2 on. Fields that control the sample site: ``night`` (first night), ``gone``
(first night with status 404), ``refurnished`` (first night with changed boilerplate), ``same_words_as`` (a
file with the same body) and ``as_of`` (the night of that body).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

from attrs import frozen

ROOT = Path(__file__).parent / "texts"
PAGE_BREAK = "-----"


@frozen(kw_only=True)
class Text:
    """A sample article; ``pages`` has its lines by page."""

    name: str
    fields: Mapping[str, str]
    pages: tuple[tuple[str, ...], ...]
    refurnished: bool = False

    @property
    def title(self) -> str:
        """The headline."""
        return self.fields["title"]

    @property
    def published(self) -> str:
        """``2026-11-03`` or ``2026-11-03 09:20``."""
        return self.fields["published"]

    @property
    def day(self) -> dt.date:
        """The day of publication."""
        return dt.date.fromisoformat(self.published[:10])

    @property
    def sections(self) -> list[str]:
        """Slugs of the listings that show it."""
        return self.fields["section"].split()


def shelf(portal: str, night: int) -> tuple[Text, ...]:
    """All articles on a portal's site on that night, newest first."""
    files = sorted((ROOT / portal).glob("*.txt"))
    texts = [read(file, night) for file in files if _stands(file, night)]
    return tuple(sorted(texts, key=lambda text: (text.published, text.name), reverse=True))


def find(portal: str, name: str, night: int) -> Text | None:
    """The article with this file name, if it is online on that night."""
    file = ROOT / portal / f"{name}.txt"
    return read(file, night) if file.is_file() and _stands(file, night) else None


def read(file: Path, night: int) -> Text:
    """An article in its state on that night."""
    head, _, body = file.read_text("utf-8").partition("\n\n")
    fields = _fields(head)
    return Text(
        name=file.stem,
        fields=fields,
        pages=_borrowed(fields, night) or _pages(body, night),
        refurnished=night >= int(fields.get("refurnished", night + 1)),
    )


def _fields(head: str) -> dict[str, str]:
    pairs = (line.partition(":") for line in head.splitlines())
    return {name.strip(): value.strip() for name, _, value in pairs}


def _stands(file: Path, night: int) -> bool:
    fields = _fields(file.read_text("utf-8").partition("\n\n")[0])
    return int(fields.get("night", 1)) <= night < int(fields.get("gone", night + 1))


def _borrowed(fields: Mapping[str, str], night: int) -> tuple[tuple[str, ...], ...]:
    lender = fields.get("same_words_as")
    return read(ROOT / f"{lender}.txt", int(fields.get("as_of", night))).pages if lender else ()


def _pages(body: str, night: int) -> tuple[tuple[str, ...], ...]:
    lines = [_on(line, night) for line in body.splitlines() if line.strip()]
    pages: list[list[str]] = [[]]
    for line in filter(None, lines):
        if line == PAGE_BREAK:
            pages.append([])
        else:
            pages[-1].append(line)
    return tuple(tuple(page) for page in pages)


def _on(line: str, night: int) -> str | None:
    if line.startswith("[1]"):
        return line[3:] if night == 1 else None
    if line.startswith("[2]"):
        return line[3:] if night >= 2 else None
    return line
