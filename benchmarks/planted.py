"""Invented policies and what portals make of them, in any number: the truth of ``make bench-dedupe``.

Article ``i`` of a seed is the same whenever it is asked for, so that none is kept. Most are policies of
their own; some repeat an earlier one: with furniture, retitled, with paragraphs dropped, an excerpt, one
of two pages, in other widths and punctuation, misread, without punctuation. And some share a template or
a yearly plan and are policies of their own all the same. Only the standard library is used: the peers'
environment has nothing else.
"""

from __future__ import annotations

import random
import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

TOPICS = Path(__file__).parent.parent / "policy" / "data" / "topics.toml"
SHARES = {"own": 0.70, "variant": 0.20, "template": 0.06, "yearly": 0.04}
SPREAD = 1000
"""Among so many articles are two templates and ten yearly plans, a hundred years of each at most."""


def _words(joined: str) -> list[str]:
    return joined.split()


_WHO = _words(
    "各级人民政府 县级以上地方人民政府 省级能源主管部门 市场监督管理部门 各有关单位 生态环境主管部门 "
    "财政部门 行业协会 电网企业 发电企业 项目业主 承建单位 监理机构 检测机构 高等学校 科研院所 "
    "金融机构 保险公司 开发区管理机构 街道办事处 乡镇人民政府 村民委员会 医疗机构 应急管理部门 "
    "交通运输部门 农业农村部门 数据主管部门 教育行政部门 人力资源部门 审计机关 海关 税务机关 公安机关 "
    "自然资源部门 水行政主管部门 住房城乡建设部门 文化旅游部门 卫生健康部门 供销合作社 龙头企业"
)
_MODAL = _words(
    "应当 要 必须 可以 不得 负责 依法 会同有关方面 按照职责分工 在职责范围内 统筹 牵头 积极 定期 及时"
)
_VERB = _words(
    "加强 推进 完善 规范 健全 开展 落实 支持 引导 鼓励 优化 建立 组织 编制 公布 评估 监督 核查 培育 "
    "扩大 提升 保障 实施 深化 细化 报送 备案 整治 统计 验收"
)
_OBJECT = _words(
    "项目建设 技术改造 标准体系 运行监测 安全管理 质量追溯 人才培养 示范应用 市场交易 价格机制 "
    "统计调查 风险评估 应急演练 信用评价 绿色转型 数字化升级 集中采购 成果转化 国际合作 基础研究 "
    "检验检测 设施布局 服务平台 产业链协同 用地保障 资金管理 绩效考核 宣传培训 档案管理 信息公开 "
    "回收利用 准入条件 退出机制 能效诊断 联合执法 试点工作 认证制度 接口规范"
)
_PURPOSE = _words(
    "提高供给质量 防范化解风险 降低综合成本 促进区域协调 满足群众需求 增强内生动力 稳定社会预期 "
    "维护公平竞争 保护知识产权 助力乡村振兴 实现共建共享 提高资源利用效率 形成可复制经验 "
    "推动高水平开放 夯实发展基础"
)
_COMMON = [
    f"{one}{other}"
    for one in (
        *("坚持以人民为中心的发展思想", "完整准确全面贯彻新发展理念", "坚持稳中求进工作总基调"),
        *("充分发挥市场在资源配置中的决定性作用", "更好发挥政府作用", "统筹发展和安全", "加强组织领导"),
        *(
            "压实工作责任",
            "强化要素保障",
            "加大宣传力度",
            "营造良好氛围",
            "严格监督考核",
            "确保各项任务落到实处",
        ),
    )
    for other in ("", "的要求", "的各项部署", "并抓好落实", "不断取得新成效")
]
_LEADS = (
    "现将有关事项通知如下",
    "经研究同意",
    "请结合实际认真贯彻执行",
    "现印发给你们",
    "请认真组织实施",
    "执行中遇到的问题请及时报告",
    "本通知自印发之日起施行",
    "特此通知",
)
_PLACES = _words(
    "东岭 西河 南浦 北川 青石 白沙 云麓 长汀 临海 安平 永丰 新林 广源 泰宁 和顺 金州 银川湾 玉溪口 石门 桃源"
)
_ORGANS = _words(
    "发展和改革委员会 能源局 科学技术厅 工业和信息化厅 生态环境厅 交通运输厅 农业农村厅 商务厅 教育厅"
)
_SIGNS = "恒信达盛华瑞源泰宏安嘉诚益康铭德润丰智联创新远航力博科中天元通海光明永兴"
_FORMS = ("若干措施", "工作方案", "实施意见", "管理办法")
_NUMERALS = "一二三四五六七八九十"
_CONFUSED = dict(
    zip(
        "未末日曰己已人入土士干千天夫治冶侯候折拆戊戌",
        "末未曰日已己入人士土千干夫天冶治候侯拆折戌戊",
        strict=True,
    )
)
_SENTENCE = re.compile(r"[^。]*。")


