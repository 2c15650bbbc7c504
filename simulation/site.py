"""Forty servers on loopback, one per portal, which serve the world of a night with its faults."""

from __future__ import annotations

import random
import zlib
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from attrs import define, field, frozen
from scrapy.utils.defer import deferred_to_future
from twisted.internet.defer import maybeDeferred
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Site

from simulation import pages
from simulation.faults import Fault, Plan
from simulation.listings import HTML, Row, Shelf, listing, redesigned
from simulation.world import Paper

SLOW = 2.0
"""Seconds per answer of a slow host."""
ROBOTS = "User-agent: *\nAllow: /\n"


@frozen(kw_only=True)
class Reply:
    """The answer of a portal. Only a ``lasting`` page has an ETag; other pages contain a visitor counter."""

    text: str
    kind: str = HTML
    status: int = HTTPStatus.OK
    location: str = ""
    lasting: bool = False


def reply(plan: Plan, portal: str, night: int, address: str) -> Reply:
    """The answer of a portal to a path with its query. Pure except for the visitor counter."""
    kinds = {fault.kind: fault for fault in plan.at(portal, night)}
    if address == "/robots.txt":
        return Reply(text=ROBOTS, kind="text/plain")
    if "challenge" in kinds:
        return Reply(text=pages.CHALLENGE)
    if address.startswith("/art/"):
        return _article(plan, portal, night, address, kinds)
    shelf = _shelf(plan, portal, night, kinds)
    found = listing(portal.rstrip("0123456789"), shelf, address)
    if found is None:
        return Reply(text=pages.MISSING, status=HTTPStatus.NOT_FOUND)
    kind, text = redesigned(shelf) if "listing_redesign" in kinds else found
    return Reply(text=text, kind=kind)


def _shelf(plan: Plan, portal: str, night: int, kinds: Iterable[str]) -> Shelf:
    rows = [Row(paper=paper, title=paper.title) for paper in plan.world.shelf(portal, night)]
    if "duplicate_ids" in kinds:
        rows.insert(2, Row(paper=rows[0].paper, title=f"另一份文件：{rows[0].title}"))
    return Shelf(rows=rows[:2] if "sudden_drop" in kinds else rows, looping="loop" in kinds)


def _article(plan: Plan, portal: str, night: int, address: str, kinds: Mapping[str, Fault]) -> Reply:
    paper = next((each for each in plan.world.shelf(portal, night) if each.path == address), None)
    if paper is None:
        return _left(plan, portal, night, address)
    if "server_errors" in kinds and paper.number % 3:
        return Reply(text=pages.BROKEN, status=HTTPStatus.INTERNAL_SERVER_ERROR)
    lasting = not portal.endswith("2")
    visitor = "" if lasting else f"您是第{random.randint(10_000, 99_999)}位访客"
    return Reply(text=_printed(portal, paper, night, kinds, visitor), lasting=lasting)


def _left(plan: Plan, portal: str, night: int, address: str) -> Reply:
    """The answer at an address without a page, from which a policy may have moved."""
    moved = (each for each in plan.world.papers[portal] if each.leads and each.path == address)
    paper = next((each.on(night) for each in moved if each.stands(night)), None)
    if paper is None:
        return Reply(text=pages.MISSING, status=HTTPStatus.NOT_FOUND)
    return Reply(text="", status=HTTPStatus.MOVED_PERMANENTLY, location=paper.path)


def _printed(portal: str, paper: Paper, night: int, kinds: Iterable[str], visitor: str) -> str:
    clauses = paper.words(paper.edition(night))
    clauses = clauses[:1] if "body_cut" in kinds else clauses
    redesign = "article_redesign" in kinds
    if int(portal[-1]) % 2:
        label = "公文流水" if "renamed_label" in kinds else "发文字号"
        container = "detail-2026" if redesign else "zoom"
        return pages.table_page(paper, clauses, label=label, container=container, visitor=visitor)
    return pages.meta_page(
        paper, clauses, container="detail-2026" if redesign else "TRS_Editor", visitor=visitor
    )


# ------------------------------------------------------------------ the servers


def reactor() -> Any:
    """Twisted's reactor, once Scrapy has installed it."""
    from twisted.internet import reactor as chosen

    return chosen


@define
class Hosts:
    """The servers of all portals, in the reactor of the crawl. They serve the state of ``night``."""

    plan: Plan
    night: int = 0
    asked: int = 0
    ports: dict[str, int] = field(factory=dict)
    _open: dict[str, Any] = field(factory=dict)

    def open(self) -> None:
        """Listen for every portal, each on a port of its own."""
        for portal in self.plan.world.papers:
            self._listen(portal)

    async def show(self, night: int) -> None:
        """Switch to the state of another night. A host that is down does not listen."""
        self.night = night
        for portal in self.plan.world.papers:
            down = self._has("host_down", portal)
            if down and portal in self._open:
                await deferred_to_future(maybeDeferred(self._open.pop(portal).stopListening))
            elif not down and portal not in self._open:
                self._listen(portal)

    def answer(self, portal: str, request: Any) -> bytes:
        """Fill in the answer to a request; 304 for a matching ETag."""
        self.asked += 1
        said = reply(self.plan, portal, self.night, request.uri.decode())
        body = said.text.encode()
        request.setResponseCode(said.status)
        request.setHeader("Content-Type", said.kind)
        if said.location:
            request.setHeader("Location", said.location)
        if said.lasting and request.setETag(f'"{zlib.crc32(body):x}"'.encode()):
            return b""
        return body

    def seconds(self, portal: str) -> float:
        """Seconds until the answer on this night."""
        return SLOW if self._has("slow_host", portal) else 0.0

    def _has(self, kind: str, portal: str) -> bool:
        return any(fault.kind == kind for fault in self.plan.at(portal, self.night))

    def _listen(self, portal: str) -> None:
        site: Any = Site(_Portal(self, portal))  # type: ignore[no-untyped-call]
        self._open[portal] = reactor().listenTCP(self.ports.get(portal, 0), site, interface="127.0.0.1")
        self.ports[portal] = self._open[portal].getHost().port


class _Portal(Resource):
    isLeaf = True  # noqa: N815 (the name is Twisted's)

    def __init__(self, hosts: Hosts, slug: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._hosts, self._slug = hosts, slug

    def render_GET(self, request: Any) -> bytes | int:  # noqa: N802 (the name is Twisted's)
        """Answer, with a delay on a slow host."""
        body, seconds = self._hosts.answer(self._slug, request), self._hosts.seconds(self._slug)
        if not seconds:
            return body

        def finish() -> None:
            request.write(body)
            request.finish()

        later = reactor().callLater(seconds, finish)
        request.notifyFinish().addErrback(lambda _gone: later.cancel())
        return NOT_DONE_YET
