"""Random regulations and plans in our own words, and random edits of them."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from policy.text.numerals import format_numeral

_WORDS = (
    *(
        "储能电站",
        "建设单位",
        "省能源主管部门",
        "应当",
        "可以",
        "不得",
        "备案",
        "并网",
        "验收",
        "30日",
        "1.5亿千瓦",
    ),
    *(
        "安全",
        "，",
        "、",
        "或者",
        "以及",
        "按照本办法第三条",
        "百分之五",
        "kW",
        "2026年1月1日",
        "（试行）",
        "未经许可",
    ),
)


def sentence(chance: random.Random, least: int = 4, most: int = 30) -> str:
    return "".join(chance.choices(_WORDS, k=chance.randint(least, most))) + "。"


def regulation(chance: random.Random, articles: int) -> list[str]:
    """Chapters of ten articles, some with items."""
    lines = ["储能电站管理办法", "第一章 总则"]
    for number in range(1, articles + 1):
        if number % 10 == 0:
            lines.append(f"第{format_numeral(number // 10 + 1)}章 {sentence(chance, 1, 3)[:6]}")
        lines.append(f"第{format_numeral(number)}条 {sentence(chance)}")
        lines.extend(
            f"（{format_numeral(item)}）{sentence(chance, 2, 8)}"
            for item in range(1, chance.randint(0, 4) + 1)
        )
        lines.extend(sentence(chance) for _ in range(chance.randint(0, 1)))
    return lines


def plan(chance: random.Random, points: int) -> list[str]:
    lines = ["关于推进储能的通知", "各有关单位："]
    for number in range(1, points + 1):
        lines.append(f"{format_numeral(number)}、{sentence(chance, 1, 4)}")
        lines.extend(
            f"（{format_numeral(item)}）{sentence(chance)}" for item in range(1, chance.randint(0, 3) + 1)
        )
        lines.extend(sentence(chance) for _ in range(chance.randint(0, 2)))
    return [*lines, "某省能源局", "2026年3月2日"]


def noise(chance: random.Random, size: int) -> list[str]:
    alphabet = "第一二条章（）、。 —-12.\u3000\u200b甲乙a\t"
    return ["".join(chance.choices(alphabet, k=chance.randint(0, 12))) for _ in range(size)]


def text(chance: random.Random, size: int = 12) -> list[str]:
    make: Callable[[random.Random, int], list[str]] = chance.choice((regulation, plan, noise))
    return make(chance, chance.randint(0, size))


def edited(chance: random.Random, lines: Sequence[str], edits: int | None = None) -> list[str]:
    """The lines with some put in, taken out, moved, changed, split and joined."""
    new = list(lines)
    for _ in range(chance.randint(0, 6) if edits is None else edits):
        at = chance.randrange(len(new) + 1)
        match chance.randrange(7):
            case 0:
                new.insert(at, sentence(chance))
            case 1:
                del new[at : at + chance.randint(1, 3)]
            case 2 if new:
                new.insert(at, new.pop(chance.randrange(len(new))))
            case 3 if at < len(new):
                cut = chance.randrange(len(new[at]) + 1)
                new[at] = new[at][:cut] + chance.choice(_WORDS) + new[at][cut + chance.randrange(3) :]
            case 4 if at < len(new):
                cut = chance.randrange(len(new[at]) + 1)
                new[at : at + 1] = [new[at][:cut], new[at][cut:]]
            case 5:
                new[at : at + 2] = ["".join(new[at : at + 2])]
            case 6:
                new.insert(at, chance.choice(("", "　", "目录", "附件1", "附件：1.表", "第二条 新条。", "—")))
    return new