class Planted(NamedTuple):
    """An article and the truth of it: ``kind``, and the number of the article it repeats (itself else)."""

    number: int
    kind: str
    policy: int
    title: str
    text: str


class Truth(NamedTuple):
    """What an article is, without its text."""

    kind: str
    policy: int


def article(number: int, seed: int) -> Planted:
    """The article of this number."""
    (kind, policy), draw = _drawn(number, seed)
    if kind == "own":
        return _own(number, seed)
    if kind in VARIANTS:
        title, text = VARIANTS[kind](draw, *_own(policy, seed)[3:])
    else:
        title, text = (_template if kind == "template" else _yearly)(number, seed, draw)
    return Planted(number, kind, policy, title, text)


def truth(number: int, seed: int) -> Truth:
    """Kind and policy of the article of this number: a hundred times faster than the article."""
    return _drawn(number, seed)[0]


def _drawn(number: int, seed: int) -> tuple[Truth, random.Random]:
    """The truth, and the chances of the rest."""
    kind = kind_of(number, seed)
    draw = random.Random(f"{seed}:{number}:{kind}")
    original = _original(number, seed, draw) if kind in VARIANTS else number
    return (Truth("own", number) if original is None else Truth(kind, original)), draw


def kind_of(number: int, seed: int) -> str:
    """``own``, ``template``, ``yearly`` or the name of a variant."""
    draw = random.Random(f"{seed}/{number}")
    [role] = draw.choices([*SHARES], [*SHARES.values()])
    return draw.choice([*VARIANTS]) if role == "variant" else role


def _original(number: int, seed: int, draw: random.Random) -> int | None:
    """An earlier policy of its own."""
    for _ in range(100 if number else 0):
        if kind_of(earlier := draw.randrange(number), seed) == "own":
            return earlier
    return None


# ------------------------------------------------------------------ policies


@cache
def terms() -> list[str]:
    """Some two thousand terms of policy."""
    topics = tomllib.loads(TOPICS.read_text("utf-8"))
    return sorted(
        {term for topic in topics.values() if isinstance(topic, dict) for term in topic.get("terms", ())}
    )


def clause(draw: random.Random, words: list[str]) -> str:
    """A clause about these terms."""
    form, term, thing = draw.random(), draw.choice(words), draw.choice(_OBJECT)
    if form < 0.08:
        return draw.choice(_COMMON)
    if form < 0.45:
        return f"{draw.choice(_WHO)}{draw.choice(_MODAL)}{draw.choice(_VERB)}{term}{thing}"
    if form < 0.70:
        return f"{draw.choice(_VERB)}{term}{thing}和{draw.choice(words)}{draw.choice(_OBJECT)}"
    if form < 0.85:
        return f"{draw.choice(_MODAL)}对{term}{thing}{draw.choice(_VERB)}{draw.choice(_OBJECT)}"
    if form < 0.93:
        return f"到20{draw.randint(25, 40)}年{term}{thing}达到{draw.randint(2, 980)}项以上"
    return f"以{term}{thing}{draw.choice(_PURPOSE)}"


def paragraph(draw: random.Random, words: list[str]) -> str:
    """Two or three sentences."""
    return "".join(
        "，".join(clause(draw, words) for _ in range(draw.randint(2, 4))) + "。"
        for _ in range(draw.randint(2, 3))
    )


def _body(draw: random.Random, words: list[str], paragraphs: int) -> list[str]:
    lines: list[str] = []
    for at in range(paragraphs):
        if at % 4 == 0 and at // 4 < 10:
            lines.append(
                f"{_NUMERALS[at // 4]}、{draw.choice(_VERB)}{draw.choice(words)}{draw.choice(_OBJECT)}"
            )
        lines.append(f"（{_NUMERALS[at % 4]}）{paragraph(draw, words)}")
    return lines


