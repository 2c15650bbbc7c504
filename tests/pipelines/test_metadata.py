from __future__ import annotations

from collections.abc import Sequence

import pytest

from pipelines.metadata.fields import extract_fields, masthead
from pipelines.metadata.genres import genre_of, official_name, without_number
from policy.records import ArticleFields, Label

LINES = (
    "国家发展改革委 国家能源局关于样例工作的通知",
    "发改能源〔2026〕12号",
    "各省、自治区、直辖市发展改革委、能源局：",
    "现将有关事项通知如下。根据国发〔2020〕1号文件，各地要按时报送。",
    "本通知自2026年5月1日起施行。",
    "国家发展改革委",
    "国家能源局",
    "2026年2月28日",
)


def label(name: str, value: str, rule: str) -> Label:
    return Label(name=name, value=value, rule=rule)


def told(labels: Sequence[Label], lines: Sequence[str] = (), issuer: str | None = None) -> ArticleFields:
    return extract_fields(labels, lines, issuer=issuer)


def test_a_cell_is_believed_before_a_meta_before_the_masthead() -> None:
    labels = [
        label("title", text, rule)
        for text, rule in (("丙", "masthead"), ("乙", "meta:x"), ("甲", "cell:标题"))
    ]
    for expected in ("甲", "乙", "丙"):
        found = told(labels).title
        assert found is not None
        assert found.value == expected
        labels.pop()


@pytest.mark.parametrize("nothing", ["", " ", "无", "——", "null", "/"])
def test_a_value_that_says_nothing_is_none(nothing: str) -> None:
    assert told([label("index_no", nothing, "cell:索引号")]).index_no is None


def test_fields_come_from_the_text_when_no_label_tells() -> None:
    found = told([label("title", "关于样例工作的通知", "masthead")], LINES)
    assert found.doc_no is not None
    assert found.doc_no.value.norm == "发改能源〔2026〕12号"
    assert found.written is not None
    assert (str(found.written.value), found.written.rule) == ("2026-02-28", "signature")
    assert found.effective is not None
    assert str(found.effective.value) == "2026-05-01"
    assert found.issuers is not None
    assert [organ.id for organ in found.issuers.value] == ["ndrc", "nea"]
    assert found.issuers.rule == "signature"
    assert found.genre is not None
    assert found.genre.value == "通知"
    assert found.published is None


def test_a_cells_issuers_are_split_and_keep_their_printed_form() -> None:
    found = told([label("issuer", "民政部国家发展改革委", "cell:发文机关")]).issuers
    assert found is not None
    assert [one.printed for one in found.value] == ["民政部", "国家发展改革委"]


def test_an_unknown_name_in_a_signature_is_no_issuer() -> None:
    assert told([], ("各县：", "请按时报送。", "某某某", "2026年2月28日")).issuers is None


def test_a_media_pages_source_is_an_issuer_only_when_it_is_an_organ() -> None:
    source = told([label("source", "上海市人民政府", "masthead")])
    assert source.issuers is not None
    assert source.issuers.value[0].id == "shanghai"
    assert told([label("source", "样例日报", "masthead")]).issuers is None


def test_a_news_agency_is_a_source_and_no_issuer() -> None:
    found = told([label("source", "新华社", "masthead")])
    assert found.source is not None
    assert found.issuers is None


def test_organs_in_a_titles_order_number_are_its_issuers() -> None:
    found = told([label("title", "样例办法（国家发展改革委 财政部令2026年第5号）", "cell:标题")]).issuers
    assert found is not None
    assert [organ.id for organ in found.value] == ["ndrc", "mof"]


def test_a_number_cell_that_cannot_be_read_is_warned_of() -> None:
    found = told([label("doc_no", "第某号文", "cell:发文字号")])
    assert found.doc_no is None
    assert found.warnings == ("doc_no: cannot read 第某号文 (no number)",)


@pytest.mark.parametrize(
    ("title", "official"),
    [
        ("关于样例工作的通知(发改能源〔2026〕12号)", "关于样例工作的通知"),
        ("《样例管理办法》 2026年第41号令", "样例管理办法"),
        ("科学技术部令第24号 样例活动管理规定", "样例活动管理规定"),
        ("关于发布样例目录的公告（2026年第3号）", "关于发布样例目录的公告"),
        ("样例监督管理办法（财政部 商务部令2026年第5号）", "样例监督管理办法"),
        ("样例条例（国务院令第782号第四次修订）", "样例条例（国务院令第782号第四次修订）"),
        ("国家能源局公告 2026年 第1号", "国家能源局公告 2026年 第1号"),
    ],
)
def test_an_official_title_goes_without_the_number(title: str, official: str) -> None:
    assert without_number(title) == official


