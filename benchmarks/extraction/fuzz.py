"""Twenty damaged variants of each saved page in a folder, read as ``polarchive extract`` reads them.

A variant may be refused with an error that names its page; it may neither crash nor take two seconds.
The same seed makes the same variants.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import reduce
from pathlib import Path

from attrs import frozen

from crawler import saved_pages
from crawler.extraction import read_saved
from policy.errors import ConfigError, PolarchiveError
from policy.records import Payload

VARIANTS = 20
LIMIT = 2.0
"""Seconds of CPU a variant may take."""

Damage = Callable[[bytes, random.Random], bytes]
_TAG = re.compile(rb"<[^<>]{1,400}>")
_ENTITY = re.compile(rb"&(#?\w{2,8});")


@frozen(kw_only=True)
class Outcome:
    """How the reading of one variant ended."""

    page: str
    damage: str
    result: str
    """``read``, ``refused`` or ``crashed``."""
    seconds: float
    message: str = ""

    @property
    def bad(self) -> bool:
        """Whether it crashed or took too long."""
        return self.result == "crashed" or self.seconds > LIMIT


# ------------------------------------------------------------------ damages


def _at(body: bytes, draw: random.Random, put: bytes) -> bytes:
    where = draw.randrange(len(body) + 1)
    return body[:where] + put + body[where:]


def _tags(body: bytes, draw: random.Random) -> list[tuple[int, int]]:
    found = [match.span() for match in _TAG.finditer(body)]
    return draw.sample(found, min(len(found), 40)) if found else []


def truncated(body: bytes, draw: random.Random) -> bytes:
    """Cut off anywhere, within a character too."""
    return body[: draw.randrange(1, len(body) + 1)]


def without_tags(body: bytes, draw: random.Random) -> bytes:
    """Forty tags are gone."""
    for start, end in sorted(_tags(body, draw), reverse=True):
        body = body[:start] + body[end:]
    return body


def broken_tags(body: bytes, draw: random.Random) -> bytes:
    """Forty tags lose their end."""
    for _, end in sorted(_tags(body, draw), reverse=True):
        body = body[: end - 1] + body[end:]
    return body


def doubled_blocks(body: bytes, draw: random.Random) -> bytes:
    """Pieces of the page are repeated, up to eight times."""
    for _ in range(3):
        start = draw.randrange(len(body))
        piece = body[start : start + draw.randrange(1, 20_000)]
        body = _at(body, draw, piece * draw.randrange(1, 8))
    return body


def random_bytes(body: bytes, draw: random.Random) -> bytes:
    """One byte in a hundred is another."""
    changed = bytearray(body)
    for _ in range(len(body) // 100):
        changed[draw.randrange(len(body))] = draw.randrange(256)
    return bytes(changed)


def swapped_attributes(body: bytes, draw: random.Random) -> bytes:
    """Tags carry the attributes of others."""
    spans = sorted(_tags(body, draw))
    others = [body[start:end] for start, end in spans]
    draw.shuffle(others)
    for (start, end), other in zip(reversed(spans), others, strict=True):
        name = body[start:end].split(b" ", 1)[0].rstrip(b">")
        body = body[:start] + name + b" " + other.partition(b" ")[2].rstrip(b">") + b">" + body[end:]
    return body


def early_ends(body: bytes, draw: random.Random) -> bytes:
    """The page ends five times."""
    for _ in range(5):
        body = _at(body, draw, b"</body></html>")
    return body


def broken_entities(body: bytes, draw: random.Random) -> bytes:
    """Entities lose their semicolon, name nothing, or surrogates and numbers beyond Unicode."""
    broken = (b"&amp", b"&#x110000;", b"&#55296;", b"&#99999999999;", b"&nosuch;", b"&#;", b"&")
    body = _ENTITY.sub(lambda _: draw.choice(broken), body)
    for _ in range(50):
        body = _at(body, draw, draw.choice(broken))
    return body


def charset_lie(body: bytes, draw: random.Random) -> bytes:
    """The page declares an encoding that is not its own."""
    name = draw.choice((b"big5", b"utf-16", b"shift_jis", b"iso-8859-1", b"gb2312", b"rot13", b"\xff"))
    return b'<meta charset="' + name + b'">' + re.sub(rb"(?i)charset", b"x", body)


def mixed_charsets(body: bytes, draw: random.Random) -> bytes:
    """Pieces in other encodings."""
    for encoding in ("gb18030", "utf-8", "big5", "utf-16-le"):
        body = _at(body, draw, "本页另一种编码的文字，共有两句。".encode(encoding, "replace") * 20)
    return body


def nested(body: bytes, draw: random.Random) -> bytes:
    """Up to ten thousand elements, one in the other."""
    tags = draw.choice((b"<div>", b"<table><tr><td>", b"<span>", b"<ul><li>", b"<blockquote>", b"<b>"))
    return _at(body, draw, tags * draw.choice((100, 400, 10_000)))


def nuls(body: bytes, draw: random.Random) -> bytes:
    """NUL and other control bytes."""
    for _ in range(30):
        body = _at(body, draw, draw.choice((b"\0", b"\x1e", b"\x02", b"\x1b", b"\x0c", b"\xef\xbb\xbf")))
    return body


def unclosed(body: bytes, draw: random.Random) -> bytes:
    """Something begins that never ends."""
    start = draw.choice((b"<!--", b"<script>", b"<textarea>", b"<title>", b"<style>", b"<svg>", b'<a href="'))
    return _at(body, draw, start)


def large(body: bytes, draw: random.Random) -> bytes:
    """The page forty times over."""
    return body * max(2, min(40, 4_000_000 // len(body)))


def framed(body: bytes, draw: random.Random) -> bytes:
    """A frameset before the page."""
    return b"<html><frameset cols='*,*'><frame src=a.html><frame src=b.html></frameset>" + body


DAMAGES: tuple[Damage, ...] = (
    *(truncated, without_tags, broken_tags, doubled_blocks, random_bytes, swapped_attributes, early_ends),
    *(broken_entities, charset_lie, mixed_charsets, nested, nuls, unclosed, large, framed),
)


# ------------------------------------------------------------------ reading


def variants(body: bytes, seed: str, count: int = VARIANTS) -> Iterator[tuple[str, bytes]]:
    """Damaged variants of a page, each damage once and then two at a time."""
    draw = random.Random(seed)
    for n in range(count):
        damages = [DAMAGES[n]] if n < len(DAMAGES) else draw.sample(DAMAGES, 2)
        damaged = reduce(lambda now, damage: damage(now, draw), damages, body)
        yield " and ".join(damage.__name__ for damage in damages), damaged


def read(page: str, damage: str, body: bytes) -> Outcome:
    """Read one variant."""
    start = time.process_time()
    try:
        read_saved([Payload(url=f"https://fuzz.example/{page}.html", body=body)])
    except PolarchiveError as error:
        result, message = "refused", str(error)
    except Exception as error:  # a crash is what this test looks for: it is counted and shown
        result, message = "crashed", f"{type(error).__name__}: {error}"
    else:
        result, message = "read", ""
    return Outcome(
        page=page, damage=damage, result=result, seconds=time.process_time() - start, message=message
    )


def fuzz(folder: Path, *, seed: str = "1", count: int = VARIANTS) -> Iterator[Outcome]:
    """Read so many variants of each page in a folder."""
    for path in saved_pages.pages_in(folder):
        body = saved_pages.body_of(path)
        for damage, damaged in variants(body, f"{seed} {path.name}", count):
            yield read(path.name.partition(".html")[0], damage, damaged)


def table(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """The results by kind of damage, then the crashes and slow pages."""
    yield f"{'damage':<20} {'read':>6} {'refused':>8} {'crashed':>8} {'slowest':>8}"
    rows: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        rows.setdefault("two of these" if " and " in outcome.damage else outcome.damage, []).append(outcome)
    for name, alike in (*rows.items(), (f"all {len(outcomes)}", outcomes)):
        yield f"{name:<20} {_counts(alike)} {max(one.seconds for one in alike):>7.2f}s"
    yield from (
        f"BAD {one.page}, {one.damage}: {one.seconds:.2f} s {one.message}" for one in outcomes if one.bad
    )


def _counts(outcomes: Iterable[Outcome]) -> str:
    results = [outcome.result for outcome in outcomes]
    return f"{results.count('read'):>6} {results.count('refused'):>8} {results.count('crashed'):>8}"


def main() -> None:
    """Print the table; exit 1 when a variant crashed or took too long."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--variants", type=int, default=VARIANTS)
    asked = parser.parse_args()
    try:
        outcomes = list(fuzz(asked.folder, seed=asked.seed, count=asked.variants))
    except ConfigError as error:
        parser.error(str(error))
    print("\n".join(table(outcomes)))
    sys.exit(any(outcome.bad for outcome in outcomes))


if __name__ == "__main__":
    main()