@lru_cache(maxsize=64)
def _own(number: int, seed: int) -> Planted:
    draw = random.Random(f"{seed}:{number}:own")
    words = draw.sample(terms(), 25)
    place, organ = draw.choice(_PLACES), draw.choice(_ORGANS)
    what = f"{draw.choice(_VERB)}{words[0]}{draw.choice(_OBJECT)}{draw.choice(_FORMS)}"
    title = f"{place}省{organ}关于印发《{what}》的通知"
    day = f"20{draw.randint(18, 25)}年{draw.randint(1, 12)}月{draw.randint(1, 28)}日"
    lines = [
        f"各市、县{organ}：",
        f"为{draw.choice(_PURPOSE)}，{clause(draw, words)}，{draw.choice(_LEADS)}。{draw.choice(_LEADS)}。",
        what,
        *_body(draw, words, draw.randint(10, 34)),
        f"{place}省{organ}",
        day,
    ]
    return Planted(number, "own", number, title, "\n".join(lines))


# ------------------------------------------------------------------ what is no reprint


def _template(number: int, seed: int, draw: random.Random) -> tuple[str, str]:
    """A notice of a family: the same words but for its names, its numbers and its day."""
    family = random.Random(f"{seed}:template:{number // SPREAD * 2 + number % 2}")
    words = family.sample(terms(), 8)
    organ, thing, place = (
        family.choice(_ORGANS),
        f"{words[0]}{family.choice(_OBJECT)}",
        family.choice(_PLACES),
    )
    frame = [paragraph(family, words) for _ in range(family.randint(1, 6))]
    year, batch = draw.randint(2012, 2025), draw.randint(1, 30)
    names = [
        "".join(draw.choices(_SIGNS, k=4)) + f"{draw.choice(_PLACES)}有限公司"
        for _ in range(draw.randint(2, 24))
    ]
    kind = family.randrange(3)
    if kind == 0:
        title = f"{place}省{organ}关于公布{year}年第{batch}批{thing}名单的通知"
        said = [
            f"经企业申报、专家评审，确定{names[0]}等{len(names)}家单位为第{batch}批{thing}单位，现予公布。"
        ]
    elif kind == 1:
        town = f"{draw.choice(_PLACES)}{draw.choice('城山河湖江')}县"
        title = f"{place}省{organ}关于同意{town}{thing}项目的批复"
        said = [
            f"{town}人民政府：",
            f"你县《关于{thing}项目的请示》收悉。同意建设规模{draw.randint(3, 900)}兆瓦。",
        ]
    else:
        title = f"关于{year}年度{thing}拟支持对象（第{batch}批）的公示"
        said = [f"根据有关规定，现将{year}年度拟支持的{len(names)}家单位予以公示。"]
    day = f"{year}年{draw.randint(1, 12)}月{draw.randint(1, 28)}日"
    listed = [f"{rank}.{name}" for rank, name in enumerate(names, 1)] if kind != 1 else []
    return title, "\n".join([*said, *frame, "特此通知。", *listed, f"{place}省{organ}", day])


def _yearly(number: int, seed: int, draw: random.Random) -> tuple[str, str]:
    """A year of a plan: a good part of it as every year, some with other numbers, some new."""
    block, rest = divmod(number, SPREAD)
    year, series = divmod(rest, 10)
    year += 1927
    plan = random.Random(f"{seed}:yearly:{block}:{series}")
    words = plan.sample(terms(), 20)
    place = plan.choice(_PLACES)
    lines = [f"{year}年是{plan.choice(_PURPOSE)}的重要一年，现制定工作要点如下。"]
    for line in _body(plan, words, plan.randint(10, 24)):
        fate = draw.random()
        if fate < 0.45:
            lines.append(line)
        elif fate < 0.65:
            lines.append(re.sub(r"\d+", lambda _: str(draw.randint(2, 980)), line))
        else:
            lines.append(f"（{_NUMERALS[len(lines) % 4]}）{paragraph(draw, words)}")
    return f"{place}省{year}年{words[0]}工作要点", "\n".join(
        [*lines, f"{year}年{draw.randint(1, 4)}月{draw.randint(1, 28)}日"]
    )


# ------------------------------------------------------------------ what portals make of it

Variant = Callable[[random.Random, str, str], tuple[str, str]]


