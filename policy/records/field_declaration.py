"""How a field of an article is declared: its names, and which parts of the program use it.

The declarations are on :class:`policy.records.article.ArticleFields`::

    genre: FieldValue[str] | None = field(default=None, metadata=about("公文种类", "genre", "comparison"))

To add a field: its declaration there, the labels that print it in ``crawler/pages/government.py``, its
parsing in ``pipelines/metadata/fields.py``, and its Chinese name in ``cli/output/chinese.toml``. No table,
migration or JSON shape changes: the stored record follows the attrs class; comparison, consensus, drift,
the content hash, JSON and displays read :data:`policy.records.ARTICLE_FIELDS`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from attrs import AttrsInstance, Factory, evolve, fields, frozen

Use = Literal["comparison", "filing", "consensus", "drift", "surroundings", "verbatim"]
"""``comparison``: another value is reported as a change of the article.
``filing``: such a change is cosmetic, since the field says how a portal files the document.
``consensus``: the articles of a policy vote on its value.
``drift``: its disappearance from a portal's pages is a sign of a changed layout.
``surroundings``: pages print it around the text, so it is no text of its own where the body repeats it.
``verbatim``: its value is the text of the label of the same name."""

_KEY = "article_field"


@frozen(kw_only=True)
class ArticleField:
    """The declaration of a field. ``hash_position`` orders the fields in the content hash; None: not in it.

    A changed position, and a new field in the hash, make a new version of every article.
    """

    name: str = ""
    zh: str
    en: str
    uses: frozenset[Use] = Factory(frozenset)
    hash_position: int | None = None


def about(zh: str, en: str, *uses: Use, hash_position: int | None = None) -> dict[str, ArticleField]:
    """Metadata that declares an attribute to be a field of an article."""
    return {_KEY: ArticleField(zh=zh, en=en, uses=frozenset(uses), hash_position=hash_position)}


def declared_fields(*records: type[AttrsInstance]) -> tuple[ArticleField, ...]:
    """The fields that these classes declare, in the order of their first declaration."""
    declared = {entry.name: entry for record in records for entry in _declared_by(record)}
    return tuple(declared.values())


def field_names(declared: Iterable[ArticleField], use: Use) -> tuple[str, ...]:
    """The names of the fields with this use."""
    return tuple(entry.name for entry in declared if use in entry.uses)


def _declared_by(record: type[AttrsInstance]) -> Iterator[ArticleField]:
    for attribute in fields(record):
        if _KEY in attribute.metadata:
            yield evolve(attribute.metadata[_KEY], name=attribute.name)
