from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.metadata.genres import own_number
from policy.documents.issuers import NumberIdentity, number_identity, split_issuers
from policy.documents.numbers import find_numbers, parse_number, refusal_of


def norm(text: str) -> str | None:
    number = parse_number(text)
    return number.norm if number else None


@pytest.mark.parametrize(
    "brackets", ["〔〕", "﹝﹞", "［］", "[]", "（）", "()", "【】", "〈〉", "《》", "‘’", "〚〛", "(〕"]
)
def test_every_bracket_is_the_same_number(brackets: str) -> None:
    printed = f"国发{brackets[0]}2021{brackets[1]}23号"
    number = parse_number(printed)
    assert number is not None
    assert (number.norm, number.raw) == ("国发〔2021〕23号", printed)
    assert [found.norm for found in find_numbers(f"依据{printed}执行")] == ["国发〔2021〕23号"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("京政办发〔1988〕17 号", "京政办发〔1988〕17号"),
        ("豫政 〔2006〕077号", "豫政〔2006〕77号"),
        ("国发〔2021年〕第23号", "国发〔2021〕23号"),
        ("国发［２０２１］２３号", "国发〔2021〕23号"),
        ("国发〔2021〕23", "国发〔2021〕23号"),
        ("国发〔2021 23号", "国发〔2021〕23号"),
        ("国发2021〕23号", "国发〔2021〕23号"),
        ("国发〔85〕12号", "国发〔1985〕12号"),
        ("文号：国发〔2009〕12号", "国发〔2009〕12号"),
        ("（发改价格〔2026〕630号）", "发改价格〔2026〕630号"),
        ("财税字〔1999〕273号文", "财税字〔1999〕273号"),
        ("省人民政府川府发〔2014〕9号", "川府发〔2014〕9号"),
        ("国务院令第782号", "国务院令第782号"),
        ("中华人民共和国国务院令 第782号", "国务院令第782号"),
        ("国令第706号", "国令第706号"),
        ("主席令第七十八号", "主席令第78号"),
        ("省政府令 第123号", "省政府令第123号"),
        ("2026年第41号令", "令〔2026〕第41号"),
        ("第41号", "令第41号"),
        ("商务部公告2026年第12号", "商务部公告〔2026〕第12号"),
        ("国家能源局公告 2026年 第1号", "国家能源局公告〔2026〕第1号"),
        ("2021年第10号公告", "公告〔2021〕第10号"),
        ("渝府令〔2020〕12号", "渝府令〔2020〕第12号"),
        ("中国人民银行令〔2020〕第5号", "中国人民银行令〔2020〕第5号"),
        ("(2020)京01民终123号", None),
        ("京01民终(2020)123号", None),
        ("GB/T 9704-2012", None),
        ("2021年3月1日", None),
        ("000014349/2026-00071", None),
        ("", None),
        ("根据国发〔2021〕23号，现就有关事项通知如下", None),
    ],
)
def test_a_cell_is_read(text: str, expected: str | None) -> None:
    assert norm(text) == expected


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        pytest.param("按照财库〔2022〕3号办理", ["财库"], id="lead-in"),
        pytest.param(
            "依据发改价格〔2021〕833号和发改能源〔2021〕900号", ["发改价格", "发改能源"], id="conjunction"
        ),
        pytest.param(
            "国发〔2009〕1号及环办法规〔2020〕1号", ["国发", "环办法规"], id="a title word inside a code"
        ),
        pytest.param("苏州市住房和城乡建设局苏住建规〔2011〕4号", ["苏住建规"], id="agency name"),
        pytest.param("云南省财政厅云财建〔2020〕5号", ["云财建"], id="provincial department"),
        pytest.param("国务院办公厅国办函〔2009〕12号", ["国办函"], id="known issuer"),
        pytest.param("关于加强管理的通知国发〔2009〕12号", ["国发"], id="title tail"),
        pytest.param("我省川府发〔2014〕5号文件", ["川府发"], id="our province"),
        pytest.param("沪国资委规创〔2020〕1号", ["沪国资委规创"], id="an agency's word inside a code"),
        pytest.param("《请示》（平理财发〔2026〕7号）收悉", ["平理财发"], id="unknown code"),
        pytest.param("根据证监会令第199号修订", ["证监会"], id="order"),
        pytest.param("按照国令第706号", ["国"], id="short order"),
        pytest.param("本办法由中国人民银行令〔2020〕第5号公布", ["中国人民银行"], id="bracketed order"),
        pytest.param("参照国家发展改革委2026年第41号令", ["国家发展改革委"], id="year first"),
        pytest.param("国发〔2021〕1号国发〔2021〕2号", ["国发", "国发"], id="fused numbers"),
        pytest.param("责令第3号设备停用，第7240号建议的答复", [], id="no order"),
        pytest.param("（2020）京01民终123号判决书、最高法民终(2020)123号", [], id="court cases"),
    ],
)
def test_numbers_in_prose_are_trimmed(text: str, codes: list[str]) -> None:
    assert [number.code for number in find_numbers(text)] == codes


