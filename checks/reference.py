"""``python -m checks.reference`` writes the generated pages of ``docs/reference``: commands, configuration
keys, JSON shapes, tables, portals. A test compares them with what is committed."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import attrs
import typer
from sqlalchemy import Column, Table

from alerts.channels import CHANNELS
from cli.app import app
from config import Config
from config.records import PortalConfig
from crawler import portals
from crawler.portal import Portal
from policy.records import ARTICLE_FIELDS
from storage.tables import Base

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "docs" / "reference"
_MADE = "<!-- Written by `python -m checks.reference`. Do not edit. -->\n"
_COMMANDS = """\
Every command prints text for people; with `--json`, where it has that option, one of the
[JSON shapes](json.md). `--home FOLDER` names the archive directory; without it `POLARCHIVE_HOME`, else
`archive/`. `--lang zh` prints help, results and errors in Chinese, `--lang en` in English; without it the
locale decides (`LC_ALL`, `LC_MESSAGES`, `LANG`), and any language but Chinese means English. Both options may
stand anywhere on the command line. JSON is the same in both languages.

Exit codes: 0 ok, 1 failed, 2 wrong usage or configuration, 3 partial, 75 another process has the lease.
"""
_KEYS = """\
Keys of `polarchive.toml` in the archive directory. An unknown key or a wrong value is an error that names
file, line and key. In the environment `POLARCHIVE_HOME`, `POLARCHIVE_DATABASE` and `POLARCHIVE_SMTP_PASSWORD`
override the file.
"""
_SHAPES = """\
What commands print with `--json`, by the function in `services/` that makes it. Times are ISO 8601; an
unknown value is `null`. [record.md](record.md) explains the keys of an article.
"""
_FIELDS = """\
Each field is declared once, on `policy.records.ArticleFields`. [record.md](record.md) explains how the values
are found. *Compared*: a difference is a change of the article. *Voted on*: `polarchive policy` chooses the
value among all pages of a policy. *Drift*: its disappearance is a sign of a changed layout. *Hash*: another
value makes a new version.
"""
_TABLES = """\
The tables of the archive, as the models in `storage/tables/` declare them. Times are UTC. They change between
releases; programs should read the archive through the commands and their JSON.
"""
_PORTALS = """\
`polarchive portals` prints the same with the address of every section. *Rests on* says how far a declaration
was checked:

- `real page`: its listing and articles were checked on saved pages of the site.
- `facts`: it was declared from dated notes of people who called the site. No page was seen.
- `unverified`: the notes are old or incomplete. Expect the first night to find it changed; the run says what.

