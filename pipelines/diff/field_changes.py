"""Compare the fields of two articles, and grade the change between two versions of an article."""

from __future__ import annotations

from attrs import frozen

from pipelines.diff.comparison import Comparison, compare_texts
from pipelines.diff.reasons import Grade, Reason
from policy.records import ARTICLE_FIELDS, Article
from policy.records.field_registry import field_names
from policy.text.words import fold


@frozen(kw_only=True)
class FieldChange:
    """A field with a changed value, as printed; None where there is none."""

    name: str
    old: str | None
    new: str | None


def compare_fields(old: Article, new: Article) -> tuple[FieldChange, ...]:
    """The fields whose folded values differ, in the order of :data:`policy.records.ARTICLE_FIELDS`; missing
    pages last."""
    pairs = [
        *((name, old.printed(name), new.printed(name)) for name in field_names(ARTICLE_FIELDS, "comparison")),
        ("missing_pages", _missing_pages(old), _missing_pages(new)),
    ]
    return tuple(
        FieldChange(name=name, old=before, new=after)
        for name, before, after in pairs
        if fold(before or "") != fold(after or "")
    )


def _missing_pages(article: Article) -> str | None:
    return "、".join(article.completeness.missing_pages) or None


# ------------------------------------------------------------------ materiality


OF_THE_PAGE = frozenset({*field_names(ARTICLE_FIELDS, "filing"), "missing_pages"})
"""Fields that describe how a portal files a document; a change of them is cosmetic."""


@frozen(kw_only=True)
class Materiality:
    """The grade of a change (None where nothing changed) with the fields and reasons that justify it."""

    grade: Grade | None
    fields: tuple[FieldChange, ...] = ()
    reasons: tuple[Reason, ...] = ()


def grade_versions(old: Article, new: Article) -> Materiality:
    """The materiality of the difference between two versions of an article."""
    return grade_change(compare_texts(old.text.split("\n"), new.text.split("\n")), compare_fields(old, new))


def grade_change(comparison: Comparison, fields: tuple[FieldChange, ...]) -> Materiality:
    """The materiality of a comparison and of the fields that differ."""
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
