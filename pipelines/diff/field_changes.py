"""The fields of an article that differ from another's, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from attrs import frozen

from pipelines.diff.comparison import Comparison, compare
from pipelines.diff.reasons import Grade, Reason
from policy.records import Article, FieldValue
from policy.records.content import printed
from policy.text.words import fold


@frozen(kw_only=True)
class FieldChange:
    """A field with another value, as printed; None where there is none."""

    name: str
    old: str | None
    new: str | None


def field_changes(old: Article, new: Article) -> tuple[FieldChange, ...]:
    """The fields whose words differ, in the order of the record."""
    shown = ((name, show(old), show(new)) for name, show in _FIELDS.items())
    return tuple(
        FieldChange(name=name, old=before, new=after)
        for name, before, after in shown
        if fold(before or "") != fold(after or "")
    )


def _of(name: str) -> Callable[[Article], str | None]:
    def show(article: Article) -> str | None:
        found: FieldValue[object] | None = getattr(article, name)
        return printed(found.value) if found else None

    return show


def _attachments(article: Article) -> str | None:
    return "、".join(attachment.name for attachment in article.attachments) or None


def _missing_pages(article: Article) -> str | None:
    return "、".join(article.completeness.missing_pages) or None


_FIELDS: Mapping[str, Callable[[Article], str | None]] = {
    **{
        name: _of(name)
        for name in (
            "title",
            "title_official",
            "doc_no",
            "index_no",
            "issuers",
            "addressees",
            "source",
            "published",
            "written",
            "effective",
            "expires",
            "subject",
            "genre",
            "validity",
        )
    },
    "attachments": _attachments,
    "missing_pages": _missing_pages,
}


# ---------------------------------------------------------------- whether a new version of an article matters


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