@pytest.mark.parametrize(
    "before",
    [
        ("样例网获悉，9月14日，国家能源局发布通知，详情如下：",),
        ("样例网讯：近日，国家能源局发布样例通知。", "通知提出，要加快改造，不得拖延。", "原文如下："),
    ],
    ids=["one line", "a summary and 原文如下"],
)
def test_a_reprints_document_begins_behind_the_lead_in(before: tuple[str, ...]) -> None:
    document = ("国家能源局关于样例改造工作的通知", "国能发新能〔2026〕12号", "各有关单位：", "请抓好落实。")
    found = told([label("title", "风电改造来了！", "masthead")], (*before, *document))
    assert found.doc_no is not None
    assert found.doc_no.value.norm == "国能发新能〔2026〕12号"
    assert found.title_official is not None
    assert found.title_official.value == "国家能源局关于样例改造工作的通知"
    assert found.issuers is not None
    assert [organ.id for organ in found.issuers.value] == ["nea"]


def test_a_heading_of_an_explanation_is_no_lead_in() -> None:
    lines = ("国能发新能〔2026〕12号", "二、主要内容：", "共有三条，明确了改造的要求。")
    found = told([label("title", "样例改造通知", "masthead")], lines).doc_no
    assert found is not None
    assert found.value.norm == "国能发新能〔2026〕12号"


def test_disagreeing_dates_and_numbers_are_warned_of_and_the_first_kept() -> None:
    labels = [
        label("written", "2026年2月27日", "cell:成文日期"),
        label("doc_no", "发改能源〔2026〕13号", "cell:发文字号"),
        label("published", "2026-03-06", "cell:发布日期"),
        label("published", "2026-03-07 10:00", "meta:PubDate"),
    ]
    found = told(labels, LINES)
    assert found.written is not None
    assert str(found.written.value) == "2026-02-27"
    assert found.published is not None
    assert str(found.published.value) == "2026-03-06"
    assert [warning.partition(":")[0] for warning in found.warnings] == ["published", "written", "doc_no"]


def conflicts(found: ArticleFields) -> dict[str, tuple[str, str]]:
    return {other.name: (other.value, other.rule) for other in found.conflicts}


def test_what_loses_stays_on_the_record_with_its_raw_text_and_rule() -> None:
    labels = [
        label("written", "2026年2月27日", "cell:成文日期"),
        label("doc_no", "发改能源〔2026〕13号", "cell:发文字号"),
        label("issuer", "国家能源局", "cell:发文机关"),
        label("effective", "2026-06-01", "cell:实施日期"),
        label("subject", "能源", "cell:主题分类"),
        label("subject", "电力", "cell:组配分类"),
        label("published", "2026-03-06", "cell:发布日期"),
        label("published", "2026-03-07 10:00", "meta:PubDate"),
    ]
    found = told(labels, LINES)
    assert conflicts(found) == {
        "written": ("2026-02-28", "signature"),
        "doc_no": ("发改能源〔2026〕12号", "masthead"),
        "issuers": ("国家发展改革委、国家能源局", "signature"),
        "effective": ("2026-05-01", "stated"),
        "subject": ("电力", "cell:组配分类"),
        "published": ("2026-03-07T10:00:00+08:00", "meta:PubDate"),
    }
    raw = {other.name: other.raw for other in found.conflicts}
    assert raw["effective"] == "本通知自2026年5月1日起施行"


def test_what_says_the_same_in_other_words_is_no_conflict() -> None:
    labels = [
        label("title", "关于样例工作的通知", "cell:标题"),
        label("title", "关于样例工作的通知（发改能源〔2026〕12号）", "masthead"),
        label("issuer", "国家能源局、国家发改委", "cell:发文机关"),
        label("doc_no", "发改能源[2026]12 号", "cell:文号"),
        label("written", "2026-02-28", "cell:成文日期"),
        label("source", "国家能源局网站", "masthead"),
        label("source", "国家能源局", "meta:ContentSource"),
    ]
    assert conflicts(told(labels, LINES)) == {}


def test_organs_of_a_joint_cell_stand_behind_the_leading_one() -> None:
    labels = [
        label("issuer", "财政部", "cell:联合发文单位"),
        label("issuer", "国家能源局", "cell:发布机构"),
        label("issuer", "国家发展改革委", "cell:发文机关"),
    ]
    found = told(labels)
    assert found.issuers is not None
    assert [organ.id for organ in found.issuers.value] == ["ndrc", "mof"]
    assert conflicts(found) == {"issuers": ("国家能源局", "cell:发布机构")}