def _furnished(draw: random.Random, title: str, text: str) -> tuple[str, str]:
    head = [
        title,
        f"来源：{draw.choice(_PLACES)}日报 时间：20{draw.randint(18, 25)}-10-{draw.randint(10, 28)}",
    ]
    other = draw.randrange(10_000)
    tail = [
        f"（责任编辑：{''.join(draw.choices(_SIGNS, k=3))}）",
        f"免责声明：{draw.choice(_PLACES)}网转载此文只为传递信息，不代表本网观点。",
        f"投诉请拨{draw.randint(10**6, 10**7)}。",
        *(
            f"相关阅读：{draw.choice(_PLACES)}{draw.choice(terms())}{draw.choice(_OBJECT)}{other}"
            for _ in range(draw.randint(0, 4))
        ),
        "扫一扫在手机打开当前页",
    ]
    return title, "\n".join([*head, text, *draw.sample(tail, draw.randint(1, len(tail)))])


def _retitled(draw: random.Random, title: str, text: str) -> tuple[str, str]:
    what = title.partition("《")[2].partition("》")[0]
    place = title.partition("省")[0]
    headline = draw.choice(
        [
            f"{place}出台新规：{what[:12]}",
            f"重磅！{what}正式发布",
            f"{place}省印发{what}",
            f"{what}（全文）",
            f"关于印发《{what}》的通知",
        ]
    )
    return headline, text


def _dropped(draw: random.Random, title: str, text: str) -> tuple[str, str]:
    share = draw.uniform(0.1, 0.4)
    lines = [line for line in text.split("\n") if draw.random() > share]
    return title, "\n".join(lines)


def _excerpt(draw: random.Random, title: str, text: str) -> tuple[str, str]:
    sentences = _SENTENCE.findall(text.replace("\n", ""))
    count = max(round(len(sentences) * draw.uniform(0.1, 0.3)), 3)
    at = draw.randrange(max(len(sentences) - count, 1))
    body = "".join(sentences[at : at + count])
    place = title.partition("省")[0]
    lead = draw.choice(["", f"{place}省近日印发文件，其中提出：", "记者获悉，文件明确："])
    headline = draw.choice([title, f"{title}（节选）", f"{place}省部署{draw.choice(_OBJECT)}"])
    return headline, lead + body


def _page(which: int) -> Variant:
    def cut(draw: random.Random, title: str, text: str) -> tuple[str, str]:
        lines = text.split("\n")
        at = round(len(lines) * draw.uniform(0.35, 0.65))
        return (f"{title}({which})" if draw.random() < 0.5 else title), "\n".join(
            (lines[:at], lines[at:])[which - 1]
        )

    return cut


def _widened(draw: random.Random, title: str, text: str) -> tuple[str, str]:
    """Half of the punctuation and digits in the other width, some of it in another form or lost."""
    other = {"，": ", ", "。": ". ", "：": ":", "（": "(", "）": ")", "、": "､", "；": ";"}
    signs = []
    for sign in text:
        if sign in other and draw.random() < 0.5:
            signs.append(other[sign] if draw.random() < 0.9 else "")
        elif sign.isascii() and sign.isdigit() and draw.random() < 0.5:
            signs.append(chr(ord(sign) + 0xFEE0))
        else:
            signs.append(sign)
    return unicodedata.normalize("NFC", title), "".join(signs)


def _misread(draw: random.Random, title: str, text: str) -> tuple[str, str]:
    """Scars of line breaks, one character of 150 misread."""
    signs = []
    for sign in text:
        fate = draw.random()
        if fate < 0.012:
            signs.append(f"{sign} ")
        elif fate < 0.016 and sign != "\n":
            signs.append(f"{sign}\n")
        elif fate < 0.0225 and "一" <= sign <= "龥" and sign not in "一二三四五六七八九十百千万亿":
            signs.append(_CONFUSED.get(sign) or chr(ord(sign) + draw.choice((37, 51))))
        else:
            signs.append(sign)
    return title, "".join(signs)


def _unpunctuated(_: random.Random, title: str, text: str) -> tuple[str, str]:
    return title, re.sub(r"[^\w]+", "", text)


VARIANTS: dict[str, Variant] = {
    "furniture": _furnished,
    "retitled": _retitled,
    "dropped": _dropped,
    "excerpt": _excerpt,
    "page 1": _page(1),
    "page 2": _page(2),
    "width": _widened,
    "misread": _misread,
    "unpunctuated": _unpunctuated,
}


def corpus(count: int, seed: int, first: int = 0) -> Iterator[Planted]:
    """So many articles from the ``first`` on, one by one."""
    return (article(number, seed) for number in range(first, first + count))
