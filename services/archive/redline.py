"""Two texts side by side as one page of HTML, without script or anything from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path
from string import Template

from pipelines.diff.comparison import ClauseChange, Comparison
from pipelines.diff.field_changes import FieldChange
from pipelines.diff.text_diff import Part
from policy.text.clauses import Clause
from services.archive.comparison import Side, TextComparison

_KINDS = {"added": "新增", "removed": "删去", "changed": "修改", "moved": "移动", "renumbered": "序号"}
_GRADES = {"substantive": "实质", "cosmetic": "形式"}
_PAGE = Path(__file__).with_name("redline.html")
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Control characters and those that turn the reading direction: they would show another text."""


def redline(compared: TextComparison) -> str:
    """The page. Clauses that did not change are in it too, unless only some changes are shown."""
    old, new, comparison, shown = compared.old, compared.new, compared.clauses, compared.shown
    everything = len(shown) == len(comparison.changes)
    rows = _rows(comparison, shown) if everything else (_row(change) for change in shown)
    counts = "，".join(
        f"{name} {count}"
        for kind, name in _KINDS.items()
        if (count := sum(change.kind == kind for change in comparison.changes))
    )
    return Template(_PAGE.read_text("utf-8")).substitute(
        title=_safe(f"{old.title} → {new.title}" if old.title != new.title else new.title),
        old=_heading("旧", old),
        new=_heading("新", new),
        grade=_GRADES.get(comparison.grade or "", "无变化"),
        counts=_safe(counts or "–"),
        fields="".join(map(_field, compared.fields)),
        rows="\n".join(rows),
    )


def _heading(name: str, side: Side) -> str:
    url = side.version.article.url
    link = (
        f'<a href="{_safe(url)}">{_safe(url)}</a>' if url.startswith(("http://", "https://")) else _safe(url)
    )
    return f"<dt>{name}</dt><dd><b>{_safe(side.title)}</b><br>{_safe(side.facts)}<br>{link}</dd>"


def _field(change: FieldChange) -> str:
    old, new = _safe(change.old or "–"), _safe(change.new or "–")
    cells = f"<td><del>{old}</del></td><td><ins>{new}</ins></td><td></td>"
    return f'<tr><th scope="row">{_safe(change.name)}</th>{cells}</tr>\n'


def _rows(comparison: Comparison, shown: Iterable[ClauseChange]) -> Iterator[str]:
    """All clauses in the order of the new text, what was removed where it was."""
    changed = {change.new.line for change in shown if change.new}
    same = (clause for clause in comparison.new if clause.line not in changed)
    rows: list[tuple[int, str]] = [(clause.line, _same(clause)) for clause in same if clause.text]
    last = -1
    for change in shown:
        last = change.new.line if change.new else last
        rows.append((last, _row(change)))
    yield from (row for _, row in sorted(rows, key=lambda each: each[0]))


def _same(clause: Clause) -> str:
    text = _lines(clause.text)
    cells = f"<td>{text}</td><td>{text}</td><td></td>"
    return f'<tr class="same"><th scope="row">{_safe(clause.label)}</th>{cells}</tr>'


def _row(change: ClauseChange) -> str:
    why = "；".join(dict.fromkeys(map(str, change.reasons)))
    return (
        f'<tr class="{change.grade}"><th scope="row">{_safe(change.label)}</th>'
        f"<td>{_side(change, 'removed')}</td><td>{_side(change, 'added')}</td>"
        f"<td>{_KINDS[change.kind]}·{_GRADES[change.grade]}<br>{_safe(why)}</td></tr>"
    )


def _side(change: ClauseChange, kind: str) -> str:
    """The clause's old or new words with what went or came marked."""
    clause = change.old if kind == "removed" else change.new
    if clause is None:
        return ""
    marked = {
        line.old_line if kind == "removed" else line.new_line: line
        for line in change.lines
        if line.kind in ("changed", kind)
    }
    tag = "del" if kind == "removed" else "ins"
    shown = []
    for at, text in enumerate(clause.lines):
        if at in marked and marked[at].kind == "changed":
            shown.append("".join(_part(part, kind, tag) for part in marked[at].parts))
        elif text.strip():
            shown.append(f"<{tag}>{_safe(text)}</{tag}>" if at in marked else _safe(text))
    return "<br>".join(shown)


def _part(part: Part, kind: str, tag: str) -> str:
    if part.kind == "same":
        return _safe(part.text)
    return f"<{tag}>{_safe(part.text)}</{tag}>" if part.kind == kind else ""


def _lines(text: str) -> str:
    return "<br>".join(_safe(line) for line in text.split("\n") if line.strip())


def _safe(text: str) -> str:
    return escape(_UNSEEN.sub("�", text))
