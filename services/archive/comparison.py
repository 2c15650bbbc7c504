"""Two texts compared: two versions of an article, or two articles, clause by clause and field by field."""

from __future__ import annotations

from collections.abc import Callable

from attrs import field, frozen
from sqlalchemy.orm import Session

from pipelines.diff.comparison import ClauseChange, Comparison, compare_texts
from pipelines.diff.field_changes import FieldChange, Materiality, compare_fields, grade_change
from pipelines.diff.reasons import Grade
from pipelines.diff.text_diff import LineChange
from policy.documents.dates import format_moment
from policy.errors import ArchiveError
from policy.query import searchable_text
from policy.records import Version
from policy.text.clauses import ClausePosition, line_positions
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
