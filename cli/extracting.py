"""extract: saved pages as records, without an archive.

Reading is imported where it is needed: no other command here waits for its parsers.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import attrs
import typer
from rich.text import Text

import console
from cli.app import FAILED, Json, app
from cli.home import Home
from policy.errors import PageError
from policy.records import Article, FieldValue
from policy.records.content import Outline
from policy.text.word_spaces import join_words

logger = logging.getLogger(__name__)


@app.command()
def extract(
    ctx: typer.Context,
    files: Annotated[
        list[Path] | None, typer.Argument(help="Saved pages: .html, .html.gz, JSON; PDF, Word.")
    ] = None,
    batch: Annotated[Path | None, typer.Option(help="Every .html and .html.gz of a folder.")] = None,
    url: Annotated[str | None, typer.Option(help="The page's address; else its canonical link.")] = None,
    urls: Annotated[Path | None, typer.Option(help="Addresses of files: TSV or JSON.")] = None,
    as_json: Json = False,
) -> None:
    """Read saved pages into records, one JSON object a line."""
    home: Home = ctx.obj
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

    paths = [*files, *(saved.batch(folder) if folder else [])]
    if not paths:
        raise typer.BadParameter("name a file, or a folder with --batch")
    if url and len(paths) > 1:
        raise typer.BadParameter("is the address of one file; use --urls for several", param_hint="--url")
    listed = saved.addresses(urls) if urls else None
    yield from ((path, url or (listed.of(path) if listed else None)) for path in paths)


def _record(home: Home, path: Path, url: str | None) -> dict[str, Any]:
    """The record of one file, or what is wrong with it."""
    from crawler import saved_pages as saved

    crawl, packages = home.config.crawl, home.config.portal_packages
    try:
        article = saved.read(path, url, packages=packages, limit=crawl.max_decoded_bytes)
    except PageError as error:
        return {"file": str(path), "url": url, "error": f"{error.reason}: {error}"}
    except OSError as error:
        return {"file": str(path), "url": url, "error": error.strerror or str(error)}
    except Exception as error:  # one file's trouble must not end the others
        logger.exception("%s", path)
        return {"file": str(path), "url": url, "error": f"{type(error).__name__}: {error}"}
    return {"file": str(path)} | shape(article)


def shape(article: Article) -> dict[str, Any]:
    """An article for programs: values as printed, canonical forms beside them."""
    doc_no, issuers = article.doc_no, article.issuers.value if article.issuers else ()
    return {
        "url": article.url or None,
        "portal": article.portal or None,
        "title": article.title.value,
        "text": article.text,
        "scars": join_words(article.text).scars,
        "tables": [table.rows for table in article.tables],
        "published": _value(article.published),
        "written": _value(article.written),
        "effective": _value(article.effective),
        "expires": _value(article.expires),
        "statements": [attrs.asdict(one) for one in article.statements],
        "references": [attrs.asdict(one) for one in article.references],
        "source": _value(article.source),
        "author": _value(article.author),
        "editor": _value(article.editor),
        "channel": _value(article.channel),
        "title_official": _value(article.title_official),
        "doc_no": doc_no.raw if doc_no else None,
        "doc_no_norm": doc_no.value.norm if doc_no else None,
        "index_no": _value(article.index_no),
        "issuers": [issuer.printed for issuer in issuers],
        "issuer_ids": [issuer.id for issuer in issuers],
        "issuers_known": [attrs.asdict(issuer) for issuer in issuers],
        "addressees": _value(article.addressees) or (),
        "subject": _value(article.subject),
        "genre": _value(article.genre),
        "validity": _value(article.validity),
        "keywords": article.keywords,
        "topics": [attrs.asdict(topic) for topic in article.topics.found],
        "topic_set": article.topics.version,
        "provenance": _provenance(article),
        "conflicts": [attrs.asdict(one) for one in article.conflicts],
        "attachments": [{"name": file.name, "url": file.url} for file in article.attachments],
        "outline": _outline(article.outline),
        "completeness": attrs.asdict(article.completeness) | {"complete": article.completeness.complete},
        "warnings": article.warnings,
    }


def _value(found: FieldValue[Any] | None) -> Any:
    return found.value if found else None


def _provenance(article: Article) -> dict[str, dict[str, str]]:
    """The raw text and the rule of every field that was found."""
    fields = ((field.name, getattr(article, field.name)) for field in attrs.fields(Article))
    return {
        name: {"raw": value.raw, "rule": value.rule}
        for name, value in fields
        if isinstance(value, FieldValue)
    }


def _outline(outline: Outline) -> dict[str, Any]:
    return attrs.asdict(outline)


_ONE = (
    "file", "url", "portal", "title", "published", "written", "effective", "expires", "source", "author",
    "editor", "doc_no", "index_no", "subject", "genre", "validity",
)  # fmt: skip


def _print(record: dict[str, Any]) -> None:
    """The record for people: fields, then the text."""
    if "error" in record:
        console.fail(f"{record['file']}: {record['error']}")
        return
    table = console.table("", "field", "value")
    for name in _ONE:
        table.add_row(name, Text(str(record[name] or "–")))
    for name in ("issuers", "addressees", "keywords", "warnings"):
        table.add_row(name, Text("、".join(record[name]) or "–"))
    for topic in record["topics"]:
        table.add_row("topic", Text(f"{topic['name']} {topic['score']}"))
    for other in record["conflicts"]:
        table.add_row("conflict", Text(f"{other['name']}: {other['rule']} says {other['value']}"))
    missing = record["completeness"]
    table.add_row("missing", Text(" ".join([*missing["missing_pages"], *missing["gaps"]]) or "–"))
    console.say(table)
    console.say(Text(record["text"] + "\n"))
