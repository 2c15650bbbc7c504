"""What portals make of a document: pages that are the same policy, and pages that only look like it.

A rewriting is drawn by chance from a seed and changes nothing of what the document says, except in `AMENDED`
where a portal misprints it. `APART` are pages that must not join the policy.
"""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Callable, Mapping, Sequence
from random import Random

from attrs import evolve, frozen

from benchmarks.dedupe.variants import VARIANTS
from policy.text.numerals import parse_numeral

SOURCES = (
    "新华网",
    "中国政府网",
    "人民日报",
    "法治日报",
    "东岭市人民政府办公室",
    "西河省司法厅",
    "南浦区市场监督管理局",
    "本网",
    "云麓县发展和改革局",
    "经济参考报",
)
_NUMBERED = re.compile(r"^(第[一二三四五六七八九十百零〇]+[章节条])[\s　]*")
_CHAPTER = re.compile(r"^第[一二三四五六七八九十百]+[章节][\s　]")
_ITEM = re.compile(r"^[（(]([一二三四五六七八九十]+)[）)]")
_FIGURE = re.compile(r"\d+")
_NUMERAL = re.compile(
    r"(?<=[^第一二三四五六七八九十百千万零〇])[一二三四五六七八九十]{1,3}(?=[日年月倍个名人])"
)
_DIGITS = "〇一二三四五六七八九"


@frozen(kw_only=True)
class Document:
    """A document as a page prints it; ``lead`` are the lines of the order or letter above the text."""

    name: str
    title: str
    paragraphs: Sequence[str]
    organ: str
    source: str
    day: dt.date
    number: str = ""
    lead: Sequence[str] = ()

    @property
    def text(self) -> str:
        """All lines of the page's body."""
        return "\n".join([*self.lead, *self.paragraphs])


Rewriting = Callable[[Random, Document], Document]


def page(document: Document) -> bytes:
    """The page as HTML: a menu, the title, a line of labels, a cell for the number and the text."""
    cell = (
        f"<table class='head'><tr><td>发文字号：</td><td>{document.number}</td></tr></table>"
        if document.number
        else ""
    )
    lines = "".join(
        f"<p>{html.escape(line)}</p>" for each in (document.lead, document.paragraphs) for line in each
    )
    title = html.escape(document.title)
    return (
        f"<html><head><meta charset='utf-8'><title>{title}</title></head><body>"
        "<div class='nav'><a href='/'>首页</a><a href='/zc/'>政策</a></div>"
        f"<h1>{title}</h1><div class='info'>发布时间：{document.day} 来源：{document.source}</div>{cell}"
        f"<div class='content'>{lines}</div></body></html>"
    ).encode()


# ------------------------------------------------------------------ the same policy


def _paragraphs(change: Callable[[Random, list[str]], list[str]]) -> Rewriting:
    def rewrite(draw: Random, document: Document) -> Document:
        return evolve(document, paragraphs=change(draw, [*document.paragraphs]))

    return rewrite


def _text(change: Callable[[Random, str], str]) -> Rewriting:
    return _paragraphs(lambda draw, lines: change(draw, "\n".join(lines)).split("\n"))


def _run_together(draw: Random, lines: list[str]) -> list[str]:
    """Two to six paragraphs in one."""
    joined, at = list[str](), 0
    while at < len(lines):
        size = draw.randint(2, 6)
        joined.append(draw.choice(("", " ")).join(lines[at : at + size]))
        at += size
    return joined


def _one_paragraph(_: Random, lines: list[str]) -> list[str]:
    return ["".join(lines)]


def _doubled(draw: Random, lines: list[str]) -> list[str]:
    """Some or all paragraphs twice, or the whole text."""
    form = draw.random()
    if form < 0.3:
        return lines * 2
    share = 1.0 if form < 0.6 else draw.uniform(0.2, 0.8)
    return [line for each in lines for line in ([each, each] if draw.random() < share else [each])]


def _glued(_: Random, lines: list[str]) -> list[str]:
    """Headings at the beginning of the next line."""
    glued, waiting = list[str](), ""
    for line in lines:
        if len(line) < 24 and not line.endswith(("。", "；", "：", ":")):
            waiting += line
        else:
            glued.append(waiting + line)
            waiting = ""
    return [*glued, *filter(None, [waiting])]


