"""portals, portal new, capture, boilerplate: list, declare and revise portals."""

from __future__ import annotations

import datetime as dt
import inspect
import json
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer
from attrs import evolve

from cli.options import Json, Sections, Slug
from cli.output import _, console, translated
from config import Config
from crawler import portals as declared
from crawler.runs import run_lock
from policy.documents.dates import format_moment
from policy.errors import ArchiveError, ConfigError
from policy.records.content import Block, BoilerplateSet
from services.archive_home import ArchiveHome
from storage.database import Database, upgrade

if TYPE_CHECKING:
    from services.status import PortalView

commands = typer.Typer()


@commands.command("portals")
def portals(ctx: typer.Context, as_json: Json = False) -> None:
    """List the portals, their sections and schedules, and which of them block crawling."""
    from services.ops_shapes import portal_shape
    from services.run_health import describe_backoff
    from services.status import conduct_of, describe_distrust, view_portals

    home: ArchiveHome = ctx.obj
    declared, conduct = home.portals, conduct_of(home)
    views = view_portals(home.config, declared.values(), conduct)
    if as_json:
        console.write_json([portal_shape(view) for view in views])
        return
    columns = ("portal", "name", "section", "family", "rests on", "runs", "state", "address")
    table = console.table("", *columns)
    for view in views:
        portal, runs, state = view.portal, view.cron or _("off"), _state(view)
        for section in portal.sections:
            rests_on, family = section.rests_on, section.listing.family
            table.add_row(portal.slug, portal.name, section.slug, family, rests_on, runs, state, section.url)
    console.say(table)
    for backoff in conduct.backoffs.values():
        console.say(console.styled(translated(describe_backoff(backoff))))
    for distrust in conduct.distrusted.values():
        console.say(console.styled(translated(describe_distrust(distrust))))


def _state(view: PortalView) -> str:
    """``left alone since 2026-11-20, ETags not trusted since 2026-11-24``, or nothing."""
    parts = [_("left alone since {day}", day=_day(backoff.since)) for backoff in view.backoffs]
    if view.distrust:
        parts.append(_("ETags not trusted since {day}", day=_day(view.distrust.since)))
    return _(", ").join(parts)


def _day(moment: dt.datetime) -> str:
    return format_moment(moment).partition(" ")[0]


CHECKOUT = Path(declared.__file__).parents[2]
EARLIEST = dt.date(1949, 10, 1)
SUFFIXES = {"html": ".html", "json": ".json", "xml": ".xml", "javascript": ".json"}
MODULE = '''\
"""{name}: say what kind of site it is.

{today} Created. Say what you saw, when, and what you could not check.
"""

from crawler.pages.listings import {listing}
from crawler.platforms import TrsPortal
from crawler.portal import Section


class {camel}(TrsPortal):
    slug = "{slug}"
    name = "{name}"
    hosts = ("{host}",)
    sections = (
        Section(slug="zcwj", name="政策文件", url="{url}", listing={listing}, rests_on="unverified"),
    )
'''


# ------------------------------------------------------------------ new declarations


@commands.command("portal new")
def new(
    slug: Annotated[str, typer.Argument(metavar="SLUG", help="The slug of the new portal.")],
    name: Annotated[str, typer.Option(help="The official name, in Chinese.")],
    url: Annotated[str, typer.Option(help="The URL of a listing page.")],
    listing: Annotated[
        str, typer.Option(help="The class of the listing in crawler.pages.listings.")
    ] = "TrsList",
    checkout: Annotated[Path, typer.Option(help="The project's checkout.")] = CHECKOUT,
) -> None:
    """Write the module and the test cases of a new portal from a template."""
    module, cases = checkout / "crawler" / "portals" / f"{slug}.py", checkout / "tests" / "portals" / slug
    _refuse(slug, name, url, listing)
    if module.exists() or cases.exists():
        raise ConfigError(f"{slug}: there is one already ({module})")
    if not (module.parent.is_dir() and cases.parent.is_dir()):
        raise ConfigError(f"{checkout}: not a checkout of the project")
    host, today, camel = urlsplit(url).hostname, dt.date.today(), slug.title().replace("_", "")  # noqa: DTZ011
    text = MODULE.format(slug=slug, name=name, url=url, listing=listing, host=host, today=today, camel=camel)
    module.write_text(text, encoding="utf-8")
    cases.mkdir()
    _case(cases / "list.case.json", {"section": "zcwj", "pages": {"list.html": url}})
    _case(cases / "article.case.json", {"pages": {"article.html": f"{url}202601/t20260101_1.html"}})
    declare = "{file}: now say where its rows and bodies are; see docs/adding-a-portal.md"
    test = "{folder}: write list.html and article.html in the shape of its pages, in your own words"
    console.note(_(declare, file=module))
    console.note(_(test, folder=cases))


def _refuse(slug: str, name: str, url: str, listing: str) -> None:
    from crawler.pages import listings
    from crawler.pages.base import ListingPage

    families = {
        name for name, kind in inspect.getmembers(listings, inspect.isclass) if issubclass(kind, ListingPage)
    }
    if not re.fullmatch(r"[a-z][a-z0-9_]{1,30}", slug):
        raise ConfigError(f"{slug}: a slug is a-z, 0-9 and _, and begins with a letter")
    if listing not in families:
        raise ConfigError(f"--listing {listing}: no family; there is {', '.join(sorted(families))}")
    parts, quoted = urlsplit(url), set('"\\\n{}')
    if parts.scheme not in {"http", "https"} or not parts.hostname or quoted & set(url + name):
        raise ConfigError(f"--url {url}: not an address of a listing")


