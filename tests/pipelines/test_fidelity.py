"""What a reprint keeps of the original."""

from __future__ import annotations

from pipelines.diff.comparison import compare_reprint
from tests.storage.builders import an_article

ORIGINAL = (
    "第一条 为了保护样例湖，制定本办法。\n第二条 单船每日采砂不得超过50吨。\n"
    "第三条 采砂船应当安装定位设备，并报送航行轨迹。\n第四条 本办法自2024年1月1日起施行。"
)


def told(reprint: str) -> str:
    return str(compare_reprint(an_article(ORIGINAL), an_article(reprint)))


def test_a_reprint_in_other_widths_keeps_all_of_it() -> None:
    assert told(ORIGINAL.replace("，", ",").replace("50", "５０")) == "all of it"


def test_what_it_dropped_altered_and_added_is_named() -> None:
    lines = ORIGINAL.replace("50吨", "80吨").split("\n")
    reprint = "\n".join(["编者按：采砂限额放宽。", *lines[:2], lines[3]])
    found = compare_reprint(an_article(ORIGINAL), an_article(reprint))
    assert (found.altered, found.dropped) == (("第二条",), ("第三条",))
    assert str(found) == "1 dropped, 1 altered, 1 added"
