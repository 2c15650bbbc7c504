"""Articles that are one policy, whatever came first: joined, completed, separated, decided by hand."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from random import Random
from threading import Barrier, BrokenBarrierError
from typing import Any
from unittest.mock import Mock

import pytest
from attrs import evolve
from sqlalchemy.orm import Session

from pipelines.consumers import linking
from pipelines.consumers.regrouping import regroup
from pipelines.dedupe.assignment import decide_policy
from policy.documents.numbers import parse_number
from policy.documents.outline import completeness, outline
from policy.errors import ArchiveError
from policy.records import Article, FieldValue, Version
from policy.records.saves import Ruling
from policy.rules.extraction import Extraction
from storage import change_feed, queries
from storage.articles import archive
from storage.database import Database
from storage.policies import article_links, memberships
from tests.acts import act
from tests.storage.builders import DAY, NIGHT, a_capture, an_article

TITLE = "样例省新型储能发展行动计划"
WORDS = ["本报讯", "记者", "读者", "编者按", "快评", "观察", "声音", "链接", "背景", "提示", "说法", "解说"]


def an_issue(key: str, text: str, *, portal: str = "ndrc", title: str = TITLE) -> Article:
    lines = text.split("\n")
    tree = outline(lines)
    return evolve(
        an_article(text, key=key, portal=portal, title=title),
        outline=tree,
        completeness=completeness(tree, title, lines),
    )


ORIGINAL = an_issue("original", act(1))
LAST_PAGE = an_issue("last", act(1, 7), portal="bjx", title="样例市：储能电站最高补贴来了")


def arrive(database: Database, *articles: Article, night: int = 0) -> list[int]:
    """The articles' numbers, once archived one after the other and gathered."""
    at = NIGHT + night * DAY
    saved = []
    for article in articles:
        saved += save(database, article, at=at)
        linking.follow(database)
    return saved


def save(database: Database, *articles: Article, at: dt.datetime = NIGHT) -> list[int]:
    """The articles' numbers, once archived and not yet gathered."""
    saved = []
    for article in articles:
        captures = (a_capture(f"{article.portal} {article.key} {article.text}", at=at),)
        saved.append(
            archive.save_article(
                database, Extraction(article=article, captures=captures, code="1"), decide=decide_policy
            )
        )
    return [one.article_id for one in saved]


def policies(database: Database, articles: Sequence[int]) -> list[int]:
    with database.read() as session:
        found = memberships.policies_of(session, articles)
    return [found[article] for article in articles]


def kinds(database: Database) -> list[str]:
    with database.read() as session:
        return [change.kind for change in change_feed.every_change(session)]


def standing_of(database: Database, article: int) -> memberships.Membership:
    with database.read() as session:
        return memberships.current_memberships(session, [article])[article]


def test_the_last_page_of_a_reprint_is_of_the_policy_that_comes_later_and_is_then_complete(
    database: Database,
) -> None:
    articles = arrive(database, LAST_PAGE, ORIGINAL)
    assert len(set(policies(database, articles))) == 1
    assert kinds(database) == ["new_policy", "new_policy", "joined", "completed"]
    assert standing_of(database, articles[0]).relation == "part"


def test_followers_beside_each_other_tell_once_what_they_join(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(database, LAST_PAGE, ORIGINAL)
    compared = Barrier(2)
    settled = linking._regroup_queued

    def together(*given: Any, **named: Any) -> None:
        with suppress(BrokenBarrierError):
            compared.wait(timeout=10)
        settled(*given, **named)

    monkeypatch.setattr(linking, "_regroup_queued", together)
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(linking.follow, database) for _ in range(2)]:
            done.result()
    assert kinds(database) == ["new_policy", "new_policy", "joined", "completed"]


def test_two_parts_that_nothing_joined_are_one_policy_once_the_whole_is_there(database: Database) -> None:
    other = an_issue("first", act(1, 1, 3), portal="most", title="样例省储能行动有了时间表")
    parts = arrive(database, LAST_PAGE, other)
    before = policies(database, parts)
    assert before[0] != before[1]
    whole = arrive(database, ORIGINAL, night=1)
    assert {*policies(database, [*parts, *whole])} == {min(before)}, "the older number stays"
    with database.read() as session:
        assert memberships.root(session, max(before)) == min(before), "the other one leads there"
        assert memberships.members_at(session, max(before), NIGHT) == [parts[1]], "as it was known that night"
        assert memberships.members_at(session, min(before), NIGHT) == [parts[0]]
        assert len(memberships.members_at(session, min(before), None)) == 3


