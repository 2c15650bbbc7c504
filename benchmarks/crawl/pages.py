"""Invented policy pages of about 57 KB. A number always gives the same page; pages share no sentences."""

from __future__ import annotations

import json
import random

SIZE = 57_000
_WHO = [
    "各级发展改革部门",
    "电网企业",
    "储能电站",
    "发电企业",
    "交易机构",
    "负荷聚合商",
    "园区管理机构",
    "数据主管部门",
]
_WHAT = [
    "落实目标任务",
    "完善价格机制",
    "加强计量管理",
    "公开运行数据",
    "健全应急预案",
    "优化调度方式",
    "严格并网标准",
]
_WHY = ["保障电力供应", "提高利用效率", "促进绿色消费", "防范安全风险", "降低系统成本", "支撑产业发展"]
_NUMERALS = "一二三四五六七八九十"


def listing(count: int) -> bytes:
    """The JSON list of so many articles."""
    rows = [
        {"TITLE": title(n), "URL": f"./content_{n}.htm", "DOCRELPUBTIME": "2026-11-02"} for n in range(count)
    ]
    return json.dumps(rows, ensure_ascii=False).encode()


def title(number: int) -> str:
    """The headline of an article."""
    return f"关于做好第{number + 1}批新型电力系统重点工作的通知"


def article(number: int) -> bytes:
    """The page of an article: fields, a body of some 5,000 characters, and boilerplate up to its size."""
    head = (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title(number)}</title>\n'
        f'<meta name="ArticleTitle" content="{title(number)}">\n</head><body>\n'
    )
    rest = (
        f'{_fields(number)}\n<div id="UCAP-CONTENT"><div class="trs_editor_view">\n{_body(number)}\n'
        "</div></div>\n<div>【我要纠错】 扫一扫在手机打开当前页</div></body></html>\n"
    )
    return (head + _navigation(SIZE - len((head + rest).encode())) + rest).encode()


def _fields(number: int) -> str:
    pairs = [
        ("发文字号：", f"测发改〔2026〕{number + 1}号"),
        ("成文日期：", "2026年10月30日"),
        ("发文机关：", "测量委员会"),
    ]
    cells = "".join(f"<td><b>{label}</b></td><td>{value}</td>" for label, value in pairs)
    return f'<table class="bd1"><tr>{cells}</tr></table>'


def lines(number: int) -> list[str]:
    """The words of an article, some 5,000 characters."""
    draw = random.Random(number)
    words = ["各有关单位：", f"现就第{number + 1}批重点工作通知如下。"]
    for numeral in _NUMERALS:
        words.append(f"{numeral}、{draw.choice(_WHAT)}")
        words += [f"（{_NUMERALS[k]}）{_clause(draw)}" for k in range(3)]
        words += ["".join(_clause(draw) for _ in range(3)) for _ in range(2)]
    return [*words, "测量委员会", "2026年10月30日"]


def _body(number: int) -> str:
    style = "text-indent: 2em; text-align: justify; margin-top: 0px"
    return "\n".join(
        f'<p style="{style}"><span style="font-family: 仿宋">{line}</span></p>' for line in lines(number)
    )


def _clause(draw: random.Random) -> str:
    share, days = draw.randint(1, 99), draw.randint(5, 180)
    return (
        f"{draw.choice(_WHO)}应当在{days}个工作日内{draw.choice(_WHAT)}，{draw.choice(_WHAT)}，"
        f"使占比不低于{share}%，{draw.choice(_WHY)}，并报{draw.choice(_WHO)}备案。"
    )


def _navigation(size: int) -> str:
    row = (
        '<li class="nav-item"><a href="/columns/{:05d}/index.html" target="_blank">栏目导航 {:05d}</a></li>\n'
    )
    return "".join(row.format(n, n) for n in range(max(size, 0) // len(row.format(0, 0).encode())))
