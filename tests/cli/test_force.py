"""A policy's force, as other documents that arrive change it: policy, --in-force-on and the change feed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable

import pytest
from attrs import evolve

from policy.documents.force import effective_day, statements
from policy.documents.issuers import split_issuers
from policy.documents.numbers import parse_number
from policy.documents.references import references
from policy.records import Article, Attachment, Change, FieldValue
from policy.rules.extraction import Extraction
from storage import change_feed
from storage.articles import archive
from storage.articles.attachments import save_attachments
from storage.database import Database, open_database
from storage.runs import leases
from tests.cli.conftest import Polarchive
from tests.storage.builders import DAY, NIGHT, a_capture, a_file, a_new_policy, an_article

LAKE = "第一条 为了保护样例湖，制定本办法。\n第二条 本办法自2024年1月1日起施行。"
RIVER = "第一条 为了保护样例河，制定本办法。\n第二条 船舶应当登记。\n第三条 本办法自2024年2月1日起施行。"


def an_act(key: str, title: str, text: str, *, published: str = "2026-03-01") -> Article:
    lines = text.split("\n")
    issuers = split_issuers("国家发展和改革委员会")
    day = dt.date.fromisoformat(published)
    return evolve(
        an_article(text, key=key, title=title),
        issuers=FieldValue(value=issuers, raw="国家发展和改革委员会", rule="cell:发文机关"),
        published=FieldValue(value=day, raw=published, rule="meta"),
        references=references(lines, title=title),
        statements=statements(lines),
        effective=effective_day(text, written=day),
    )


class Archived:
    """An archive whose articles arrive one by one; their issuer's portal was read on the first nights."""

    def __init__(self, polarchive: Polarchive, *, read: bool = True) -> None:
        self.polarchive, self._nights = polarchive, 0
        with self._database() as database, database.write() as session:
            for night in range(3) if read else ():
                slot = NIGHT + night * DAY
                run = leases.claim_run(session, "ndrc", slot, slot)
                assert run is not None
                leases.close_run(session, run.id, "ok", slot)

    def _database(self) -> Database:
        return open_database(f"sqlite:///{self.polarchive.home / 'polarchive.db'}")

    def arrive(self, *acts: Article) -> None:
        """Save the articles, one a night, and process the change feed after each."""
        for act in acts:
            with self._database() as database:
                captures = (a_capture(f"{act.key}{act.text}", at=NIGHT + self._nights * DAY),)
                extraction = Extraction(article=act, captures=captures, code="1")
                archive.save_article(database, extraction, decide=a_new_policy)
            self._nights += 1
            assert self.polarchive("update").code == 0

    def read_file(self, key: str, file: Attachment, text: str) -> None:
        """Save the text of an attachment, and process the change feed."""
        with self._database() as database:
            at = NIGHT + self._nights * DAY
            save_attachments(database, "ndrc", key, [a_file(text, of=file, at=at)])
        assert self.polarchive("update").code == 0

    def state(self, policy: int, *options: str) -> str:
        found: str = self.polarchive("policy", str(policy), "--json", *options).json["force"]["state"]
        return found

    def changes(self) -> list[Change]:
        """What the feed says of the force of policies."""
        with self._database() as database, database.read() as session:
            found = change_feed.changes(session, after=0, limit=10_000)
        return [change for change in found if change.kind == "force_changed"]


@pytest.fixture
def archived_acts(archived: Polarchive) -> Archived:
    return Archived(archived)


DECISION = an_act(
    "decision",
    "关于废止《样例湖保护办法》的决定",
    "经研究，决定废止《样例湖保护办法》。\n本决定自2026年5月1日起施行。",
)
LAKE_ACT = an_act("lake", "样例湖保护办法", LAKE, published="2023-12-01")
RIVER_ACT = an_act("river", "样例河保护办法", RIVER, published="2023-12-01")


def test_a_repealing_decision_arrives_and_the_repealed_policy_says_so(archived_acts: Archived) -> None:
    archived_acts.arrive(LAKE_ACT)
    assert archived_acts.state(1, "--in-force-on", "2026-03-02") == "no repeal seen"
    assert archived_acts.changes() == []
    archived_acts.arrive(DECISION)
    days = ("2026-04-30", "2026-05-01")
    assert [archived_acts.state(1, "--in-force-on", day) for day in days] == ["no repeal seen", "repealed"]
    known = ("--in-force-on", "2026-06-01", "--known-at", "2026-03-02")
    assert archived_acts.state(1, *known) == "no repeal seen", "the decision was not known on that day"
    force = archived_acts.polarchive("policy", "1", "--json", "--in-force-on", "2026-06-01").json["force"]
    (evidence,) = (one for one in force["because"] if one["ground"] == "repealed")
    assert (evidence["policy_id"], evidence["article_id"], evidence["day"]) == (2, 2, "2026-05-01")
    assert evidence["title"] == "关于废止《样例湖保护办法》的决定"
    assert "废止《样例湖保护办法》" in evidence["sentence"]
    shown = archived_acts.polarchive("policy", "1", "--in-force-on", "2026-06-01").out
    assert "policy 1 · repealed on 2026-06-01, since 2024-01-01, until 2026-04-30" in shown
    (change,) = archived_acts.changes()
    assert (change.policy_id, change.article_id, change.silent) == (1, 1, True)


