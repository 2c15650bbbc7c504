"""Re-extraction: reads the stored captures again with today's code; adds versions only where the words
differ.

For each article it reads first the captures of its newest version, then those that later runs could not read
or read as the same, so that the archive is what a crawl with today's code would have made it. Pages that
never became an article are tried too. It causes no notification unless asked to.
"""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal

from attrs import define, evolve, field, frozen

from config import Config
from crawler import extraction, portals
from crawler.extraction import code_version
from crawler.fetching.replay import CaptureReader
from crawler.portal import Portal
from crawler.run_context import utc_now
from crawler.runs import run_lock
from pipelines.dedupe.assignment import decide_policy
from policy.errors import ArchiveError, Drifted, PageError, Rejected
from policy.records import Article, Capture, Entry, Version
from policy.records.content import BoilerplateSet
from policy.records.runs import Run, RunKind
from policy.rules import drift
from policy.rules.extraction import Extraction
from policy.rules.identity import content_hash
from storage import queries
from storage.articles import archive, availability, boilerplate
from storage.articles.captures import captured_urls, fetched_together
from storage.database import Database, open_database
from storage.runs import leases

SAMPLES = 5
"""Changed articles that are returned with their content, as examples."""
DAMAGED = "capture"
"""The reason of a capture that cannot be read from the WARC files any more."""
_NEEDS_REPAIR = frozenset({"layout_changed", "drift", DAMAGED})
"""Reasons for which a template has to be fixed or a file restored."""

Progress = Callable[[int, int], None]


@frozen(kw_only=True)
class ChangedExtraction:
    """An article with other words when read today; the first few with ``before`` and ``after``."""

    kind: Literal["revised", "new"]
    key: str
    url: str
    title: str
    versions: int
    before: Article | None = field(default=None, repr=False)
    after: Article | None = field(default=None, repr=False)


@frozen(kw_only=True)
class UnreadableArticle:
    """An article whose last captures cannot be read with today's code. If it is ``archived``, its versions
    stay as they are."""

    key: str
    url: str
    archived: bool
    reason: str
    message: str


@frozen(kw_only=True)
class Reextraction:
    """The result of a re-extraction. ``run`` is None for a preview."""

    portal: str
    run: Run | None = None
    unchanged: int = 0
    restated: tuple[ChangedExtraction, ...] = ()
    unread: tuple[UnreadableArticle, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether all captures that a template should be able to read were read."""
        return not any(
            article.reason in _NEEDS_REPAIR or (article.archived and article.reason == "rejected")
            for article in self.unread
        )

    @property
    def failed(self) -> dict[str, int]:
        """Articles that cannot be read, by reason."""
        return dict(Counter(article.reason for article in self.unread))

    def count(self, kind: str) -> int:
        """How many articles are ``revised`` or ``new``."""
        return sum(article.kind == kind for article in self.restated)


@frozen(kw_only=True)
class ReextractionOptions:
    """What to read and how to save it. ``accept`` also saves articles that lost fields or their text;
    ``announce`` notifies subscribers of articles that are new to the archive."""

    since: dt.datetime | None = None
    accept: bool = False
    announce: bool = False


class _Incomplete(Rejected):
    """A run saved only some of an article's pages."""

    reason = "incomplete"


@frozen(kw_only=True)
class _State:
    """An article at one time; ``article`` is None if the archive does not have it yet."""

    article: Article | None = None
    captures: tuple[Capture, ...] = ()
    boilerplate: BoilerplateSet | None = None

    def has_same_words(self, other: _State) -> bool:
        """Whether both have the same words."""
        if self.article is None or other.article is None:
            return False
        return content_hash(self.article) == content_hash(other.article)


@define
class Reextractor:
    """Reads the captures of one portal again; without a run nothing is saved."""

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
        """Read every article of the portal, and every page that should have become one."""
        with self.database.read() as session:
            self.boilerplate = boilerplate.active_set(session, self.portal.slug)
            known = {one.key: one.id for one in queries.articles_of_portal(session, self.portal.slug)}
            self._stands_for = availability.keys_by_alias(session, self.portal.slug)
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
            versions, trouble = versions + (not after.has_same_words(state)), None
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
        if same_set.boilerplate == self.boilerplate or same_set.has_same_words(state):
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
        """The article in these captures, with the captures of its pages in order."""
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
        """Raises Rejected for pages that are missing now, Drifted for lost fields. Read from the same
        captures as before, an article may lose one field: it was wrong."""
        if before is None or after is None or self.wishes.accept:
            return
        missing = set(after.completeness.missing_pages) - set(before.completeness.missing_pages)
        if missing and not own:
            raise _Incomplete(f"{min(missing)} is not saved", portal=self.portal.slug, url=after.url)
        lost = [loss.field for loss in drift.lost_fields(before, after)]
        if "text" in lost or len(lost) > (1 if own else 0):
            message = "would be lost: fix the template, or accept the loss with --accept"
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
                decide=decide_policy,
            )

    # -------------------------------------------------------------- result

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
        """Write the heartbeat; raises ArchiveError when another process closed the run."""
        if self.run is None or time.monotonic() - self._beaten < self.config.crawl.heartbeat:
            return
        self._beaten = time.monotonic()
        with self.database.write() as session:
            if not leases.record_heartbeat(session, self.run.id, utc_now()):
                raise ArchiveError(f"{self.portal.slug}: run {self.run.id} was closed by another process")


