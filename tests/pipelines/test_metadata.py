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
        "issuers": ("国家能源局", "cell:发文机关"),
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


# ------------------------------------------------------------------ issuers as signed


def issuers_of(title: str, lines: tuple[str, ...], **cells: str) -> tuple[list[str], str] | None:
    labels = [label("title", title, "masthead")]
    labels += [label("issuer", value, f"cell:{name}") for name, value in cells.items()]
    issuers = told(labels, lines).issuers
    return ([organ.printed for organ in issuers.value], issuers.rule) if issuers else None


BODY = ("各有关单位：", "现将有关事项通知如下。")


def test_a_publishers_cell_is_not_the_issuer() -> None:
    title, signature = (
        "广州市民政局 广州市财政局关于样例的通知",
        ("广州市民政局　广州市财政局", "2024年3月14日"),
    )
    found = issuers_of(title, (*BODY, *signature), 发布机构="广州市天河区财政局")
    assert found == (["广州市民政局", "广州市财政局"], "signature")
    assert issuers_of("关于样例的说明", ("样例。",), 发布机构="广州市民政局") == (
        ["广州市民政局"],
        "cell:发布机构",
    )


def test_a_cell_without_its_place_gives_way_to_the_signature() -> None:
    found = issuers_of("关于样例的通知", (*BODY, "丽水市人民政府", "2023年10月16日"), 发文机关="市政府")
    assert found == (["丽水市人民政府"], "signature")


@pytest.mark.parametrize(
    ("signature", "expected"),
    [
        pytest.param(("商务部", "海关总署", "2024年3月1日"), ["商务部", "海关总署"], id="a line each"),
        pytest.param(("商务部　　海关总署", "2024年3月1日"), ["商务部", "海关总署"], id="one line"),
        pytest.param(("商务部 2024年3月1日",), ["商务部"], id="in the line of the day"),
        pytest.param(("商务部", "海关总署 2024年3月1日"), ["商务部", "海关总署"], id="the last with the day"),
        pytest.param(("商务部（盖章）", "2024年3月1日"), ["商务部"], id="seal"),
        pytest.param(("商 务 部", "二〇二四年三月一日"), ["商务部"], id="spaced"),
        pytest.param(("商务部部长　甲乙", "2024年3月1日"), ["商务部"], id="head"),
        pytest.param(
            ("国家发展和改革委员会主任：甲乙", "财政部部长：丙丁戊", "2024年3月1日"),
            ["国家发展和改革委员会", "财政部"],
            id="heads",
        ),
        pytest.param(
            ("商务部部长 甲乙 海关总署署长 丙丁", "2024年3月1日"),
            ["商务部", "海关总署"],
            id="heads in a line",
        ),
        pytest.param(("中华人民共和国主席　甲乙丙", "2024年3月1日"), ["中华人民共和国主席"], id="president"),
        pytest.param(
            ("广州市样例保障中心", "2024年3月1日"), ["广州市样例保障中心"], id="unknown organ of a place"
        ),
        pytest.param(("中央网信办秘书局", "2024年3月1日"), ["中央网信办秘书局"], id="part of an organ"),
        pytest.param(("甲　乙", "2024年3月1日"), None, id="person"),
        pytest.param(("附件：样例清单", "2024年3月1日"), None, id="annex"),
    ],
)
def test_every_way_of_signing_names_the_issuers(
    signature: tuple[str, ...], expected: list[str] | None
) -> None:
    found = issuers_of("关于样例的通知", (*BODY, *signature))
    assert found == ((expected, "signature") if expected else None)


def test_the_signature_completes_a_title_that_counts_the_others() -> None:
    lines = (*BODY, "广州市卫生健康委员会　广州市财政局", "广州市医疗保障局", "2023年10月19日")
    found = issuers_of("广州市卫生健康委等3部门关于样例的通知", lines)
    assert found == (["广州市卫生健康委员会", "广州市财政局", "广州市医疗保障局"], "signature")


