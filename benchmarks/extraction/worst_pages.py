"""Pages of 1 MB and 10,000 elements, in the shapes that cost an extractor most."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from benchmarks.crawl.pages import lines, title

SIZE, ELEMENTS, DEPTH = 1_000_000, 10_000, 100


def page(shape: str) -> bytes:
    """The page of that shape: an article of some 5,000 characters, and much of one kind."""
    parts = [*(f"<p>{line}</p>" for line in lines(0)), *SHAPES[shape]()]
    head = f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title(0)}</title>\n'
    body = f"</head><body><h1>{title(0)}</h1>\n<div>{''.join(parts)}</div>\n</body></html>\n"
    missing = SIZE - len((head + body).encode())
    return f"{head}<style>{'p { margin: 0 } ' * (missing // 16)}</style>{body}".encode()


def _words(count: int) -> list[str]:
    """So many pieces of text that together leave some room in the page."""
    size, pool = SIZE // 5 // count, "".join(lines(0))
    return [pool[at % 1_000 :][:size] for at in range(count)]


def _row(number: int) -> str:
    cells = "".join(f"<td>第{number}批第{column}项</td>" for column in range(4))
    return f"<tr>{cells}</tr>"


def _nested(words: str) -> str:
    return f"{'<div>' * DEPTH}{words}{'</div>' * DEPTH}"


SHAPES: dict[str, Callable[[], Iterable[str]]] = {
    "paragraphs": lambda: (f"<p>{words}</p>" for words in _words(ELEMENTS)),
    "links": lambda: (
        f'<li><a href="/{at}.htm">{words}</a></li>' for at, words in enumerate(_words(ELEMENTS // 2))
    ),
    "table": lambda: ["<table>", *map(_row, range(ELEMENTS // 5)), "</table>"],
    f"{DEPTH} deep": lambda: map(_nested, _words(ELEMENTS // DEPTH)),
}
"""What makes up a page, by the name of its shape."""
