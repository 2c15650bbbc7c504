"""Invented words of policies, drawn by chance: terms, clauses, paragraphs, bodies."""

from __future__ import annotations

import random
import tomllib
from functools import cache
from pathlib import Path

TOPICS = Path(__file__).parents[2] / "policy" / "data" / "topics.toml"


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
VERB = _words(
    "加强 推进 完善 规范 健全 开展 落实 支持 引导 鼓励 优化 建立 组织 编制 公布 评估 监督 核查 培育 "
    "扩大 提升 保障 实施 深化 细化 报送 备案 整治 统计 验收"
)
OBJECT = _words(
    "项目建设 技术改造 标准体系 运行监测 安全管理 质量追溯 人才培养 示范应用 市场交易 价格机制 "
    "统计调查 风险评估 应急演练 信用评价 绿色转型 数字化升级 集中采购 成果转化 国际合作 基础研究 "
    "检验检测 设施布局 服务平台 产业链协同 用地保障 资金管理 绩效考核 宣传培训 档案管理 信息公开 "
    "回收利用 准入条件 退出机制 能效诊断 联合执法 试点工作 认证制度 接口规范"
)
PURPOSE = _words(
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
PLACES = _words(
    "东岭 西河 南浦 北川 青石 白沙 云麓 长汀 临海 安平 永丰 新林 广源 泰宁 和顺 金州 银川湾 玉溪口 石门 桃源"
)
ORGANS = _words(
    "发展和改革委员会 能源局 科学技术厅 工业和信息化厅 生态环境厅 交通运输厅 农业农村厅 商务厅 教育厅"
)
SIGNS = "恒信达盛华瑞源泰宏安嘉诚益康铭德润丰智联创新远航力博科中天元通海光明永兴"
NUMERALS = "一二三四五六七八九十"


@cache
def terms() -> list[str]:
    """Some two thousand terms of policy."""
    topics = tomllib.loads(TOPICS.read_text("utf-8"))
    return sorted(
        {term for topic in topics.values() if isinstance(topic, dict) for term in topic.get("terms", ())}
    )


def clause(draw: random.Random, words: list[str]) -> str:
    """A clause about these terms."""
    form, term, thing = draw.random(), draw.choice(words), draw.choice(OBJECT)
    if form < 0.08:
        return draw.choice(_COMMON)
    if form < 0.45:
        return f"{draw.choice(_WHO)}{draw.choice(_MODAL)}{draw.choice(VERB)}{term}{thing}"
    if form < 0.70:
        return f"{draw.choice(VERB)}{term}{thing}和{draw.choice(words)}{draw.choice(OBJECT)}"
    if form < 0.85:
        return f"{draw.choice(_MODAL)}对{term}{thing}{draw.choice(VERB)}{draw.choice(OBJECT)}"
    if form < 0.93:
        return f"到20{draw.randint(25, 40)}年{term}{thing}达到{draw.randint(2, 980)}项以上"
    return f"以{term}{thing}{draw.choice(PURPOSE)}"


def paragraph(draw: random.Random, words: list[str]) -> str:
    """Two or three sentences."""
    return "".join(
        "，".join(clause(draw, words) for _ in range(draw.randint(2, 4))) + "。"
        for _ in range(draw.randint(2, 3))
    )


def body(draw: random.Random, words: list[str], paragraphs: int) -> list[str]:
    """So many paragraphs about these terms, with headings between."""
    lines: list[str] = []
    for at in range(paragraphs):
        if at % 4 == 0 and at // 4 < 10:
            lines.append(f"{NUMERALS[at // 4]}、{draw.choice(VERB)}{draw.choice(words)}{draw.choice(OBJECT)}")
        lines.append(f"（{NUMERALS[at % 4]}）{paragraph(draw, words)}")
    return lines