NUMBERS = st.builds(
    "{}{}{}".format,
    st.sampled_from(["国发", "沪府办规", "发改能源", "粤府函"]),
    st.integers(1949, 2030).map("〔{}〕".format),
    st.integers(1, 99999).map("{}号".format),
)


@given(
    NUMBERS,
    st.sampled_from(["根据", "按照", "", "和", "《办法》（"]),
    st.sampled_from(["，", "）", "有关规定"]),
)
def test_a_number_is_the_same_in_a_cell_and_in_prose(number: str, before: str, after: str) -> None:
    assert norm(number) == number
    assert [found.raw for found in find_numbers(before + number + after)] == [number]


@given(st.text(alphabet="国发〔2021〕（)第号令公告 年的通知根据和", max_size=60))
def test_what_is_found_stands_in_the_text(text: str) -> None:
    for number in find_numbers(text):
        assert number.raw in text


def test_the_cell_comes_before_the_title() -> None:
    found = own_number(cell="国办发〔2019〕3号", title="关于治理的通知（国办函〔2019〕9号）", masthead=[])
    assert found is not None
    assert (found.value.norm, found.rule) == ("国办发〔2019〕3号", "cell")


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("关于调整上网电价的通知(发改价格〔2026〕630号)", "发改价格〔2026〕630号"),
        ("关于调整上网电价的通知（发改价格(2026)630号）", "发改价格〔2026〕630号"),
        ("关于调整上网电价的通知发改价格〔2026〕630号", "发改价格〔2026〕630号"),
        ("《重大隐患判定规定》 2026年第41号令", "令〔2026〕第41号"),
        ("科学技术部令第24号 科技活动管理规定", "科学技术部令第24号"),
        ("国家能源局公告 2026年 第1号", "国家能源局公告〔2026〕第1号"),
        ("关于废止国发〔2009〕12号文件的通知", None),
        ("技术奖励条例（国务院令第782号第四次修订）", None),
        ("关于（国发〔2009〕12号）的解读", None),
        ("解读：关于样例的通知（国发〔2009〕12号）", None),
        ("一图读懂《关于样例的通知》（国发〔2009〕12号）", None),
        ("国务院令第711号《样例条例》解读", None),
        ("国务院令第711号《样例条例》", "国务院令第711号"),
        ("国务院令第711号：样例条例", "国务院令第711号"),
        ("关于政策解读工作的通知（国办发〔2009〕12号）", "国办发〔2009〕12号"),
        ("《关于样例的通知》解读（国发〔2009〕12号）", None),
        ("样例厅贯彻落实《样例意见》（国发〔2009〕12号）", None),
        ("样例厅印发《样例意见》（发改能源〔2026〕12号）", "发改能源〔2026〕12号"),
        ("关于发布样例目录的公告（2026年第3号）", "公告〔2026〕第3号"),
        (
            "样例办法（国家发展改革委 财政部 商务部令2026年第5号）",
            "国家发展改革委、财政部、商务部令〔2026〕第5号",
        ),
    ],
)
def test_the_title_s_last_parentheses_or_trailing_number_is_its_own(title: str, expected: str | None) -> None:
    found = own_number(cell=None, title=title, masthead=[])
    assert (found.value.norm if found else None) == expected


