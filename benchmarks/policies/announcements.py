"""Which policies are announced: shuffled arrivals of real documents with reprints, revisions and misprints.

Each of 100 documents becomes a policy that is new, old or undated, whatever its text says. Ten of its pages
arrive in random order over three weeks: the issuer's page and its revision, reprints on portals, and a page
each with a misprinted number, title and date. Of each portal the first night is a first crawl; some later
arrivals are of a backfill. The pages go through the archive, linking and the alerts, night by night. The
plain baseline announces each new article of a run that is not silent.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

from attrs import evolve, field, frozen
from sqlalchemy import select

from alerts import percolation
from benchmarks.dedupe.arrival import save_article
from benchmarks.policies.reprints import documents
from benchmarks.policies.rewritings import ONE, Document
from benchmarks.policies.rows import Corpus, Row, share
from pipelines.consumers import linking
from pipelines.consumers.regrouping import has_same_words
from policy.documents.numbers import find_numbers
from policy.records import Article, FieldValue, Issuer
from storage import change_feed
from storage.database import Database, open_database, upgrade
from storage.tables import AnnouncementRow, ArticleRow, ChangeRow, DeliveryRow

SEEDS = (1, 2, 3)
POLICIES, NIGHTS, PORTALS = 100, 21, 30
MOST_DOUBLED = 0.005
_DAY = dt.timedelta(days=1)
_FIRST = dt.date(2026, 11, 2)
_SHARES = {"new": 0.65, "old": 0.3, "undated": 0.05}
_REWRITINGS = ("headline", "editor's lines", "full width", "another source", "paragraphs run together")


@frozen(kw_only=True)
class Subject:
    """A policy of the benchmark: a document with a day of its own; None if no page prints one."""

    id: int
    kind: str
    document: Document
    day: dt.date | None


@frozen(kw_only=True)
class Arrival:
    """A page of a policy as one run brings it."""

    subject: Subject
    article: Article
    night: dt.date
    silent: bool


@frozen(kw_only=True)
class Outcome:
    """What was announced, by the number of the policy.

    ``announced`` counts announcements, ``sent`` messages and lines of digests to a subscriber of everything;
    ``at_once`` are policies that were sent at once. ``listed`` counts `corrected` changes, ``fused`` are
    policies that share an id with another.
    """

    announced: Counter[int] = field(factory=Counter)
    sent: Counter[int] = field(factory=Counter)
    at_once: frozenset[int] = frozenset()
    listed: Counter[int] = field(factory=Counter)
    fused: frozenset[int] = frozenset()


def rows(corpus: Corpus) -> Iterator[Row]:
    """A row for each order of arrival."""
    chosen = subjects(corpus.folder)
    if len(chosen) < POLICIES:
        return
    for seed in SEEDS:
        shuffled = arrivals(chosen, Random(seed))
        yield _row(f"announced in order {seed}", chosen, follow(shuffled), plain(shuffled))


def _row(what: str, chosen: Sequence[Subject], ours: Outcome, plain: Outcome) -> Row:
    new = [each for each in chosen if each.kind == "new"]
    bridges = sum(ours.listed.values())
    faults = [*_faults(chosen, ours)]
    return Row(
        what=f"{what}: new policies once, lost, doubled (of them listed); old ones",
        ours=_figures(new, chosen, ours) + f"; bridges listed: {bridges}",
        baseline=_figures(new, chosen, plain),
        target="each once but for listed bridges (≤ 0.5 %); 0 old",
        reached=not faults and bridges <= MOST_DOUBLED * len(chosen),
        shortfalls=faults,
    )


def _figures(new: Sequence[Subject], chosen: Sequence[Subject], outcome: Outcome) -> str:
    counts = [outcome.announced[each.id] for each in new]
    old = [each for each in chosen if each.kind != "new" and outcome.announced[each.id]]
    listed = sum(1 for each in new if outcome.announced[each.id] > 1 and outcome.listed[each.id])
    lost, doubled = counts.count(0), sum(count > 1 for count in counts)
    return f"{share(counts.count(1), len(new))}, {lost} lost, {doubled} doubled ({listed}); {len(old)} old"


def _faults(chosen: Sequence[Subject], outcome: Outcome) -> Iterator[str]:
    for each in chosen:
        announced, sent, title = outcome.announced[each.id], outcome.sent[each.id], each.document.title
        if each.kind != "new" and (announced or each.id in outcome.at_once):
            yield f"{title}: announced though {each.kind}"
        if each.kind == "new" and not announced:
            fused = " (shares an id with another)" if each.id in outcome.fused else ""
            yield f"{title}: not announced{fused}"
        if announced > 1 + outcome.listed[each.id]:
            yield f"{title}: announced {announced} times, listed {outcome.listed[each.id]} times"
        if sent != 1 and each.id not in outcome.fused and announced <= 1:
            yield f"{title}: sent {sent} times"


# ------------------------------------------------------------------ what arrives


def subjects(folder: Path) -> list[Subject]:
    """The same policies for every order of arrival."""
    draw = Random(14)
    named = {each.title: each for each in documents(folder) if 600 < len(each.text) < 8000}
    chosen = draw.sample(sorted(named.values(), key=lambda each: each.title), min(POLICIES, len(named)))
    kinds = [kind for kind, part in _SHARES.items() for _ in range(round(part * len(chosen)))]
    return [
        Subject(id=number, kind=kind, document=document, day=_day(draw, kind))
        for number, (kind, document) in enumerate(zip(kinds, chosen, strict=False))
    ]


def _day(draw: Random, kind: str) -> dt.date | None:
    days = {"new": draw.randint(0, 8), "old": draw.randint(200, 3000)}
    return _FIRST - days[kind] * _DAY if kind in days else None


def arrivals(chosen: Sequence[Subject], draw: Random) -> list[Arrival]:
    """All pages in random order, spread over the nights."""
    made = [(each, page) for each in chosen for page in range(10)]
    draw.shuffle(made)
    crawled: dict[str, dt.date] = {}
    found = list[Arrival]()
    for place, (subject, page) in enumerate(made):
        night = _FIRST + (place * NIGHTS // len(made)) * _DAY
        article = _page(subject, page, night, found, draw)
        first = crawled.setdefault(article.portal, night) == night
        silent = first or draw.random() < 0.1
        found.append(Arrival(subject=subject, article=article, night=night, silent=silent))
    return found


def _page(subject: Subject, page: int, night: dt.date, before: Sequence[Arrival], draw: Random) -> Article:
    """Pages 0 and 1 are the issuer's and its revision, 2 to 4 are misprinted, the others are reprints."""
    if page < 2:
        known = f"{subject.id}-0"
        revised = any(each.article.key == known for each in before)
        return _article(subject, known, "issuer", night, text=_revised(subject) if revised else None)
    portal = f"portal{draw.randrange(PORTALS)}"
    key = f"{subject.id}-{page}"
    document = ONE[draw.choice(_REWRITINGS)](draw, subject.document)
    made = _article(
        evolve(subject, document=document), key, portal, night, late=draw.choice((0, 0, 1, 2)), draw=draw
    )
    return _misprinted(draw, made, page) if page < 5 else made


