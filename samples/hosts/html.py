"""HTML functions that all sample hosts share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from itertools import groupby

from attrs import frozen


@frozen(kw_only=True)
class Answer:
    """An answer of a host: status, media type, body."""

    body: bytes
    status: int = 200
    content_type: str = "text/html; charset=utf-8"


def page(head: str, body: str) -> Answer:
    """A whole HTML page."""
    return Answer(
        body=f'<!DOCTYPE html>\n<html>\n<head>\n<meta charset="utf-8">\n{head}\n</head>\n'
        f"<body>\n{body}\n</body>\n</html>\n".encode()
    )


def paragraphs(lines: Sequence[str], *, indent: str = "") -> str:
    """Lines as ``<p>``, runs of ``| a | b |`` lines as tables."""
    style = f' style="{indent}"' if indent else ""
    blocks = []
    for is_row, grouped in groupby(lines, key=lambda line: line.startswith("|")):
        run = list(grouped)
        blocks += [table(run)] if is_row else [f"<p{style}>{escape(line)}</p>" for line in run]
    return "\n".join(blocks)


def table(rows: Iterable[str]) -> str:
    """Rows of ``| a | b |`` as a table; the first is its head."""
    cells = [[escape(cell.strip()) for cell in row.strip("| ").split("|")] for row in rows]
    head, *rest = ["".join(f"<td>{cell}</td>" for cell in row) for row in cells]
    body = "".join(f"<tr>{row}</tr>" for row in rest)
    return f'<table border="1"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def meta(**content: str) -> str:
    """Meta tags, one per line."""
    return "\n".join(
        f'<meta name="{name}" content="{escape(value, quote=True)}">' for name, value in content.items()
    )


def challenge() -> Answer:
    """An anti-bot page with status 200, like those of a cloud firewall."""
    return page(
        '<meta name="aliyun_waf_aa" content="0f3c">\n<title>Verification</title>',
        '<div id="captcha-element"></div>\n<textarea id="renderData" style="display:none">{}</textarea>\n'
        "<script>var arg1='A1B2C3D4E5F6';function reload(x){document.cookie='acw_sc__v2='+x;"
        "location.reload();}</script>\n<noscript>请完成安全验证后继续访问</noscript>",
    )
