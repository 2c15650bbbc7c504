"""why, join, split: what an article is to others, and what a person decides."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from policy.records.saves import SaveResult
from tests.acts import act
from tests.cli.conftest import Polarchive

Publish = Callable[..., SaveResult]


@pytest.fixture
def reprinted(archived: Polarchive, publish: Publish) -> Polarchive:
    """An act, an excerpt of it on another portal, and another act."""
    publish(act(1), key="original", title="样例省储能行动计划")
    publish(act(1, 2, 5), key="excerpt", portal="bjx", title="储能这样干")
    publish(act(2), key="other", portal="bjx", title="样例省供水管理办法")
    archived("update")
    return archived


def test_why_says_what_an_article_is_to_which(reprinted: Polarchive) -> None:
    shown = reprinted("why", "2").out
    assert shown.startswith("储能这样干\npolicy 1: excerpt, ")
    assert "样例省储能行动计划" in shown
    assert "from policy 2 to policy 1 by rule" in shown


def test_programs_get_the_links(reprinted: Polarchive) -> None:
    told = reprinted("why", "bjx/excerpt", "--json").json
    first = told["links"][0]
    assert (first["other"], first["kind"], first["policy_id"]) == (1, "excerpt", 1)
    assert [one["was"] for one in told["history"]] == [2]


def test_an_article_like_none_says_so(reprinted: Polarchive) -> None:
    assert "policy 3: nothing is like it" in reprinted("why", "3").out


def test_the_number_of_a_policy_that_is_another_leads_there(reprinted: Polarchive) -> None:
    reprinted("why", "2")
    assert reprinted("policy", "2", "--json").json["policy_id"] == 1


def test_a_policy_is_announced_as_it_was_known_before_it_turned_out_to_be_another(
    archived: Polarchive, publish: Publish
) -> None:
    publish(act(1, 1, 3), key="first", portal="bjx", title="储能上篇")
    publish(act(1, 6), key="last", portal="most", title="储能下篇")
    publish(act(1), key="whole", title="样例省储能行动计划", night=1)
    archived("update")
    then = [archived("policy", number, "--json", "--known-at", "2026-03-02").json for number in ("1", "2")]
    assert [(one["policy_id"], [page["article_id"] for page in one["articles"]]) for one in then] == [
        (1, [1]),
        (2, [2]),
    ]
    now = archived("policy", "2", "--json").json
    assert (now["policy_id"], len(now["articles"])) == (1, 3)


def test_a_policy_says_what_a_reprint_dropped_and_added(archived: Polarchive, publish: Publish) -> None:
    lines = act(1).split("\n")
    shortened = "\n".join(["编者按：本文有删节。", *lines[:4], *lines[6:]])
    publish(act(1), key="original", title="样例省储能行动计划")
    publish(shortened, key="reprint", portal="bjx", title="样例省储能行动计划全文")
    archived("update")
    pages = archived("policy", "1", "--json").json["articles"]
    kept = next(page["kept"] for page in pages if page["portal"] == "bjx")
    assert kept == {"dropped": ["三、"], "altered": [], "added": ["第一段"]}
    assert "1 dropped, 1 added" in archived("policy", "1").out


def test_a_split_is_kept_with_its_reason_and_can_be_undone(reprinted: Polarchive) -> None:
    apart = reprinted("split", "2", "--because", "another city's plan", "--by", "li", "--json").json[
        "policies"
    ]
    assert apart["2"] != apart["1"]
    assert "are two policies, decided by li: another city's plan" in reprinted("why", "2").out
    again = reprinted(
        "join", "1", "2", "--because", "it is the same after all", "--by", "wang", "--json"
    ).json
    assert again["policies"] == {"1": 1, "2": 1}
    assert "are one policy, decided by wang: it is the same after all" in reprinted("why", "2").out


def test_what_cannot_be_decided_is_a_clear_error(reprinted: Polarchive) -> None:
    reprinted("why", "2")
    alone = reprinted("split", "3", "--because", "x")
    joined = reprinted("join", "1", "2", "--because", "x")
    assert (alone.code, alone.err) == (1, "error: article 3 is the only one of policy 3\n")
    assert (joined.code, joined.err) == (1, "error: both articles are of policy 1 already\n")
