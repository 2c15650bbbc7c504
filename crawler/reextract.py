"""The stored captures read again with today's code: versions only where the words differ.

Of each article first what its newest version was read from, then what later runs fetched and could
not read, or read as the same: the archive ends where a mended crawl would have led it. Pages that
never became an article are tried too. Nobody is told, unless that is asked for.
"""

from __future__ import annotations

from attrs import evolve

from config import Config
from crawler import clock, lease, portals
from crawler.again import Again, Progress, Reextraction, Wishes
from pipelines.keywording import compute_keywords
from policy.runs import Run, RunKind
from storage import runs
from storage.database import Database, open_database


def preview(
    config: Config, slug: str, wishes: Wishes, progress: Progress = lambda done, total: None
) -> Reextraction:
    """What :func:`reextract` would do; changes nothing, and needs no lease."""
    portal = portals.get(slug, config.portal_packages)
    with open_database(config.database_url) as database:
        return Again(config, database, portal, wishes).read_all(progress)


def reextract(
    config: Config, slug: str, wishes: Wishes, progress: Progress = lambda done, total: None
) -> Reextraction | None:
    """Read a portal's captures again under the lease of a run; None when the portal is being crawled."""
    portal = portals.get(slug, config.portal_packages)
    with open_database(config.database_url) as database:
        now = clock.now()
        lease.close_lost(config, database, now)
        with database.write() as session:
            kind: RunKind = "acceptance" if wishes.accept else "reextract"
            run = runs.claim(session, slug, now, now, kind=kind)
        if run is None:
            return None
        with lease.held(config, run.id):
            done = _closed(database, run, Again(config, database, portal, wishes, run), progress)
        compute_keywords(database, config.home / "cache")
        return done


def _closed(database: Database, run: Run, again: Again, progress: Progress) -> Reextraction:
    try:
        done = again.read_all(progress)
    except BaseException as error:  # a run never stays open behind its process
        with database.write() as session:
            why = str(error) or type(error).__name__
            runs.close(session, run.id, "failed", clock.now(), message=f"re-extraction ended early: {why}")
        raise
    with database.write() as session:
        closed = runs.close(
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
