"""Messages in English and in Chinese: the catalogue has each text, and its placeholders."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import get_args

import pytest
from attrs import fields

from cli import output
from cli.output import _, tables, translated, use_language
from pipelines.dedupe.consensus import Rank
from policy import errors
from policy.records import ARTICLE_FIELDS
from policy.records.article import ChangeKind
from policy.records.content import EDGES, FileStatus, ReferenceKind
from policy.records.runs import RunState
from policy.records.saves import RelationKind, SaveKind
from policy.rules.validity import Ground, State
from storage.queries import Totals
from tests.acts import act
from tests.cli.conftest import Polarchive
from tests.cli.test_why import Publish

CHECKOUT = Path(__file__).parents[2]
LOWER = ("policy", "storage", "pipelines", "alerts", "health", "config", "crawler", "services")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
ENGLISH = re.compile(r"[a-z]{2,}(?: [a-z]{2,}){2,}")
"""Three English words in a row: a sentence, not a name."""
PRINTING = {"say", "note", "fail", "styled", "busy", "staged", "counted", "progress", "track", "BadParameter"}


@pytest.fixture
def chinese() -> Iterator[None]:
    use_language("zh")
    yield
    use_language("en")


# ------------------------------------------------------------------ what the commands say


def functions(*packages: str) -> Iterator[tuple[str, ast.AST]]:
    """Every function of the packages with the file that it is in, and each module."""
    for package in packages:
        for path in sorted((CHECKOUT / package).rglob("*.py")):
            tree = ast.parse(path.read_text("utf-8"))
            yield str(path.relative_to(CHECKOUT)), tree
            for node in ast.walk(tree):
                if isinstance(node, ast.FunctionDef):
                    yield str(path.relative_to(CHECKOUT)), node


def calls(scope: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """The calls in a scope, by the last part of their names."""
    for node in ast.walk(scope):
        if isinstance(node, ast.Call):
            match node.func:
                case ast.Name(id=name) | ast.Attribute(attr=name):
                    yield name, node


def constants(node: ast.AST, scope: ast.AST) -> list[str]:
    """The texts that an argument can be: a constant, one of two, or what its name is assigned."""
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.IfExp():
            return [*constants(node.body, scope), *constants(node.orelse, scope)]
        case ast.BoolOp():
            return [text for value in node.values for text in constants(value, scope)]
        case ast.Name(id=name):
            assigned = (
                each.value
                for each in ast.walk(scope)
                if isinstance(each, ast.Assign)
                and [target.id for target in each.targets if isinstance(target, ast.Name)] == [name]
            )
            return [text for value in assigned for text in constants(value, scope)]
    return []


def placeholders(text: str) -> set[str]:
    return {name for _literal, name, *_rest in Formatter().parse(text) if name is not None}


def messages() -> Iterator[tuple[str, str, set[str]]]:
    """What the commands pass to ``_``: the file, the text, and the names of the values."""
    for file, scope in functions("cli"):
        if isinstance(scope, ast.FunctionDef):
            for name, call in calls(scope):
                if name == "_":
                    given = {keyword.arg or "" for keyword in call.keywords}
                    yield from ((file, text, given) for text in constants(call.args[0], scope))


def headings() -> set[str]:
    """The headings of the tables."""
    tuples = {
        node.value
        for _file, scope in functions("cli")
        if isinstance(scope, ast.FunctionDef | ast.Module)
        for target in ast.walk(scope)
        if isinstance(target, ast.Assign) and isinstance(target.value, ast.Tuple)
        for node in target.value.elts
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and {name.id for name in target.targets if isinstance(name, ast.Name)}
        & {"columns", "heads", "numbers", "_COUNTED"}
    }
    passed = {
        argument.value
        for _file, scope in functions("cli")
        for name, call in calls(scope)
        if name == "table"
        for argument in call.args[1:]
        if isinstance(argument, ast.Constant)
    }
    return {str(text).lstrip("#") for text in tuples | passed}


def test_every_message_of_the_commands_is_in_the_catalogue_with_its_values() -> None:
    collected = [*messages()]
    assert len(collected) > 100
    assert [(file, text) for file, text, _given in collected if text not in output.catalogue()] == []
    assert [(file, text) for file, text, given in collected if placeholders(text) - given] == []


def test_every_message_of_the_catalogue_is_of_a_command() -> None:
    assert tables()["commands"].keys() - {text for _file, text, _given in messages()} == FACTS


FACTS = {
    "article {id}, version {number} ({time}), {portal}, published {day}",
    "article {id}, version {number} ({time}), {portal}",
}


def test_every_heading_of_a_table_is_in_the_catalogue() -> None:
    assert len(headings()) > 50
    assert sorted(headings() - {"#"} - output.catalogue().keys()) == []


def test_placeholders_agree_in_both_languages() -> None:
    pairs = [pair for name, table in tables().items() if name != "help" for pair in table.items()]
    assert [english for english, text in pairs if placeholders(english) != placeholders(text)] == []


def test_every_text_of_the_catalogue_is_chinese_and_has_one_translation() -> None:
    texts: dict[str, set[str]] = {}
    for table in tables().values():
        for english, text in table.items():
            texts.setdefault(english, set()).add(text)
    assert [english for english, several in texts.items() if len(several) > 1] == []
    assert [
        english
        for english, several in texts.items()
        if re.search("[a-z]{2}", re.sub(r"\{.*?\}", "", english)) and not any(map(CHINESE.search, several))
    ] == []


@pytest.mark.parametrize(
    "words",
    [
        [field.name for field in ARTICLE_FIELDS],
        [field.name for field in fields(Totals)],
        [rank.name.lower() for rank in Rank],
        EDGES,
        *map(
            get_args, (RunState, SaveKind, ChangeKind, RelationKind, ReferenceKind, FileStatus, State, Ground)
        ),
        ["full", "added", "removed", "changed", "moved", "renumbered", "substantive", "cosmetic"],
    ],
    ids=lambda words: words[0],
)
def test_the_fixed_words_of_records_are_in_the_catalogue(words: list[str]) -> None:
    assert [word for word in words if word not in output.catalogue()] == []


def test_no_command_prints_an_english_text_that_is_not_a_message() -> None:
    assert [
        (file, ast.unparse(call))
        for file, scope in functions("cli")
        if isinstance(scope, ast.FunctionDef)
        for name, call in calls(scope)
        if name in PRINTING
        for argument in call.args[:1]
        for text in constants(argument, scope) + literals(argument)
        if re.search("[a-z]{3}", text.replace("polarchive resume", ""))
    ] == []


def literals(node: ast.AST) -> list[str]:
    """The literal parts of an f-string."""
    parts = node.values if isinstance(node, ast.JoinedStr) else []
    return [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]


# ------------------------------------------------------------------ what lower layers write


def raised() -> Iterator[tuple[str, str]]:
    """An example of each error for users that a lower layer raises: 7 in place of a value."""
    kinds = {
        name
        for name, kind in vars(errors).items()
        if isinstance(kind, type)
        and issubclass(kind, errors.PolarchiveError)
        and not issubclass(kind, errors.PageError)
    }
    for file, scope in functions(*LOWER):
        if isinstance(scope, ast.Module):
            for name, call in calls(scope):
                if name in kinds and (text := example(call.args[0])):
                    yield f"{file}:{call.lineno}", text
                elif file == "policy/query.py" and name == "_error":
                    yield f"{file}:{call.lineno}", f"position 7: {example(call.args[1])}"


def example(node: ast.AST) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr():
            text = ""
            for part in node.values:  # a value that touches a word is a phrase that may be empty
                text += "" if isinstance(part, ast.FormattedValue) and text[-1:].isalpha() else example(part)
            return text
        case ast.FormattedValue():
            return "7"
    return ""


@pytest.mark.usefixtures("chinese")
def test_errors_of_lower_layers_are_shown_in_chinese() -> None:
    collected = {place: text for place, text in raised() if ENGLISH.search(text)}
    assert len(collected) > 50
    assert [
        f"{place}: {text}"
        for place, text in collected.items()
        if not CHINESE.search(translated(text))
        or ENGLISH.search(re.sub("`.*?`|polarchive [a-z ]+", "", translated(text)))
    ] == []


EVIDENCE = (
    (
        "same with ndrc/12: the same words; 3 of 4 clauses of the shorter are in the longer, 1 differ; "
        "30% of its words, 20% of the longer's"
    ),
    (
        "与 ndrc/12 相同：文字相同；较短一篇的 4 个条款中有 3 个见于较长一篇，1 个有差异；"
        "占其文字 30%，占较长一篇 20%"
    ),
)
LAG = (
    "linking is 3 changes behind the archive; polarchive update brings it up to date",
    "文章关联落后于档案库 3 项变更；运行 polarchive update 更新",
)
HEADLINE = (
    "2026-11-24: 3 portals, 2 new, 1 reprinted; 1 broken, 2 warnings",
    "2026-11-24：3 个门户，2 项新增，1 项转载；1 项故障，2 项警告",
)
FINDING = (
    "ndrc/tz: sudden_drop: 3 rows on its first page (usually 20) (for 3 nights, since 2026-11-01)",
    "ndrc/tz：sudden_drop：首页 3 行（通常 20 行）（已持续 3 晚，自 2026-11-01 起）",
)
CONFIGURATION = (
    "/a/polarchive.toml:3: crawl.delay: expected a list, found 'a: b'",
    "/a/polarchive.toml:3: crawl.delay：应为列表，实为 'a: b'",
)


WRITERS = (
    *("health/checks.py", "health/listing_checks.py", "health/traffic_checks.py", "health/daily_report.py"),
    *("policy/records/runs.py", "policy/rules/drift.py", "crawler/runs/statistics.py"),
    *("services/run_health.py", "services/nightly.py", "services/reports.py", "services/status.py"),
    *("pipelines/dedupe/relations.py", "pipelines/dedupe/assignment.py", "pipelines/dedupe/overlaps.py"),
)
"""Modules whose sentences are shown by reports and by ``why``."""
FRAGMENTS = {
    "its first page",
    "7 could not be read: 7",
    "captured but not extracted: 7 (7); 7",
    "fix the declaration, then polarchive reextract SLUG",
    "with new files",
    "the report failed",
    "names the other's policy",
    "bears the number of the other's policy",
    "quotes the other; 7",
}
"""Parts of sentences, whose whole is in the catalogue, and a line of the log."""


def sentences(file: str) -> Iterator[str]:
    """An example of each sentence in a module, but for docstrings and log lines."""
    tree = ast.parse((CHECKOUT / file).read_text("utf-8"))
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant | ast.JoinedStr) and id(node) not in docstrings | parts:
            text = re.sub(r"\{[\w.]+\}", "7", example(node))
            if ENGLISH.search(text) and "%" not in text:
                yield text


@pytest.mark.usefixtures("chinese")
@pytest.mark.parametrize("file", WRITERS)
def test_sentences_of_reports_and_evidence_are_shown_in_chinese(file: str) -> None:
    assert [
        f"{text}: {translated(text)}"
        for text in sentences(file)
        if text not in FRAGMENTS and ENGLISH.search(re.sub("`.*?`|polarchive [a-z ]+", "", translated(text)))
    ] == []


@pytest.mark.usefixtures("chinese")
@pytest.mark.parametrize(("english", "text"), [EVIDENCE, LAG, HEADLINE, FINDING, CONFIGURATION])
def test_a_text_of_several_phrases_is_translated_phrase_by_phrase(english: str, text: str) -> None:
    assert translated(english) == text


@pytest.mark.usefixtures("chinese")
@pytest.mark.parametrize(
    "text", ["关于促进储能发展的通知: 附件", "no such sentence: at all", "https://example.org/a: b", ""]
)
def test_a_text_that_the_catalogue_does_not_know_is_shown_as_it_is(text: str) -> None:
    assert translated(text) == text
    assert _(text) == text


# ------------------------------------------------------------------ what a command prints


@pytest.fixture
def published(archived: Polarchive, publish: Publish) -> Polarchive:
    """An archive with an original, a reprint and a page that cites them."""
    publish(act(1), key="original", title="样例省储能行动计划")
    publish(act(1), key="reprint", portal="govcn", title="样例省储能行动计划")
    archived("update")
    return archived


COMMANDS = [
    "search 储能",
    "policy 1",
    "why 1",
    "show 1",
    "versions 1",
    "diff 1 2",
    "clause 1",
    "status",
    "report",
]


@pytest.mark.parametrize("command", COMMANDS)
def test_output_is_in_chinese_and_json_is_the_same_in_both_languages(
    published: Polarchive, command: str
) -> None:
    answer = published("--lang", "zh", *command.split())
    assert answer.code == 0, answer.err
    assert ENGLISH.findall(answer.out + answer.err) == []
    assert CHINESE.search(answer.out)
    shapes = [published("--lang", language, *command.split(), "--json").out for language in ("en", "zh")]
    assert shapes[0] == shapes[1]


@pytest.mark.parametrize(
    ("command", "text"),
    [
        ("show 99", "没有这篇文章"),
        ("policy 99", "政策 99 不存在"),
        ("search (", "位置"),
        ("history nowhere", "没有门户"),
        ("report --night 2026-13-01", "不是 YYYY-MM-DD 格式的日期"),
        ("search", "缺少参数 'QUERY'。"),
        ("search 储能 --limit x", "'--limit' 的值无效：'x' 不是整数。"),
        ("search 储能 --limit 0", "0 不在 1<=x<=1000 范围内。"),
        ("search 储能 --nope", "没有选项 --nope"),
        ("serch 储能", "没有命令 'serch'。是否为 'search'？"),
        ("diff 1 2 --only both", "'both' 应为以下之一：'substantive', 'cosmetic'。"),
        ("stop --reason", "选项 '--reason' 须有值。"),
    ],
)
def test_errors_are_in_chinese(published: Polarchive, command: str, text: str) -> None:
    answer = published("--lang", "zh", *command.split())
    assert answer.code in {1, 2}
    assert text in answer.err
    assert ENGLISH.findall(answer.err.replace("polarchive ", "")) == []


def test_an_error_of_the_next_command_is_in_english_again(published: Polarchive) -> None:
    assert "没有这篇文章" in published("--lang", "zh", "show", "99").err
    assert "no such article" in published("--lang", "en", "show", "99").err