The pages in `tests/portals/` are our own, in the structure that the notes describe: they test the code, not
the portal. Before you rely on a portal, [capture its pages](../adding-a-portal.md) and look at them.
`enabled = false` below `[portals.SLUG]` in `polarchive.toml` switches a portal off. The demo uses three
invented portals, `sample-reprints`, `sample-ministry` and `sample-council`; they are in `samples/`.
"""


def main() -> None:
    """Write every page."""
    for name, text in pages().items():
        (FOLDER / name).write_text(text, "utf-8")


def pages() -> dict[str, str]:
    """The text of each generated page by its file name."""
    return {
        "commands.md": _page("Commands", commands()),
        "configuration.md": _page("Configuration keys", configuration()),
        "fields.md": _page("Declared fields of an article", article_fields()),
        "json.md": _page("JSON shapes", shapes()),
        "portals.md": _page("Portals", portal_list()),
        "tables.md": _page("Tables", tables()),
    }


def _page(title: str, lines: Iterable[str]) -> str:
    return "\n".join([f"# {title}\n", _MADE, *lines]).rstrip() + "\n"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    body = [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows]
    if body:
        yield from (f"| {' | '.join(head)} |", "|" + "---|" * len(head), *body, "")


def _prose(docstring: str | None) -> str:
    """A docstring as Markdown: double backticks become single, references become names."""
    text = re.sub(r":\w+:`~?([^`]+)`", r"`\1`", (docstring or "").replace("``", "`"))
    return re.sub(r"\s*\n\s*", " ", text).strip()


# ------------------------------------------------------------------ commands


def commands() -> Iterator[str]:
    """Each command with its arguments and options."""
    yield _COMMANDS
    for name, command in _commands(typer.main.get_command(app), "polarchive"):
        yield f"## {name}\n"
        yield f"{_prose(command.help)}\n"
        parameters = [_parameter(parameter) for parameter in command.params if not _is_hidden(parameter)]
        yield from _table(("argument or option", "default", "meaning"), parameters)


def _commands(command: Any, path: str) -> Iterator[tuple[str, Any]]:
    if not hasattr(command, "list_commands"):
        yield path, command
        return
    context = command.context_class(command)
    for name in command.list_commands(context):
        below = command.get_command(context, name)
        if not below.hidden:
            yield from _commands(below, f"{path} {name}")


def _is_hidden(parameter: Any) -> bool:
    return getattr(parameter, "hidden", False) or "--help" in parameter.opts


def _parameter(parameter: Any) -> tuple[str, str, str]:
    if parameter.param_type_name == "argument":
        name = parameter.metavar or parameter.name.upper()
        names = f"`{name}{'…' if parameter.nargs == -1 else ''}`"
    else:
        flag = parameter.is_flag or parameter.count
        value = "" if flag else f" {parameter.metavar or parameter.name.upper()}"
        names = ", ".join(f"`{option}{value}`" for option in (*parameter.opts, *parameter.secondary_opts))
    default = parameter.default
    if isinstance(default, Path) and default.is_absolute():
        default = None  # differs between machines
    shown = "" if default in (None, False, ()) or callable(default) else f"`{default}`"
    return names, "required" if parameter.required else shown, _prose(parameter.help)


# ------------------------------------------------------------------ configuration


_NO_KEYS = {"home", "channels"}
"""Fields of the configuration that are no keys: each channel has a table of its own."""


def configuration() -> Iterator[str]:
    """Each key with its default and what the example file says of it."""
    meanings = _meanings((ROOT / "polarchive.example.toml").read_text("utf-8"))
    yield _KEYS
    single = [each for each in attrs.fields(Config) if not _is_section(each) and each.name not in _NO_KEYS]
    yield from _keys("", single, meanings)
    for section in [each for each in attrs.fields(Config) if _is_section(each) and each.name != "portals"]:
        record: Any = type(section.default)
        yield f"## [{section.name}]\n"
        yield from _keys(section.name, attrs.fields(record), meanings)
    for channel in CHANNELS.values():
        yield f"## [{channel.table}]\n"
        yield from _keys(channel.table, attrs.fields(cast("Any", channel)), meanings)
    yield "## [portals.SLUG]\n"
    yield "One table per portal; `polarchive portals` lists the slugs.\n"
    yield from _keys("portals", attrs.fields(PortalConfig), meanings)


def _is_section(key: Any) -> bool:
    return attrs.has(type(key.default)) or key.name == "portals"


def _keys(section: str, keys: Iterable[Any], meanings: Mapping[tuple[str, str], str]) -> Iterator[str]:
    rows = [(f"`{key.name}`", _default(key), meanings[section, key.name]) for key in keys]
    yield from _table(("key", "default", "meaning"), rows)


def _default(key: Any) -> str:
    match key.default:
        case None:
            return "as above"
        case bool(value):
            return f"`{str(value).lower()}`"
        case tuple(values):
            return ", ".join(f"`{value}`" for value in values) or "none"
        case int() | float() | str() as value:
            return f"`{value}`" if value != "" else "none"
    return "none"


def _meanings(example: str) -> dict[tuple[str, str], str]:
    """The comments of the example file by section and key; the second line of one is indented."""
    meanings, section, key = dict[tuple[str, str], str](), "", ""
    for line in example.splitlines():
        if header := re.match(r"(?:# )?\[(\w+)(?:\.(\w+))?\]\s*(?:# (.*))?$", line):
            section, key = header[1], header[2] or ""
            meanings[section, key] = header[3] or ""
        elif setting := re.match(r"# (\w+) = .*?(?:\s{2,}# (.*))?$", line):
            key = setting[1]
            meanings[section, key] = setting[2] or ""
        elif more := re.match(r"\s{20,}# (.*)$", line):
            meanings[section, key] += f" {more[1]}"
    return meanings


# ------------------------------------------------------------------ fields of an article


def article_fields() -> Iterator[str]:
    """Each declared field with its labels and uses."""
    yield _FIELDS
    rows = [
        (
            f"`{entry.name}`",
            entry.zh,
            entry.en,
            "" if "comparison" not in entry.uses else "cosmetic" if "filing" in entry.uses else "substantive",
            "yes" if "consensus" in entry.uses else "",
            "yes" if "drift" in entry.uses else "",
            "yes" if entry.hash_position is not None else "",
        )
        for entry in ARTICLE_FIELDS
    ]
    yield from _table(("field", "中文", "label", "compared", "voted on", "drift", "hash"), rows)


# ------------------------------------------------------------------ JSON shapes


def shapes() -> Iterator[str]:
    """Each function that makes a JSON shape, with the keys that it sets."""
    yield _SHAPES
    for path in sorted((ROOT / "services").rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        for function in tree.body:
            if isinstance(function, ast.FunctionDef) and function.name.endswith("_shape"):
                yield f"## {function.name.removesuffix('_shape').replace('_', ' ')}\n"
                yield f"{_prose(ast.get_docstring(function))}\n"
                module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
                yield f"{', '.join(dict.fromkeys(_shape_keys(function, _imports(tree), vars(module))))}.\n"


def _imports(tree: ast.Module) -> dict[str, str]:
    """The module of each name that a module imports."""
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return {alias.name: node.module or "" for node in nodes for alias in node.names}


def _shape_keys(
    function: ast.FunctionDef, imports: Mapping[str, str], constants: Mapping[str, Any]
) -> Iterator[str]:
    """The keys of the dictionaries on the function's own level, and the shapes and records it takes over.

    ``constants`` has the lists of keys, by their name in the module, that a comprehension goes through.
    """
    records = {arg.arg: ast.unparse(arg.annotation) for arg in function.args.args if arg.annotation}
    for node in _top_level(function):
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(value, ast.DictComp) and not key:
                    yield from (f"`{name}`" for name in constants[ast.unparse(value.generators[0].iter)])
                else:
                    yield f"`{ast.literal_eval(key)}`" if key else _taken_over(value, records, imports)
        else:
            yield _taken_over(node, records, imports)


def _top_level(function: ast.FunctionDef) -> Iterator[ast.expr]:
    """What a function returns, taken apart at ``|``."""
    waiting = [node.value for node in function.body if isinstance(node, ast.Return) and node.value]
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            waiting = [node.left, node.right, *waiting]
        elif isinstance(node, ast.ListComp):
            waiting = [node.elt, *waiting]
        else:
            yield node


def _taken_over(node: ast.expr, records: Mapping[str, str], imports: Mapping[str, str]) -> str:
    text = ast.unparse(node)
    made = re.match(r"(\w+)_shape\(", text)
    if made:
        return f"the keys of [{made[1].replace('_', ' ')}](#{made[1].replace('_', '-')})"
    copied = re.match(r"plain\((\w+)\)$", text)
    record = records.get(copied[1], "") if copied else ""
    if record in imports:
        fields = attrs.fields(getattr(importlib.import_module(imports[record]), record))
        return ", ".join(f"`{field.name}`" for field in fields)
    return f"the fields of `{text[6:-1]}`" if text.startswith("plain(") else f"`{text}`"


# ------------------------------------------------------------------ tables


def tables() -> Iterator[str]:
    """Each table with its columns."""
    yield _TABLES
    rows = {mapper.class_.__tablename__: mapper.class_ for mapper in Base.registry.mappers}
    for name, table in sorted(Base.metadata.tables.items()):
        yield f"## `{name}`\n"
        yield f"{_prose(rows[name].__doc__)}\n"
        yield from _table(("column", "type", "notes"), map(_column, table.columns))
        yield from _unique(table)


def _column(column: Column[Any]) -> tuple[str, str, str]:
    notes = ["primary key"] if column.primary_key else []
    notes += [f"→ `{key.target_fullname}`" for key in column.foreign_keys]
    notes += ["may be null"] if column.nullable else []
    return f"`{column.name}`", str(column.type).lower(), ", ".join(notes)


def _unique(table: Table) -> Iterator[str]:
    for index in sorted(
        (index for index in table.indexes if index.unique), key=lambda index: str(index.name)
    ):
        where = index.dialect_options["sqlite"]["where"]
        columns = ", ".join(f"`{column.name}`" for column in index.columns)
        yield f"Unique: {columns}{f' where `{where}`' if where is not None else ''}.\n"


# ------------------------------------------------------------------ portals


def portal_list() -> Iterator[str]:
    """Each portal with its sections, listing families and what its declaration rests on."""
    yield _PORTALS
    rows = [_portal(portal) for _, portal in sorted(portals.load().items())]
    yield from _table(("slug", "portal", "sections", "listing family", "rests on"), rows)


def _portal(portal: Portal) -> tuple[str, ...]:
    families = ", ".join(dict.fromkeys(section.listing.family for section in portal.sections))
    rests_on = ", ".join(dict.fromkeys(section.rests_on for section in portal.sections))
    return f"`{portal.slug}`", portal.name, str(len(portal.sections)), families, rests_on


if __name__ == "__main__":
    main()
