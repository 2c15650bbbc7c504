"""The fields of an article that differ from another's, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from attrs import frozen

from policy.printed import printed
from policy.records import Article, Found
from policy.words import fold


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
        found: Found[object] | None = getattr(article, name)
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