def test_the_feed_tells_a_change_of_force_once_in_any_order(archived_acts: Archived) -> None:
    reprint = evolve(DECISION, key="reprint", portal="gov")
    archived_acts.arrive(DECISION, LAKE_ACT, reprint, RIVER_ACT)
    assert archived_acts.polarchive("linking", "rebuild").code == 0
    archived_acts.polarchive("update")
    (change,) = archived_acts.changes()
    title = archived_acts.polarchive("policy", str(change.policy_id), "--json").json["title"]
    assert title == "样例湖保护办法"


def test_a_decision_that_is_revised_gives_the_policy_back(archived_acts: Archived) -> None:
    archived_acts.arrive(LAKE_ACT, DECISION)
    text = "经研究，决定废止《样例河保护办法》。\n本决定自2026年5月1日起施行。"
    title = "关于废止《样例河保护办法》的决定"
    revised = evolve(
        DECISION,
        text=text,
        title=evolve(DECISION.title, value=title),
        references=references(text.split("\n"), title=title),
    )
    archived_acts.arrive(revised)
    assert archived_acts.state(1, "--in-force-on", "2026-06-01") == "no repeal seen"
    assert len(archived_acts.changes()) == 2


def test_a_suspension_a_resumption_and_a_part_are_no_repeal(archived_acts: Archived) -> None:
    archived_acts.arrive(
        RIVER_ACT,
        an_act(
            "pause", "关于暂停执行《样例河保护办法》的通知", "《样例河保护办法》自2026年4月1日起暂停执行。"
        ),
        an_act("part", "样例河航运办法", "《样例河保护办法》第二条同时废止。\n本办法自2026年4月15日起施行。"),
        an_act(
            "go on", "关于恢复执行《样例河保护办法》的通知", "《样例河保护办法》自2026年6月1日起恢复执行。"
        ),
    )
    days = ("2026-03-02", "2026-04-01", "2026-06-01")
    assert [archived_acts.state(1, "--in-force-on", day) for day in days] == [
        "no repeal seen",
        "suspended",
        "no repeal seen",
    ]
    force = archived_acts.polarchive("policy", "1", "--json").json["force"]
    assert [one["clauses"] for one in force["because"] if one["ground"] == "repealed in part"] == [["第二条"]]
    assert len(archived_acts.changes()) == 3


def test_two_documents_that_repeal_each_other_end_the_earlier(archived_acts: Archived) -> None:
    old = an_act(
        "old",
        "甲湖保护办法",
        "《乙湖保护办法》同时废止。本办法自2020年1月1日起施行。",
        published="2019-12-01",
    )
    new = an_act(
        "new",
        "乙湖保护办法",
        "《甲湖保护办法》同时废止。本办法自2024年1月1日起施行。",
        published="2023-12-01",
    )
    archived_acts.arrive(old, new)
    day = ("--in-force-on", "2026-03-02")
    assert [archived_acts.state(policy, *day) for policy in (1, 2)] == ["repealed", "no repeal seen"]


def catalogue(rows: Iterable[int], *, lines: Callable[[int], Iterable[str]]) -> str:
    head = ["样例市已废止规范性文件目录", "序号", "文件名称", "文号"]
    return "\n".join([*head, *(line for row in rows for line in lines(row))])


