"""Find who is behind a document: its issuers and its number, its addressees, its author and the editor of its
page.

Issuers are in a cell, the signature, the masthead, the beginning of the title or the source. Credit lines
name people: 作者 wrote the article; 责任编辑 made the page. An editor's name is stored in the record only:
the lines that contain it are boilerplate and never text. So is a line of credits below the text, with colons,
slashes or spaces (``样例科供稿 摄影/甲 编辑/乙``, ``文/图 甲``, ``（记者 甲 通讯员 乙）``), which names
several roles and nothing else, or whoever sent or edited the page. A line with one author is part of the
article and stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from attrs import evolve

from policy.documents import dates, issuers, numbers, organs, regions
from policy.records import FieldValue, Label
from policy.records.content import DocNumber, Issuer

SIGNATURE_LINES = 20
"""Most lines of a signature; joint documents are signed by a dozen organs or more, one per line."""

JOINT = "cell:联合发文单位"
"""The cell that names the organs beside that of 发文机关."""
MEDIA = frozenset({"xinhua"})
"""Organs that report on documents: sources, not issuers."""
_MASTHEAD = re.compile(r"^(?P<organ>\S.{1,60}?)\s*(?:令|公告|通告|文件)$")
_ORDER = re.compile(
    r"[（(](?P<organs>[㐀-鿿、\s]{2,60})(?:令|公告)\s*(?:[12]\d{3}\s*年\s*)?第[^（()）]{1,8}号\s*[)）]$"
)
"""``…办法（国家发展改革委 财政部令2026年第5号）``."""
_TITLE = re.compile(
    r"^(?P<organ>.{2,60}?)\s*(?P<office>办公厅|办公室)?(?:关于|印发|转发|发布|公布|批转|令|公告)"
)


def find_issuers(
    cells: Sequence[FieldValue[str]],
    title: str,
    lines: Sequence[str],
    source: FieldValue[str] | None,
    *,
    top: Sequence[str] = (),
) -> list[FieldValue[tuple[Issuer, ...]]]:
    """The issuing organs by source, the most trusted source first, the organs in printed order.

    Outside cells only organs in our dictionary count; the source counts only where nothing else is stated.
    ``top`` are the lines above the salutation.
    """
    stated = [*_celled(cells), *filter(None, _guesses(title, lines, top))]
    return stated or list(filter(None, _claimed(source)))


def _celled(cells: Sequence[FieldValue[str]]) -> Iterator[FieldValue[tuple[Issuer, ...]]]:
    """The first cell with the organs of 联合发文单位 behind it, then the other cells."""
    joint = [cell for cell in cells if cell.rule == JOINT]
    others = [cell for cell in cells if cell.rule != JOINT]
    for at, cell in enumerate(others or joint):
        texts = [cell.value, *(one.value for one in joint if others and not at)]
        found = issuers.split_issuers(" ".join(texts))
        yield FieldValue(value=found, raw=" ".join(texts), rule=cell.rule)


def _guesses(
    title: str, lines: Sequence[str], top: Sequence[str]
) -> Iterator[FieldValue[tuple[Issuer, ...]] | None]:
    yield _known(_signature(lines), "signature")
    heads = dict.fromkeys([*lines[:6], *top[:6]])
    yield from (_known(found["organ"], "masthead") for found in map(_MASTHEAD.match, heads) if found)
    yield from (_titled(found, "title") for found in _TITLE.finditer(title))
    order = _ORDER.search(title)
    yield _known(order["organs"], "title") if order else None
    titles = (_TITLE.match(line) for line in top[:4] if len(line) <= 120)
    yield from (_titled(found, "masthead:title") for found in titles if found)


def _titled(found: re.Match[str], rule: str) -> FieldValue[tuple[Issuer, ...]] | None:
    """The organ with its office, else the organ an unknown office belongs to."""
    return _known(found["organ"] + (found["office"] or ""), rule) or _known(found["organ"], rule)


def _claimed(source: FieldValue[str] | None) -> Iterator[FieldValue[tuple[Issuer, ...]] | None]:
    said = _known(source.value, f"source:{source.rule}") if source else None
    yield said if said and not MEDIA & {organ.id for organ in said.value} else None


def _known(text: str, rule: str) -> FieldValue[tuple[Issuer, ...]] | None:
    """The organs named in the text, when it names nothing else."""
    found = issuers.split_issuers(text) if text.strip() else ()
    if not found or any(organ.id is None for organ in found):
        return None
    return FieldValue(value=found, raw=text, rule=rule)


def _signature(lines: Sequence[str]) -> str:
    """The organs' lines above the day that signs the document."""
    day = dates.signature_day(lines)
    at = next((n for n in range(len(lines) - 1, -1, -1) if day and day.raw in lines[n]), 0)
    signed: list[str] = []
    for line in reversed(lines[max(0, at - SIGNATURE_LINES) : at]):
        if not _known(line, ""):
            break
        signed.insert(0, line)
    return " ".join(signed)


