"""Policies of our own words: as many distinct clauses as a test wants, the same for the same seed."""

from __future__ import annotations

from random import Random

_WHO = (
    "各县人民政府",
    "市发展改革部门",
    "电网企业",
    "项目单位",
    "行业协会",
    "能源主管部门",
    "园区管理机构",
    "供水企业",
)
_DOES = (
    "应当建立",
    "负责组织",
    "按季度公布",
    "会同有关部门制定",
    "委托第三方评估",
    "逐年完善",
    "向社会公开",
    "统筹安排",
)
_WHAT = (
    "储能电站运行台账",
    "湖区取水计划",
    "绿色电力交易规则",
    "加氢站安全档案",
    "污水处理考核办法",
    "充电设施布局方案",
)
_HOW = (
    "并在三十日内报上级备案",
    "所需经费列入年度预算",
    "重大事项及时报告",
    "不得增加企业负担",
    "以确保按期完成",
    "做到账实相符",
)
_NUMERALS = "一二三四五六七八九十"


def sentence(random: Random) -> str:
    """A clause that hardly any other seed has."""
    number = random.randrange(20, 980)
    parts = [random.choice(each) for each in (_WHO, _DOES, _WHAT, _HOW)]
    return f"{parts[0]}{parts[1]}{number}处{parts[2]}，{parts[3]}并于{random.randrange(2, 400)}日前办结"


def section(seed: int, number: int, sentences: int = 6) -> str:
    """A part under its own heading: ``三、…``."""
    random = Random(f"{seed} {number}")
    said = "。".join(sentence(random) for _ in range(sentences))
    return f"{_NUMERALS[number - 1]}、{random.choice(_WHAT)}\n{said}。"


def act(seed: int, first: int = 1, last: int = 8) -> str:
    """The text of a policy from one of its sections to another."""
    return "\n".join(section(seed, number) for number in range(first, last + 1))
