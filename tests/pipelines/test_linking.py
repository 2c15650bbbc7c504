"""The relations of articles after the change feed was followed."""

from __future__ import annotations

import datetime as dt

import pytest
from attrs import evolve

from pipelines.consumers import linking
from policy.documents import numbers
from policy.documents.issuers import split_issuers
from policy.documents.references import references
from policy.records import Article, FieldValue
from policy.records.content import Issuer
from policy.rules.extraction import Extraction
from storage import queries
from storage.articles import archive
from storage.database import Database
from storage.policies import citations, memberships
from storage.policies.citations import Citation
from tests.storage.builders import DAY, NIGHT, a_capture, a_new_policy, an_article

LAW = "第一条 为了保护样例湖，制定本办法。\n第二条 本办法自2024年1月1日起施行。"
NOTICE = "各县：为贯彻落实《样例湖保护办法》（样政发〔2023〕8号），现就有关事项通知如下。"
REPEAL = "第九条 本条例自2026年5月1日起施行。《样例湖保护办法》同时废止。"


def an_act(key: str, title: str, text: str, number: str = "") -> Article:
    """An article with what its text cites."""
    own = numbers.parse_number(number) if number else None
    return evolve(
        an_article(text, key=key, title=title),
        doc_no=FieldValue(value=own, raw=number, rule="cell") if own else None,
        references=references(text.split("\n"), title=title, doc_no=own),
    )


LAKE = an_act("lake", "样例湖保护办法", LAW, "样政发〔2023〕8号")


def archived(database: Database, article: Article, at: dt.datetime = NIGHT) -> int:
    """The policy of the article once it is archived and connected."""
    captures = (a_capture(article.text, at=at),)
    saved = archive.save_article(
        database, Extraction(article=article, captures=captures, code="1"), decide=a_new_policy
    )
    linking.follow(database)
    with database.read() as session:
        known = queries.article(session, saved.article_id)
    assert known is not None
    return known.policy_id


def cited(database: Database, policy_id: int) -> list[Citation]:
    with database.read() as session:
        policy = queries.policy(session, policy_id)
        assert policy is not None
        return citations.cited_in(session, [each.id for each in policy.articles])


def citing(database: Database, policy_id: int, as_of: dt.datetime | None = None) -> list[Citation]:
    with database.read() as session:
        return citations.citing(session, policy_id, as_of=as_of)


def test_a_reference_is_open_until_the_cited_policy_arrives_and_then_closed_by_itself(
    database: Database,
) -> None:
    notice = archived(database, an_act("notice", "关于保护样例湖的通知", NOTICE))
    assert [(one.kind, one.targets) for one in cited(database, notice)] == [("implements", ())]
    lake = archived(database, LAKE, NIGHT + DAY)
    assert [one.target for one in cited(database, notice)] == [lake]
    assert [(one.policy_id, one.kind) for one in citing(database, lake)] == [(notice, "implements")]


def test_what_the_archive_did_not_know_on_a_day_is_open_on_that_day(database: Database) -> None:
    lake = archived(database, LAKE)
    archived(database, an_act("notice", "关于保护样例湖的通知", NOTICE), NIGHT + DAY)
    assert citing(database, lake, as_of=NIGHT) == []
    assert len(citing(database, lake, as_of=NIGHT + DAY)) == 1


def test_a_title_alone_is_enough_but_not_against_another_number(database: Database) -> None:
    lake = archived(database, LAKE)
    repealing = archived(database, an_act("law", "样例湖条例", REPEAL))
    other = NOTICE.replace("〔2023〕8号", "〔2019〕3号")
    former = archived(database, an_act("old", "关于保护样例湖的旧通知", other))
    assert [(one.kind, one.target) for one in cited(database, repealing)] == [("repeals", lake)]
    assert [one.targets for one in cited(database, former)] == [()], "that number is not known"