# ------------------------------------------------------------------ the document's own number (发文字号)


def own_number(*, cell: str | None, title: str, masthead: Sequence[str]) -> FieldValue[DocNumber] | None:
    """The document's own number: from its cell, else its title, else its masthead; never a cited one."""
    return _in_cell(cell or "") or _in_title(title) or _in_masthead(masthead, title)


def _in_cell(cell: str) -> FieldValue[DocNumber] | None:
    value = numbers.parse_number(cell) or next(iter(numbers.find_numbers(cell)), None)
    return FieldValue(value=value, raw=cell.strip(), rule="cell") if value else None


def _in_title(title: str) -> FieldValue[DocNumber] | None:
    """The number in parentheses at the end of a title, at its end, or at its start for a 令 or 公告."""
    for spot in numbers.find_spans(title):
        before, after = title[: spot.start].rstrip(), title[spot.end :].strip()
        if not after.strip("）)】] "):
            if after and spot.value.kind != "文":
                before = _WITHOUT_ORGANS.sub("", before)
            enclosed = bool(after) and before.endswith(("（", "(", "【", "["))
            if (enclosed or not after) and not _CITING.search(before):
                return FieldValue(value=spot.value, raw=title[spot.start : spot.end], rule="title")
        if not before and spot.value.kind != "文" and re.match(r"\s|$|关于|公布|发布", title[spot.end :]):
            return FieldValue(value=spot.value, raw=title[spot.start : spot.end], rule="title")
    return _bare_in_title(title)


_WITHOUT_ORGANS = re.compile(r"(?<=[（(【\[])[㐀-鿿、\s]{2,40}$")
_CITING = re.compile(
    r"(?:解读|答记者问|问答|图解|解析|解答|读懂)\W*$|(?:贯彻|落实|学习|宣传|根据|依据|执行|实施|解读|读懂)[^《]{0,6}《[^》]*》\W*$"
)
"""Text before a number that a title only cites."""
_TITLE_BARE = re.compile(
    r"(?P<heading>令|公告|通告|公报)\s*[（(]\s*(?P<bare>[^（）()令告]{0,12}第[^（）()令告]{1,10}号)\s*[)）]\s*$"
)


def _bare_in_title(title: str) -> FieldValue[DocNumber] | None:
    """``关于…的公告（2026年第3号）``."""
    found = _TITLE_BARE.search(title)
    value = numbers.complete_number(found["heading"], found["bare"]) if found else None
    if not found or not value:
        return None
    return FieldValue(value=evolve(value, raw=found["bare"]), raw=found["bare"], rule="title")


_MASTHEAD_LINES = 15


def _in_masthead(lines: Sequence[str], title: str) -> FieldValue[DocNumber] | None:
    """The number on a line of its own, before the salutation and the text; its heading may be the title."""
    above = title
    for line in map(str.strip, lines[:_MASTHEAD_LINES]):
        if found := _PROMULGATED.match(line):
            return _promulgated(found)
        if len(line) > 60 or line.endswith(("：", ":", "。")):
            return None
        if value := _headed(above, line):
            return FieldValue(value=value, raw=value.raw, rule="masthead")
        split = re.fullmatch(r"令|[公通]\s*告", line)
        above = above + "".join(line.split()) if split else line or above
    return None


_PROMULGATED = re.compile(
    r"[（(]\s*[12]\d{3}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日\s*(?P<number>[^（）()《》。，；]{4,40}?号)\s*(?:公布|发布|颁布)"
)
"""Below the title of a regulation: ``（2022年2月18日证监会令第195号公布 …）``."""


def _promulgated(found: re.Match[str]) -> FieldValue[DocNumber] | None:
    value = numbers.parse_number(found["number"])
    return FieldValue(value=value, raw=value.raw, rule="masthead:公布") if value else None


