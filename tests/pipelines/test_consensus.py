"""The fields of a policy on which its articles agree."""

from __future__ import annotations

import datetime as dt
from itertools import permutations

import pytest
from attrs import evolve

from pipelines.dedupe.consensus import PolicyArticle, Rank, form_consensus, rank_of
from policy.documents import issuers, numbers
from policy.records import Article, FieldValue
from policy.records.content import Completeness
from tests.storage.builders import NIGHT, an_article

TITLE = "样例湖保护办法"


def an_issue(
    key: str, *, number: str = "", published: str | None = None, title: str = TITLE, issuer: str = ""
) -> Article:
    said = numbers.parse_number(number) if number else None
    day = dt.date.fromisoformat(published) if published else None
    return evolve(
        an_article(key=key, title=title),
        doc_no=FieldValue(value=said, raw=number, rule="cell") if said else None,
        published=FieldValue(value=day, raw="", rule="meta") if day else None,
        issuers=FieldValue(value=issuers.split_issuers(issuer), raw=issuer, rule="cell") if issuer else None,
    )


def member(number: int, article: Article, rank: Rank = Rank.PORTAL, *, late: int = 0) -> PolicyArticle:
    seen = NIGHT + dt.timedelta(days=late)
    return PolicyArticle(article_id=number, version=1, article=article, first_seen=seen, rank=rank)


def test_the_issuers_own_page_outvotes_all_others() -> None:
    wrong = [member(n, an_issue(str(n), number="样政发〔2023〕3号")) for n in (1, 2)]
    own = member(3, an_issue("3", number="样政发〔2023〕8号"), Rank.ISSUER)
    found = form_consensus([*wrong, own])
    vote = next(vote for vote in found.votes if vote.name == "doc_no")
    assert (vote.kept.value, vote.kept.articles) == ("样政发〔2023〕8号", (3,))
    assert [(told.value, told.articles) for told in vote.others] == [("样政发〔2023〕3号", (1, 2))]


def test_what_the_issuer_does_not_say_the_others_may() -> None:
    found = form_consensus(
        [member(1, an_issue("1"), Rank.ISSUER), member(2, an_issue("2", number="样政发〔2023〕8号"))]
    )
    assert ("doc_no", "样政发〔2023〕8号") in [(vote.name, vote.kept.value) for vote in found.votes]


def test_most_articles_of_a_rank_win_and_the_earlier_where_they_are_as_many() -> None:
    says = [("1", "样政发〔2023〕3号", "2023-05-02"), ("2", "样政发〔2023〕8号", "2023-05-01")]
    members = [member(n, an_issue(key, number=no, published=day)) for n, (key, no, day) in enumerate(says, 1)]
    for order in permutations(members):
        assert ("doc_no", "样政发〔2023〕8号") in [
            (v.name, v.kept.value) for v in form_consensus(order).votes
        ]


def test_width_and_brackets_do_not_make_another_value() -> None:
    members = [
        member(1, an_issue("1", title="样例湖保护办法（试行）")),
        member(2, an_issue("2", title="样例湖保护办法(试行)")),
    ]
    assert form_consensus(members).votes[0].others == ()


def test_a_headline_is_no_official_title() -> None:
    headline = an_issue("2", title="重磅！样例湖有了保护规矩", published="2023-05-01")
    found = form_consensus([member(1, headline), member(2, an_issue("1", published="2023-05-09"))])
    assert found.title == TITLE
    assert form_consensus([member(1, headline)]).title == headline.title.value, "where there is nothing else"


def test_a_reprint_is_so_many_days_late() -> None:
    members = [
        member(1, an_issue("1", published="2023-05-09"), late=0),
        member(2, an_issue("2", published="2023-05-02"), Rank.ISSUER, late=3),
        member(3, an_issue("3"), late=5),
    ]
    found = form_consensus(members)
    assert [(lag.member.article_id, lag.days) for lag in found.sources] == [(2, 0), (1, 7), (3, None)]
    assert found.first_seen.article_id == 1, "the archive saw the reprint first"


def test_the_article_to_read_is_a_whole_one() -> None:
    part = evolve(an_issue("1"), completeness=Completeness(gaps=("一、",)))
    assert form_consensus([member(1, part, Rank.ISSUER)]).complete is False
    found = form_consensus([member(1, part, Rank.ISSUER), member(2, an_issue("2"))])
    assert (found.best.article_id, found.complete) == (2, True)


@pytest.mark.parametrize(
    ("owner", "rank"), [("ndrc", Rank.ISSUER), ("most", Rank.OFFICIAL), (None, Rank.PORTAL)]
)
def test_a_page_ranks_by_whose_portal_it_is_on(owner: str | None, rank: Rank) -> None:
    assert rank_of(an_issue("1", issuer="国家发展改革委"), owner) == rank
