"""search, show, versions: find an article, and show it as it is and was."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.options import ArticleName, Json, KnownAt, Query
from cli.output import console
from policy.documents.dates import format_moment
from policy.records import ARTICLE_FIELDS, FieldValue
from policy.records.content import Issuer, Reference, Topic
from services.archive_home import ArchiveHome

if TYPE_CHECKING:
    from policy.records import Article, File
    from services.archive.article_views import ArticleView
    from storage.search.searcher import Hit

commands = typer.Typer()


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
    from services.archive.article_shapes import search_shape
    from services.archive.search_service import search_archive

    home: ArchiveHome = ctx.obj
    tree = parse(query)
    with home.database() as database:
        found = search_archive(home.config, database, tree, home.names, limit=limit, offset=offset)
    console.note_lag(found.lag)
    if as_json:
        console.write_json(search_shape(found))
        return
    for hit in found.results.hits:
        _print_hit(hit, highlights(tree))
    console.say(f"{found.results.total} articles, {len(found.results.hits)} policies shown")


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
    known_at: KnownAt = None,
    as_json: Json = False,
) -> None:
    """Show an article: its fields, and the rule that found each."""
    from services.archive.article_shapes import article_view_shape
    from services.archive.article_views import view_article

    home: ArchiveHome = ctx.obj
    with home.database() as database, database.read() as session:
        view = view_article(session, article, version, known_at)
    if as_json:
        console.write_json(article_view_shape(view))
        return
    _print_fields(view)
    console.say(console.styled(f"\n{view.version.text}"))


def _print_fields(view: ArticleView) -> None:
    known, found = view.known, view.version
    table = console.table("", "field", "value", "found by")
    for name, value, rule in _fields(found.article):
        table.add_row(name, console.styled(value), console.styled(rule, "dim"))
    for file in found.files:
        table.add_row(
            "attachment", console.styled(f"{file.name}  {file.url}"), console.styled(_file_state(file), "dim")
        )
    table.add_row("keywords", console.styled("、".join(found.keywords)), console.styled("computed", "dim"))
    table.add_row("policy", str(known.policy_id))
    table.add_row(
        "version", f"{found.number} of {known.newest}", console.styled(format_moment(found.at), "dim")
    )
    learned = f"boilerplate set {found.boilerplate}" if found.boilerplate else "boilerplate by rule alone"
    table.add_row("read with", learned, console.styled(f"code {found.code}", "dim"))
    if known.url != found.article.url:
        table.add_row("now at", console.styled(known.url))
    for alias in view.aliases:
        since = f"{alias.evidence}, {format_moment(alias.since)}"
        table.add_row(
            "also known as", console.styled(f"{alias.key}  {alias.url}"), console.styled(since, "dim")
        )
    table.add_row("first seen", format_moment(known.first_seen))
    table.add_row("last seen", format_moment(known.last_seen))
    if known.withdrawn_at:
        table.add_row("withdrawn since", format_moment(known.withdrawn_at))
    elif known.missing_since:
        table.add_row("missing since", format_moment(known.missing_since))
    console.say(table)


def _named(reference: Reference) -> str:
    title = f"《{reference.full or reference.title}》" if reference.title else ""
    return title + (reference.doc_no.norm if reference.doc_no else "")


def _fields(article: Article) -> list[tuple[str, str, str]]:
    """Every field that was found, and what is known to be missing."""
    rows = [("url", article.url, article.portal)]
    for declared in ARTICLE_FIELDS:
        field = getattr(article, declared.name)
        if isinstance(field, FieldValue):
            rows.append((declared.name, _shown(field), field.rule))
    rows += [("portal's keywords", "、".join(article.keywords), "portal")] if article.keywords else []
    rows += [("topic", f"{topic.name} {topic.score}", _evidence(topic)) for topic in article.topics.found]
    rows += [("statement", one.words, one.sentence) for one in article.statements]
    rows += [(one.kind, _named(one), one.sentence) for one in article.references]
    rows += [("conflict", f"{other.name}: {other.value}", other.rule) for other in article.conflicts]
    rows += [("warning", warning, "") for warning in article.warnings]
    full = article.completeness.full_text_in
    rows += [("full text", full, "the page is its cover")] if full else []
    gaps = (*article.completeness.missing_pages, *article.completeness.gaps)
    return [*rows, *([("missing", " ".join(gaps), "completeness")] if gaps else [])]


def _shown(found: FieldValue[Any]) -> str:
    match found.value:
        case dt.date():
            return format_moment(found.value)
        case (Issuer(), *_):
            return "、".join(map(_organ, found.value))
        case (str(), *_):
            return "、".join(found.value)
        case str():
            return found.value
        case _:
            return found.raw


def _organ(issuer: Issuer) -> str:
    """``国家卫生计生委 (2013–2018, today 国家卫生健康委员会; 部委)``."""
    region = issuer.region.name if issuer.region else None
    past = issuer.former
    years = f"{past.since or ''}–{past.until or ''}, today {issuer.name}" if past else None
    known = [fact for fact in (years, issuer.level, region) if fact]
    return f"{issuer.printed} ({'; '.join(known)})" if known else issuer.printed


def _evidence(topic: Topic) -> str:
    """``title 2, headings 1, body 7: 制氢 加氢站``."""
    counts = f"title {topic.title}, headings {topic.headings}, body {topic.body}"
    return f"{counts}: {' '.join(where.term for where in topic.evidence)}"


@commands.command("versions")
def versions(ctx: typer.Context, article: ArticleName, as_json: Json = False) -> None:
    """List the versions of an article, the oldest first."""
    from services.archive.article_shapes import version_history_shape
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
            history.kinds.get(version.number, ""),
            version.article.title.value,
            str(len(version.text)),
            "\n".join(f"{capture.file}+{capture.offset}" for capture in version.captures),
            version.content_hash[:12],
        )
    console.say(table)
    for change in history.moves:
        console.say(f"{change.kind} {format_moment(change.at)}")


def _file_state(file: File) -> str:
    """What is known of a file in a few words: ``pdf, read, 12 pages``, or why it is not here."""
    content = file.content
    parts = [content.kind, content.status] if content else []
    if content and content.pages:
        parts.append(f"{content.pages} pages")
    parts += ["not all of it"] if content and content.truncated else []
    parts += [content.note] if content and content.note else []
    parts += [f"last time {file.failed}" if content else f"not fetched: {file.failed}"] if file.failed else []
    return ", ".join(parts) or "not fetched"