def _headed(above: str, line: str) -> DocNumber | None:
    """The number of a line; 第41号 alone is completed by the 令 or 公告 of the line above."""
    value = numbers.parse_number(line)
    if value is None or value.code or (value.year and value.kind == "令" and line.endswith("令")):
        return value
    return numbers.complete_number(above, line)


# ------------------------------------------------------------------ addressees (主送机关)


REACH = 20
"""Lines from the document's beginning in which the salutation is searched."""
LONGEST = 500
_ORGANS = tuple("部委局厅院署会办行社团校所站台队府位门构业司心关室织体")
"""Last characters of organs and groups of organs: 政府, 单位, 部门, 机构, 企业, 公司, 中心, 机关, 办公室,
组织, 团体 …"""
_PLACES = tuple("省市区县州盟旗道乡镇师")
_PEOPLE = ("同志", "人员", "代表", "委员", "纳税人", "考生", "家长", "客户", "用户", "投资者", "成员")
_BEGINS = re.compile(r"各|有关|相关|国务院|中央|全[国省市区县]|[省市区县州]|在[㐀-鿿]|你|本[省市区县]|机关")
_EACH = re.compile(r"(?:.{0,6}各|有关|相关).+")
_NO_SALUTATION = re.compile(
    r"[。！？；!?;“”\"《》]|如下|现将|^\s*(?:附|注|主送|抄送|来源|第[一二三四五六七八九十\d])"
)
_NUMBERED = re.compile(r"\s*(?:[（(]?[一二三四五六七八九十\d]{1,3}[、.．)）]|[①-⑳])")
_ASIDE = re.compile(r"[（(][^（）()]{0,60}[)）]")
_APART = re.compile(r"[，,；;]")


def find_addressees(
    lines: Sequence[str], cell: FieldValue[str] | None = None
) -> FieldValue[tuple[str, ...]] | None:
    """The organs and groups that the document is sent to: from a cell, otherwise from the salutation.

    ``lines`` begin with the document's own first line.
    """
    if cell:
        return FieldValue(value=tuple(_groups(cell.value.rstrip("：:"))), raw=cell.raw, rule=cell.rule)
    for line in lines[:REACH]:
        if _is_salutation(line):
            return FieldValue(value=tuple(_groups(line.strip()[:-1])), raw=line, rule="salutation")
        if "。" in line:
            return None
    return None


def _is_salutation(line: str) -> bool:
    text = line.strip()
    if not (3 <= len(text) <= LONGEST and text.endswith(("：", ":"))):
        return False
    core = text[:-1].rstrip()
    if _NO_SALUTATION.search(core) or _NUMBERED.match(core) or "：" in core:
        return False
    bare = _ASIDE.sub("", core)
    return _names_somebody(bare) and all(_is_group(part) for part in _APART.split(bare))


def _names_somebody(core: str) -> bool:
    """Whether it begins as salutations do: 各…, 有关…, a place, an organ we know; 联系单位 does not."""
    known = organs.organs_at(core) if not _BEGINS.match(core) else iter(((0, ""),))
    return any(known) or any(regions.divisions_at(core))


def _is_group(part: str) -> bool:
    return part.strip().endswith((*_ORGANS, *_PLACES, *_PEOPLE))


# ------------------------------------------------------------------ splitting


def _groups(core: str) -> Iterator[str]:
    """Parts between commas; of one that lists whole names with 、 each name."""
    for part in (part.strip() for part in _outside(core, "，,；;")):
        names = list(_outside(part, "、"))
        yield from names if len(names) > 1 and all(map(_is_whole, names)) else [part] if part else []


def _is_whole(name: str) -> bool:
    """Whether a name says all by itself: an organ, 各直属机构; not 各省, not 自治区."""
    name = name.strip()
    if organs.identify(name):
        return True
    return bool(_EACH.fullmatch(name)) and _ASIDE.sub("", name).endswith(_ORGANS)


def _outside(text: str, separators: str) -> Iterator[str]:
    """The parts between separators that stand in no parentheses."""
    depth, start = 0, 0
    for at, sign in enumerate(text):
        depth = max(0, depth + (sign in "（(") - (sign in ")）"))
        if not depth and sign in separators:
            yield text[start:at].strip()
            start = at + 1
    yield text[start:].strip()


# ------------------------------------------------------------------ author and editor


