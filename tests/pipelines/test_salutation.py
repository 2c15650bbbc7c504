from __future__ import annotations

import pytest

from pipelines.metadata.authorship import find_addressees
from policy.records import FieldValue


def sent_to(*lines: str) -> tuple[str, ...]:
    found = find_addressees(lines)
    return found.value if found else ()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "各省、自治区、直辖市人民政府，国务院各部委、各直属机构：",
            ("各省、自治区、直辖市人民政府", "国务院各部委", "各直属机构"),
        ),
        (
            "各省、自治区、直辖市及计划单列市、新疆生产建设兵团发展改革委、能源局，有关中央企业：",
            ("各省、自治区、直辖市及计划单列市、新疆生产建设兵团发展改革委、能源局", "有关中央企业"),
        ),
        ("国家电网有限公司、中国南方电网有限责任公司：", ("国家电网有限公司", "中国南方电网有限责任公司")),
        ("教育部、财政部:", ("教育部", "财政部")),
        ("各市、县（区）人民政府，省政府各部门：", ("各市、县（区）人民政府", "省政府各部门")),
        ("各区（县、市）发展改革局，各有关单位：", ("各区（县、市）发展改革局", "各有关单位")),
        ("上海市人民政府：", ("上海市人民政府",)),
        ("各有关单位：", ("各有关单位",)),
        ("有关企业：", ("有关企业",)),
        ("省属各高校：", ("省属各高校",)),
    ],
)
def test_the_salutation_names_organs_and_groups(line: str, expected: tuple[str, ...]) -> None:
    assert sent_to("关于样例工作的通知", "样发〔2026〕1号", line, "现将有关事项通知如下。") == expected


@pytest.mark.parametrize(
    "line",
    [
        "现将有关事项通知如下：",
        "联系单位：",
        "申报条件：",
        "一、各单位：",
        "附件：",
        "来源：国家能源局",
        "各省要做到“三个统一”：",
        "国家发展改革委负责人表示：",
        "主要任务：",
        "：",
    ],
)
def test_other_lines_that_end_with_a_colon_name_nobody(line: str) -> None:
    assert sent_to("关于样例工作的通知", line, "请遵照执行。") == ()


def test_nobody_is_looked_for_below_the_first_paragraph() -> None:
    assert sent_to("为推进试点，制定本方案。", "各有关单位：") == ()


def test_the_printed_form_is_kept_and_a_cell_comes_first() -> None:
    cell = FieldValue(value="各市人民政府，各有关单位", raw="各市人民政府，各有关单位", rule="cell:主送机关")
    found = find_addressees(["各县人民政府："], cell)
    assert found == FieldValue(value=("各市人民政府", "各有关单位"), raw=cell.raw, rule="cell:主送机关")
    printed = find_addressees(["各县人民政府： "])
    assert printed is not None
    assert (printed.raw, printed.rule) == ("各县人民政府： ", "salutation")