def _case(path: Path, case: dict[str, object]) -> None:
    path.write_text(json.dumps(case, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


# ------------------------------------------------------------------ capture


@commands.command("capture")
def capture(
    ctx: typer.Context,
    slug: Slug,
    into: Annotated[Path, typer.Option(help="The directory to write to.")] = Path("captured"),
    articles: Annotated[int, typer.Option(min=1, max=20, help="Articles to save per section.")] = 2,
    section: Sections = None,
) -> None:
    """Save the first listing page and some articles of a portal, with the delays of a crawl."""
    from crawler.runs import process

    home: ArchiveHome = ctx.obj
    home.portal(slug)
    run_lock.require_none(home.config)
    folder = into / slug
    if folder.exists():
        raise ArchiveError(f"{folder}: is there already")
    with tempfile.TemporaryDirectory() as scratch:
        config = evolve(home.config, home=Path(scratch), database="")
        config.captures.mkdir()
        if home.config.home.is_dir():  # the delay is kept beside the home's own crawls
            home.config.turns.mkdir(exist_ok=True)
            config.turns.symlink_to(home.config.turns)
        upgrade(config.database_url)
        with console.busy(_("capturing {slug}", slug=slug)):
            run = process.crawl(config, slug, since=EARLIEST, sections=section or [], sample=articles)
        saved = _saved(config, folder)
    for file, url in saved.items():
        console.say(f"{file}  {url}")
    if run and run.message:
        console.note(f"{slug}: {translated(run.message)}")
    text = "{n} pages in {folder}: look at them; do not put them into the repository"
    console.note(_(text, n=len(saved), folder=folder))
    raise typer.Exit(0 if saved else 1)


def _saved(config: Config, folder: Path) -> dict[str, str]:
    """Write what was captured into the folder, the WARC file beside it; the file names and addresses."""
    from storage.warc.compression import decode
    from storage.warc.reader import load_response, scan

    written: dict[str, str] = {}
    files = sorted(config.captures.rglob("*.warc.gz"))
    for record in scan(files):
        if urlsplit(record.url).path == "/robots.txt" or record.revisit:
            continue
        folder.mkdir(parents=True, exist_ok=True)
        kind = next((value for name, value in record.headers if name.lower() == "content-type"), "html")
        suffix = next((suffix for word, suffix in SUFFIXES.items() if word in kind), ".bin")
        name = f"{len(written) + 1:02}{suffix}"
        (folder / name).write_bytes(
            decode(record.headers, load_response(record).body, config.crawl.max_decoded_bytes)
        )
        written[name] = record.url
    for warc in files if written else ():
        (folder / warc.name).write_bytes(warc.read_bytes())
    if written:
        _case(folder / "pages.json", dict(written))
    return written


@commands.command("boilerplate")
def boilerplate(
    ctx: typer.Context,
    slug: Slug,
    keep: Annotated[
        list[str] | None,
        typer.Option(metavar="BLOCK", help="This block is text: never remove it again. May be repeated."),
    ] = None,
    forget: Annotated[
        list[str] | None,
        typer.Option(metavar="BLOCK", help="Forget this block: it may be learned again. May be repeated."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Show or revise the boilerplate learned from a portal's pages."""
    from pipelines.boilerplate import learning
    from services.ops_shapes import boilerplate_shape
    from storage.articles import boilerplate as stored

    home: ArchiveHome = ctx.obj
    home.portal(slug)
    with home.database() as database:
        if keep or forget:
            _revise_blocks(database, slug, keep or [], forget or [])
        with database.read() as session:
            active, seen = stored.active_set(session, slug), stored.sightings(session, slug)
    blocks = learning.recount_blocks(active.blocks, seen) if active else []
    pages = {layout: len(own) for layout, own in learning.group_by_layout(seen).items()}
    if as_json:
        console.write_json(boilerplate_shape(slug, active, blocks, pages))
        return
    _show_blocks(active, blocks)
    remembered = ", ".join(f"{layout} {count}" for layout, count in pages.items())
    text = "pages remembered: {pages}; learning begins at {n} of a layout"
    console.note(_(text, pages=remembered or _("none"), n=learning.FROM))


def _revise_blocks(database: Database, slug: str, keep: list[str], forget: list[str]) -> None:
    from crawler.run_context import utc_now
    from pipelines.boilerplate import learning
    from storage.articles import boilerplate as stored

    def revised(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
        for change, names in ((learning.mark_as_text, keep), (learning.forget_block, forget)):
            for name in names:
                blocks = change(blocks, name)
        return blocks

    try:
        with database.write() as session:
            stored.publish_set(session, slug, utc_now(), revised)
    except KeyError as error:
        raise ArchiveError(f"{slug} has no block {error}; polarchive boilerplate {slug} lists them") from None


def _show_blocks(active: BoilerplateSet | None, blocks: list[Block]) -> None:
    if active is None:
        console.say(_("nothing learned yet"))
        return
    title = _("set {number}, since {time}", number=active.id, time=format_moment(active.at))
    table = console.table(title, "block", "layout", "at", "line", "#pages", "since", "is")
    for block in blocks:
        table.add_row(
            block.id,
            block.layout,
            _(block.edge),
            console.styled(block.key),
            _("{pages} of {all}", pages=block.pages, all=block.of),
            format_moment(block.since),
            _("kept" if block.kept else "removed"),
        )
    console.say(table)
