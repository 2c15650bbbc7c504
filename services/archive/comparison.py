"""Two texts compared: two versions of an article, or two articles, clause by clause and field by field,
as a record and as a page of HTML (a redline)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from html import escape
from pathlib import Path
from string import Template

from attrs import field, frozen
from sqlalchemy.orm import Session

from pipelines.diff.comparison import (
    ClauseChange,
    Comparison,
    FieldChange,
    Materiality,
    compare_fields,
    compare_texts,
    grade_change,
)
from pipelines.diff.grading import Grade
from pipelines.diff.text_diff import LineChange, Part
from policy.documents.dates import format_moment
from policy.errors import ArchiveError
from policy.query import searchable_text
from policy.records import Version
from policy.text.clauses import Clause, ClausePosition, line_positions
from services.archive.lookup import find_article_at, find_version
from storage.rows import ArchivedArticle


@frozen(kw_only=True)
class Side:
    """One of the two: a version with the words of its files, and its portal's name."""

    version: Version
    portal: str
    text: str = field(repr=False)

    @property
    def title(self) -> str:
        return self.version.article.title.value

    @property
    def facts(self) -> str:
        """``article 12, version 2 (2026-11-03 02:10), 国家发展改革委, published 2026-03-01``."""
        version, published = self.version, self.version.article.published
        day = f", published {format_moment(published.value)}" if published else ""
        name = f"article {version.article_id}, version {version.number} ({format_moment(version.at)})"
        return f"{name}, {self.portal}{day}"


@frozen(kw_only=True)
class TextComparison:
    """All differences of two sides; ``shown`` are those of the grade that was asked for."""

    old: Side
    new: Side
    fields: tuple[FieldChange, ...]
    clauses: Comparison
    materiality: Materiality
    shown: tuple[ClauseChange, ...]


def compare_versions(
    old: Version, new: Version, portal_name: Callable[[str], str], only: Grade | None = None
) -> TextComparison:
    """Compare two versions; with ``only`` the changes of one grade are shown."""
    before, after = _side(old, portal_name), _side(new, portal_name)
    clauses = compare_texts(before.text.split("\n"), after.text.split("\n"))
    fields = compare_fields(old.article, new.article)
    return TextComparison(
        old=before,
        new=after,
        fields=fields,
        clauses=clauses,
        materiality=grade_change(clauses, fields),
        shown=tuple(change for change in clauses.changes if only in (None, change.grade)),
    )


def _side(version: Version, portal_name: Callable[[str], str]) -> Side:
    return Side(version=version, portal=portal_name(version.article.portal), text=searchable_text(version))


def place_of(change: ClauseChange, line: LineChange) -> ClausePosition:
    """Where in its clause a changed line stands."""
    clause, at = (change.new, line.new_line) if line.kind == "added" else (change.old, line.old_line)
    return line_positions(clause).get(at, ClausePosition()) if clause else ClausePosition()


# ------------------------------------------------------------------ choosing two versions


def versions_to_compare(
    session: Session, article: str, a: str | None, b: int | None
) -> tuple[Version, Version]:
    """What ``diff ARTICLE``, ``diff ARTICLE A B`` and ``diff ARTICLE OTHER`` name; raises ArchiveError.

    An article alone stands for its last two versions.
    """
    if a is None:
        return _last_two(session, *find_article_at(session, article))
    if b is not None:
        known, _ = find_article_at(session, article)
        if not a.isdecimal():
            raise ArchiveError(f"{a}: not a version's number (diff ARTICLE A B)")
        return find_version(session, known, int(a[:9])), find_version(session, known, b)
    return _version(session, article), _other(session, article, a)


def _other(session: Session, article: str, name: str) -> Version:
    """The version of the second article; a number that is none may have been meant for a version."""
    try:
        return _version(session, name)
    except ArchiveError as error:
        hint = f"; for versions give two: diff {article} A B" if name.isdecimal() else ""
        raise ArchiveError(f"{error}{hint}") from None


def _last_two(session: Session, known: ArchivedArticle, number: int | None) -> tuple[Version, Version]:
    newest = number or known.newest
    if newest == 1:
        raise ArchiveError(f"article {known.id} has one version only: nothing to compare")
    return find_version(session, known, newest - 1), find_version(session, known, newest)