def _revised(subject: Subject) -> str:
    lines = [*subject.document.paragraphs]
    return "\n".join([*lines[:-1], lines[-1] + "本文件由制定机关负责解释。"])


def _article(
    subject: Subject,
    key: str,
    portal: str,
    night: dt.date,
    *,
    text: str | None = None,
    late: int = 0,
    draw: Random | None = None,
) -> Article:
    """A page; a reprint of an old policy is new itself and prints the day on which the policy was written."""
    day, written = subject.day, None
    if day and draw and subject.kind == "old" and draw.random() < 0.5:
        day, written = night, day
    number = find_numbers(f"样发〔{(subject.day or _FIRST).year}〕{subject.id + 11}号")[0]
    document = subject.document
    return Article(
        portal=portal,
        key=key,
        url=f"https://www.{portal}.example/{key}.html",
        page_urls=(f"https://www.{portal}.example/{key}.html",),
        title=FieldValue(value=document.title, raw=document.title, rule="bench"),
        text="\n".join(document.paragraphs) if text is None else text,
        doc_no=FieldValue(value=number, raw=number.raw, rule="bench"),
        issuers=FieldValue(value=(Issuer(printed=document.organ),), raw=document.organ, rule="bench"),
        published=_dated(min(day + late * _DAY, night) if day else None),
        written=_dated(written),
    )