def _renumbered(draw: Random, lines: list[str]) -> list[str]:
    """Lists and articles numbered in another way, or not at all."""
    form, count, made = draw.randrange(4), 0, list[str]()
    for line in lines:
        if item := _ITEM.match(line):
            number = parse_numeral(item[1])
            mark = (f"{number}.", f"（{number}）", f"{number}、", "")[form]
            made.append(mark + line[item.end() :])
        elif (article := _NUMBERED.match(line)) and article[1].endswith("条"):
            count += 1
            mark = (f"第{count}条 ", f"{count}、", f"{count}．", article[1])[form]
            made.append(mark + line[article.end() :])
        else:
            made.append(line)
    return made


def _misread(draw: Random, text: str) -> str:
    return VARIANTS["misread"](draw, "", text)[1]


def _other_figures(_: Random, text: str) -> str:
    """Digits where numerals were, and numerals where digits were."""
    figures = _FIGURE.sub(lambda found: _spelled(found[0]), text)
    return _NUMERAL.sub(lambda found: str(parse_numeral(found[0])), figures)


def _spelled(digits: str) -> str:
    value = int(digits)
    if len(digits) == 4 or value >= 100:
        return "".join(_DIGITS[int(digit)] for digit in digits)
    tens, ones = divmod(value, 10)
    return ("十" if tens == 1 else f"{_DIGITS[tens]}十" if tens else "") + (_DIGITS[ones] if ones else "")


def _full_width(draw: Random, text: str) -> str:
    return VARIANTS["width"](draw, "", text)[1]


def _other_brackets(draw: Random, text: str) -> str:
    pairs = draw.choice(("()<>", "（）〈〉", "[]", "【】「」"))
    table = dict(zip("（）《》", pairs.ljust(4), strict=True))
    return "".join(table.get(sign, sign) for sign in text).translate({ord("“"): '"', ord("”"): '"'})


def _torn(draw: Random, text: str) -> str:
    """Lines of a file: broken where the page ends, spaces within words."""
    width = draw.randint(24, 40)
    lines = [line[at : at + width] for line in text.split("\n") for at in range(0, len(line), width)]
    return "\n".join(line[:9] + " " + line[9:] if draw.random() < 0.1 else line for line in lines)


def _unpunctuated(draw: Random, text: str) -> str:
    return "\n".join(VARIANTS["unpunctuated"](draw, "", line)[1] for line in text.split("\n"))


def _furnished(draw: Random, document: Document) -> Document:
    """The editor's lines above and below."""
    text = VARIANTS["boilerplate"](draw, document.title, "\n".join(document.paragraphs))[1]
    return evolve(document, paragraphs=text.split("\n"))


def _other_source(_: Random, document: Document) -> Document:
    return document


def _headline(draw: Random, document: Document) -> Document:
    forms = ("重磅！{}正式发布", "{}（全文）", "关注｜{}来了", "{}")
    return evolve(document, title=draw.choice(forms).format(document.title))


def _bare(_: Random, document: Document) -> Document:
    """The text alone, as a law database prints it."""
    return evolve(document, lead=(), number="")


def _published_by_letter(draw: Random, document: Document) -> Document:
    """The issuer's own letter above, and its title."""
    title = f"{document.organ}关于印发《{document.title}》的通知"
    lead = (
        "各省、自治区、直辖市人民政府，各有关单位：",
        f"现将《{document.title}》印发给你们，请认真贯彻执行。",
        document.organ,
        f"{document.day.year}年{document.day.month}月{document.day.day}日",
        document.title,
    )
    return evolve(document, title=draw.choice([title, document.title]), lead=lead)