def test_the_masthead_is_read_up_to_the_salutation() -> None:
    above = [
        "国务院办公厅关于开展治理工作的",
        "通知",
        "国办函〔2018〕71号",
        "各省、自治区人民政府：",
        "国发〔2018〕1号",
    ]
    found = own_number(cell=" ", title="治理工作的通知", masthead=above)
    assert found is not None
    assert (found.value.norm, found.rule) == ("国办函〔2018〕71号", "masthead")
    assert own_number(cell=None, title="治理", masthead=above[3:]) is None
    assert (
        own_number(
            cell=None, title="治理", masthead=["为落实国发〔2018〕1号，制定本方案。", "国发〔2018〕2号"]
        )
        is None
    )


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("（2022年2月18日证监会令第195号公布 自2022年4月1日起施行）", "证监会令第195号"),
        ("(2015年10月29日证监会令第118号公布 根据2022年5月31日证监会令第199号修订)", "证监会令第118号"),
        ("（2022年2月18日第十届样例会议通过）", None),
        ("【发布文号】国发〔2021〕3号", "国发〔2021〕3号"),
    ],
)
def test_the_line_below_a_regulations_title_says_its_number(line: str, expected: str | None) -> None:
    found = own_number(
        cell=None, title="样例办法", masthead=["样例办法", line, "第一条 为了样例，制定本办法。"]
    )
    assert (found.value.norm if found else None) == expected


def test_a_bare_number_belongs_to_the_order_above_it() -> None:
    found = own_number(
        cell=None, title="某某规定", masthead=["中华人民共和国国家发展和改革委员会令", "", "第41号"]
    )
    assert found is not None
    assert found.value.norm == "国家发展和改革委员会令第41号"
    titled = own_number(cell=None, title="样例省公告", masthead=["2026年第3号", "现公布名单。"])
    assert titled is not None
    assert titled.value.norm == "样例省公告〔2026〕第3号"
    broken = own_number(cell=None, title="x", masthead=["中华人民共和国商务部", "公 告", "2026年 第12号"])
    assert broken is not None
    assert broken.value.norm == "商务部公告〔2026〕第12号"
    announced = own_number(cell=None, title="公告", masthead=["商务部 海关总署公告", "2026年 第7号"])
    assert announced is not None
    assert announced.value.norm == "商务部、海关总署公告〔2026〕第7号"
    assert own_number(cell=None, title="某某规定", masthead=["目录", "第41号"]) is None


def test_a_joint_order_has_an_organ_per_line_above_its_number() -> None:
    head = [
        "中华人民共和国国家发展和改革委员会",
        "中华人民共和国财政部",
        "中华人民共和国商务部",
        "令",
        "2024年第3号",
    ]
    found = own_number(cell=None, title="样例办法", masthead=head)
    assert found is not None
    assert found.value.norm == "国家发展和改革委员会、财政部、商务部令〔2024〕第3号"


@pytest.mark.parametrize(
    ("title", "masthead"),
    [
        ("一周政策速览", ["国办发〔2026〕3号"]),
        ("最高人民法院发布两件司法解释", ["法释〔2026〕8号", "关于样例的解释", "法释〔2026〕9号"]),
        ("财税新政汇总（3月）", ["财税〔2026〕3号"]),
        ("《样例条例》解读", ["国务院令第711号"]),
    ],
    ids=["digest", "two documents", "digest of a month", "interpretation"],
)
def test_numbers_printed_above_a_digest_or_an_interpretation_are_not_its_own(
    title: str, masthead: list[str]
) -> None:
    assert own_number(cell=None, title=title, masthead=masthead) is None


