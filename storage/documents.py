"""What a query is asked about, made of a version: one way, for the index as for whoever follows changes."""

from __future__ import annotations

from policy.contents import DocNumber
from policy.dates import calendar_day
from policy.query import Document
from policy.records import Version


def document(version: Version, name: str | None = None) -> Document:
    """The words of title, text and files, the number as printed and in its normal form, portal and day.

    ``name`` is the portal's name, beside its slug.
    """
    article = version.article
    return Document(
        text=f"{article.title.value}\n{words(version)}",
        doc_no=_number(article.doc_no.value) if article.doc_no else None,
        portal=(article.portal, name) if name else (article.portal,),
        day=calendar_day(article.published.value) if article.published else None,
    )


def words(version: Version) -> str:
    """The page's text and, each below its name, that of every file that was read."""
    files = (f"{file.name}\n{file.text}" for file in version.files if file.text)
    return "\n".join([version.article.text, *files])


def _number(number: DocNumber) -> str:
    return number.norm if number.raw == number.norm else f"{number.norm}\n{number.raw}"
