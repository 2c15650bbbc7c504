"""extract: saved pages as records, without an archive.

Reading is imported where it is needed: no other command here waits for its parsers.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.options import FAILED, Json
from cli.output import console
from policy.errors import PageError
from policy.records import ARTICLE_FIELDS
from services.archive.article_shapes import article_shape
from services.archive_home import ArchiveHome

commands = typer.Typer()

logger = logging.getLogger(__name__)


@commands.command("extract")
def extract(
    ctx: typer.Context,
    files: Annotated[
        list[Path] | None, typer.Argument(help="Saved pages: .html, .html.gz, JSON; PDF, Word.")
    ] = None,
    batch: Annotated[
        Path | None, typer.Option(help="Extract every .html and .html.gz file in this directory.")
    ] = None,
    url: Annotated[
        str | None, typer.Option(help="The URL of the page; defaults to its canonical link.")
    ] = None,
    urls: Annotated[Path | None, typer.Option(help="A TSV or JSON file with the URL of each file.")] = None,
    as_json: Json = False,
) -> None:
    """Extract records from saved pages and documents, one JSON object per line."""
    home: ArchiveHome = ctx.obj
    sources = list(_sources(files or [], batch, url, urls))
    broken = 0
    for path, address in console.track(sources, "reading"):
        record = _record(home, path, address)
        broken += "error" in record
        console.write_json(record) if as_json else _print(record)
    raise typer.Exit(FAILED if broken else 0)


def _sources(
    files: list[Path], folder: Path | None, url: str | None, urls: Path | None
) -> Iterator[tuple[Path, str | None]]:
    """The files in order, each with the address we are told."""
    from crawler import saved_pages as saved

    paths = [*files, *(saved.pages_in(folder) if folder else [])]
    if not paths:
        raise typer.BadParameter("name a file, or a folder with --batch")
    if url and len(paths) > 1:
        raise typer.BadParameter("is the address of one file; use --urls for several", param_hint="--url")
    listed = saved.addresses(urls) if urls else None
    yield from ((path, url or (listed.address_of(path) if listed else None)) for path in paths)


def _record(home: ArchiveHome, path: Path, url: str | None) -> dict[str, Any]:
    """The record of one file, or what is wrong with it."""
    from crawler import saved_pages as saved

    crawl, packages = home.config.crawl, home.config.portal_packages
    try:
        article = saved.read_file(path, url, packages=packages, limit=crawl.max_decoded_bytes)
    except PageError as error:
        return {"file": str(path), "url": url, "error": f"{error.reason}: {error}"}
    except OSError as error:
        return {"file": str(path), "url": url, "error": error.strerror or str(error)}
    except Exception as error:  # one file's trouble must not end the others
        logger.exception("%s", path)
        return {"file": str(path), "url": url, "error": f"{type(error).__name__}: {error}"}
    return {"file": str(path)} | article_shape(article)


_LISTS = ("issuers", "addressees", "keywords", "warnings")


def _print(record: dict[str, Any]) -> None:
    """The record for people: fields, then the text."""
    if "error" in record:
        console.fail(f"{record['file']}: {record['error']}")
        return
    table = console.table("", "field", "value")
    declared = [field.name for field in ARTICLE_FIELDS if field.name not in (*_LISTS, "attachments")]
    for name in ("file", "url", "portal", *declared):
        table.add_row(name, console.styled(str(record[name] or "–")))
    for name in _LISTS:
        table.add_row(name, console.styled("、".join(record[name]) or "–"))
    for topic in record["topics"]:
        table.add_row("topic", console.styled(f"{topic['name']} {topic['score']}"))
    for other in record["conflicts"]:
        table.add_row("conflict", console.styled(f"{other['name']}: {other['rule']} says {other['value']}"))
    missing = record["completeness"]
    table.add_row("missing", console.styled(" ".join([*missing["missing_pages"], *missing["gaps"]]) or "–"))
    console.say(table)
    console.say(console.styled(record["text"] + "\n"))