@pytest.mark.parametrize(
    "text",
    ["〔2021〕" * 100_000, "令第" * 300_000, "的通知" * 300_000, " " * 900_000 + "号", "和" * 900_000],
    ids=["brackets", "orders", "tails", "spaces", "and"],
)
def test_a_megabyte_of_nonsense_has_no_number(text: str) -> None:
    assert find_numbers(text) == ()


# ------------------------------------------------------------------ forms of the numbers of orders


ORGANS = [
    ("国家发展改革委", "国家发展和改革委员会", "发改委"),
    ("国务院", "中华人民共和国国务院"),
    ("商务部",),
    ("中国证监会", "中国证券监督管理委员会", "证监会"),
    ("中国银保监会", "银保监会"),
    ("金融监管总局", "国家金融监督管理总局"),
    ("主席", "国家主席"),
    ("公安部",),
    ("市场监管总局", "国家市场监督管理总局"),
    ("广东省人民政府", "粤府"),
    ("广州市人民政府",),
    ("国务院、中央军事委员会", "国务院 中央军委", "国务院、中央军委"),
    ("国家发展改革委、财政部、商务部", "发展改革委 财政部 商务部", "国家发展和改革委员会财政部商务部"),
]
"""The names of one organ, or of several that sign together, in each row."""
FORMS = [
    "{organ}令第{n}号",
    "{organ}令 第{n}号",
    "{organ} 令 第 {n} 号",
    "{organ}令（第{n}号）",
    "{organ}令【第{n}号】",
    "{organ}第{n}号令",
    "{organ}令第{han}号",
    "（{organ}令第{n}号）",
    "{organ}令\u200b第{n}\u200b号",
]
FORMS_WITH_YEAR = [
    "{organ}令{year}年第{n}号",
    "{organ}令〔{year}〕第{n}号",
    "{organ}令[{year}]{n}号",
    "{organ} 令 {han_year}年 第{n}号",
    "{organ}{year}年第{n}号令",
    "{organ}令（{year}年第{n}号）",
]
NUMERALS_OF = {7: "七", 41: "四十一", 118: "一百一十八", 706: "七百零六"}
YEARS = {2018: "二〇一八", 2026: "二○二六"}


def printed_forms(names: tuple[str, ...], number: int, year: int) -> list[NumberIdentity]:
    values = {"n": number, "han": NUMERALS_OF[number], "year": year, "han_year": YEARS[year]}
    identities = []
    for name in names:
        for form in FORMS + FORMS_WITH_YEAR:
            text = form.format(organ=name, **values)
            parsed = parse_number(text)
            assert parsed is not None, text
            assert parsed.number == number, text
            assert parsed.year == (year if form in FORMS_WITH_YEAR else None), text
            identities.append(number_identity(parsed))
    return identities


@given(st.sampled_from(ORGANS), st.sampled_from([*NUMERALS_OF]), st.sampled_from([*YEARS]))
def test_all_printed_forms_of_an_order_are_one_number(names: tuple[str, ...], number: int, year: int) -> None:
    first, *others = printed_forms(names, number, year)
    assert all(first.matches(other) and other.matches(first) for other in others)
    assert len({other.index_keys for other in others}) == 1


@pytest.mark.parametrize("one", ORGANS, ids=lambda names: names[0])
def test_equal_numbers_of_different_organs_are_different(one: tuple[str, ...]) -> None:
    ours = printed_forms(one, 41, 2026)
    strangers = [names for names in ORGANS if names[0].split("、")[0] != one[0].split("、")[0]]
    for names in strangers:
        theirs = printed_forms(names, 41, 2026)
        assert not any(left.matches(right) for left in ours for right in theirs), names


