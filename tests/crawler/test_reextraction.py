"""An archive of ten nights, extracted again after a template was fixed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from attrs import evolve, frozen
from sqlalchemy import select

from alerts import percolation
from config import Config, load
from crawler import extraction, portals
from crawler.extraction import code_version
from crawler.fetching.replay import CaptureReader
from crawler.portal import Portal
from crawler.runs.reextraction import ReextractionOptions, preview, reextract
from crawler.spiders.article_requests import page_text
from pipelines.dedupe.assignment import decide_policy
from policy.errors import PageError
from policy.records import Payload
from policy.records.content import Block
from policy.rules.extraction import Extraction
from policy.text.words import fold
from storage import change_feed, queries
from storage.articles import archive, boilerplate
from storage.articles import captures as captured
from storage.database import Database
from storage.runs import leases
from storage.tables import DeliveryRow
from storage.warc.writer import CaptureWriter
from tests.mocksite import shapes
from tests.mocksite.shapes import Paper, paper

MENDED = "tests.portals_mended"
TZ = "https://www.ndrc.gov.cn/xxgk/zcfb/tz/"
FIRST = dt.datetime(2026, 11, 1, 18, 30, tzinfo=dt.UTC)
NAMES = {"ndrc": "国家发展改革委"}


def url_of(each: Paper) -> str:
    return f"{TZ}{each.stem}.html"


def key_of(each: Paper) -> str:
    return each.stem.rpartition("/")[2]


def with_annex(each: Paper, annex: str) -> str:
    """A page whose annex stands beside the body, where the first declaration does not look."""
    page = shapes.ndrc_article(each)
    page = page.replace('<div class="article_con">', '<div class="with_annex"><div class="article_con">')
    return page.replace('<div class="xgwz">', f'<p>{annex}</p></div><div class="xgwz">')


@frozen(kw_only=True)
class Nights:
    """A home, and nights in it without a network: each page is kept, read and archived."""

    config: Config
    database: Database

    def night(self, number: int, pages: Mapping[str, str]) -> list[str]:
        """What the night's saves did; pages that cannot be read are kept only."""
        return self.articles(number, "ndrc", [{url: body} for url, body in pages.items()])

    def articles(self, number: int, slug: str, fetched: Sequence[Mapping[str, str]]) -> list[str]:
        """The same of articles of several pages."""
        portal, at = portals.get(slug, self.config.portal_packages), FIRST + number * dt.timedelta(days=1)
        with self.database.write() as session:
            run = leases.claim_run(session, slug, at, at)
        assert run is not None
        with CaptureWriter(self.config.captures, slug, run.id, now=at) as writer:
            done = [self._article(portal, writer, run.id, pages, at) for pages in fetched]
        with self.database.write() as session:
            leases.close_run(session, run.id, "ok", at)
        return done

    def _article(
        self,
        portal: Portal,
        writer: CaptureWriter,
        run: int,
        pages: Mapping[str, str],
        at: dt.datetime,
    ) -> str:
        stored = CaptureReader(self.config, self.database)
        html = [("Content-Type", "text/html; charset=utf-8")]
        captures = [
            writer.write(url=url, status=200, headers=html, body=body.encode(), at=at)
            for url, body in pages.items()
        ]
        with self.database.read() as session:
            learned = boilerplate.active_set(session, portal.slug)
        try:
            payloads = [Payload(url=url, body=body.encode()) for url, body in pages.items()]
            return archive.save_article(
                self.database,
                Extraction(
                    article=extraction.reread(portal, payloads, learned),
                    captures=tuple(captures),
                    code=code_version(portal),
                    run_id=run,
                    boilerplate=learned.id if learned else None,
                    read_page_text=lambda held: page_text([*map(stored.payload, held)]),
                ),
                decide=decide_policy,
                reread=lambda held: extraction.reread(portal, [*map(stored.payload, held)], learned),
            ).kind
        except PageError as error:
            with self.database.write() as session:
                captured.record_captures(session, captures, run)
            return error.reason

    def mended(self) -> Nights:
        """The same home with the mended declaration."""
        return evolve(self, config=evolve(self.config, portal_packages=(MENDED,)))

    def kinds(self) -> list[str]:
        """The kinds of all changes."""
        with self.database.read() as session:
            return [change.kind for change in change_feed.changes(session)]

    def texts(self, each: Paper) -> list[str]:
        """The last line of each version of an article."""
        with self.database.read() as session:
            known = queries.article_by_key(session, "ndrc", key_of(each))
            versions = queries.versions(session, known.id) if known else []
        return [version.article.text.splitlines()[-1] for version in versions]

    def deliveries(self) -> int:
        """How many messages the changes so far have made."""
        percolation.match_changes(self.database, NAMES, FIRST + dt.timedelta(days=20))
        with self.database.read() as session:
            return len(session.scalars(select(DeliveryRow.id)).all())


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the dictionary of keywords lies: built once for all homes."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def nights(tmp_path: Path, database: Database, database_url: str, cache: Path) -> Nights:
    """An empty home on either database."""
    (tmp_path / "cache").symlink_to(cache)
    config = load(tmp_path, {"POLARCHIVE_DATABASE": database_url})
    return Nights(config=config, database=database)


