"""The fields of an article that differ from another's, in words."""

from __future__ import annotations

from attrs import frozen

from pipelines.diff.comparison import Comparison, compare
from pipelines.diff.reasons import Grade, Reason
from policy.records import ARTICLE_FIELDS, Article
from policy.records.field_registry import field_names
from policy.text.words import fold


@frozen(kw_only=True)
class FieldChange:
    """A field with another value, as printed; None where there is none."""

    name: str
    old: str | None
    new: str | None


def field_changes(old: Article, new: Article) -> tuple[FieldChange, ...]:
    """The fields whose words differ, in the order of the record; missing pages last."""
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


# ---------------------------------------------------------------- whether a new version of an article matters


OF_THE_PAGE = frozenset({*field_names(ARTICLE_FIELDS, "filing"), "missing_pages"})
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
