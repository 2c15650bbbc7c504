"""The stored captures read again with today's code: versions only where the words differ.

Of each article first what its newest version was read from, then what later runs fetched and could
not read, or read as the same: the archive ends where a mended crawl would have led it. Pages that
never became an article are tried too. Nobody is told, unless that is asked for.
"""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal

from attrs import define, evolve, field, frozen

from config import Config
from crawler import clock, extraction, portals
from crawler.code_version import code_version
from crawler.fetching.replay import CaptureReader
from crawler.portal import Portal
from crawler.runs import lease
from pipelines.dedupe.exact_duplicates import decide
from policy.errors import ArchiveError, Drifted, PageError, Rejected
from policy.records import Article, Capture, Entry, Version
from policy.records.boilerplate import BoilerplateSet
from policy.records.runs import Run, RunKind
from policy.rules import drift
from policy.rules.extraction import Extraction
from policy.rules.identity import content_hash
from storage import queries
from storage.articles import archive, boilerplate, relocation
from storage.articles.captures import captured_urls, fetched_together
from storage.database import Database, open_database
from storage.runs import leases

SAMPLES = 5
"""So many changed articles are kept with their words, to be shown."""
DAMAGED = "capture"
"""The reason of what cannot be had from the WARC files any more."""
_TO_MEND = frozenset({"layout_changed", "drift", DAMAGED})
"""Reasons that ask for a mended template or a restored file, of whichever page."""

Progress = Callable[[int, int], None]


@frozen(kw_only=True)
class ChangedExtraction:
    """An article whose captures say other words today; ``before`` and ``after`` of the first few."""

    kind: Literal["revised", "new"]
    key: str
    url: str
    title: str
    versions: int
    before: Article | None = field(default=None, repr=False)
    after: Article | None = field(default=None, repr=False)


@frozen(kw_only=True)
class UnreadableArticle:
    """An article whose last captures today's code cannot read; the archive keeps what it has of it,
    if it is ``known``."""

    key: str
    url: str
    known: bool
    reason: str
    message: str