@pytest.mark.parametrize(
    "printed",
    [
        "国家发展改革委令第41号",
        "国家发展和改革委员会2026年第41号令",
        "中华人民共和国国家发展和改革委员会令第四十一号",
    ],
)
def test_an_order_is_cited_in_every_form_of_its_number(database: Database, printed: str) -> None:
    order = evolve(an_act("order", "某某办法", LAW, "2026年第41号令"), issuers=organs("国家发展改革委"))
    stranger = evolve(an_act("other", "另一办法", f"{LAW}另。", "第41号令"), issuers=organs("商务部"))
    ordered = archived(database, order)
    archived(database, stranger)
    citing_it = archived(database, an_act("notice", "关于样例的通知", f"根据{printed}，现通知如下。"))
    assert [one.target for one in cited(database, citing_it)] == [ordered]
    assert [one.policy_id for one in citing(database, ordered)] == [citing_it]


def test_an_order_without_an_organ_is_cited_by_its_title_alone(database: Database) -> None:
    order = evolve(an_act("order", "样例湖保护办法", LAW, "2026年第41号令"), issuers=organs("国家发展改革委"))
    ordered = archived(database, order)
    text = "根据2026年第41号令，现通知如下。\n《样例湖保护办法》（第41号令）已经公布。"
    notice = archived(database, an_act("notice", "关于样例的通知", text))
    assert [one.target for one in cited(database, notice)] == [None, ordered]


def organs(names: str) -> FieldValue[tuple[Issuer, ...]]:
    return FieldValue(value=split_issuers(names), raw=names, rule="cell")


def test_a_title_that_several_policies_have_points_at_none(database: Database) -> None:
    first = archived(database, an_act("a", "样例湖保护办法", LAW))
    second = archived(database, an_act("b", "样例湖保护办法", f"{LAW}\n第三条 其他县参照执行。"))
    repealing = archived(database, an_act("law", "样例湖条例", REPEAL))
    assert [(one.target, one.targets) for one in cited(database, repealing)] == [(None, (first, second))]
    assert citing(database, first) == []


def test_a_new_version_cites_what_it_says_and_no_longer_what_it_said(database: Database) -> None:
    lake = archived(database, LAKE)
    archived(database, an_act("notice", "关于保护样例湖的通知", NOTICE))
    archived(database, an_act("notice", "关于保护样例湖的通知", "各县：本通知不再执行。"), NIGHT + DAY)
    assert citing(database, lake) == []


def test_a_policy_does_not_cite_itself_nor_is_an_interpretation_called_like_it(database: Database) -> None:
    lake = archived(database, LAKE)
    told = an_act("said", "《样例湖保护办法》解读", "《样例湖保护办法》已经公布，现解读如下。")
    reader = archived(database, told)
    assert cited(database, lake) == []
    assert {one.target for one in cited(database, reader)} <= {lake}


def test_a_rebuild_makes_the_keys_of_an_earlier_release_again(database: Database) -> None:
    joint = evolve(an_act("joint", "样例公告", LAW, "2020年第8号公告"), issuers=organs("财政部 税务总局"))
    alone = evolve(
        an_act("alone", "另一公告", f"{LAW}另。", "财政部公告2020年第8号"), issuers=organs("财政部")
    )
    first, second = archived(database, joint), archived(database, alone)
    expected = keys_of(database, first), keys_of(database, second)
    with database.write() as session:
        memberships.withdraw_number_keys(session, first, [])
        memberships.withdraw_number_keys(session, second, [])
        memberships.add_keys(session, first, ["doc:mof:公告〔2020〕第8号"])
    linking.rebuild(database)
    assert (keys_of(database, first), keys_of(database, second)) == expected
    assert "doc:mof:公告〔2020〕第8号" in expected[1]


def keys_of(database: Database, policy_id: int) -> tuple[str, ...]:
    with database.read() as session:
        policy = queries.policy(session, policy_id)
    assert policy is not None
    return policy.keys
