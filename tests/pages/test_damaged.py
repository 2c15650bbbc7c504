"""Damaged pages are read or refused with an error that names them: no crash, and not for long."""

from __future__ import annotations

import random
import time

import pytest

from benchmarks.crawl.pages import article
from benchmarks.extraction import fuzz
from crawler.extraction import read_saved
from policy.records import Payload

SENTENCE = "样例县说，旧管网已经换了九成，漏水比去年少了三成。"
HEAD = "<title>样例县旧管网改造</title><h1>样例县旧管网改造</h1>"
PLAIN = f"<html><head>{HEAD}</head><body><div>{f'<p>{SENTENCE}&nbsp;</p>' * 20}</div></body></html>"

PATIENCE = 10 * fuzz.LIMIT
"""Seconds that only what grows with the square of a page takes, however busy the machine: whether it is
below the limit is for the benchmark to say."""


def is_bad(outcome: fuzz.Outcome) -> bool:
    return outcome.result == "crashed" or outcome.seconds > PATIENCE


@pytest.mark.parametrize("damage", fuzz.DAMAGES, ids=lambda damage: damage.__name__)
@pytest.mark.parametrize(
    "body", [PLAIN.encode(), PLAIN.encode("gb18030"), article(3)], ids=["utf-8", "gbk", "gov"]
)
def test_a_damaged_page_does_not_crash(damage: fuzz.Damage, body: bytes) -> None:
    for seed in range(3):
        outcome = fuzz.read("page", damage.__name__, damage(body, random.Random(seed)))
        assert not is_bad(outcome), outcome
        assert outcome.result == "read" or "https://fuzz.example/page.html" in outcome.message


def test_the_same_seed_makes_the_same_variants() -> None:
    first, again = (list(fuzz.variants(PLAIN.encode(), "7")) for _ in range(2))
    assert len(first) == fuzz.VARIANTS
    assert first == again
    assert first != list(fuzz.variants(PLAIN.encode(), "8"))


def test_a_crash_or_a_long_reading_is_bad() -> None:
    outcome = fuzz.Outcome(page="a", damage="nuls", result="crashed", seconds=0.1, message="KeyError: 1")
    slow = fuzz.Outcome(page="b", damage="large", result="read", seconds=9.0)
    said = list(fuzz.table([outcome, slow]))
    assert [line for line in said if line.startswith("BAD")] == [
        "BAD a, nuls: 0.10 s KeyError: 1",
        "BAD b, large: 9.00 s ",
    ]


@pytest.mark.parametrize(
    "body",
    [
        "".join(f"<p>{SENTENCE}{n}</p>" for n in range(10_000)),
        "".join(f"<div class=c><b>网友{n}</b><p>{SENTENCE}</p><i>回复</i></div>" for n in range(2_500)),
        f"<table>{f'<tr><td>1</td><td>{SENTENCE}</td></tr>' * 3_000}</table>",
        "".join(f"<li><a href=/{n}_2.html>{n}</a></li>" for n in range(5_000)) + f"<p>{SENTENCE * 3}</p>",
        f"{'<div>' * 400}{f'<p>{SENTENCE}</p>' * 2_000}",
        f"<div>{f'<h3>段 <a>编辑</a></h3><a>更多</a><p>{SENTENCE}</p>' * 2_000}</div>",
        f"<h1>样例</h1>{'<div>' * 400}{f'<p>{SENTENCE}</p>' * 2_000}<p>京ICP备12345678号</p>",
        "".join(f"<div><h3>相关阅读</h3><p>{SENTENCE}</p></div>" for n in range(2_500)),
    ],
    ids=[
        "paragraphs",
        "comments",
        "cells",
        "links",
        "deep",
        "links beside headings",
        "deep with foot",
        "boxes",
    ],
)
def test_ten_thousand_elements_take_no_long_time(body: str) -> None:
    start = time.process_time()
    read_saved([Payload(url="https://unknown.example/1.html", body=f"{HEAD}{body}".encode())])
    assert time.process_time() - start < PATIENCE


@pytest.mark.parametrize(
    "body",
    [
        f"<p>{SENTENCE * 280_000}</p>",
        f"<p>{SENTENCE}</p>" * 240_000,
        f'<script>x = {{\'content\': 1, "content": "{SENTENCE * 250_000}"}}</script>',
        f"<p title='{SENTENCE * 250_000}'>{SENTENCE}</p>",
    ],
    ids=["one text", "paragraphs", "a script", "an attribute"],
)
def test_twenty_megabytes_take_no_long_time(body: str) -> None:
    outcome = fuzz.read("page", "twenty megabytes", f"{HEAD}{body}".encode())
    assert not is_bad(outcome), outcome


@pytest.mark.parametrize(
    ("head", "says"),
    [
        (f"<title>{'样例县' * 333_333}</title>", "title: masthead says 999,999 characters"),
        (
            f"<title>样例县</title><meta name='ArticleTitle' content='{'关于' * 500_000}'>",
            "1,000,000 characters",
        ),
    ],
    ids=["title", "meta"],
)
def test_a_title_of_a_megabyte_is_cut_and_said(head: str, says: str) -> None:
    page = f"<html><head>{head}</head><body><div>{f'<p>{SENTENCE}</p>' * 3}</div></body></html>"
    read = read_saved([Payload(url="https://unknown.example/1.html", body=page.encode())])
    assert len(read.title.raw) <= 500
    assert any(says in warning and warning.endswith("the first 500 are kept") for warning in read.warnings)
