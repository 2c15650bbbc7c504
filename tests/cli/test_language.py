"""Help in English and in Chinese: the catalogue is complete, and ``--lang`` precedes the locale."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from checks import reference
from cli.app import ALIASES, COMMANDS, app
from cli.output import catalogue, tables
from policy.records import ARTICLE_FIELDS
from policy.records.article import ArticleField
from tests.cli.test_startup import imported

HELP = tables()["help"]
LOCALES = ("LC_ALL", "LC_MESSAGES", "LANG")
USAGE = {"en": "Usage: polarchive", "zh": "用法：polarchive"}


def shown(*command: str, width: int = 80, **environ: str) -> str:
    """What a command prints, without a locale but the one that is given."""
    locale: dict[str, str | None] = {**dict.fromkeys(LOCALES), **environ}
    result = CliRunner().invoke(app, command, prog_name="polarchive", env=locale, terminal_width=width)
    return result.output


def help_texts(command: Any, path: str = "polarchive") -> Iterator[tuple[str, str]]:
    """Every sentence of help below a command, with where it stands."""
    context = command.context_class(command)
    yield from ((path, " ".join(text.split())) for text in command.help.split("\n\n"))
    for parameter in command.get_params(context):
        if parameter.help:
            yield f"{path} {parameter.name}", " ".join(parameter.help.split())
    for name in command.list_commands(context) if hasattr(command, "list_commands") else ():
        yield from help_texts(command.get_command(context, name), f"{path} {name}")


def parameters(command: Any, path: str = "polarchive") -> Iterator[tuple[str, Any]]:
    """Every argument and option below a command, with where it stands."""
    context = command.context_class(command)
    yield from ((f"{path} {parameter.name}", parameter) for parameter in command.get_params(context))
    for name in command.list_commands(context) if hasattr(command, "list_commands") else ():
        yield from parameters(command.get_command(context, name), f"{path} {name}")


def test_every_argument_and_every_option_has_a_help_text() -> None:
    listed = [*parameters(typer.main.get_command(app))]
    assert len(listed) > 100
    assert [place for place, parameter in listed if not parameter.help] == []


def test_every_sentence_of_help_is_in_the_catalogue_and_no_other() -> None:
    texts = [*help_texts(typer.main.get_command(app))]
    assert [(place, text) for place, text in texts if text not in HELP] == []
    assert sorted(HELP.keys() - {text for _, text in texts}) == []


def test_every_entry_of_the_catalogue_is_chinese() -> None:
    assert [english for english, chinese in HELP.items() if not re.search(r"[\u4e00-\u9fff]", chinese)] == []


@pytest.mark.parametrize("entry", ARTICLE_FIELDS, ids=lambda entry: entry.name)
def test_the_chinese_name_of_a_field_is_the_declared_one(entry: ArticleField) -> None:
    assert catalogue()[entry.name] == entry.zh


def commands(entries: Any = COMMANDS, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """The words of the application, every group and every command."""
    return [path, *(words for name in entries for words in commands(entries[name].commands, (*path, name)))]


@pytest.mark.parametrize("words", commands(), ids=lambda words: " ".join(words) or "polarchive")
def test_chinese_help_has_no_english_sentence(words: tuple[str, ...]) -> None:
    text = shown("--lang", "zh", *words, "--help")
    assert text.startswith(USAGE["zh"])
    usage, _, body = text.partition("\n")
    assert re.findall(r"OPTIONS|COMMAND|ARGS", usage) == []
    assert re.findall(r"Options|Arguments|Commands|default|required|[a-z]+ [a-z]+ [a-z]+", body) == []
    descriptions = re.findall(r"^  (?:-|[a-z]+  ).*", body, re.MULTILINE)
    assert [line for line in descriptions if not re.search(r"[\u4e00-\u9fff]|\[[\dx<=>]+\]$", line)] == []


def test_the_list_of_commands_is_in_chinese() -> None:
    text = shown("--lang", "zh", "--help")
    assert [
        name for name in COMMANDS if not re.search(rf"^  {name} +[\u4e00-\u9fff]", text, re.MULTILINE)
    ] == []
    assert "显示本帮助信息并退出。" in text


def test_chinese_help_is_wrapped_by_columns() -> None:
    lines = shown("--lang", "zh", "--help").splitlines()
    assert max(len(line.encode("gb18030")) for line in lines) in range(70, 81)


def test_wrapping_loses_no_character_and_breaks_no_bracket() -> None:
    narrow, wide = (shown("--lang", "zh", "diff", "--help", width=width) for width in (50, 80))
    assert len(narrow.splitlines()) > len(wide.splitlines())
    assert re.sub(r"\s", "", narrow) == re.sub(r"\s", "", wide)
    assert "[必填]" in narrow


@pytest.mark.parametrize("words", [["--help"], ["search", "--help"], ["index", "--help"]], ids=" ".join)
@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({}, "en"),
        ({"LANG": "C"}, "en"),
        ({"LANG": "POSIX"}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "zha_CN"}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh"}, "zh"),
        ({"LC_MESSAGES": "zh_CN.UTF-8", "LANG": "en_GB.UTF-8"}, "zh"),
        ({"LC_MESSAGES": "en_GB.UTF-8", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"LC_ALL": "C", "LC_MESSAGES": "zh_CN.UTF-8", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"LC_ALL": "zh_SG.GB2312", "LANG": "C"}, "zh"),
        ({"LC_ALL": "", "LC_MESSAGES": "", "LANG": "zh_CN.UTF-8"}, "zh"),
    ],
    ids=str,
)
def test_the_locale_chooses_the_language(words: list[str], environ: dict[str, str], language: str) -> None:
    assert shown(*words, **environ).startswith(USAGE[language])


@pytest.mark.parametrize(
    ("command", "language"),
    [
        ("--lang zh --help", "zh"),
        ("--lang=zh search --help", "zh"),
        ("search --help --lang zh", "zh"),
        ("index --lang zh rebuild --help", "zh"),
        ("--lang en search --help --lang=zh", "zh"),
        ("--lang zh search --help --lang en", "en"),
        ("--home x --lang zh search --help", "zh"),
        ("search --help -- --lang zh", "en"),
    ],
)
def test_the_option_is_accepted_in_any_place_and_the_last_one_counts(command: str, language: str) -> None:
    assert shown(*command.split()).startswith(USAGE[language])


def test_the_option_precedes_the_locale() -> None:
    assert shown("search", "--help", "--lang", "en", LC_ALL="zh_CN.UTF-8").startswith(USAGE["en"])


def test_help_without_arguments_and_under_an_old_name_is_in_chinese() -> None:
    assert shown(LANG="zh_CN.UTF-8").startswith(USAGE["zh"])
    assert [
        name for name in ALIASES if not shown(name, "--help", "--lang", "zh").startswith(USAGE["zh"])
    ] == []


@pytest.mark.parametrize(
    "command", [["--lang", "fr", "--help"], ["search", "--help", "--lang", "fr"]], ids=str
)
def test_an_unknown_language_is_a_usage_error(command: list[str]) -> None:
    result = CliRunner().invoke(app, command, prog_name="polarchive", env=dict.fromkeys(LOCALES))
    assert result.exit_code == 2
    assert "'fr'" in result.stderr
    assert "--lang" in result.stderr
    assert result.stdout == ""


@pytest.mark.slow
def test_english_help_imports_no_catalogue() -> None:
    assert "cli.output.chinese" not in imported("search", "--help")
    assert "cli.output.chinese" in imported("--lang", "zh", "--help")


def test_the_reference_of_commands_is_in_english_under_every_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    english = [*reference.commands()]
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert [*reference.commands()] == english