PLAIN = [paper(number, FIRST.date(), doc_no=f"发改环资〔2026〕{600 + number}号") for number in range(1, 5)]
STEADY, CHANGING, LOST = (paper(number, FIRST.date(), topic="湿地修复") for number in (20, 21, 22))
SIGNED = "2026年11月1日"


def ten_nights(nights: Nights) -> None:
    """Boilerplate changes every night; one policy is revised, one annex is, and one page is not read."""
    for number in range(10):
        clock = f"访问第 {number} 次"
        pages = {url_of(each): shapes.ndrc_article(evolve(each, boilerplate=clock)) for each in PLAIN}
        if number >= 4:
            clauses = (*PLAIN[0].clauses[:-1], "本通知自印发之日起施行，有效期五年。")
            pages[url_of(PLAIN[0])] = shapes.ndrc_article(
                evolve(PLAIN[0], clauses=clauses, boilerplate=clock)
            )
        pages[url_of(STEADY)] = with_annex(evolve(STEADY, boilerplate=clock), "附件：试点名单")
        pages[url_of(CHANGING)] = with_annex(CHANGING, f"附件：第{1 if number < 6 else 2}批名单")
        pages[url_of(LOST)] = shapes.ndrc_redesigned(evolve(LOST, boilerplate=clock))
        nights.night(number, pages)


def test_only_where_words_differ_there_are_versions_and_nobody_is_told_of_them(nights: Nights) -> None:
    with nights.database.write() as session:
        percolation.subscribe(session, "试点", "a@example.org", FIRST)
    ten_nights(nights)
    told, before = nights.deliveries(), nights.kinds()
    assert (told, before) == (6, ["new_policy"] * 6 + ["new_version"])
    assert (nights.texts(STEADY), nights.texts(CHANGING), nights.texts(LOST)) == ([SIGNED], [SIGNED], [])

    done = reextract(nights.mended().config, "ndrc", ReextractionOptions())
    assert done is not None
    assert (done.unchanged, done.count("revised"), done.count("new"), done.unread) == (4, 2, 1, ())
    assert nights.kinds()[7:] == ["reextracted", "reextracted", "reextracted", "new_policy"]
    assert nights.texts(STEADY) == [SIGNED, "附件：试点名单"]
    assert nights.texts(CHANGING) == [SIGNED, "附件：第1批名单", "附件：第2批名单"]
    assert nights.texts(LOST) == [SIGNED]
    assert nights.deliveries() == told + 1, "the new one, in a digest"
    assert done.run is not None
    assert (done.run.kind, done.run.state, done.run.revised) == ("reextract", "ok", 2)


def test_the_time_and_the_captures_of_a_version_read_again_are_those_it_had(nights: Nights) -> None:
    ten_nights(nights)
    reextract(nights.mended().config, "ndrc", ReextractionOptions())
    with nights.database.read() as session:
        known = queries.article_by_key(session, "ndrc", key_of(CHANGING))
        assert known is not None
        first, again, later = queries.versions(session, known.id)
        changes = [change for change in change_feed.changes(session) if change.article_id == known.id]
    assert (again.at, again.captures) == (first.at, first.captures)
    assert later.at == FIRST + dt.timedelta(days=6)
    assert again.code != first.code
    assert [change.at for change in changes] == [first.at, first.at, later.at]


def test_the_night_after_makes_no_version_and_a_real_change_is_one(nights: Nights) -> None:
    ten_nights(nights)
    mended = nights.mended()
    reextract(mended.config, "ndrc", ReextractionOptions())
    count = len(nights.kinds())
    pages = {url_of(each): shapes.ndrc_article(each) for each in PLAIN[1:]}
    pages[url_of(STEADY)] = with_annex(STEADY, "附件：试点名单")
    pages[url_of(CHANGING)] = with_annex(CHANGING, "附件：第2批名单")
    assert mended.night(10, pages) == ["unchanged"] * 5
    pages[url_of(STEADY)] = with_annex(STEADY, "附件：试点名单（更新）")
    assert mended.night(11, pages) == [*["unchanged"] * 3, "revised", "unchanged"]
    assert nights.kinds()[count:] == ["new_version"]


def test_reading_again_twice_adds_nothing(nights: Nights) -> None:
    ten_nights(nights)
    reextract(nights.mended().config, "ndrc", ReextractionOptions())
    before = nights.kinds()
    again = reextract(nights.mended().config, "ndrc", ReextractionOptions())
    assert again is not None
    assert (again.unchanged, again.restated) == (7, ())
    assert nights.kinds() == before


def test_a_preview_says_the_same_and_changes_nothing(nights: Nights) -> None:
    ten_nights(nights)
    before = nights.kinds()
    would = preview(nights.mended().config, "ndrc", ReextractionOptions())
    assert (would.run, would.unchanged, would.count("revised"), would.count("new")) == (None, 4, 2, 1)
    assert {each.title: each.versions for each in would.restated}[CHANGING.title] == 2
    assert nights.kinds() == before
    with nights.database.read() as session:
        assert {run.kind for run in leases.run_history(session)} == {"crawl"}


