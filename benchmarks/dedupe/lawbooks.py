"""Laws in Markdown and yearly reports in JSON, read as articles: ``NAME(DAY).md.gz``, ``*.json.gz``.

A law has its title behind ``#``, its history above ``<!-- INFO END -->`` and its text below.
"""

from __future__ import annotations

import datetime as dt
import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path

from policy.records import Article, FieldValue

FILE = re.compile(r"(?P<name>.+?)(?:\((?P<day>\d{4}-\d\d-\d\d)\))?\.md(?:\.gz)?")
"""A law's name, and the day of its version."""
_HISTORY_END = "<!-- INFO END -->"
_ASIDE = re.compile(r"<!--.*?-->", re.DOTALL)
_HEADING = re.compile(r"^#+\s*", re.MULTILINE)


def laws(folder: Path) -> Iterator[tuple[str, Article]]:
    """The name of each law and one of its versions, the earlier first."""
    for path in sorted([*folder.glob("*.md"), *folder.glob("*.md.gz")]):
        found = FILE.fullmatch(path.name)
        if found:
            day = dt.date.fromisoformat(found["day"]) if found["day"] else None
            yield found["name"], _law(path, content(path), day)


def reports(folder: Path) -> Iterator[Article]:
    """The reports of different years."""
    for path in sorted(folder.glob("*.json.gz")):
        record = json.loads(content(path))
        yield _article(path.name, str(record["title"]), str(record["content"]), None)


def _law(path: Path, said: str, day: dt.date | None) -> Article:
    head, _, body = _ASIDE.sub("", said).strip().removeprefix("#").strip().partition("\n")
    lines = (line.strip() for line in _HEADING.sub("", body).split("\n"))
    return _article(path.name, head.strip(), "\n".join(filter(None, lines)), day)


def _article(key: str, title: str, text: str, day: dt.date | None) -> Article:
    return Article(
        portal="corpus",
        key=key,
        url=f"https://corpus.example/{key}",
        title=FieldValue(value=title, raw=title, rule="corpus"),
        text=text,
        published=FieldValue(value=day, raw=day.isoformat(), rule="corpus") if day else None,
    )


def history(path: Path) -> list[str]:
    """The entries above a law's text: who adopted and revised it, and when."""
    above, end, _ = content(path).partition(_HISTORY_END)
    return [line.strip() for line in above.split("\n")[1:] if line.strip()] if end else []


def content(path: Path) -> str:
    """What a file says, packed or plain."""
    data = path.read_bytes()
    return (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8")
