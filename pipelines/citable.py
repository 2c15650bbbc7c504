"""Under which names a policy may be cited: its number, its title, the title of what it brings."""

from __future__ import annotations

from pipelines.genres import ABOUT, OTHERS, STATUTORY, genre_of, without_number
from policy.records import Article
from policy.references import title_key

_MERE_KINDS = frozenset({*STATUTORY, *OTHERS, "关于"})
"""A word for the kind of a document names none."""


def names_of(article: Article) -> tuple[str, ...]:
    """The keys that :func:`policy.references.keys` makes of a mention of it: ``no:…`` and ``title:…``.

    An interpretation is no policy: the title in its headline is that of another.
    """
    number = [f"no:{article.doc_no.value.norm}"] if article.doc_no else []
    if interprets(article):
        return tuple(number)
    official = article.title_official.value if article.title_official else ""
    titles = (official, without_number(article.title.value), article.title.value)
    found = (title_key(title) for title in titles if title)
    return tuple(dict.fromkeys([*number, *(f"title:{key}" for key in found if _names(key))]))


def interprets(article: Article) -> bool:
    """Whether its headline says that it is about a policy rather than one."""
    genre = genre_of(article.title.value)
    return genre is not None and genre.value in ABOUT


def _names(key: str) -> bool:
    return len(key) > 1 and key not in _MERE_KINDS