def test_only_captures_since_a_day_are_read(nights: Nights) -> None:
    ten_nights(nights)
    since = FIRST + dt.timedelta(days=8)
    done = reextract(nights.mended().config, "ndrc", ReextractionOptions(since=since))
    assert done is not None
    assert nights.texts(CHANGING) == [SIGNED, "附件：第2批名单"], "the state of the sixth night lies before"
    assert nights.texts(LOST) == [SIGNED]


def test_articles_new_to_the_archive_are_announced_when_asked_for(nights: Nights) -> None:
    with nights.database.write() as session:
        percolation.subscribe(session, "试点", "a@example.org", FIRST)
    ten_nights(nights)
    told = nights.deliveries()
    reextract(nights.mended().config, "ndrc", ReextractionOptions(announce=True))
    assert nights.deliveries() == told + 1


def test_a_template_that_reads_less_replaces_nothing_unless_it_is_accepted(nights: Nights) -> None:
    nights.night(0, {url_of(each): shapes.ndrc_redesigned(each) for each in PLAIN})
    assert nights.kinds() == []
    mended = nights.mended()
    reextract(mended.config, "ndrc", ReextractionOptions())
    assert len(nights.kinds()) == len(PLAIN)
    worse = reextract(nights.config, "ndrc", ReextractionOptions())
    assert worse is not None
    assert (worse.failed, worse.whole) == ({"rejected": len(PLAIN)}, False)
    assert len(nights.kinds()) == len(PLAIN)


def test_a_damaged_capture_is_named_and_its_article_stays(nights: Nights) -> None:
    nights.night(0, {url_of(PLAIN[0]): with_annex(PLAIN[0], "附件：名单")})
    (warc,) = nights.config.captures.rglob("*.warc.gz")
    warc.unlink()
    done = reextract(nights.mended().config, "ndrc", ReextractionOptions())
    assert done is not None
    assert (done.failed, done.whole, done.run and done.run.state) == ({"capture": 1}, False, "partial")
    assert warc.name in done.unread[0].message
    assert nights.kinds() == ["new_policy"]


def test_a_portal_that_is_being_crawled_is_not_read_again(nights: Nights) -> None:
    ten_nights(nights)
    now = dt.datetime.now(dt.UTC)
    with nights.database.write() as session:
        running = leases.claim_run(session, "ndrc", now, now)
    assert reextract(nights.mended().config, "ndrc", ReextractionOptions()) is None
    assert len(nights.kinds()) == 7
    with nights.database.write() as session:
        assert running is not None
        leases.close_run(session, running.id, "ok", now)
    assert reextract(nights.mended().config, "ndrc", ReextractionOptions()) is not None


def test_an_article_of_several_pages_is_read_again_in_their_order(nights: Nights) -> None:
    long, noted = paper(30, FIRST.date()), '<p class="note">编者注：以印发文本为准。</p>'
    whole = {shapes.bjx_url(long, n): shapes.bjx_article(long, n, 3) for n in (1, 2, 3)}
    last = shapes.bjx_url(long, 3)
    whole[last] = whole[last].replace('<div class="cc-paging">', f'{noted}<div class="cc-paging">')
    assert nights.articles(0, "bjx", [whole]) == ["new"]
    torn = {url: body.replace("扫一扫", "扫二扫") for url, body in whole.items() if url != last}
    assert nights.articles(1, "bjx", [torn]) == ["rejected"]

    done = reextract(nights.mended().config, "bjx", ReextractionOptions())
    assert done is not None
    assert (done.count("revised"), done.failed, done.whole) == (1, {"incomplete": 1}, True)
    with nights.database.read() as session:
        known = queries.article_by_key(session, "bjx", str(long.id))
        assert known is not None
        first, again = queries.versions(session, known.id)
    assert again.article.text.splitlines() == [*long.clauses, "编者注：以印发文本为准。"]
    assert again.captures == first.captures
    assert [capture.url for capture in again.captures] == list(whole)


def test_boilerplate_that_was_learned_meanwhile_makes_no_version(nights: Nights) -> None:
    line = "本页由湿地之友整理排版"
    pages = {
        url_of(each): shapes.ndrc_article(evolve(each, clauses=(*each.clauses, line))).replace(
            "<p>国家发展改革委</p>", ""
        )
        for each in PLAIN[:2]
    }
    pages[url_of(STEADY)] = with_annex(evolve(STEADY, clauses=(*STEADY.clauses, line)), "附件：名单")
    nights.night(0, pages)
    with nights.database.write() as session:
        block = Block(layout="NdrcArticle", edge="tail", key=fold(line), since=FIRST, pages=10, of=10)
        assert boilerplate.publish_set(session, "ndrc", FIRST, lambda _: (block,))
    done = reextract(nights.mended().config, "ndrc", ReextractionOptions())
    assert done is not None
    assert (done.unchanged, done.count("revised")) == (2, 1)
