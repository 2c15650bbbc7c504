from __future__ import annotations

import pytest

from policy.issuers import by_code, find, known, split


def ids(text: str) -> list[str | None]:
    return [issuer.id for issuer in split(text)]


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
    spaced, fused = split("中共中央办公厅 国务院办公厅"), split("中共中央办公厅国务院办公厅")
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
    issuers = split(separator.join(names))
    assert [issuer.printed for issuer in issuers] == names
    assert all(issuer.id for issuer in issuers)


@pytest.mark.parametrize("text", ["某某县水库移民安置局", "财政部条法司", "中国人民银行上海总部", "省财政厅"])
def test_what_the_dictionary_does_not_know_is_kept_whole_without_an_id(text: str) -> None:
    assert [(issuer.printed, issuer.id) for issuer in split(text)] == [(text, None)]


def test_an_unknown_issuer_beside_a_known_one_keeps_its_printed_form() -> None:
    issuers = split("国家能源局 某某新能源研究中心")
    assert [(issuer.printed, issuer.id) for issuer in issuers] == [
        ("国家能源局", "nea"),
        ("某某新能源研究中心", None),
    ]


def test_a_name_is_canonical_beside_the_printed_form() -> None:
    (issuer,) = split("国家发改委")
    assert (issuer.printed, issuer.name) == ("国家发改委", "国家发展和改革委员会")
    assert known("ndrc") == "国家发展和改革委员会"
    assert known("no-such-organ") is None
    assert find("发改委") is not None
    assert find("发改委财政部") is None


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
    assert by_code(code) == organ


def test_a_hostile_cell_is_cut_in_good_time() -> None:
    assert split("国务院部" * 5000)
    assert split("某" * 20000)[0].id is None