def test_an_office_in_the_title_issues_for_itself() -> None:
    found = told([label("title", "国务院办公厅关于样例工作的意见", "masthead")]).issuers
    assert found is not None
    assert [organ.id for organ in found.value] == ["state-council-office"]


def test_author_and_editor_are_names_and_two_fields() -> None:
    labels = [
        label("author", "name, email@example.com", "meta:author"),
        label("author", "丁戊", "masthead:作者"),
        label("editor", "104363", "meta:editor"),
        label("editor", "甲乙", "tail:责任编辑"),
    ]
    found = told(labels)
    assert (found.author and found.author.value, found.editor and found.editor.value) == ("丁戊", "甲乙")
    assert found.conflicts == ()


def test_addressees_and_statements_come_from_the_text() -> None:
    found = told([label("title", "关于样例工作的通知", "masthead")], LINES)
    assert found.addressees is not None
    assert found.addressees.value == ("各省、自治区、直辖市发展改革委、能源局",)
    assert [one.words for one in found.statements] == ["自2026年5月1日起施行"]


def test_addressees_of_a_reprint_stand_behind_its_lead_in() -> None:
    lines = (
        "样例网讯：近日发布通知，全文如下：",
        "国家能源局关于样例工作的通知",
        "各有关单位：",
        "请抓好落实。",
    )
    found = told([label("title", "通知来了", "masthead")], lines).addressees
    assert found is not None
    assert found.value == ("各有关单位",)


def test_validity_is_a_cells_before_the_titles_words() -> None:
    labels = [
        label("title", "样例办法（已废止）", "masthead"),
        label("validity", "有效", "cell:有效性"),
    ]
    found = told(labels)
    assert found.validity is not None
    assert (found.validity.value, conflicts(found)["validity"]) == ("有效", ("已废止", "title:words"))


def test_two_clocks_of_one_day_do_not_disagree() -> None:
    labels = [
        label("published", "2026-03-06 06:08:00", "meta:a"),
        label("published", "2026-03-06 06:59", "masthead"),
    ]
    assert told(labels).warnings == ()


def test_an_impossible_day_is_warned_of_and_the_next_taken() -> None:
    found = told([label("published", "2026-02-30", "meta:a"), label("published", "2026-03-01", "masthead")])
    assert found.published is not None
    assert str(found.published.value) == "2026-03-01"
    assert found.warnings == ("published: meta:a says 2026-02-30",)


@pytest.mark.parametrize(
    ("title", "rule", "issuer", "official"),
    [
        ("样例办法", "cell:标题", None, "样例办法"),
        ("国家能源局关于印发《样例办法》的通知", "masthead", None, "样例办法"),
        ("样例工作方案", "masthead", "ndrc", "样例工作方案"),
        ("样例工作方案", "masthead", None, None),
        ("样例工作答记者问", "masthead", "ndrc", None),
        ("重磅!样例规划出炉:投资千亿", "masthead", None, None),
    ],
)
def test_a_media_headline_is_never_the_official_title(
    title: str, rule: str, issuer: str | None, official: str | None
) -> None:
    found = told([label("title", title, rule)], issuer=issuer).title_official
    assert (found.value if found else None) == official


@pytest.mark.parametrize(
    ("title", "genre"),
    [
        ("关于样例的通知(发改能源〔2026〕12号)", "通知"),
        ("关于印发《样例办法（试行）》的通知", "通知"),
        ("《样例管理规定》 2026年第41号令", "令"),
        ("样例奖励条例（国务院令第782号第四次修订）", "条例"),
        ("样例总体规划（2018—2035年）的批复", "批复"),
        ("样例局答记者问", "答记者问"),
        ("样例省氢能规划出炉:电解制氢100kW起步", None),
    ],
)
def test_the_genre_is_the_titles_end(title: str, genre: str | None) -> None:
    found = genre_of(title)
    assert (found.value if found else None) == genre


def test_the_name_inside_a_covering_notice_is_found() -> None:
    found = official_name("国务院办公厅转发国家发展改革委《样例方案》的通知")
    assert found is None or found.value == "样例方案"


def test_portal_keywords_are_words_or_a_list_to_split() -> None:
    assert told([label("keyword", "氢能;制氢，储能", "meta:keywords")]).keywords == ("氢能", "制氢", "储能")
    printed = [
        label("keyword", "氢能", "masthead"),
        label("keyword", "燃料 电池", "masthead"),
        label("keyword", "x", "meta:k"),
    ]
    assert told(printed).keywords == ("氢能", "燃料 电池")


def test_the_masthead_ends_at_the_salutation() -> None:
    assert masthead(LINES) == LINES[:2]
