from __future__ import annotations

import pytest

from policy.data import read_lines, read_sections, split_fields
from policy.documents import organs
from policy.documents.issuers import organ_name, organ_of_code, split_issuers
from policy.records.content import Former


def ids(text: str) -> list[str | None]:
    return [issuer.id for issuer in split_issuers(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("民政部国家发展改革委", ["mca", "ndrc"], id="fused"),
        pytest.param("财政部人力资源社会保障部", ["mof", "mohrss"], id="fused with a short name"),
        pytest.param("国务院办公厅", ["state-council-office"], id="an office is no second issuer"),
        pytest.param("国务院、中央军委", ["state-council", "cmc"], id="enumeration comma"),
        pytest.param("教育部和财政部", ["moe", "mof"], id="and"),
        pytest.param("国家发展和改革委员会和国家能源局", ["ndrc", "nea"], id="and inside a name"),
        pytest.param("中央宣传部·科技部\n公安部", ["cpc-publicity", "most", "mps"], id="dots and lines"),
        pytest.param("国家发展改革委等九部门", ["ndrc"], id="and others"),
        pytest.param("科 技 部", ["most"], id="a spaced-out signature"),
        pytest.param("国家发展计划委员会", ["ndrc"], id="a former name"),
        pytest.param("中国银监会", ["nfra"], id="merged organs"),
        pytest.param("中国银保监会", ["nfra"], id="renamed organs"),
        pytest.param("中华人民共和国财政部", ["mof"], id="with the country"),
        pytest.param("上海市发展改革委上海市财政局", ["shanghai-drc", "shanghai-finance"], id="provincial"),
        pytest.param("广东省人民政府办公厅", ["guangdong-office"], id="a provincial office"),
        pytest.param("财政部办公厅", ["mof-office"], id="a ministry's office"),
        pytest.param("财政部，财政部", ["mof"], id="none twice"),
        pytest.param("", [], id="nothing"),
    ],
)
def test_joint_issuers_are_split(text: str, expected: list[str]) -> None:
    assert ids(text) == expected


def test_party_and_state_offices_are_two_with_or_without_a_space() -> None:
    spaced, fused = split_issuers("中共中央办公厅 国务院办公厅"), split_issuers("中共中央办公厅国务院办公厅")
    assert [issuer.printed for issuer in spaced] == ["中共中央办公厅", "国务院办公厅"]
    assert fused == spaced


@pytest.mark.parametrize("separator", ["", " ", "、", "\n", "\u3000"])
def test_seventeen_joint_issuers(separator: str) -> None:
    names = [
        "国家卫生健康委",
        "国家发展改革委",
        "中央宣传部",
        "教育部",
        "民政部",
        "财政部",
        "人力资源社会保障部",
        "自然资源部",
        "住房城乡建设部",
        "农业农村部",
        "中国人民银行",
        "国务院国资委",
        "税务总局",
        "国家医保局",
        "中国银保监会",
        "全国总工会",
        "共青团中央",
    ]
    issuers = split_issuers(separator.join(names))
    assert [issuer.printed for issuer in issuers] == names
    assert all(issuer.id for issuer in issuers)


@pytest.mark.parametrize("text", ["某某县水库移民安置局", "财政部条法司", "中国人民银行上海总部", "省财政厅"])
def test_what_the_dictionary_does_not_know_is_kept_whole_without_an_id(text: str) -> None:
    assert [(issuer.printed, issuer.id) for issuer in split_issuers(text)] == [(text, None)]


def test_an_unknown_issuer_beside_a_known_one_keeps_its_printed_form() -> None:
    issuers = split_issuers("国家能源局 某某新能源研究中心")
    assert [(issuer.printed, issuer.id) for issuer in issuers] == [
        ("国家能源局", "nea"),
        ("某某新能源研究中心", None),
    ]


def test_a_name_is_canonical_beside_the_printed_form() -> None:
    (issuer,) = split_issuers("国家发改委")
    assert (issuer.printed, issuer.name) == ("国家发改委", "国家发展和改革委员会")
    assert organ_name("ndrc") == "国家发展和改革委员会"
    assert organ_name("no-such-organ") is None
    assert organs.identify("发改委") is not None
    assert organs.identify("发改委财政部") is None


@pytest.mark.parametrize(
    ("code", "organ"),
    [
        ("国发", "state-council"),
        ("国", "state-council"),
        ("国办发明电", "state-council-office"),
        ("发改价格", "ndrc"),
        ("发改办价格", "ndrc-office"),
        ("国能发新能规", "nea"),
        ("工信部联企业", "miit"),
        ("沪府发", "shanghai"),
        ("沪府办规", "shanghai-office"),
        ("沪发改价管", "shanghai-drc"),
        ("粤办函", "guangdong-office"),
        ("商务部", "mofcom"),
        pytest.param("宁政发", None, id="宁政发 is Ningxia's and Nanjing's"),
        pytest.param("苏住建规", None, id="苏住建规 may be the province's or the city's"),
        ("教外际", "moe"),
        ("武司字", None),
    ],
)
def test_a_code_names_its_organ_only_when_it_is_one_organ_s(code: str, organ: str | None) -> None:
    assert organ_of_code(code) == organ