def _dated(day: dt.date | None) -> FieldValue[dt.date] | None:
    return FieldValue(value=day, raw=day.isoformat(), rule="bench") if day else None


def _misprinted(draw: Random, article: Article, page: int) -> Article:
    """A number that is another's, a title with another character, a day of another year or month."""
    if page == 2 and article.doc_no:
        other = find_numbers(article.doc_no.raw.replace("号", f"{draw.randrange(10)}号"))[0]
        return evolve(article, doc_no=FieldValue(value=other, raw=other.raw, rule="bench"))
    if page == 3:
        title, at = article.title.value, draw.randrange(len(article.title.value))
        wrong = title[:at] + draw.choice("己末人日") + title[at + 1 :]
        return evolve(article, title=FieldValue(value=wrong, raw=wrong, rule="bench"))
    if article.published is None:
        return article
    day = article.published.value
    earlier = draw.choice((day.replace(year=day.year - draw.choice((1, 3, 10)), day=1), day - 61 * _DAY))
    return evolve(article, published=_dated(earlier))


# ------------------------------------------------------------------ what is announced


def follow(shuffled: Sequence[Arrival]) -> Outcome:
    """Archive the arrivals night by night, link them, and match them against one subscription."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/announcements.db"
        upgrade(url)
        with open_database(url) as database:
            with database.write() as session:
                percolation.subscribe(session, "的 OR 本", "reader@example.org", _moment(_FIRST))
            owners = dict[int, int]()
            for night in sorted({arrival.night for arrival in shuffled}):
                for arrival in (arrival for arrival in shuffled if arrival.night == night):
                    at, silent = _moment(night), arrival.silent
                    owners[save_article(database, arrival.article, at=at, silent=silent)] = arrival.subject.id
                linking.follow(database)
                percolation.match_changes(database, {}, _moment(night + _DAY), same_words=has_same_words)
            return _outcome(database, owners)


def _moment(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(2), dt.UTC)


def _outcome(database: Database, owners: dict[int, int]) -> Outcome:
    with database.read() as session:
        placed = session.execute(select(ArticleRow.policy_id, ArticleRow.id)).all()
        by_policy: dict[int, set[int]] = {}
        for policy, article in placed:
            by_policy.setdefault(policy, set()).add(owners[article])
        fused = {owner for among in by_policy.values() if len(among) > 1 for owner in among}
        own = AnnouncementRow.announced_as == AnnouncementRow.policy_id
        told = session.scalars(select(AnnouncementRow.article_id).where(own))
        sent = session.execute(
            select(DeliveryRow.event, ChangeRow.article_id).join(
                ChangeRow, ChangeRow.id == DeliveryRow.change_id
            )
        ).all()
        corrected = [each for each in change_feed.every_change(session) if each.kind == "corrected"]
        return Outcome(
            announced=Counter(owners[article] for article in told if article is not None),
            sent=Counter(owners[article] for event, article in sent if event != "corrected"),
            at_once=frozenset(owners[article] for event, article in sent if event == "new"),
            listed=Counter(owners[each.article_id] for each in corrected),
            fused=frozenset(fused),
        )


def plain(shuffled: Sequence[Arrival]) -> Outcome:
    """Announce each new article that no silent run brought."""
    seen, announced = set[tuple[str, str]](), Counter[int]()
    for each in shuffled:
        name = each.article.portal, each.article.key
        announced[each.subject.id] += name not in seen and not each.silent
        seen.add(name)
    return Outcome(announced=announced)