def _trouble(key: str, url: str, error: PageError | ArchiveError, *, known: bool) -> UnreadableArticle:
    reason = error.reason if isinstance(error, PageError) else DAMAGED
    return UnreadableArticle(key=key, url=url, archived=known, reason=reason, message=str(error))


def _other_payloads(states: Sequence[tuple[Capture, ...]]) -> Iterator[tuple[Capture, ...]]:
    """The states without those that have the same payloads as the one before."""
    last: frozenset[str] = frozenset()
    for captures in states:
        digests = frozenset(capture.digest for capture in captures)
        if digests != last:
            yield captures
        last = digests


def _listed(article: Article) -> Entry | None:
    """The listing entry of an article whose title is from the listing, not from its captures."""
    if article.title.rule != "listing":
        return None
    return Entry(url=article.url, key=article.key, title=article.title.value)


def preview(
    config: Config, slug: str, wishes: ReextractionOptions, progress: Progress = lambda done, total: None
) -> Reextraction:
    """What :func:`reextract` would do; changes nothing and needs no lease."""
    portal = portals.get(slug, config.portal_packages)
    with open_database(config.database_url) as database:
        return Reextractor(config, database, portal, wishes).read_all(progress)


def reextract(
    config: Config, slug: str, wishes: ReextractionOptions, progress: Progress = lambda done, total: None
) -> Reextraction | None:
    """Read a portal's captures again under the lease of a run; None when another run has the lease."""
    portal = portals.get(slug, config.portal_packages)
    with open_database(config.database_url) as database:
        now = utc_now()
        run_lock.close_crashed_runs(config, database, now)
        with database.write() as session:
            kind: RunKind = "acceptance" if wishes.accept else "reextract"
            run = leases.claim_run(session, slug, now, now, kind=kind)
        if run is None:
            return None
        with run_lock.run_lock(config, run.id):
            return _closed(database, run, Reextractor(config, database, portal, wishes, run), progress)


def _closed(database: Database, run: Run, again: Reextractor, progress: Progress) -> Reextraction:
    try:
        done = again.read_all(progress)
    except BaseException as error:  # close the run, whatever happened
        with database.write() as session:
            why = str(error) or type(error).__name__
            leases.close_run(
                session, run.id, "failed", utc_now(), message=f"re-extraction ended early: {why}"
            )
        raise
    with database.write() as session:
        closed = leases.close_run(
            session,
            run.id,
            "ok" if done.whole else "partial",
            utc_now(),
            new=done.count("new"),
            revised=done.count("revised"),
            unchanged=done.unchanged,
            failed=done.failed,
        )
    return evolve(done, run=closed)
