"""The comparison of extractors judges fairly and says what failed.

Two tests start a process: an engine is asked in one, and is ended there when it is late.
"""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest

from benchmarks.crawl.pages import article, title
from benchmarks.extraction import scoring, worst_pages
from benchmarks.extraction.comparison import corpora, cost
from benchmarks.extraction.engine_processes import answers
from benchmarks.extraction.engines import ENGINES
from benchmarks.extraction.stages import by_step
from benchmarks.report import Report, markdown

TRUTH = {
    "text": "第一段说明为什么。\n第二段说明怎么办。",
    "title": "关于说明的通知",
    "date": "2026-11-02",
    "source": "示例网",
}


def _judged(record: dict[str, Any], truth: dict[str, Any] = TRUTH) -> scoring.PageScore:
    return scoring.judge(record, truth, scoring.fields([truth]))


def test_a_record_that_says_what_the_page_says_is_perfect() -> None:
    record = {
        "text": "第一段说明为什么。\n\n 第二段说明怎么办。",
        "title": "关于 说明的通知",
        "published": "2026年11月2日 08:00",
        "source": "示例网",
    }
    found = _judged(record)
    assert (found.f1, found.lines, found.leaks) == (1.0, 1.0, False)
    assert found.fields == {"title": True, "date": True, "source": True}


def test_paragraphs_run_together_cost_lines_but_no_words() -> None:
    found = _judged({"text": TRUTH["text"].replace("\n", " ")})
    assert (found.f1, found.lines) == (1.0, 0.0)


def test_half_of_the_text_costs_recall_and_boilerplate_costs_precision() -> None:
    half = _judged({"text": "第一段说明为什么。"})
    assert half.precision == 1.0
    assert 0.3 < half.recall < 0.5
    more = _judged({"text": TRUTH["text"] + "\n责任编辑：某某"})
    assert more.precision < more.recall == 1.0
    assert more.leaks


def test_boilerplate_that_the_truth_has_is_no_leak() -> None:
    truth = TRUTH | {"text": "本站版权声明如下。"}
    assert not _judged({"text": truth["text"]}, truth).leaks


def test_nothing_found_is_nothing_right() -> None:
    found = _judged({})
    assert (found.f1, found.lines, found.leaks) == (0.0, 0.0, False)
    assert not any(found.fields.values())


def test_the_f1_of_a_set_is_of_the_mean_precision_and_recall() -> None:
    found = scoring.score([_judged({"text": TRUTH["text"]}), _judged({})])
    assert (found.precision, found.recall, found.f1) == (0.5, 0.5, 0.5)
    assert (found.pages, found.poor) == (2, 1)


def test_in_a_set_of_documents_the_source_is_the_issuing_organ() -> None:
    truth = TRUTH | {"docno": "测发〔2026〕1号", "source": "甲部 乙部"}
    found = _judged({"doc_no": "测发[2026]1号", "issuers": ["甲部", "乙部"]}, truth)
    assert found.fields == {"title": False, "date": False, "doc_no": True, "issuer": True}


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "plans"
    folder.mkdir()
    truth = {"text": "。", "title": title(1), "url": "http://bench.example/1.htm"}
    for name in ("one", "two"):
        (folder / f"{name}.json").write_text(json.dumps(truth), "utf-8")
    (folder / "one.html").write_bytes(article(1))
    (folder / "two.html.gz").write_bytes(gzip.compress(article(1)))
    (folder / "no-truth.html").write_bytes(article(1))
    (tmp_path / "empty").mkdir()
    return tmp_path


def test_a_corpus_is_the_folders_that_hold_pages_with_their_truth(corpus: Path) -> None:
    [(name, truths)] = corpora(corpus)
    assert name == "plans"
    assert [page.name for page in truths] == ["one.html", "two.html.gz"]
    assert [*corpora(corpus / "plans")] == [(name, truths)]


@pytest.mark.slow
def test_an_engine_answers_from_a_process_of_its_own_and_says_what_it_could_not_read(corpus: Path) -> None:
    broken = corpus / "plans" / "broken.html"
    broken.write_bytes(b"<html><body></body></html>")
    page = corpus / "plans" / "two.html.gz"
    given = answers("polarchive", {broken: "", page: "http://bench.example/1.htm"}, limit=60)
    assert given.records[str(page)]["title"] == title(1)
    assert [*given.failures] == [str(broken)]
    assert all(spent > 0 for spent in given.spent.values())


def test_the_cost_of_a_page_is_told_for_a_usual_size_too() -> None:
    sizes = {"a": 20.0, "b": 40.0, "c": 80.0, "d": 120.0, "odd": 100.0}
    told = cost({"a": 10.0, "b": 14.0, "c": 22.0, "d": 30.0, "odd": 90.0}, sizes)
    assert told == {"ms median": "22.0", "ms p95": "90.0", "ms at 60 KB": "18.0"}


def test_the_cost_of_pages_of_one_size_is_told_for_no_other() -> None:
    assert cost({"a": 10.0, "b": 14.0}, {"a": 20.0, "b": 20.0}) == {"ms median": "12.0", "ms p95": "14.0"}


@pytest.mark.slow
def test_an_engine_over_its_time_fails_at_the_pages_it_left(tmp_path: Path) -> None:
    endless = tmp_path / "endless.html"
    os.mkfifo(endless)
    given = answers("polarchive", {endless: ""}, limit=2)
    assert given.failures == {str(endless): "no answer, over 2 s"}
    assert not given.spent


@pytest.mark.parametrize("shape", worst_pages.SHAPES)
def test_the_worst_pages_have_their_size_and_elements(shape: str) -> None:
    page = worst_pages.page(shape)
    assert len(page) == pytest.approx(worst_pages.SIZE, rel=0.01)
    assert page.count(b"</") == pytest.approx(worst_pages.ELEMENTS, rel=0.02)


def test_our_time_is_told_by_the_steps_of_the_reading() -> None:
    read = ENGINES["polarchive"].make()
    spent = by_step(lambda: read(article(1), "http://www.gov.cn/1.htm"), seconds=0.5)
    assert {"crawler.pages.base", "pipelines.html.cleaning", "pipelines.metadata.fields"} <= set(spent)
    assert all(ms > 0 for ms in spent.values())


def test_a_report_in_markdown_has_a_dash_where_there_is_no_figure() -> None:
    report = Report(
        title="plans", rows={"ours": {"F1": "1.0", "date": "100"}, "peer": {"F1": "0.5"}}, notes=["x"]
    )
    assert markdown(report).splitlines() == [
        "### plans",
        "",
        "| |F1|date|",
        "|---|---:|---:|",
        "| ours | 1.0 | 100 |",
        "| peer | 0.5 | – |",
        "",
        "- x",
    ]