def _version(session: Session, name: str) -> Version:
    return find_version(session, *find_article_at(session, name))


# ------------------------------------------------------------------ side by side as a page of HTML


_KINDS = {"added": "新增", "removed": "删去", "changed": "修改", "moved": "移动", "renumbered": "序号"}
_GRADES = {"substantive": "实质", "cosmetic": "形式"}
_PAGE = Path(__file__).with_name("redline.html")
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Control characters and those that turn the reading direction: they would show another text."""


def redline(compared: TextComparison) -> str:
    """The two texts side by side, without script or anything from elsewhere.

    Clauses that did not change are in it too, unless only some changes are shown.
    """
    old, new, comparison, shown = compared.old, compared.new, compared.clauses, compared.shown
    everything = len(shown) == len(comparison.changes)
    rows = _table_rows(comparison, shown) if everything else (_change_row(change) for change in shown)
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
        fields="".join(map(_field_row, compared.fields)),
        rows="\n".join(rows),
    )


def _heading(name: str, side: Side) -> str:
    url = side.version.article.url
    link = (
        f'<a href="{_safe(url)}">{_safe(url)}</a>' if url.startswith(("http://", "https://")) else _safe(url)
    )
    return f"<dt>{name}</dt><dd><b>{_safe(side.title)}</b><br>{_safe(side.facts)}<br>{link}</dd>"


def _field_row(change: FieldChange) -> str:
    old, new = _safe(change.old or "–"), _safe(change.new or "–")
    cells = f"<td><del>{old}</del></td><td><ins>{new}</ins></td><td></td>"
    return f'<tr><th scope="row">{_safe(change.name)}</th>{cells}</tr>\n'


def _table_rows(comparison: Comparison, shown: Iterable[ClauseChange]) -> Iterator[str]:
    """All clauses in the order of the new text, what was removed where it was."""
    changed = {change.new.line for change in shown if change.new}
    same = (clause for clause in comparison.new if clause.line not in changed)
    rows: list[tuple[int, str]] = [(clause.line, _same_row(clause)) for clause in same if clause.text]
    last = -1
    for change in shown:
        last = change.new.line if change.new else last
        rows.append((last, _change_row(change)))
    yield from (row for _, row in sorted(rows, key=lambda each: each[0]))


def _same_row(clause: Clause) -> str:
    text = _lines(clause.text)
    cells = f"<td>{text}</td><td>{text}</td><td></td>"
    return f'<tr class="same"><th scope="row">{_safe(clause.label)}</th>{cells}</tr>'


def _change_row(change: ClauseChange) -> str:
    why = "；".join(dict.fromkeys(map(str, change.reasons)))
    return (
        f'<tr class="{change.grade}"><th scope="row">{_safe(change.label)}</th>'
        f"<td>{_marked_lines(change, 'removed')}</td><td>{_marked_lines(change, 'added')}</td>"
        f"<td>{_KINDS[change.kind]}·{_GRADES[change.grade]}<br>{_safe(why)}</td></tr>"
    )


def _marked_lines(change: ClauseChange, kind: str) -> str:
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
    counts = {at: line.old_count if kind == "removed" else line.new_count for at, line in marked.items()}
    inside = {at + step for at, count in counts.items() for step in range(1, count)}
    shown = []
    for at, text in enumerate(clause.lines):
        if at in marked and marked[at].kind == "changed":
            shown.append("".join(_part(part, kind, tag) for part in marked[at].parts))
        elif text.strip() and at not in inside:
            shown.append(f"<{tag}>{_safe(text)}</{tag}>" if at in marked else _safe(text))
    return "<br>".join(shown)


def _part(part: Part, kind: str, tag: str) -> str:
    text = _safe(part.text).replace("\n", "<br>")
    if part.kind == "same":
        return text
    return f"<{tag}>{text}</{tag}>" if part.kind == kind else ""


def _lines(text: str) -> str:
    return "<br>".join(_safe(line) for line in text.split("\n") if line.strip())


def _safe(text: str) -> str:
    return escape(_UNSEEN.sub("�", text))
