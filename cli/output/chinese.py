"""The formatter of help in Chinese. Imported only when Chinese help is asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any
from unicodedata import east_asian_width

import typer

from cli.output import _

_HEADINGS = {"Arguments": "参数", "Options": "选项", "Commands": "命令"}
_USAGE = {"[OPTIONS]": "[选项]", "COMMAND": "命令", "[ARGS]...": "[参数]..."}
_NOTES = {"default: ": "默认：", "required": "必填"}
_ADDED = re.compile(r"(^|  )\[.*\]$")
"""What typer adds in brackets behind the help of an option or argument, and the words in it."""

_PIECE = re.compile(r"\s+|\[[^\s\]]*\]?|[（“]*(?:[!-~]+|[^\s!-~])[，。；：、）”]*")
"""What stays on one line: a Latin word, a bracket, a character with the punctuation that belongs to it."""


class ChineseHelpFormatter(typer.Context.formatter_class):  # type: ignore[misc, valid-type]
    """Prints the sentences of the catalogue, wrapped by the columns that they take on a terminal.

    Typer's formatter is public only as an attribute of its context, which is no type to mypy.
    """

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, " ".join(_USAGE.get(word, word) for word in args.split(" ")), "用法：")

    def write_heading(self, heading: str) -> None:
        self.write(f"{'':>{self.current_indent}}{_HEADINGS[heading]}：\n")

    def write_text(self, text: str) -> None:
        width = self.width - self.current_indent
        super().write_text("\n\n".join(_wrapped(part, width) for part in text.split("\n\n")))

    def write_dl(self, rows: Sequence[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        first = min(max(len(name) for name, _text in rows), col_max) + col_spacing
        width = self.width - self.current_indent - first
        super().write_dl([(name, _wrapped(text, width)) for name, text in rows], col_max, col_spacing)


class ChineseContext(typer.Context):
    """The context of a command whose help is in Chinese."""

    formatter_class: Any = ChineseHelpFormatter


def _wrapped(english: str, width: int) -> str:
    """A sentence in Chinese, in lines that typer does not wrap again (``\\b``)."""
    return "\n".join(["\b", *_lines(_translated(english), width)])


def _translated(english: str) -> str:
    """A sentence in Chinese, and what typer adds behind it."""
    start = _ADDED.search(english)
    sentence, notes = (english[: start.start()], start[0]) if start else (english, "")
    for word, chinese in _NOTES.items():
        notes = notes.replace(word, chinese)
    sentence = " ".join(sentence.split())
    return f"{_(sentence)}{notes}"


def _lines(text: str, width: int) -> Iterator[str]:
    """Lines of at most so many columns; a Chinese character takes two."""
    line = ""
    for piece in _PIECE.findall(text):
        if line and _columns(line + piece.rstrip()) > width:
            yield line.rstrip()
            line = ""
        line += piece if line else piece.lstrip()
    if line:
        yield line


def _columns(text: str) -> int:
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)
