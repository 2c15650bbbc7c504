"""show, versions: an article as it is and was."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich.text import Text
from sqlalchemy.orm import Session

import console
from cli.acts import KnownAt, end_of
from cli.app import Json, app
from cli.home import Home
from cli.named import Named, find_article, find_version
from policy.errors import ArchiveError
from policy.records import Article, FieldValue, File, Version
from policy.records.content import Issuer, Reference, Topic
from policy.rules.identity import Alias
from policy.text.word_spaces import join_words
from storage import queries, rows
from storage.articles import relocation
from storage.policies import memberships
from storage.rows import ArchivedArticle


@app.command()
def show(
    ctx: typer.Context,
    article: Named,
    version: Annotated[int | None, typer.Option(min=1, help="Its number; else the newest.")] = None,
    known_at: KnownAt = None,
    as_json: Json = False,
) -> None:
    """One article with its fields and where each came from."""
    home: Home = ctx.obj
    with home.database() as database, database.read() as session:
        known = find_article(session, article)
        if known_at is not None:
            version = _known_at(session, known, known_at)
        found, aliases = find_version(session, known, version), relocation.aliases(session, known.id)
    if as_json:
        shape = _version_shape(found) | _article_shape(found) | _presence_shape(known, aliases)
        console.write_json(shape)
        return
    _print_fields(known, found, aliases)
    console.say(Text(f"\n{found.text}"))


def _known_at(session: Session, known: ArchivedArticle, day: dt.datetime) -> int:
    """The number of the version that was the newest at the end of a day; raises ArchiveError."""
    number = memberships.newest_version_numbers(session, [known.id], end_of(day)).get(known.id)
    if number is None:
        raise ArchiveError(f"article {known.id} was not in the archive on {day.date()}")
    return number


def _print_fields(known: ArchivedArticle, found: Version, aliases: Sequence[Alias]) -> None:
    table = console.table("", "field", "value", "found by")
    for name, value, rule in _fields(found.article):
        table.add_row(name, Text(value), Text(rule, style="dim"))
    for file in found.files:
        table.add_row("attachment", Text(f"{file.name}  {file.url}"), Text(file_state(file), style="dim"))
    table.add_row("keywords", Text("、".join(found.keywords)), Text("computed", style="dim"))
    table.add_row("policy", str(known.policy_id))
    table.add_row("version", f"{found.number} of {known.newest}", Text(console.moment(found.at), style="dim"))
    learned = f"boilerplate set {found.boilerplate}" if found.boilerplate else "boilerplate by rule alone"
    table.add_row("read with", learned, Text(f"code {found.code}", style="dim"))
    if known.url != found.article.url:
        table.add_row("now at", Text(known.url))
    for alias in aliases:
        since = f"{alias.evidence}, {console.moment(alias.since)}"
        table.add_row("also known as", Text(f"{alias.key}  {alias.url}"), Text(since, style="dim"))
    table.add_row("first seen", console.moment(known.first_seen))
    table.add_row("last seen", console.moment(known.last_seen))
    if known.withdrawn_at:
        table.add_row("withdrawn since", console.moment(known.withdrawn_at))
    elif known.missing_since:
        table.add_row("missing since", console.moment(known.missing_since))
    console.say(table)


def _named(reference: Reference) -> str:
    title = f"《{reference.full or reference.title}》" if reference.title else ""
    return title + (reference.doc_no.norm if reference.doc_no else "")


def _fields(article: Article) -> list[tuple[str, str, str]]:
    """Every field that was found, and what is known to be missing."""
    rows = [("url", article.url, article.portal)]
    for name in _FOUND:
        found: FieldValue[Any] | None = getattr(article, name)
        if found is not None:
            rows.append((name, _shown(found), found.rule))
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


_FOUND = (
    "title", "title_official", "doc_no", "index_no", "issuers", "addressees", "published", "written",
    "effective", "expires", "source", "author", "editor", "channel", "subject", "genre", "validity",
)  # fmt: skip


def _shown(found: FieldValue[Any]) -> str:
    match found.value:
        case dt.date():
            return console.moment(found.value)
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


@app.command()
def versions(ctx: typer.Context, article: Named, as_json: Json = False) -> None:
    """The versions of an article, the first first."""
    home: Home = ctx.obj
    with home.database() as database, database.read() as session:
        known = find_article(session, article)
        found, kinds = queries.versions(session, known.id), queries.change_kinds(session, known.id)
        whereabouts = queries.availability_changes(session, known.id)
    if as_json:
        console.write_json([_version_shape(one) | {"by": kinds.get(one.number)} for one in found])
        return
    table = console.table("", "#version", "at", "by", "title", "#characters", "captures", "hash")
    for one in found:
        files = "\n".join(f"{capture.file}+{capture.offset}" for capture in one.captures)
        length = str(len(one.text))
        table.add_row(
            str(one.number),
            console.moment(one.at),
            kinds.get(one.number, ""),
            one.article.title.value,
            length,
            files,
            one.content_hash[:12],
        )
    console.say(table)
    for change in whereabouts:
        console.say(f"{change.kind} {console.moment(change.at)}")


def file_state(file: File) -> str:
    """What is known of a file in a few words: ``pdf, read, 12 pages``, or why it is not here."""
    content = file.content
    parts = [content.kind, content.status] if content else []
    if content and content.pages:
        parts.append(f"{content.pages} pages")
    parts += ["not all of it"] if content and content.truncated else []
    parts += [content.note] if content and content.note else []
    parts += [f"last time {file.failed}" if content else f"not fetched: {file.failed}"] if file.failed else []
    return ", ".join(parts) or "not fetched"


def _version_shape(version: Version) -> dict[str, Any]:
    return {
        "article_id": version.article_id,
        "policy_id": version.policy_id,
        "version": version.number,
        "at": version.at,
        "content_hash": version.content_hash,
        "code": version.code,
        "boilerplate": version.boilerplate,
        "title": version.article.title.value,
        "captures": [console.plain(capture) for capture in version.captures],
        "computed_keywords": version.keywords,
    }


def _presence_shape(known: ArchivedArticle, aliases: Sequence[Alias]) -> dict[str, Any]:
    return {
        "missing_since": known.missing_since,
        "withdrawn_since": known.withdrawn_at,
        "now_at": known.url,
        "aliases": [console.plain(alias) for alias in aliases],
    }


def _article_shape(version: Version) -> dict[str, Any]:
    """The article with the text that there is to read, its attachments with what is known of each."""
    text = version.text
    files = {"attachments": [_file_shape(file) for file in version.files]}
    return rows.dump_article(version.article) | files | {"text": text, "scars": join_words(text).scars}


def _file_shape(file: File) -> dict[str, Any]:
    content = file.content
    return {
        "url": file.url,
        "name": file.name,
        "kind": content.kind if content else None,
        "status": content.status if content else None,
        "pages": content.pages if content else None,
        "truncated": content.truncated if content else None,
        "note": content.note if content else None,
        "text": content.text if content else None,
        "failed": file.failed,
        "checked": file.checked,
        "capture": console.plain(file.capture) if file.capture else None,
    }
