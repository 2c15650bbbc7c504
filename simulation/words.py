"""Titles and clauses of invented policies. A number always gives the same words."""

from __future__ import annotations

import random

TOPICS = (
    *(
        "城市绿地养护",
        "乡村客运",
        "老旧小区改造",
        "充电设施建设",
        "水库移民扶持",
        "中小企业融资",
        "职业技能培训",
    ),
    *("冷链物流", "公共图书馆服务", "河湖清淤", "农房抗震改造", "屋顶光伏", "养老助餐", "危险废物贮存"),
    *("港口岸电", "校园食品安全", "再生水利用", "种业振兴", "低空飞行", "数据流通", "医疗器械检验"),
)
ACTIONS = ("开展", "加强", "规范", "推进", "做好", "完善")
THINGS = ("试点", "监督检查", "统计报送", "资金申报", "标准宣贯", "风险排查", "示范创建")
_SIGNS = "甘云桂琼渝蓉杭宁苏锡常镇扬泰通连淮盐宿徐温台丽衢舟绍嘉湖金义厦漳泉莆榕龙岩赣昌九"
_DUTIES = (
    "各单位应当在{a}个月内完成摸底，逐项登记，建立台账，并于每季度末报送进展情况。",
    "对第{b}类项目，按核定投资的百分之{a}给予补助，单个项目不超过{c}万元。",
    "主管部门每年抽查不少于{c}个点位，发现问题的，责令{a}日内整改到位。",
    "鼓励社会力量参与，凡符合第{b}项条件的机构均可申请，受理时限为{a}个工作日。",
    "到{year}年底，覆盖率达到百分之{c}，群众满意度不低于百分之{d}。",
    "建立由{a}个部门组成的联席会议，每{b}个月召开一次，重要事项报请审定。",
    "资金实行专账管理，结余超过{c}万元的，由财政部门于{year}年第{b}季度收回。",
    "县级以上部门应当公布{b}类清单，清单自公布之日起{a}日内施行。",
)
_HEADS = ("总体要求", "重点任务", "支持措施", "监督管理", "组织实施")
_NUMERALS = "一二三四五"


def title(number: int) -> str:
    """A headline, unique per number."""
    draw = random.Random(f"title {number}")
    return f"关于{draw.choice(ACTIONS)}第{number}批{draw.choice(TOPICS)}{draw.choice(THINGS)}工作的通知"


def doc_no(number: int, year: int) -> str:
    """A 发文字号; the hundred thousands of the number select the issuer."""
    return f"{_SIGNS[number // 100_000 - 1]}模政发〔{year}〕{number % 10_000}号"


def clauses(number: int, year: int, *, edition: int = 0) -> tuple[str, ...]:
    """The paragraphs of a policy; each edition changes one clause."""
    draw = random.Random(f"clauses {number}")
    lines = [f"为贯彻落实有关部署，切实做好第{number}批{draw.choice(TOPICS)}工作，现就有关事项通知如下。"]
    for index, head in enumerate(_HEADS):
        lines.append(f"{_NUMERALS[index]}、{head}")
        lines.extend(_duty(draw, number, year) for _ in range(draw.randint(1, 2)))
    if edition:
        days = number % 20 + 7 + edition
        lines[2] = f"经第{edition}次调整，办理时限由{days + 30}日缩短为{days}日，即日起执行。"
    return (*lines, "本通知自印发之日起施行。")


def _duty(draw: random.Random, number: int, year: int) -> str:
    duty = draw.choice(_DUTIES).format(
        a=draw.randint(2, 90),
        b=draw.randint(2, 9),
        c=draw.randint(20, 99),
        d=draw.randint(85, 99),
        year=year + 2,
    )
    return f"（{number}）{duty}" if draw.random() < 0.3 else duty
