"""Which files are requested: new ones, those of changed pages, and others when they are due."""

from __future__ import annotations

import datetime as dt

import pytest
from attrs import evolve

from crawler.spiders.attachment_requests import due
from policy.records import Attachment
from policy.records.content import SUFFIXES
from policy.rules.identity import content_hash
from storage.articles.attachments import ArticleAttachments, StoredAttachment
from tests.storage.builders import DAY, NIGHT, PLAN, a_capture, an_article

ARTICLE = evolve(an_article(), attachments=(PLAN,))
PAGE = a_capture("page")


def asked(
    held: StoredAttachment | None,
    *,
    after: dt.timedelta,
    touched: bool = False,
    changed: bool = False,
    known_for: dt.timedelta = DAY,
) -> bool:
    now = NIGHT + after
    archived = ArticleAttachments(
        hashes=("other" if changed else content_hash(ARTICLE),),
        digests=("other" if touched else PAGE.digest,),
        since=now - known_for,
        files={PLAN.url: held} if held else {},
    )
    return bool(due(ARTICLE, [PAGE], archived, kinds=SUFFIXES, recheck_days=30, now=now))


def test_a_file_never_asked_for_is_asked_for() -> None:
    assert due(ARTICLE, [PAGE], None, kinds=SUFFIXES, recheck_days=30, now=NIGHT) == (PLAN,)
    assert asked(None, after=DAY)


def test_a_page_with_other_words_has_its_files_looked_at_again() -> None:
    held = StoredAttachment(checked=NIGHT, unchanged=9)
    assert asked(held, after=DAY, touched=True, changed=True)
    assert not asked(held, after=DAY, changed=True), "the same bytes read by other code are the same page"


@pytest.mark.parametrize(
    ("unchanged", "days", "expected"),
    [
        *((0, 0, True), (1, 0, True), (2, 0, False), (2, 1, True)),
        *((4, 6, False), (4, 7, True), (50, 29, False), (50, 30, True)),
    ],
)
def test_a_file_of_a_touched_page_waits_twice_as_long_each_time(
    unchanged: int, days: int, expected: bool
) -> None:
    held = StoredAttachment(checked=NIGHT, unchanged=unchanged)
    assert asked(held, after=days * DAY, touched=True) is expected
    assert asked(evolve(held, failed="timeout"), after=days * DAY) is expected, "and so does one that failed"


def test_a_file_of_an_untouched_page_waits_long_and_longer_the_older_it_is() -> None:
    held = StoredAttachment(checked=NIGHT)
    assert [asked(held, after=days * DAY) for days in (1, 29, 30)] == [False, False, True]
    old = dt.timedelta(days=400)
    assert [asked(held, after=days * DAY, known_for=old) for days in (30, 99, 100)] == [False, False, True]


@pytest.mark.parametrize(
    "url", ["javascript:void(0)/x.pdf", "mailto:x.pdf", "https://[::1/x.pdf", "https://x.cn/x.exe"]
)
def test_what_is_no_address_of_a_wanted_file_is_left_alone(url: str) -> None:
    article = evolve(ARTICLE, attachments=(Attachment(url=url, name="附件"),))
    assert due(article, [PAGE], None, kinds=SUFFIXES, recheck_days=30, now=NIGHT) == ()