def _amended(draw: Random, document: Document) -> Document:
    """Three of a hundred characters in other words: a portal prints an earlier or a mistaken wording."""
    lines = [*document.paragraphs]
    ranks = [at for at, line in enumerate(lines) if len(line) > 30]
    left = 0.03 * sum(map(len, lines))
    for at in draw.sample(ranks, len(ranks)):
        cut = min(len(lines[at]) // 2, max(int(left), 8))
        lines[at] = lines[at][: -cut - 1] + "，并应当按照有关部门的要求办理。"
        left -= cut
        if left <= 0:
            break
    return evolve(document, paragraphs=lines)


ONE: Mapping[str, Rewriting] = {
    "another source": _other_source,
    "paragraphs run together": _paragraphs(_run_together),
    "one paragraph": _paragraphs(_one_paragraph),
    "paragraphs twice": _paragraphs(_doubled),
    "headings glued": _paragraphs(_glued),
    "renumbered": _paragraphs(_renumbered),
    "misread": _text(_misread),
    "other figures": _text(_other_figures),
    "full width": _text(_full_width),
    "other brackets": _text(_other_brackets),
    "lines of a file": _text(_torn),
    "no punctuation": _text(_unpunctuated),
    "editor's lines": _furnished,
    "headline": _headline,
    "text alone": _bare,
    "issuer's letter": _published_by_letter,
}
"""Rewritings of the same policy."""
AMENDED = "three in a hundred altered"
"""The rewriting that needs the number as evidence."""


def reprint(draw: Random, document: Document, kinds: Sequence[str]) -> Document:
    """A page of another portal, rewritten in these ways."""
    for kind in kinds:
        document = (_amended if kind == AMENDED else ONE[kind])(draw, document)
    late = document.day + dt.timedelta(days=draw.choice((0, 1, 3, 40, 900)))
    return evolve(document, source=draw.choice(SOURCES), day=late)


# ------------------------------------------------------------------ other policies


def forwarded(draw: Random, document: Document) -> Document:
    """Another organ's letter that forwards the whole document."""
    place = draw.choice(("东岭市", "西河省", "南浦区", "云麓县"))
    day = document.day + dt.timedelta(days=30)
    lead = (
        "各区人民政府，市政府各部门：",
        f"现将{document.organ}《{document.title}》转发给你们，请结合实际认真贯彻执行。",
        f"{place}人民政府办公室",
        f"{day.year}年{day.month}月{day.day}日",
        document.title,
    )
    return evolve(
        document,
        title=f"{place}人民政府办公室转发{document.organ}《{document.title}》的通知",
        number=f"{place[:1]}政办发〔{day.year}〕{draw.randint(1, 90)}号",
        source=f"{place}人民政府办公室",
        day=day,
        lead=lead,
    )


def interpretation(draw: Random, document: Document) -> Document:
    """An account of the document that quotes some of it."""
    quoted = draw.sample([*document.paragraphs], min(4, len(document.paragraphs)))
    lines = [
        f"近日，{document.organ}公布《{document.title}》。为便于理解，现就有关问题解读如下。",
        "一、出台背景是什么？",
        "近年来有关工作取得积极进展，同时也面临新情况新问题，有必要制定专门规定，回应各方面的关切。",
        "二、主要内容有哪些？",
        *(f"明确了{line[:40]}等内容。" for line in quoted),
        "三、下一步如何抓好落实？",
        "有关部门将加强宣传培训，做好政策衔接，确保各项规定落地见效。",
    ]
    title = draw.choice(("《{}》政策解读", "一图读懂《{}》", "就《{}》答记者问"))
    return evolve(document, title=title.format(document.title), paragraphs=lines, lead=(), source="本网")


def summary(draw: Random, document: Document) -> Document:
    """A news report that names the document and its number, and retells it in its own words."""
    number = f"（{document.number}）" if document.number else ""
    lines = [
        f"本报讯 记者从{document.organ}获悉，《{document.title}》{number}日前公布。",
        f"据介绍，文件共{len(document.paragraphs)}段，明确了有关各方的职责、程序和法律责任。",
        "有关负责人表示，文件的出台对于规范管理秩序、保护各方合法权益具有重要意义。",
        "专家认为，下一步关键在于落实，各地应当结合实际细化举措，避免一刀切。",
        "记者在采访中了解到，不少企业和群众对新规表示欢迎，希望配套措施尽快出台。",
    ]
    cut = draw.randint(3, 5)
    title = f"{document.organ}出台新规 规范有关活动"
    return evolve(document, title=title, paragraphs=lines[:cut], lead=(), number="", source="法治日报")


APART: Mapping[str, Rewriting] = {
    "forwarded": forwarded,
    "interpretation": interpretation,
    "summary": summary,
}
"""Pages that are not the policy."""


def digest(draw: Random, documents: Sequence[Document]) -> Document:
    """A list of several documents with their numbers, each told in a sentence."""
    lines = ["一周政策速览，欢迎收藏。"]
    for at, document in enumerate(documents, start=1):
        number = f"（{document.number}）" if document.number else ""
        lines.append(f"{at}．{document.organ}发布《{document.title}》{number}。{document.paragraphs[0][:60]}")
    last = documents[-1]
    return evolve(
        last,
        name="digest",
        title=f"一周政策速览（第{draw.randint(1, 52)}期）",
        paragraphs=lines,
        lead=(),
        number="",
        source="本网",
    )


def stranger(document: Document, other: Document) -> Document:
    """Another document under the number and day of this one."""
    swapped = (line.replace(document.title, other.title) for line in document.lead)
    return evolve(document, name=other.name, title=other.title, paragraphs=other.paragraphs, lead=[*swapped])