SHARED = act(5, 1, 3)
ALIKE = [
    an_issue("a", f"{SHARED}\n{act(2, 4)}", title="甲市储能实施方案"),
    an_issue("b", f"{SHARED}\n{act(3, 4)}", title="乙市储能实施方案"),
    an_issue("c", SHARED, portal="bjx", title="储能补贴怎么算"),
]


def test_an_article_that_matches_two_policies_alike_is_kept_apart_and_flagged(database: Database) -> None:
    articles = arrive(database, *ALIKE)
    assert len(set(policies(database, articles))) == 3
    assert standing_of(database, articles[2]).flagged
    assert standing_of(database, articles[2]).evidence == "matches alike: ndrc a, ndrc b"


def test_whoever_was_linked_with_a_revised_article_is_grouped_though_a_follower_was_killed_before_it(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    articles = arrive(database, *ALIKE)
    save(database, an_issue("b", act(8), title="乙市供水管理办法"), at=NIGHT + DAY)
    with monkeypatch.context() as patch:
        patch.setattr(linking, "regroup", Mock(side_effect=KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            linking.follow(database)
    linking.follow(database)
    original, left, excerpt = policies(database, articles)
    assert original == excerpt != left


def issues_of_a_night() -> list[Article]:
    """Three policies, each with reprints, excerpts and pages on other portals."""
    found = []
    for seed, city in ((11, "甲"), (12, "乙"), (13, "丙")):
        title = f"{city}市供水管理办法"
        found += [
            an_issue(f"{seed}o", act(seed), title=title),
            an_issue(
                f"{seed}r", f"{act(seed)}\n责任编辑：某某", portal="bjx", title=f"重磅：{city}市供水有新规"
            ),
            an_issue(f"{seed}x", act(seed, 3, 5), portal="most", title=f"{city}市供水这样管"),
            an_issue(f"{seed}p", act(seed, 6), portal="mof", title=f"{title}（2）"),
        ]
    return found


@pytest.mark.parametrize("seed", range(3))
def test_what_came_first_makes_no_difference(database: Database, seed: int) -> None:
    articles = issues_of_a_night()
    Random(seed).shuffle(articles)
    numbers = arrive(database, *articles)
    clusters: defaultdict[int, set[str]] = defaultdict(set)
    for article, policy in zip(articles, policies(database, numbers), strict=True):
        clusters[policy].add(article.key)
    wanted = [{f"{seed}{kind}" for kind in "orxp"} for seed in (11, 12, 13)]
    assert sorted(map(sorted, clusters.values())) == sorted(map(sorted, wanted))


def clusters(database: Database) -> set[frozenset[str]]:
    """Which articles are one policy, by their keys."""
    found: defaultdict[int, set[str]] = defaultdict(set)
    with database.read() as session:
        for version in queries.newest_versions(session):
            found[version.policy_id].add(version.article.key)
    return {frozenset(each) for each in found.values()}


@pytest.mark.parametrize("seed", range(4))
def test_what_comes_in_one_night_is_grouped_as_if_it_came_one_by_one_and_as_anew(
    database: Database, seed: int
) -> None:
    draw = Random(seed)
    articles = [*issues_of_a_night(), an_issue("torn", act(11, 1, 2) + act(12, 1, 2), portal="cs")]
    draw.shuffle(articles)
    numbers = list[int]()
    while articles:
        some = draw.randint(1, 6)
        numbers += save(database, *articles[:some])
        linking.follow(database)
        del articles[:some]
    wanted = {frozenset(f"{seed}{kind}" for kind in "orxp") for seed in (11, 12, 13)}
    assert clusters(database) == wanted | {frozenset({"torn"})}
    held = policies(database, numbers)
    linking.rebuild(database)
    assert policies(database, numbers) == held


def test_who_joins_in_one_night_is_told_once(database: Database) -> None:
    parts = [LAST_PAGE, an_issue("first", act(1, 1, 3), portal="most", title="样例省储能行动有了时间表")]
    articles = save(database, *parts, ORIGINAL)
    linking.follow(database)
    assert {*policies(database, articles)} == {1}
    assert kinds(database) == ["new_policy"] * 3 + ["joined"] * 2 + ["completed"]


def rule(database: Database, pairs: Sequence[tuple[int, int]], *, same: bool) -> None:
    with database.write() as session:
        for a, b in pairs:
            article_links.add_ruling(
                session, Ruling(a=a, b=b, same=same, by="li", why="looked at both", at=NIGHT + DAY)
            )
        regroup(session, [end for pair in pairs for end in pair], at=NIGHT + DAY)


def test_a_wrong_join_is_split_by_hand_and_stays_split(database: Database) -> None:
    reprint = an_issue("r", act(1), portal="bjx", title="样例省储能行动计划全文")
    articles = arrive(database, ORIGINAL, reprint)
    assert len(set(policies(database, articles))) == 1
    rule(database, [(articles[0], articles[1])], same=False)
    first = policies(database, articles)
    assert first[0] != first[1]
    arrive(database, evolve(reprint, text=f"{act(1)}\n附注。"), night=2)
    assert policies(database, articles) == first
    with database.read() as session:
        told = article_links.rulings_of(session, articles)
        assert [(one.same, one.by, one.why) for one in told] == [(False, "li", "looked at both")]
        assert [one.policy_id for one in memberships.membership_history(session, articles[1])][-1] == first[1]


def test_what_was_decided_of_an_article_holds_for_the_one_it_became_part_of(database: Database) -> None:
    articles = arrive(database, ORIGINAL, an_issue("x", act(9), portal="bjx", title="另一件事"), LAST_PAGE)
    rule(database, [(articles[0], articles[1])], same=True)
    with database.write() as session:
        article_links.transfer_rulings(session, articles[1], articles[2])
        told = article_links.rulings_of(session, articles)
        assert [(one.a, one.b, one.by) for one in told] == [(articles[0], articles[2], "li")]
        article_links.transfer_rulings(session, articles[2], articles[0])
        assert article_links.rulings_of(session, articles) == []


def test_what_nothing_joins_is_joined_by_hand(database: Database) -> None:
    articles = arrive(database, ORIGINAL, an_issue("x", act(9), portal="bjx", title="另一件事"))
    rule(database, [(articles[0], articles[1])], same=True)
    assert len(set(policies(database, articles))) == 1


def test_a_revision_that_says_something_else_leaves_the_policy(database: Database) -> None:
    reprint = an_issue("r", act(1), portal="bjx", title="样例省储能行动计划全文")
    articles = arrive(database, ORIGINAL, reprint)
    arrive(database, an_issue("r", act(8), portal="bjx", title="今日要闻"), night=1)
    found = policies(database, articles)
    assert found[0] != found[1]
    assert found[0] == 1, "the number stays with the article that had it first"


@pytest.mark.parametrize("revised_first", [True, False])
def test_a_reprint_of_what_a_policy_said_before_stays_with_it(
    database: Database, revised_first: bool
) -> None:
    text = f"{act(1)}\n九、附则\n补贴标准为每千瓦时25元，自印发之日起施行。"
    nights = [
        an_issue("original", text),
        an_issue("original", text.replace("25元", "30元")),
        an_issue("r", text, portal="bjx", title="样例省储能行动计划全文"),
    ]
    order = nights if revised_first else [nights[0], nights[2], nights[1]]
    articles = {article for night, one in enumerate(order) for article in arrive(database, one, night=night)}
    assert len(set(policies(database, sorted(articles)))) == 1


def test_the_same_page_under_many_addresses_is_one_policy(database: Database) -> None:
    pages = [an_issue(str(n), act(1), portal="bjx") for n in range(60)]
    assert len(set(policies(database, arrive(database, *pages)))) == 1


def test_a_policy_of_which_all_articles_of_an_archive_are_reprints_links_them_all(
    database: Database,
) -> None:
    paper = [
        an_issue(
            str(n), f"{act(1)}\n{''.join(Random(n).choices(WORDS, k=12))}。", portal="bjx", title="新政落地"
        )
        for n in range(30)
    ]
    assert len(set(policies(database, arrive(database, *paper)))) == 1


def test_ten_characters_are_a_policy_of_their_own(database: Database) -> None:
    short = [an_issue(key, "详见附件，请查收。", portal="bjx", title="通知") for key in ("a", "b")]
    assert len(set(policies(database, arrive(database, *short)))) == 2


def test_comparing_all_of_it_anew_changes_nothing(database: Database) -> None:
    numbers = arrive(database, *issues_of_a_night())
    before, said = policies(database, numbers), kinds(database)
    assert linking.rebuild(database) == len(numbers)
    assert (policies(database, numbers), kinds(database)) == (before, said)


def test_an_article_that_cannot_be_compared_stops_none_behind_it(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = linking.connect

    def broken(session: Session, version: Version, *, silent: bool) -> None:
        if version.article.key == "bad":
            raise RecursionError("too deep to read")
        whole(session, version, silent=silent)

    monkeypatch.setattr(linking, "connect", broken)
    with pytest.raises(ArchiveError, match="article 1: too deep to read"):
        arrive(database, an_issue("bad", act(4)))
    articles = arrive(database, LAST_PAGE, ORIGINAL)
    assert len(set(policies(database, articles))) == 1


def test_an_article_that_cannot_be_grouped_stops_none_behind_it(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(session: Session, articles: list[int], **named: Any) -> frozenset[int]:
        if articles == [1]:
            raise RecursionError("too many to group")
        return regroup(session, articles, **named)

    monkeypatch.setattr(linking, "regroup", broken)
    save(database, an_issue("bad", act(4)))
    articles = save(database, LAST_PAGE, ORIGINAL)
    with pytest.raises(ArchiveError, match="article 1: too many to group"):
        linking.follow(database)
    assert len(set(policies(database, articles))) == 1
    assert linking.follow(database) == 0, "it is told once"


# ------------------------------------------------------------------ numbers, words and earlier versions


def an_order(key: str, text: str, *, portal: str = "ndrc", title: str = "样例湖保护办法") -> Article:
    number = FieldValue(value=parse_number("国科发〔2026〕41号"), raw="国科发〔2026〕41号", rule="cell")
    assert number.value
    return evolve(an_issue(key, text, portal=portal, title=title), doc_no=number)


def flagged(database: Database, article: int) -> bool:
    with database.read() as session:
        current = memberships.current_memberships(session, [article])
    return article in current and current[article].flagged


def test_an_order_and_its_reprints_are_one_policy_and_a_stranger_with_its_number_is_flagged(
    database: Database,
) -> None:
    text = act(1)
    run_together = text.replace("\n", "")
    misprinted = text.replace("电网企业", "电网公司", 1)
    order, *reprints = arrive(
        database,
        an_order("order", text),
        an_order("run together", run_together, portal="bjx"),
        an_order("misprinted", misprinted, portal="news"),
        evolve(an_order("bare", text, portal="law"), doc_no=None),
    )
    (stranger,) = arrive(database, an_order("stranger", act(2), portal="city", title="样例山林管理规定"))
    assert len({*policies(database, [order, *reprints])}) == 1
    assert policies(database, [stranger]) != policies(database, [order])
    assert flagged(database, stranger)
    assert not flagged(database, order)
    with database.read() as session:
        membership = memberships.current_memberships(session, [stranger])[stranger]
    assert "the same number (国科发〔2026〕41号), but other words" in membership.evidence


@pytest.mark.parametrize("first", [0, 1], ids=["order first", "stranger first"])
def test_two_documents_that_claim_one_number_are_two_policies_and_both_flagged(
    database: Database, first: int
) -> None:
    pages = [an_order("a", act(1)), an_order("b", act(2), portal="bjx", title="样例山林管理规定")]
    articles = arrive(database, *pages[first:], *pages[:first])
    assert len({*policies(database, articles)}) == 2
    assert [flagged(database, article) for article in articles] == [True, True]


def test_reprints_of_every_version_of_a_twice_revised_policy_stay_in_it(database: Database) -> None:
    title = "样例湖保护办法"
    texts = [act(1), "\n".join([act(1, 1, 6), act(9, 7, 8)]), act(30)]
    (policy,) = arrive(database, an_issue("lake", texts[0], title=title))
    old = arrive(database, an_issue("old", texts[0], portal="bjx", title=title), night=1)
    arrive(database, an_issue("lake", texts[1], title=title), night=2)
    old += arrive(database, an_issue("second", texts[1], portal="news", title=title), night=3)
    arrive(database, an_issue("lake", texts[2], title=title), night=4)
    new = arrive(database, an_issue("new", texts[2], portal="law", title=title), night=5)
    assert len({*policies(database, [policy, *old, *new])}) == 1
    with database.read() as session:
        current = memberships.current_memberships(session, [policy, *old, *new])
    editions = [current[article].edition for article in (*old, *new)]
    assert editions[-1] == current[policy].edition, "the newest reprint is of today's edition"
    assert editions[0] != editions[-1]


def test_a_page_that_says_another_policy_under_another_title_keeps_none_of_its_old_reprints(
    database: Database,
) -> None:
    arrive(database, an_issue("page", act(1), title="样例湖保护办法"))
    (old,) = arrive(database, an_issue("old", act(1), portal="bjx", title="样例湖保护办法"), night=1)
    (page,) = arrive(database, an_issue("page", act(5), title="样例山林管理规定"), night=2)
    assert policies(database, [old]) != policies(database, [page])