@frozen(kw_only=True)
class Reextraction:
    """What reading again did, or would do. ``run`` is None for a dry run."""

    portal: str
    run: Run | None = None
    unchanged: int = 0
    restated: tuple[ChangedExtraction, ...] = ()
    unread: tuple[UnreadableArticle, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether no capture is left that a template should read."""
        return not any(
            each.reason in _TO_MEND or (each.known and each.reason == "rejected") for each in self.unread
        )

    @property
    def failed(self) -> dict[str, int]:
        """Articles that cannot be read, by reason."""
        return dict(Counter(each.reason for each in self.unread))

    def count(self, kind: str) -> int:
        """How many articles are ``revised`` or ``new``."""
        return sum(each.kind == kind for each in self.restated)


@frozen(kw_only=True)
class ReextractionOptions:
    """What to read, and what to do with it. ``accept`` takes readings that lost fields or their text
    for what they are; ``announce`` tells subscribers of articles that are new to the archive."""

    since: dt.datetime | None = None
    accept: bool = False
    announce: bool = False


class _Incomplete(Rejected):
    """A run saved some of an article's pages only."""

    reason = "incomplete"


@frozen(kw_only=True)
class _State:
    """An article as it was at one time; without an article: not in the archive yet."""

    article: Article | None = None
    captures: tuple[Capture, ...] = ()
    boilerplate: BoilerplateSet | None = None

    def says_as(self, other: _State) -> bool:
        """Whether both say the same words."""
        mine, theirs = self.article, other.article
        return mine is not None and theirs is not None and content_hash(mine) == content_hash(theirs)


@define
class Reextractor:
    """One portal's captures being read again; without a run nothing is saved."""

    config: Config
    database: Database
    portal: Portal
    wishes: ReextractionOptions
    run: Run | None = None
    boilerplate: BoilerplateSet | None = None
    _stands_for: Mapping[str, str] = field(factory=dict)
    _unchanged: int = 0
    _restated: list[ChangedExtraction] = field(factory=list)
    _unread: list[UnreadableArticle] = field(factory=list)
    _beaten: float = field(factory=time.monotonic)

    def read_all(self, progress: Progress) -> Reextraction:
        """Every article of the portal, and every page that should have become one."""
        with self.database.read() as session:
            self.boilerplate = boilerplate.active_set(session, self.portal.slug)
            known = {one.key: one.id for one in queries.articles_of_portal(session, self.portal.slug)}
            self._stands_for = relocation.keys_by_alias(session, self.portal.slug)
            urls = self._urls(captured_urls(session, self.portal.slug, self.wishes.since))
        keys = [*known, *(key for key in urls if key not in known)]
        for done, key in enumerate(keys):
            progress(done, len(keys))
            self._beat()
            self._article(key, known.get(key), urls.get(key, ()))
        progress(len(keys), len(keys))
        return Reextraction(
            portal=self.portal.slug,
            unchanged=self._unchanged,
            restated=tuple(self._restated),
            unread=tuple(self._unread),
        )

    def _urls(self, urls: Sequence[str]) -> dict[str, list[str]]:
        """The addresses of each article's pages."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for url in urls:
            key = self.portal.key(url)
            if key is not None:
                found[self._stands_for.get(key, key)].append(url)
        return found

    # -------------------------------------------------------------- one article

    def _article(self, key: str, article_id: int | None, urls: Sequence[str]) -> None:
        version, states = self._states(article_id, urls)
        state = self._archived(version)
        before, versions, trouble = state.article, 0, None
        for captures in states:
            try:
                after = self._next(key, captures, version, state)
                self._save(after)
            except (PageError, ArchiveError) as error:
                trouble = _trouble(key, captures[0].url, error, known=version is not None)
                continue
            versions, trouble = versions + (not after.says_as(state)), None
            state = after
        self._unread += [trouble] if trouble else []
        if versions and state.article:
            self._note(key, before, state.article, versions)
        elif not trouble:
            self._unchanged += bool(version)

    def _next(
        self, key: str, captures: tuple[Capture, ...], version: Version | None, state: _State
    ) -> _State:
        """What the captures say: read with the boilerplate set of the state before, so that learning
        makes no version; where they say other words with the set in use."""
        entry = _listed(version.article) if version else None
        same_set = self._read(key, captures, entry, state.boilerplate if version else self.boilerplate)
        self._refuse(state.article, same_set.article, own=bool(version and captures == version.captures))
        if same_set.boilerplate == self.boilerplate or same_set.says_as(state):
            return same_set
        return self._read(key, captures, entry, self.boilerplate)

    def _archived(self, version: Version | None) -> _State:
        with self.database.read() as session:
            read_with = boilerplate.set_by_id(session, version.boilerplate) if version else None
        return _State(article=version.article if version else None, boilerplate=read_with)

    def _states(
        self, article_id: int | None, urls: Sequence[str]
    ) -> tuple[Version | None, list[tuple[Capture, ...]]]:
        """The article's newest version, and the captures of each state to be read, the oldest first."""
        since = self.wishes.since
        with self.database.read() as session:
            version = queries.version(session, article_id) if article_id else None
            own = version.captures if version and (since is None or version.at >= since) else ()
            pages = {*urls, *(capture.url for capture in version.captures)} if version else {*urls}
            after = version.at if version else None
            later = fetched_together(session, pages, after=after, since=since)
        return version, list(_other_payloads([*([own] if own else []), *later]))

    def _read(
        self, key: str, captures: Sequence[Capture], entry: Entry | None, learned: BoilerplateSet | None
    ) -> _State:
        """The article in these captures, and those it was read from in the order of its pages."""
        stored = CaptureReader(self.config, self.database)
        read = [(extraction.read_page(self.portal, stored.payload(capture)), capture) for capture in captures]
        pages = {page.number: (page, capture) for page, capture in reversed(read)}
        ordered = [pages[number] for number in sorted(pages)]
        article = extraction.read_article(
            self.portal, [page for page, _ in ordered], entry=entry, boilerplate=learned
        )
        used = tuple(capture for _, capture in ordered)
        return _State(article=evolve(article, key=key), captures=used, boilerplate=learned)

    def _refuse(self, before: Article | None, after: Article | None, *, own: bool) -> None:
        """Raises Rejected for pages that are missing now, Drifted for what would be lost. Of the very
        captures that it was read from an article may lose one field, which was wrong."""
        if before is None or after is None or self.wishes.accept:
            return
        missing = set(after.completeness.missing_pages) - set(before.completeness.missing_pages)
        if missing and not own:
            raise _Incomplete(f"{min(missing)} is not saved", portal=self.portal.slug, url=after.url)
        lost = [loss.field for loss in drift.lost_fields(before, after)]
        if "text" in lost or len(lost) > (1 if own else 0):
            message = "would be lost: mend the template, or accept it with --accept"
            raise Drifted(message, lost=lost, certain=False, portal=self.portal.slug, url=after.url)

    def _save(self, state: _State) -> None:
        if self.run is not None and state.article is not None:
            archive.save_reextraction(
                self.database,
                Extraction(
                    article=state.article,
                    captures=state.captures,
                    code=code_version(self.portal),
                    run_id=self.run.id,
                    silent=not self.wishes.announce,
                    boilerplate=state.boilerplate.id if state.boilerplate else None,
                ),
                decide=decide,
            )

    # -------------------------------------------------------------- what came of it

    def _note(self, key: str, before: Article | None, after: Article, versions: int) -> None:
        shown = len(self._restated) < SAMPLES
        self._restated.append(
            ChangedExtraction(
                kind="revised" if before else "new",
                key=key,
                url=after.url,
                title=after.title.value,
                versions=versions,
                before=before if shown else None,
                after=after if shown else None,
            )
        )

    def _beat(self) -> None:
        """Raises ArchiveError when somebody else closed our run."""
        if self.run is None or time.monotonic() - self._beaten < self.config.crawl.heartbeat:
            return
        self._beaten = time.monotonic()
        with self.database.write() as session:
            if not leases.record_heartbeat(session, self.run.id, clock.now()):
                raise ArchiveError(f"{self.portal.slug}: run {self.run.id} was closed by somebody else")


def _trouble(key: str, url: str, error: PageError | ArchiveError, *, known: bool) -> UnreadableArticle:
    reason = error.reason if isinstance(error, PageError) else DAMAGED
    return UnreadableArticle(key=key, url=url, known=known, reason=reason, message=str(error))


def _other_payloads(states: Sequence[tuple[Capture, ...]]) -> Iterator[tuple[Capture, ...]]:
    """The states without those that hold the payloads of the one before."""
    last: frozenset[str] = frozenset()
    for captures in states:
        digests = frozenset(capture.digest for capture in captures)
        if digests != last:
            yield captures
        last = digests


def _listed(article: Article) -> Entry | None:
    """What only the listing had told of an article: it is not in its captures."""
    if article.title.rule != "listing":
        return None
    return Entry(url=article.url, key=article.key, title=article.title.value)


# ------------------------------------------------------------------ reextraction


def preview(
    config: Config, slug: str, wishes: ReextractionOptions, progress: Progress = lambda done, total: None
) -> Reextraction:
    """What :func:`reextract` would do; changes nothing, and needs no lease."""
    portal = portals.get(slug, config.portal_packages)
    with open_database(config.database_url) as database:
        return Reextractor(config, database, portal, wishes).read_all(progress)


def reextract(
    config: Config, slug: str, wishes: ReextractionOptions, progress: Progress = lambda done, total: None
) -> Reextraction | None:
    """Read a portal's captures again under the lease of a run; None when the portal is being crawled."""
    portal = portals.get(slug, config.portal_packages)
    with open_database(config.database_url) as database:
        now = clock.now()
        lease.close_lost(config, database, now)
        with database.write() as session:
            kind: RunKind = "acceptance" if wishes.accept else "reextract"
            run = leases.claim_run(session, slug, now, now, kind=kind)
        if run is None:
            return None
        with lease.held(config, run.id):
            return _closed(database, run, Reextractor(config, database, portal, wishes, run), progress)


def _closed(database: Database, run: Run, again: Reextractor, progress: Progress) -> Reextraction:
    try:
        done = again.read_all(progress)
    except BaseException as error:  # a run never stays open behind its process
        with database.write() as session:
            why = str(error) or type(error).__name__
            leases.close_run(
                session, run.id, "failed", clock.now(), message=f"re-extraction ended early: {why}"
            )
        raise
    with database.write() as session:
        closed = leases.close_run(
            session,
            run.id,
            "ok" if done.whole else "partial",
            clock.now(),
            new=done.count("new"),
            revised=done.count("revised"),
            unchanged=done.unchanged,
            failed=done.failed,
        )
    return evolve(done, run=closed)