LONGEST_CREDIT_LINE = 200
_MADE = (
    "供稿|撰稿|撰文|采写|采编|摄影|摄像|拍摄|责任编辑|责编|编辑|(?:本报|特约|见习|实习|通讯)?记者|通讯员"
    "|图文|文字|文|图片?|排版|美编|来稿"
)
_ROLE = (
    rf"(?:{_MADE}|[一二三初复终]审|审[核校读]|校[对审]|编审|监[审制]|主编|总编|统筹|策划|制[作图]|视频|作者)"
)
_PERSON = (
    r"(?:[㐀-鿿·]{2,4}(?![㐀-鿿])|[㐀-鿿]{2,20}(?:[局委办部厅科院校站所社网报]|中心|公司|支部)(?![㐀-鿿]))"
)
_CREDIT = (
    rf"{_ROLE}(?:\s?[/／、&]\s?{_ROLE}){{0,2}}(?:\s{{0,3}}[:：/／丨|]\s{{0,3}}|\s{{1,4}})"
    rf"{_PERSON}(?:[\s、,，]{{1,3}}(?!{_ROLE}[\s:：/／丨|]){_PERSON}){{0,5}}"
)
_GIVEN = r"[㐀-鿿、（）]{2,30}供稿"
_CREDITS = re.compile(
    rf"[\s\[【(（]{{0,4}}(?:{_CREDIT}|{_GIVEN})(?:[\s;；,，|｜]{{1,4}}(?:{_CREDIT}|{_GIVEN})){{0,6}}[\s\])】）。]{{0,4}}"
)
_ROLES = re.compile(rf"(?<![㐀-鿿])(?:{_ROLE})(?![㐀-鿿])|供稿(?![㐀-鿿])")
_SENT = re.compile("供稿|编辑|责编")
_LONGEST_CREDITS = 120
_NAME = r"(?P<name>[㐀-鿿\w·]{2,20}(?:[、,，/][㐀-鿿\w·]{2,12}){0,3})"
_EDITOR = re.compile(
    rf"(?P<label>责任编辑|网络编辑|值班编辑|执行编辑|本网编辑|责编|(?<![总主副名])编辑)\s{{0,4}}[:：/／]\s{{0,4}}{_NAME}"
)
_AUTHOR = re.compile(
    rf"(?<!\w)(?P<label>作者|撰稿|撰文|采写|记者|文[/／、]?图|图文|文(?=\s?[/／]\s?[㐀-鿿·]{{2,4}}(?![㐀-鿿])))\s{{0,4}}[:：/／]\s{{0,4}}{_NAME}"
)
_BESIDE = re.compile(
    r"(?<!\w)(?P<label>作者|撰稿|撰文|采写|记者|文[/／、]?图|图文)\s{1,4}(?P<name>[㐀-鿿·]{2,4}(?:[、,，/][㐀-鿿·]{2,4}){0,3})"
)
"""The same in a line of credits, where white space is a sufficient separator."""
_NOBODY = re.compile(
    r"无|暂无|admin|(?:系统)?管理员|来源|浏览|点击|审核|发布|时间|字号|[\W\d_]+$|.*@", re.IGNORECASE
)


def find_credits(texts: Iterable[str], where: str) -> Iterator[Label]:
    """Labels for the editor and author named in short lines; ``where`` becomes their rule."""
    for text in texts:
        if len(text) <= LONGEST_CREDIT_LINE:
            yield from _named("editor", _EDITOR, text, where)
            yield from _named("author", _BESIDE if _has_beside(text) else _AUTHOR, text, where)


def is_credits(line: str) -> bool:
    """Whether a line consists of the names of those who made the page or wrote it together."""
    if len(line) > _LONGEST_CREDITS or not _CREDITS.fullmatch(line):
        return False
    roles = _ROLES.findall(line)
    return bool(re.search(_MADE, "".join(roles))) and (len(roles) > 1 or _SENT.search(line) is not None)


def _has_beside(line: str) -> bool:
    return _BESIDE.search(line) is not None and is_credits(line)


def names_somebody(text: str) -> bool:
    """Whether a label's value can be a name: not an account number, mail address or system role."""
    return not _NOBODY.match(text)


def _named(name: str, pattern: re.Pattern[str], text: str, where: str) -> Iterator[Label]:
    found = pattern.search(text)
    if found and names_somebody(found["name"]):
        yield Label(name=name, value=found["name"], rule=f"{where}:{found['label']}")
