"""policy: one act with all its pages, on one screen and for programs."""

from __future__ import annotations

import pytest
from attrs import evolve

from policy.documents.force import effective_day, statements
from policy.documents.references import references
from policy.records import Article
from policy.rules.extraction import Extraction
from storage.articles import archive
from storage.database import open_database
from tests.cli.conftest import Polarchive
from tests.storage.builders import DAY, NIGHT, a_capture, a_new_policy, an_article

LAKE = "第一条 为了保护样例湖，根据《样例省水条例》，制定本办法。\n第二条 本办法自2024年1月1日起施行。"
REPEAL = "第九条 本条例自2026年5月1日起施行。《样例湖保护办法》同时废止。"


def an_act(key: str, title: str, text: str) -> Article:
    lines = text.split("\n")
    return evolve(
        an_article(text, key=key, title=title),
        references=references(lines, title=title),
        statements=statements(lines),
        effective=effective_day(text),
    )


@pytest.fixture
def repealed(archived: Polarchive) -> Polarchive:
    """An act, and a night later the one that repeals it."""
    acts = [an_act("lake", "样例湖保护办法", LAKE), an_act("law", "样例湖条例", REPEAL)]
    with open_database(f"sqlite:///{archived.home / 'polarchive.db'}") as database:
        for night, act in enumerate(acts):
            at = NIGHT + night * DAY
            captures = (a_capture(act.key, at=at),)
            archive.save_article(
                database, Extraction(article=act, captures=captures, code="1"), decide=a_new_policy
            )
    archived("update")
    return archived


def test_a_policy_fits_on_one_screen(repealed: Polarchive) -> None:
    shown = repealed("policy", "1", "--in-force-on", "2026-06-01").out
    assert shown.startswith(
        "样例湖保护办法\npolicy 1 · repealed on 2026-06-01, since 2024-01-01, until 2026-04-30\n"
    )
    assert "repealed: 2026-05-01 (policy 2): 《样例湖保护办法》同时废止。" in shown
    assert [word in shown for word in ("basis", "open", "《样例省水条例》")] == [True] * 3
    assert len(shown.splitlines()) < 50


def test_its_force_is_that_of_the_day_asked_for(repealed: Polarchive) -> None:
    found = [
        repealed("policy", "1", "--json", "--in-force-on", day).json for day in ("2023-12-31", "2026-04-30")
    ]
    assert [one["force"]["state"] for one in found] == ["pending", "unknown"], (
        "no portal of its issuer was read"
    )


def test_what_was_not_known_on_a_day_is_not_said_of_it(repealed: Polarchive) -> None:
    known = repealed("policy", "1", "--json", "--known-at", "2026-03-02", "--in-force-on", "2026-06-01").json
    assert (known["force"]["state"], known["cited_by"]) == ("unknown", [])
    before = repealed("policy", "1", "--known-at", "2026-02-28")
    assert (before.code, "no such policy on 2026-02-28" in before.err) == (1, True)


SAND = (
    "第一条 为了保护样例湖，制定本办法。\n第二条 单船每日采砂不得超过{tons}吨，禁采期内一律停止作业。\n"
    "第三条 采砂船应当安装定位设备，并报送航行轨迹。\n第四条 违反本办法的，由管理机构责令改正。\n"
    "第五条 本办法自{day}起施行。"
)


@pytest.fixture
def revised(archived: Polarchive) -> Polarchive:
    """An act in two editions, of which the archive learnt on two nights."""
    texts = [SAND.format(tons=50, day="2020年1月1日"), SAND.format(tons=30, day="2024年7月1日")]
    with open_database(f"sqlite:///{archived.home / 'polarchive.db'}") as database:
        for night, text in enumerate(texts):
            at = NIGHT + night * DAY
            act = an_act(f"sand{night}", "样例湖采砂管理办法", text)
            captures = (a_capture(act.key, at=at),)
            archive.save_article(
                database, Extraction(article=act, captures=captures, code="1"), decide=a_new_policy
            )
    archived("update")
    return archived


def test_the_edition_of_a_day_is_the_one_whose_stated_day_has_come(revised: Polarchive) -> None:
    days = ["2019-12-31", "2022-01-01", "2024-07-01"]
    found = [revised("policy", "1", "--json", "--in-force-on", day).json for day in days]
    assert [one["in_force"] for one in found] == [2, 1, 2], "before the first, the last is shown"
    assert [one["force"]["state"] for one in found] == ["pending", "unknown", "unknown"]
    assert [each["edition"] for each in found[0]["articles"]] == [1, 2]


def test_a_clause_of_a_policy_is_that_of_the_edition_in_force(revised: Polarchive) -> None:
    told = revised("clause", "policy/1#第二条", "--in-force-on", "2022-01-01").out
    assert "edition 1, article 1" in told
    assert "不得超过50吨" in told
    now = revised("clause", "policy/1#第二条").out
    assert "[-50-]{+30+}吨" in now, "through its editions, with what changed"
    early = revised("clause", "policy/1#第二条", "--in-force-on", "2019-01-01")
    assert (early.code, "no text of it states that it is in force on 2019-01-01" in early.err) == (1, True)


def test_a_clause_is_announced_as_it_was_known_on_a_day(revised: Polarchive) -> None:
    known = revised("clause", "policy/1#第二条", "--known-at", "2026-03-02", "--json").json["versions"]
    assert [one["article_id"] for one in known] == [1]
    early = revised("clause", "1#第二条", "--known-at", "2026-01-01")
    assert (early.code, early.err) == (1, "error: 1: was not in the archive on 2026-01-01\n")


def test_programs_get_both_directions(repealed: Polarchive) -> None:
    found = repealed("policy", "2", "--json").json
    assert [(one["kind"], one["target"]) for one in found["cites"]] == [("repeals", 1)]
    back = repealed("policy", "1", "--json").json
    assert [(one["kind"], one["policy_id"]) for one in back["cited_by"]] == [("repeals", 2)]


def test_an_unknown_policy_is_an_error_that_says_how_to_find_one(archived: Polarchive) -> None:
    found = archived("policy", "7")
    assert (found.code, found.err) == (
        1,
        "error: policy 7: no such policy (`polarchive show ARTICLE` names an article's)\n",
    )
