"""search, show, versions, extract: find and show articles, or read them from saved pages."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.options import FAILED, ArticleName, Json, KnownAt, Query
from cli.output import _, console, translated
from policy.documents.dates import format_moment
from policy.errors import PageError
from policy.records import ARTICLE_FIELDS, FieldValue
from policy.records.content import Issuer, Reference, Topic
from services.archive_home import ArchiveHome

if TYPE_CHECKING:
    from policy.records import Article, File
    from services.archive.article_views import ArticleView
    from storage.search.searcher import Hit

commands = typer.Typer()

logger = logging.getLogger(__name__)


@commands.command("search")
def search(
    ctx: typer.Context,
    query: Query,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="The most policies to show.")] = 20,
    offset: Annotated[int, typer.Option(min=0, max=1_000_000, help="The number of policies to skip.")] = 0,
    as_json: Json = False,
) -> None:
    """Search the newest version of every article."""
    from policy.query import highlights, parse
    from services.archive.search_service import search_archive

    home: ArchiveHome = ctx.obj
    tree = parse(query)
    with home.reading() as archive:
        answer = search_archive(home.config, archive, tree, home.names, limit=limit, offset=offset)
    console.note_lag(answer.lag)
    if as_json:
        from services.archive.archive_shapes import search_shape

        console.write_json(search_shape(answer))
        return
    for hit in answer.results.hits:
        _print_hit(hit, highlights(tree))
    results = answer.results
    shown = len(results.hits)
    console.say(_("{articles} articles, {policies} policies shown", articles=results.total, policies=shown))


def _print_hit(hit: Hit, terms: tuple[str, ...]) -> None:
    from policy.text.words import match_spans

    title, snippet = console.styled(hit.title, "bold"), console.styled(hit.snippet)
    facts = (str(hit.article_id), hit.doc_no, format_moment(hit.published), ", ".join(hit.portals), hit.url)
    for text in (title, snippet):
        for start, end in match_spans(text.plain, terms):
            text.stylize("yellow", start, end)
    console.say(title)
    console.say(console.styled("  " + "  ".join(fact for fact in facts if fact), "dim"))
    console.say(console.styled("  ") + snippet)


@commands.command("show")
def show(
    ctx: typer.Context,
    article: ArticleName,
    version: Annotated[
        int | None, typer.Option(min=1, help="The version number; defaults to the newest.")
    ] = None,
    archived_by: KnownAt = None,
    as_json: Json = False,
) -> None:
    """Show an article: its fields, and the rule that found each."""
    from services.archive.archive_shapes import article_view_shape
    from services.archive.article_views import view_article

    home: ArchiveHome = ctx.obj
    with home.database() as database, database.read() as session:
        view = view_article(session, article, version, archived_by)
    if as_json:
        console.write_json(article_view_shape(view))
        return
    _print_fields(view)
    console.say(console.styled(f"\n{view.version.text}"))


def _print_fields(view: ArticleView) -> None:
    table = console.table("", "field", "value", "extracted by")
    for name, value, rule in (*_fields(view.version.article), *_facts(view)):
        table.add_row(name, console.styled(value), console.styled(rule, "dim"))
    console.say(table)


def _facts(view: ArticleView) -> Iterator[tuple[str, str, str]]:
    """What the archive knows of an article and of this version, beside the fields of its page."""
    known, version = view.article, view.version
    for file in version.files:
        yield _("attachment"), f"{file.name}  {file.url}", _file_state(file)
    yield _("keywords"), "、".join(version.keywords), _("computed")
    yield _("policy"), str(known.policy_id), ""
    number = _("{number} of {newest}", number=version.number, newest=known.newest)
    yield _("version"), number, format_moment(version.at)
    learned = _("boilerplate set {number}", number=version.boilerplate) if version.boilerplate else ""
    code = _("code {fingerprint}", fingerprint=version.code)
    yield _("read with"), learned or _("boilerplate by rule alone"), code
    if known.url != version.article.url:
        yield _("now at"), known.url, ""
    for alias in view.aliases:
        since = f"{translated(alias.evidence)}, {format_moment(alias.since)}"
        yield _("also known as"), f"{alias.key}  {alias.url}", since
    yield _("first seen"), format_moment(known.first_seen), ""
    yield _("last seen"), format_moment(known.last_seen), ""
    if known.withdrawn_at:
        yield _("withdrawn since"), format_moment(known.withdrawn_at), ""
    elif known.missing_since:
        yield _("missing since"), format_moment(known.missing_since), ""


def _named(reference: Reference) -> str:
    title = f"《{reference.full or reference.title}》" if reference.title else ""
    return title + (reference.doc_no.norm if reference.doc_no else "")


def _fields(article: Article) -> list[tuple[str, str, str]]:
    """Every field with a value, and what is known to be missing."""
    rows = [(_("url"), article.url, article.portal)]
    for declared in ARTICLE_FIELDS:
        field = getattr(article, declared.name)
        if isinstance(field, FieldValue):
            rows.append((_(declared.name), _shown(field), field.rule))
    words = "、".join(article.keywords)
    rows += [(_("portal's keywords"), words, _("portal"))] if article.keywords else []
    rows += [(_("topic"), f"{topic.name} {topic.score}", _evidence(topic)) for topic in article.topics.ranked]
    rows += [(_("statement"), stated.words, stated.sentence) for stated in article.statements]
    rows += [(_(cited.kind), _named(cited), cited.sentence) for cited in article.references]
    rows += [(_("conflict"), f"{_(other.name)}: {other.value}", other.rule) for other in article.conflicts]
    rows += [(_("warning"), translated(warning), "") for warning in article.warnings]
    full = article.completeness.full_text_in
    rows += [(_("full text"), full, _("the page is its cover"))] if full else []
    gaps = " ".join((*article.completeness.missing_pages, *article.completeness.gaps))
    return [*rows, *([(_("missing"), gaps, _("completeness"))] if gaps else [])]


def _shown(field: FieldValue[Any]) -> str:
    match field.value:
        case dt.date():
            return format_moment(field.value)
        case (Issuer(), *_others):
            return "、".join(map(_organ, field.value))
        case (str(), *_others):
            return "、".join(field.value)
        case str():
            return field.value
        case _:
            return field.raw


def _organ(issuer: Issuer) -> str:
    """``国家卫生计生委 (2013–2018, today 国家卫生健康委员会; 部委)``."""
    region = issuer.region.name if issuer.region else None
    past = issuer.former
    years = f"{past.since or ''}–{past.until or ''}{_(', today {name}', name=issuer.name)}" if past else None
    facts = [fact for fact in (years, issuer.level, region) if fact]
    return f"{issuer.printed} ({'; '.join(facts)})" if facts else issuer.printed


def _evidence(topic: Topic) -> str:
    """``title 2, headings 1, body 7: 制氢 加氢站``."""
    counts = _(
        "title {title}, headings {headings}, body {body}",
        title=topic.title,
        headings=topic.headings,
        body=topic.body,
    )
    return f"{counts}: {' '.join(where.term for where in topic.evidence)}"


@commands.command("versions")
def versions(ctx: typer.Context, article: ArticleName, as_json: Json = False) -> None:
    """List the versions of an article, the oldest first."""
    from services.archive.archive_shapes import version_history_shape
    from services.archive.article_views import article_history

    home: ArchiveHome = ctx.obj
    with home.database() as database, database.read() as session:
        history = article_history(session, article)
    if as_json:
        console.write_json(version_history_shape(history))
        return
    table = console.table("", "#version", "at", "by", "title", "#characters", "captures", "hash")
    for version in history.versions:
        table.add_row(
            str(version.number),
            format_moment(version.at),
            _(history.kinds.get(version.number, "")),
            version.article.title.value,
            str(len(version.text)),
            "\n".join(f"{capture.file}+{capture.offset}" for capture in version.captures),
            version.content_hash[:12],
        )
    console.say(table)
    for change in history.moves:
        console.say(f"{_(change.kind)} {format_moment(change.at)}")


def _file_state(file: File) -> str:
    """What is known of a file in a few words: ``pdf, read, 12 pages``, or why it is not here."""
    content = file.content
    parts = [content.kind, _(content.status)] if content else []
    if content and content.pages:
        parts.append(_("{n} pages", n=content.pages))
    parts += [_("not all of it")] if content and content.truncated else []
    parts += [content.note] if content and content.note else []
    if file.failed:
        text = "the last time: {reason}" if content else "not fetched: {reason}"
        parts.append(_(text, reason=file.failed))
    return _(", ").join(parts) or _("not fetched")


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
    for path, address in console.track(sources, _("reading")):
        record = _record(home, path, address)
        broken += "error" in record
        console.write_json(record) if as_json else _print_record(record)
    raise typer.Exit(FAILED if broken else 0)


def _sources(
    files: list[Path], folder: Path | None, url: str | None, urls: Path | None
) -> Iterator[tuple[Path, str | None]]:
    """The files in order, each with the address we are told."""
    from crawler import saved_pages as saved

    paths = [*files, *(saved.pages_in(folder) if folder else [])]
    if not paths:
        raise typer.BadParameter(_("name a file, or a folder with --batch"))
    if url and len(paths) > 1:
        message = _("is the address of one file; use --urls for several")
        raise typer.BadParameter(message, param_hint="--url")
    listed = saved.addresses(urls) if urls else None
    yield from ((path, url or (listed.address_of(path) if listed else None)) for path in paths)


def _record(home: ArchiveHome, path: Path, url: str | None) -> dict[str, Any]:
    """The record of one file, or what is wrong with it."""
    from crawler import saved_pages as saved
    from services.archive.archive_shapes import article_shape

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


_LIST_FIELDS = ("issuers", "addressees", "keywords", "warnings")


def _print_record(record: dict[str, Any]) -> None:
    """The record for people: fields, then the text."""
    if "error" in record:
        console.fail(f"{record['file']}: {translated(record['error'])}")
        return
    table = console.table("", "field", "value")
    declared = [field.name for field in ARTICLE_FIELDS if field.name not in (*_LIST_FIELDS, "attachments")]
    for name in ("file", "url", "portal", *declared):
        table.add_row(_(name), console.styled(str(record[name] or "–")))
    for name in _LIST_FIELDS:
        table.add_row(_(name), console.styled("、".join(record[name]) or "–"))
    for topic in record["topics"]:
        table.add_row(_("topic"), console.styled(f"{topic['name']} {topic['score']}"))
    for other in record["conflicts"]:
        value = _("{rule} says {value}", rule=other["rule"], value=other["value"])
        table.add_row(_("conflict"), console.styled(f"{_(other['name'])}: {value}"))
    missing = record["completeness"]
    gaps = " ".join([*missing["missing_pages"], *missing["gaps"]])
    table.add_row(_("missing"), console.styled(gaps or "–"))
    console.say(table)
    console.say(console.styled(record["text"] + "\n"))
