"""Dated versions of one law are one policy whose editions are in order, and laws are referred to by name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import groupby

from attrs import frozen

from benchmarks.dedupe.recall import article_key, group_in_order
from benchmarks.policies.rows import Corpus, Row, share
from policy.documents.references import reference_keys, references, title_key
from policy.records import Article
from policy.text.words import canonical

Named = Sequence[tuple[str, Article]]
Policies = Sequence[Sequence[int]]
"""The articles of each policy by their place, the oldest edition first."""


@frozen(kw_only=True)
class Outcome:
    """Laws that are one policy in order, and those that share a policy with another."""

    in_order: frozenset[str]
    fused: frozenset[str]


def rows(corpus: Corpus) -> Iterator[Row]:
    """Laws in versions beside laws with equal titles, and references beside whole titles."""
    named = [(law.name, article) for law in corpus.laws for article in law.versions]
    several = {law.name for law in corpus.laws if len(law.versions) > 1}
    if not several:
        return
    ours = outcome(named, several, _grouped(named))
    plain = outcome(named, several, _by_title(named))
    yield Row(
        what="laws in versions: one policy, in order; laws fused",
        ours=f"{share(len(ours.in_order), len(several))}; {len(ours.fused)}",
        baseline=f"equal titles: {share(len(plain.in_order), len(several))}; {len(plain.fused)}",
        target="all; 0",
        reached=ours.in_order == several and not ours.fused,
        shortfalls=[
            *(f"not one policy in order: {name}" for name in sorted(several - ours.in_order)),
            *(f"fused with another: {name}" for name in sorted(ours.fused)),
        ],
    )
    yield _cited(named)


def _cited(named: Named) -> Row:
    """The laws of the corpus that others name in their text, with or without the name of the country."""
    titles = {_short(article.title.value): article.title.value for _, article in named}
    cited = [(article, short) for _, article in named for short in _quoted(article) & titles.keys()]
    missed = [
        f"{article.title.value}: {titles[short]}"
        for article, short in cited
        if f"title:{title_key(titles[short])}" not in _keys(article)
    ]
    plain = sum(f"《{titles[short]}》" in article.text for article, short in cited)
    return Row(
        what="references to laws by name",
        ours=share(len(cited) - len(missed), len(cited)),
        baseline=f"the whole title: {share(plain, len(cited))}",
        target=">= 99 %",
        reached=len(missed) <= len(cited) / 100,
        shortfalls=missed,
    )


_QUOTED = re.compile("《([^《》]+)》")
"""A name inside 〈〉 belongs to the title of the decision that amended the law."""


def _quoted(article: Article) -> set[str]:
    """The names that the text quotes, but for its own."""
    return {_short(name) for name in _QUOTED.findall(article.text)} - {_short(article.title.value)}


def _short(title: str) -> str:
    return re.sub(r"\W", "", title).removeprefix("中华人民共和国")


@cache
def _keys(article: Article) -> frozenset[str]:
    mentions = references(article.text.split("\n"), title=article.title.value)
    return frozenset(key for reference in mentions for key in reference_keys(reference))


def outcome(named: Named, several: set[str], policies: Policies) -> Outcome:
    """What became of the laws with several versions, which arrived with the earliest first."""
    expected = {name: [at for at, (other, _) in enumerate(named) if other == name] for name in dict(named)}
    names = [{named[at][0] for at in members} for members in policies]
    return Outcome(
        in_order=frozenset(name for name in several if expected[name] in policies),
        fused=frozenset(name for each in names if len(each) > 1 for name in each),
    )


def _grouped(named: Named) -> Policies:
    place = {article_key(at): at for at in range(len(named))}
    return [
        [place[key] for edition in group.editions for key in edition.articles]
        for group in group_in_order([article for _, article in named])
    ]


def _by_title(named: Named) -> Policies:
    """Articles with the same title, in the order of their days."""

    def title(at: int) -> str:
        return canonical(named[at][1].title.value)

    return [[*members] for _, members in groupby(sorted(range(len(named)), key=title), key=title)]