def test_a_catalogue_of_two_hundred_repealed_documents_is_visible(archived_acts: Archived) -> None:
    text = catalogue(
        range(1, 201),
        lines=lambda row: [str(row), f"样例市第{row}号河道清淤管理办法", f"样府〔2010〕{row}号"],
    )
    listed = an_act("list", "样例市已废止规范性文件目录", text)
    named = an_act(
        "seven", "样例市第7号河道清淤管理办法", RIVER.replace("样例河", "第七河"), published="2010-05-01"
    )
    other = an_act(
        "none", "样例市第777号河道清淤管理办法", LAKE.replace("样例湖", "某湖"), published="2010-05-01"
    )
    archived_acts.arrive(listed, named, other)
    cites = archived_acts.polarchive("policy", "1", "--json").json["cites"]
    assert [(one["kind"], one["number"]) for one in cites] == [
        ("repeals", f"样府〔2010〕{row}号") for row in range(1, 201)
    ]
    assert [one["targets"] for one in cites if one["targets"]] == [[2]]
    day = ("--in-force-on", "2026-03-02")
    assert [archived_acts.state(policy, *day) for policy in (2, 3)] == ["repealed", "no repeal seen"]
    (change,) = archived_acts.changes()
    assert change.policy_id == 2
    because = archived_acts.polarchive("policy", "2", "--json").json["force"]["because"][-1]
    assert because["sentence"].endswith("样例市第7号河道清淤管理办法 样府〔2010〕7号")
    assert (because["title"], because["day"]) == ("样例市已废止规范性文件目录", "2026-03-01")


def test_coverage_is_part_of_the_answer(archived: Polarchive) -> None:
    unread = Archived(archived, read=False)
    unread.arrive(LAKE_ACT)
    shown = unread.polarchive("policy", "1", "--in-force-on", "2026-03-02").out
    assert "policy 1 · unknown on 2026-03-02, since 2024-01-01" in shown
    assert "coverage: no portal of 国家发展和改革委员会 is archived" in shown
    read = Archived(archived)
    shown = read.polarchive("policy", "1", "--in-force-on", "2027-01-01").out
    assert "policy 1 · no repeal seen up to 2026-03-04, since 2024-01-01" in shown
    assert "coverage: ndrc (国家发展和改革委员会), archived since 2026-03-02, last read 2026-03-04" in shown
    chinese = read.polarchive("policy", "1", "--in-force-on", "2027-01-01", "--lang", "zh").out
    assert "政策 1 · 截至 2026-03-04 未见废止，自 2024-01-01 起" in chinese
    assert "ndrc（国家发展和改革委员会），自 2026-03-02 起归档，最近一次读取为 2026-03-04" in chinese
    force = read.polarchive("policy", "1", "--json", "--in-force-on", "2027-01-01").json["force"]
    assert (force["state"], force["seen_until"]) == ("no repeal seen", "2026-03-04")
    assert force["coverage"]["portals"] == [
        {
            "portal": "ndrc",
            "organ": "国家发展和改革委员会",
            "since": "2026-03-02",
            "last_read": "2026-03-04",
        }
    ]


def test_a_confirming_list_makes_it_in_force(archived_acts: Archived) -> None:
    listed = an_act("valid", "现行有效规范性文件目录", "1．样例湖保护办法\n2．样例河保护办法")
    archived_acts.arrive(LAKE_ACT, listed)
    assert archived_acts.state(1, "--in-force-on", "2026-03-02") == "in force"


def test_a_draft_and_an_interpretation_change_no_force(archived_acts: Archived) -> None:
    archived_acts.arrive(
        LAKE_ACT,
        an_act(
            "draft", "样例湖条例（征求意见稿）", "《样例湖保护办法》同时废止。本条例自2026年2月1日起施行。"
        ),
        an_act("about", "《样例湖条例》解读", "《样例湖保护办法》同时废止。"),
    )
    assert archived_acts.state(1, "--in-force-on", "2026-03-02") == "no repeal seen"
    assert archived_acts.changes() == []


def test_a_catalogue_in_an_attachment_is_read_when_it_comes(archived_acts: Archived) -> None:
    file = Attachment(url="https://www.example.cn/list.xlsx", name="附件1.宣布失效的规范性文件目录.xlsx")
    notice = an_act("results", "关于公布规范性文件清理结果的公告", "现将清理结果予以公布，目录附后。")
    archived_acts.arrive(LAKE_ACT, evolve(notice, attachments=(file,)))
    assert archived_acts.changes() == []
    archived_acts.read_file(
        "results", file, "序号\n文件名称\n文号\n1\n样例湖保护办法\n2\n样例江保护办法\n样发〔2011〕2号"
    )
    assert archived_acts.state(1, "--in-force-on", "2026-03-02") == "repealed"
    because = archived_acts.polarchive("policy", "1", "--json").json["force"]["because"][-1]
    assert because["sentence"].startswith("附件1.宣布失效的规范性文件目录.xlsx: ")
    assert because["sentence"].endswith("样例湖保护办法")
    assert len(archived_acts.changes()) == 1


