"""``make bench-policies`` measures a corpus and shows every row beside its baseline."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks.policies import comparison
from benchmarks.policies.__main__ import GROUPS, Measured, available, measure, table
from benchmarks.policies.rows import Corpus, Row, share
from pipelines.diff.comparison import apply_clause_changes, compare_texts

ARTICLES = (
    "第一条 为了规范储能电站的建设，制定本办法。",
    "第二条 建设单位应当在开工前三十日内向所在地的能源主管部门备案。",
    "第三条 储能电站的运行单位应当每年检查一次消防设施，并保存检查记录。",
    "第四条 违反本办法规定的，由能源主管部门责令改正，并处一万元罚款。",
)
HISTORY = "2020年5月6日 广东省人民政府令第12号公布"


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    """Two laws, one of them in two versions, and nothing else."""
    (tmp_path / "laws").mkdir()
    revised = [*ARTICLES[:3], ARTICLES[3].replace("一万", "三万")]
    other = [line.replace("储能电站", "渔港码头").replace("能源", "渔业") for line in ARTICLES]
    other.append("第五条 渔港码头的储能设施适用《某省储能电站管理办法》。")
    for name, title, lines in (
        ("储能办法(2020-05-06)", "某省储能电站管理办法", ARTICLES),
        ("储能办法(2024-05-06)", "某省储能电站管理办法", revised),
        ("渔港规定(2021-01-01)", "某省渔港码头管理规定", other),
    ):
        text = "\n\n".join([f"# {title}", HISTORY, "<!-- INFO END -->", *lines])
        (tmp_path / "laws" / f"{name}.md.gz").write_bytes(gzip.compress(text.encode()))
    return Corpus(folder=tmp_path)


def _shown(measured: list[Measured]) -> str:
    console = Console(width=200, file=io.StringIO(), record=True)
    console.print(table(measured))
    return console.export_text()


def test_versions_of_a_law_are_one_policy(corpus: Corpus) -> None:
    versions, _ = measure(corpus, ["versions"])
    assert versions.row.reached
    assert versions.row.ours == "1 of 1; 0"
    assert versions.row.baseline == "equal titles: 1 of 1; 0"


def test_a_law_that_another_names_is_referred_to(corpus: Corpus) -> None:
    _, references = measure(corpus, ["versions"])
    assert references.row.ours == "1 of 1"
    assert references.row.baseline == "the whole title: 1 of 1"


def test_planted_variations_of_laws_are_graded_right(corpus: Corpus) -> None:
    rows = [entry.row for entry in measure(corpus, ["comparison"])]
    assert [row.ours.split(" of ")[0] for row in rows[:4]] == ["0", "0", "0", "0"]


def test_every_planted_variation_differs_from_its_text(corpus: Corpus) -> None:
    texts = [law.versions[-1].text.split("\n") for law in corpus.laws]
    planted = [*comparison.planted(texts, comparison.COSMETIC | comparison.SUBSTANTIVE)]
    assert {case.name for case in planted} > {"width", "paragraphs run together", "应当 → 可以", "deadline"}
    for case in planted:
        found = compare_texts(case.old, case.new)
        assert apply_clause_changes(found.changes, case.old) == tuple(case.new)


def test_the_table_shows_each_row_with_its_baseline_and_group(corpus: Corpus) -> None:
    shown = _shown([*measure(corpus, available())])
    assert "equal titles" in shown
    assert "reached" in shown


def test_a_row_that_falls_short_is_marked() -> None:
    row = Row(what="numbers", ours="1 of 2", baseline="0 of 2", target="all", reached=False)
    assert "SHORT" in _shown([Measured(group="numbers", row=row, seconds=0)])


def test_a_corpus_without_documents_has_no_rows(tmp_path: Path) -> None:
    assert not [*measure(Corpus(folder=tmp_path), available())]


def test_groups_without_a_module_are_left_out() -> None:
    assert {"versions"} <= set(available()) <= set(GROUPS)


def test_the_history_of_a_law_is_read_by_its_version(corpus: Corpus) -> None:
    assert corpus.histories["储能办法(2020-05-06).md.gz"] == [HISTORY]


@pytest.mark.parametrize(
    ("part", "whole", "shown"), [(0, 7, "0 of 7"), (713, 719, "713 of 719 (99.17 %)"), (7, 7, "7 of 7")]
)
def test_a_share_names_both_counts(part: int, whole: int, shown: str) -> None:
    assert share(part, whole) == shown


def test_forms_of_orders_are_compared_and_document_numbers_parsed(corpus: Corpus) -> None:
    numbers = ["国发〔2021〕23号", "国发〔2021〕1号、国发〔2021〕2号"]
    (corpus.folder / "doc-numbers.txt").write_text("\n".join(numbers), "utf-8")
    parsed, compared, strangers, own = (entry.row for entry in measure(corpus, ["numbers"]))
    assert parsed.ours == "1 of 2 (50.00 %); 0"
    assert parsed.shortfalls == ["国发〔2021〕1号、国发〔2021〕2号: several numbers"]
    assert (compared.shortfalls, strangers.shortfalls) == ([], [])
    assert own.ours == "3 of 3"


def test_issuers_are_compared_with_the_truth_of_a_page(tmp_path: Path) -> None:
    (tmp_path / "portal-pages").mkdir()
    lines = "各有关单位：", "现将有关事项通知如下，请遵照执行。" * 9, "商务部　海关总署", "2024年3月14日"
    title, text = "商务部 海关总署关于样例的通知", "".join(f"<p>{line}</p>" for line in lines)
    head = f"<title>{title}</title><body><h1>{title}</h1><div>发布机构：财政部</div>"
    page = f"<html>{head}<div>{text}</div></body></html>"
    (tmp_path / "portal-pages" / "a.html").write_text(page, "utf-8")
    truth = {"text": "x", "issuers": ["商务部", "海关总署"]}
    (tmp_path / "portal-pages" / "a.json").write_text(json.dumps(truth), "utf-8")
    [entry] = measure(Corpus(folder=tmp_path), ["issuers"])
    assert (entry.row.ours, entry.row.baseline) == ("1 of 1", "the first cell: 0 of 1")


def test_documents_that_repeal_a_law_are_read_and_its_policy_says_so(corpus: Corpus) -> None:
    shapes, force = (each.row for each in measure(corpus, ["force"]))
    assert (shapes.ours, shapes.baseline) == ("2 of 2; 0", "《…》 next to 废止 or 修改: 1 of 2 (50.00 %)")
    assert (force.ours, force.reached) == ("2 of 2", True)