@pytest.mark.parametrize(
    ("printed", "organ", "level", "region"),
    [
        ("国务院办公厅", "state-council-office", "中央", None),
        ("最高人民法院", "spc", "中央", None),
        ("国家能源局", "nea", "部委", None),
        ("中国电力企业联合会", "cec", "团体", None),
        ("国家电网有限公司", "sgcc", "企业", None),
        ("浙江省能源局", "zhejiang-energy", "省级", "330000"),
        ("内蒙古自治区人民政府办公厅", "neimenggu-office", "省级", "150000"),
        ("中共上海市委办公厅", "shanghai-cpc-office", "省级", "310000"),
        ("新疆生产建设兵团发展改革委", "xpcc-drc", "省级", None),
        ("国家税务总局上海市税务局", "shanghai-tax", "省级", "310000"),
        ("国家能源局浙江监管办公室", "zhejiang-nea", "省级", "330000"),
        ("深圳市发展和改革委员会", "shenzhen-drc", "市级", "440300"),
        ("广东省佛山市财政局", "foshan-finance", "市级", "440600"),
        ("延边州工信局", "222400-industry", "市级", "222400"),
        ("上海市浦东新区发展改革委", "310115-drc", "县级", "310115"),
        ("浙江省杭州市余杭区人民政府办公室", "330110-office", "县级", "330110"),
        ("长春市朝阳区人民政府", "220104", "县级", "220104"),
    ],
)
def test_an_organ_has_a_level_and_a_region(printed: str, organ: str, level: str, region: str | None) -> None:
    (issuer,) = split_issuers(printed)
    assert (issuer.id, issuer.level) == (organ, level)
    assert (issuer.region.code if issuer.region else None) == region


def test_a_district_whose_name_others_bear_too_is_not_guessed() -> None:
    (issuer,) = split_issuers("朝阳区人民政府")
    assert (issuer.id, issuer.region) == (None, None)


@pytest.mark.parametrize(
    ("printed", "today", "former"),
    [
        (
            "国家卫生计生委",
            "国家卫生健康委员会",
            Former(name="国家卫生和计划生育委员会", since=2013, until=2018),
        ),
        ("卫生部", "国家卫生健康委员会", Former(name="卫生部", until=2013)),
        ("中华人民共和国环境保护部", "生态环境部", Former(name="环境保护部", since=2008, until=2018)),
        ("铁道部", "铁道部", Former(name="铁道部", until=2013)),
        ("生态环境部", "生态环境部", None),
    ],
)
def test_a_name_of_the_past_keeps_its_years_beside_todays_organ(
    printed: str, today: str, former: Former | None
) -> None:
    (issuer,) = split_issuers(printed)
    assert (issuer.name, issuer.former) == (today, former)


def test_names_of_the_past_belong_to_organs_and_do_not_overlap() -> None:
    for organ, name, _, since, until in (split_fields(line, 5) for line in read_lines("former.txt")):
        assert organs.organ(organ), f"{name}: no organ {organ}"
        assert not (since and until) or int(since) < int(until), name


def test_every_organ_listed_is_found_by_each_of_its_names() -> None:
    taken = [name for _, line in read_sections("organs.txt") for name in _names(line)]
    assert len(taken) == len(set(taken))
    for _, line in read_sections("organs.txt"):
        for name in _names(line):
            assert organs.identify(name) == split_fields(line, 1)[0], name


def _names(line: str) -> list[str]:
    _, name, shorts, *_ = split_fields(line, 3)
    return [name, *shorts.split()]


@pytest.mark.parametrize(
    ("organ", "name"),
    [
        ("zhejiang-finance", "浙江省财政厅"),
        ("shanghai-finance", "上海市财政局"),
        ("310115-education", "浦东新区教育局"),
        ("shanghai-csrc", "中国证券监督管理委员会上海监管局"),
        ("ndrc-office", "国家发展和改革委员会办公厅"),
        ("nea-office", "国家能源局综合司"),
        ("taizhou-js-drc", "泰州市发展和改革委员会"),
        ("310115-nothing", None),
        ("000000-drc", None),
    ],
)
def test_a_composed_organ_has_a_canonical_name(organ: str, name: str | None) -> None:
    assert organ_name(organ) == name


def test_a_hostile_cell_is_cut_in_good_time() -> None:
    assert split_issuers("国务院部" * 5000)
    assert split_issuers("某" * 20000)[0].id is None


@pytest.mark.parametrize(
    ("organ", "name"),
    [
        ("guangzhou-office", "广州市人民政府办公厅"),
        ("guangdong-office", "广东省人民政府办公厅"),
        ("331100-office", "丽水市人民政府办公室"),
        ("ndrc-office", "国家发展和改革委员会办公厅"),
    ],
)
def test_the_office_of_a_high_government_is_called_ting(organ: str, name: str) -> None:
    assert organ_name(organ) == name


def test_a_former_organ_may_be_called_so() -> None:
    (organ,) = split_issuers("原国家工商行政管理总局")
    assert (organ.printed, organ.id) == ("原国家工商行政管理总局", "samr")
    assert organ.former is not None
    assert organ.former.name == "国家工商行政管理总局"