def test_a_forwarded_documents_signature_is_not_that_of_the_notice() -> None:
    title = "国务院办公厅转发商务部关于样例意见的通知"
    lines = (*BODY, "关于样例的意见", "现提出以下意见。", "商务部", "1996年7月17日")
    assert issuers_of(title, lines) == (["国务院办公厅"], "title")


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        (("中华人民共和国国务院令", "第706号"), ["中华人民共和国国务院"]),
        (("中华人民共和国主席令", "第七十八号"), ["中华人民共和国主席"]),
        (
            ("中华人民共和国国家发展和改革委员会", "中华人民共和国财政部", "令", "第5号"),
            ["中华人民共和国国家发展和改革委员会", "中华人民共和国财政部"],
        ),
        (("商务部 海关总署公告", "2024年第7号"), ["商务部", "海关总署"]),
        (("（2022年2月18日证监会令第195号公布 自2022年4月1日起施行）",), ["证监会"]),
        (("1982年2月4日 卫生部、交通部发布",), ["卫生部", "交通部"]),
        (
            ("（2020年8月11日第十三届全国人民代表大会常务委员会第二十一次会议通过）",),
            ["全国人民代表大会常务委员会"],
        ),
        (
            ("（2020年7月29日广东省第十三届人民代表大会常务委员会第二十二次会议通过）",),
            ["广东省人民代表大会常务委员会"],
        ),
    ],
    ids=["国务院令", "主席令", "joint", "公告", "published by order", "published", "law", "local law"],
)
def test_a_documents_heading_or_history_names_its_issuers(
    heading: tuple[str, ...], expected: list[str]
) -> None:
    found = issuers_of("样例条例", (*heading, "第一条 为了样例，制定本条例。"))
    assert found is not None
    assert found[0] == expected


def test_a_documents_number_names_its_issuer_where_nothing_else_does() -> None:
    found = told(
        [label("title", "关于样例的通知", "masthead"), label("doc_no", "穗府办规〔2021〕7号", "cell:文号")]
    )
    assert found.issuers is not None
    assert [organ.id for organ in found.issuers.value] == ["guangzhou-office"]


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        (
            (
                "1991年3月4日 中华人民共和国国务院令第76号发布",
                "2018年11月6日 中华人民共和国国务院令第706号公布",
            ),
            "国务院令第706号",
        ),
        (("1996年9月19日 经国务院批准", "1996年10月3日 中华人民共和国交通部令第8号发布"), "交通部令第8号"),
        (
            (
                "2005年6月23日 国务院、中央军事委员会令第438号公布",
                "2022年12月10日 国务院、中央军事委员会令第757号修订",
            ),
            "国务院、中央军事委员会令第438号",
        ),
        (
            ("（2001年5月16日证监会令第3号公布 根据2020年3月20日证监会令第166号《关于修改的决定》修订）",),
            "证监会令第3号",
        ),
        (("2017年11月22日 中华人民共和国国务院令第692号",), "国务院令第692号"),
        (("2019年3月1日 施行",), None),
    ],
    ids=["again", "approved", "revised", "in parentheses", "no verb", "none"],
)
def test_the_history_below_a_title_has_the_number_of_the_publishing_order(
    history: tuple[str, ...], expected: str | None
) -> None:
    found = told([label("title", "样例条例", "masthead")], (*history, "第一条 为了样例，制定本条例。")).doc_no
    assert (found.value.norm if found else None) == expected


def test_numbers_in_a_digest_are_not_its_own() -> None:
    lines = (
        "近日出台的文件有：",
        "《样例办法》（国家发展改革委令第41号）自5月1日起施行。",
        "国办发〔2026〕3号文件要求加强管理。",
        "法释〔2026〕8号",
    )
    assert told([label("title", "一周政策速览", "masthead")], lines).doc_no is None
