"""Variants of a policy as portals print them: with boilerplate, retitled, with paragraphs dropped, an
excerpt, one of two pages, with other character widths and punctuation, misread, without punctuation."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable

from benchmarks.dedupe.invented import OBJECT, PLACES, SIGNS, terms

_SENTENCE = re.compile(r"[^。]*。")
_CONFUSED = dict(
    zip(
        "未末日曰己已人入土士干千天夫治冶侯候折拆戊戌",
        "末未曰日已己入人士土千干夫天冶治候侯拆折戌戊",
        strict=True,
    )
)

Variant = Callable[[random.Random, str, str], tuple[str, str]]


def _furnished(draw: random.Random, title: str, text: str) -> tuple[str, str]:
    head = [
        title,
        f"来源：{draw.choice(PLACES)}日报 时间：20{draw.randint(18, 25)}-10-{draw.randint(10, 28)}",
    ]
    other = draw.randrange(10_000)
    tail = [
        f"（责任编辑：{''.join(draw.choices(SIGNS, k=3))}）",
        f"免责声明：{draw.choice(PLACES)}网转载此文只为传递信息，不代表本网观点。",
        f"投诉请拨{draw.randint(10**6, 10**7)}。",
        *(
            f"相关阅读：{draw.choice(PLACES)}{draw.choice(terms())}{draw.choice(OBJECT)}{other}"
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
    headline = draw.choice([title, f"{title}（节选）", f"{place}省部署{draw.choice(OBJECT)}"])
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
    "boilerplate": _furnished,
    "retitled": _retitled,
    "dropped": _dropped,
    "excerpt": _excerpt,
    "page 1": _page(1),
    "page 2": _page(2),
    "width": _widened,
    "misread": _misread,
    "unpunctuated": _unpunctuated,
}
