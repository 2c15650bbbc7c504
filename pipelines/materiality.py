"""Whether a new version of an article matters: to those who want to know of changes, not of typesetting."""

from __future__ import annotations

from attrs import frozen

from pipelines.comparison import Comparison, compare
from pipelines.fields import FieldChange, field_changes
from pipelines.reasons import Grade, Reason
from policy.records import Article

OF_THE_PAGE = frozenset({"source", "published", "index_no", "subject", "missing_pages"})
"""Fields that say how a portal files and shows a document, not what the document says."""


@frozen(kw_only=True)
class Materiality:
    """``grade`` is None where nothing changed; ``reasons`` are those of that grade, the fields' first."""

    grade: Grade | None
    fields: tuple[FieldChange, ...] = ()
    reasons: tuple[Reason, ...] = ()


def materiality(old: Article, new: Article) -> Materiality:
    """Of the text and the fields of an article against those of another version of it."""
    return judged(compare(old.text.split("\n"), new.text.split("\n")), field_changes(old, new))


def judged(comparison: Comparison, fields: tuple[FieldChange, ...]) -> Materiality:
    """Of a comparison that was made and of the fields that differ."""
    told = tuple(field for field in fields if field.name not in OF_THE_PAGE)
    grade: Grade | None = "substantive" if told else comparison.grade or ("cosmetic" if fields else None)
    return Materiality(
        grade=grade,
        fields=told or (fields if grade == "cosmetic" else ()),
        reasons=tuple(
            dict.fromkeys(
                reason for change in comparison.changes if change.grade == grade for reason in change.reasons
            )
        ),
    )