@pytest.mark.parametrize(
    ("form", "organs"),
    [
        ("2026年第41号令", "国家发展改革委"),
        ("第41号令", "国家发展改革委"),
        ("令〔2026〕第41号", "国家发展改革委"),
        ("令第41号", "国家发展和改革委员会"),
        ("部令第41号", "国家发展和改革委员会"),
        ("2026年第41号", "国家发展改革委"),
        ("六机关令2026年第41号", "国家发展改革委 财政部"),
        ("国家发展改革委等六部门令2026年第41号", "国家发展改革委 财政部"),
    ],
)
def test_an_order_without_an_organ_is_completed_by_the_issuers(form: str, organs: str) -> None:
    number = parse_number(form)
    whole = parse_number("国家发展改革委令2026年第41号")
    assert number is not None
    assert whole is not None
    completed = number_identity(number, split_issuers(organs))
    assert completed.matches(number_identity(whole, split_issuers(organs)))
    assert completed.organs == tuple(issuer.id for issuer in split_issuers(organs))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("国家药监局通告2023年第15号", "国家药监局通告〔2023〕第15号"),
        ("2023年第15号通告", "通告〔2023〕第15号"),
        ("国家统计局公报（第二号）", "国家统计局公报第2号"),
        ("国家税务总局公告2020年12号", "国家税务总局公告〔2020〕第12号"),
        ("国家药监局公告（2020年第43号）", "国家药监局公告〔2020〕第43号"),
        ("财政部 税务总局公告2020年第8号", "财政部、税务总局公告〔2020〕第8号"),
        ("法释〔2022〕8号", "法释〔2022〕8号"),
        ("穗府办规〔2021〕7号", "穗府办规〔2021〕7号"),
        ("豫政〔2014〕号16", "豫政〔2014〕16号"),
        ("豫政〔20 14〕1 6号", "豫政〔2014〕16号"),
        ("国\u200b发〔2014〕\ufeff16号", "国发〔2014〕16号"),
        ("国发〔二〇二一〕二十三号", "国发〔2021〕23号"),
        ("国务院令706号", "国务院令第706号"),
        ("国令（第706号）", "国令第706号"),
        ("中央军委主席令第1号", "中央军委主席令第1号"),
        (
            "国家发展改革委、财政部、商务部、中国人民银行、海关总署、国家外汇局六机关令2024年第3号",
            "国家发展改革委、财政部、商务部、中国人民银行、海关总署、国家外汇局令〔2024〕第3号",
        ),
    ],
)
def test_other_kinds_of_numbers_are_read(text: str, expected: str) -> None:
    assert norm(text) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("国发〔2021〕23号" * 20, "too long"),
        ("（2020）京01民终123号", "court case"),
        ("(2020)最高法民终12号", "court case"),
        ("GB/T 9704-2012", "standard"),
        ("DB44/T 2020-2019", "standard"),
        ("2021年3月1日", "day"),
        ("二〇二一年三月一日", "day"),
        ("000014349/2026-00071", "index number"),
        ("国发〔2021〕1号、国发〔2021〕2号", "several numbers"),
        (f"国发〔2021〕{'1' * 40}号", "too many digits"),
        (f"国务院令第{'9' * 40}号", "too many digits"),
        ("国发〔2021〕", "no number"),
        ("国务院令", "no number"),
        ("国发23号", "no year"),
        ("〔2021〕23号", "no organ"),
        ("根据国发〔2021〕23号，现就有关事项通知如下", "other text"),
        ("国发〔2021〕23号", None),
        ("第41号令", None),
    ],
)
def test_a_refused_text_has_a_reason(text: str, reason: str | None) -> None:
    assert refusal_of(text) == reason
    assert (parse_number(text) is None) == (reason is not None)


@given(st.text(alphabet="国发〔2021〕（)第号令公告 年的通知/-GBT京民终\u200b", max_size=40))
def test_every_text_is_a_number_or_has_a_reason(text: str) -> None:
    assert (parse_number(text) is None) == (refusal_of(text) is not None)


@pytest.mark.parametrize("number", ["1" * 40, "9" * 4000, "一" * 400])
def test_a_number_of_many_digits_is_none(number: str) -> None:
    text = f"根据国务院令第{number}号和国发〔2021〕{number}号"
    assert find_numbers(text) == ()
    assert own_number(cell=f"国务院令第{number}号", title=text, masthead=[text]) is None