def test_an_archive_of_an_earlier_release_answers_the_same_after_a_rebuild(archived_acts: Archived) -> None:
    listed = an_act("list", "样例市已废止规范性文件目录", "1．样例河保护办法")
    archived_acts.arrive(*(evolve(act, references=()) for act in (LAKE_ACT, DECISION, RIVER_ACT, listed)))
    days = ("--in-force-on", "2026-06-01")
    assert archived_acts.state(1, *days) == "no repeal seen", "the references of an earlier release are fewer"
    assert archived_acts.polarchive("linking", "rebuild").code == 0
    assert [archived_acts.state(policy, *days) for policy in (1, 3)] == ["repealed", "repealed"]
    assert [change.policy_id for change in archived_acts.changes()] == [1, 3]


@pytest.mark.parametrize(
    ("name", "cited"),
    [
        ("样例湖保护办法", "《样例湖保护办法（2024年修订）》"),
        ("样例湖保护法", "《中华人民共和国样例湖保护法》"),
        ("中华人民共和国样例湖保护法", "《样例湖保护法》"),
        ("样例湖保护办法", "《样例湖 保护办法》"),
        ("样例湖保护办法", "国家发展改革委令第41号"),
        ("样例湖保护办法", "《样例湖保护办法》（国家发展和改革委员会2024年第41号令）"),
        ("样例湖保护办法", "原《样例湖保护办法》（发改委令〔2024〕第41号）"),
    ],
)
def test_a_repeal_is_seen_however_it_cites_the_policy(archived_acts: Archived, name: str, cited: str) -> None:
    number = parse_number("国家发展和改革委员会令第41号")
    assert number is not None
    act = evolve(
        an_act("lake", name, LAKE, published="2023-12-01"),
        doc_no=FieldValue(value=number, raw=number.raw, rule="masthead"),
    )
    decision = an_act("new", "样例湖管理条例", f"本条例自2026年2月1日起施行。{cited}同时废止。")
    archived_acts.arrive(decision, act)
    assert archived_acts.state(2, "--in-force-on", "2026-03-02") == "repealed"


def test_a_repeal_of_one_of_two_policies_of_a_name_leaves_both_in_doubt(archived_acts: Archived) -> None:
    other = evolve(LAKE_ACT, key="other", text=RIVER.replace("样例河", "样例湖"))
    archived_acts.arrive(LAKE_ACT, other, DECISION)
    days = ("--in-force-on", "2026-06-01")
    assert [archived_acts.state(policy, *days) for policy in (1, 2)] == ["unknown", "unknown"]
    assert archived_acts.polarchive("policy", "1", "--json").json["cited_by"] == []


def test_of_two_policies_of_a_name_the_one_of_the_cited_day_is_repealed(archived_acts: Archived) -> None:
    other = evolve(
        an_act("other", "样例湖保护办法", RIVER.replace("样例河", "样例湖"), published="2024-12-01"),
    )
    text = "2023年12月1日样例省水利厅发布的《样例湖保护办法》同时废止。本条例自2026年2月1日起施行。"
    archived_acts.arrive(LAKE_ACT, other, an_act("law", "样例湖条例", text))
    days = ("--in-force-on", "2026-03-02")
    assert [archived_acts.state(policy, *days) for policy in (1, 2)] == ["repealed", "no repeal seen"]


@pytest.mark.parametrize(
    ("name", "cited"),
    [
        ("关于加强样例湖保护的通知", "《国家发展和改革委员会关于加强样例湖保护的通知》"),
        ("国家发展和改革委员会关于加强样例湖保护的通知", "《关于加强样例湖保护的通知》"),
        ("样例湖保护办法", "《关于印发〈样例湖保护办法〉的通知》"),
        ("国家发展和改革委员会关于印发样例湖保护办法的通知", "《样例湖保护办法》"),
    ],
)
def test_a_repeal_is_seen_with_and_without_the_issuer(archived_acts: Archived, name: str, cited: str) -> None:
    decision = an_act("new", "样例湖管理条例", f"本条例自2026年2月1日起施行。{cited}同时废止。")
    archived_acts.arrive(an_act("lake", name, LAKE, published="2023-12-01"), decision)
    assert archived_acts.state(1, "--in-force-on", "2026-03-02") == "repealed"


def test_a_common_title_of_another_organ_is_not_repealed(archived_acts: Archived) -> None:
    act = an_act("lake", "关于印发2020年工作要点的通知", LAKE, published="2023-12-01")
    other = evolve(
        an_act(
            "new", "样例湖管理条例", "《关于印发2020年工作要点的通知》同时废止。本条例自2026年2月1日起施行。"
        ),
        issuers=FieldValue(value=split_issuers("财政部"), raw="财政部", rule="cell:发文机关"),
    )
    archived_acts.arrive(act, other)
    assert archived_acts.state(1, "--in-force-on", "2026-03-02") == "no repeal seen"
