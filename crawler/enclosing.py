"""Which files of an article are asked for tonight, and an article's files one after the other. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from urllib.parse import urlsplit

from attrs import evolve, frozen

from pipelines.files.kinds import suffix_of
from policy.identity import content_hash
from policy.records import Article, Attachment, Capture, Fetched
from storage.files import HeldArticle, HeldFile

MOST_FILES = 100
"""Of one article."""
_LONGEST = 30
"""Days after which a file that failed, or never changed, is asked for again all the same."""


@frozen(kw_only=True)
class Enclosing:
    """The files of an article that is saved already: those still to be asked for, and those that came."""

    key: str
    waiting: tuple[Attachment, ...]
    fetched: tuple[Fetched, ...] = ()

    def with_next(self, fetched: Fetched | None) -> Enclosing:
        """The same when the first that waits is done; None where nothing can be said of it."""
        came = (fetched,) if fetched else ()
        return evolve(self, waiting=self.waiting[1:], fetched=(*self.fetched, *came))


def due(
    article: Article,
    captures: Iterable[Capture],
    held: HeldArticle | None,
    *,
    kinds: Collection[str],
    recheck_days: float,
    now: dt.datetime,
) -> tuple[Attachment, ...]:
    """The files to ask for: all of an article that is new or says other words, else those that are due.

    A file of a page that was touched (other bytes, same words) is asked for again at once, and each
    time it turns out to be the same twice as late; one that failed likewise. That of an untouched page
    waits ``recheck_days``, and a quarter of its article's age in the archive where that is longer.
    """
    wanted = [file for file in article.attachments if _is_wanted(file, kinds)][:MOST_FILES]
    touched = held is None or tuple(capture.digest for capture in captures) != held.digests
    if held is None or (touched and content_hash(article) not in held.hashes):
        return tuple(wanted)
    rest = max(dt.timedelta(days=recheck_days), (now - held.since) / 4)
    return tuple(
        file for file in wanted if _is_due(held.files.get(file.url), touched=touched, rest=rest, now=now)
    )


def any_due(held: HeldArticle, *, recheck_days: float, now: dt.datetime) -> bool:
    """Whether a file of an untouched page may be asked for; where none ever was, its page tells."""
    rest = max(dt.timedelta(days=recheck_days), (now - held.since) / 4)
    files = held.files.values()
    return not files or any(_is_due(file, touched=False, rest=rest, now=now) for file in files)


def _is_wanted(file: Attachment, kinds: Collection[str]) -> bool:
    try:
        parts = urlsplit(file.url)
    except ValueError:
        return False
    suffix = suffix_of(file.url) or suffix_of(file.name)
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and suffix in kinds


def _is_due(held: HeldFile | None, *, touched: bool, rest: dt.timedelta, now: dt.datetime) -> bool:
    if held is None:
        return True
    doubling = dt.timedelta(days=min(2 ** max(held.unchanged - 1, 0) - 1, _LONGEST))
    return now - held.checked >= (doubling if touched or held.failed else rest)
