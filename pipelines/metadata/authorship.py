"""Find who is behind a document: its issuers and addressees, its author and the editor of its page.

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

from policy.documents import dates, issuers, organs
from policy.records import FieldValue, Label
from policy.records.content import DocNumber, Issuer

SIGNATURE_LINES = 20
"""Most lines of a signature; joint documents are signed by a dozen organs or more, one per line."""
HEAD_LINES = 20
"""First lines in which the heading of a joint 令 is searched, with an organ per line."""

JOINT = "cell:联合发文单位"
"""The cell that names the organs beside that of 发文机关."""
PUBLISHERS = frozenset({"cell:发布机构", "cell:发布机关", "cell:发布单位"})
"""Cells that name who published the page: often one of several issuers, or the organ that reprints them."""
MEDIA = frozenset({"xinhua"})
"""Organs that report on documents: sources, not issuers."""
_MASTHEAD = re.compile(r"(?P<organ>\S.{0,60}?)?\s*(?:令|公\s*告|通\s*告|文\s*件)")
_ORDER = re.compile(
    r"[（(](?P<organs>[㐀-鿿、\s]{2,400})(?:令|公告)\s*(?:[12]\d{3}\s*年\s*)?第[^（()）]{1,8}号\s*[)）]$"
)
"""``…办法（国家发展改革委 财政部令2026年第5号）``."""
_TITLE = re.compile(
    r"^(?P<organ>.{2,400}?)\s*(?P<office>办公厅|办公室)?"
    r"(?:关于|印发|转发|发布|公布|批转|令|公告|对(?=.{2,40}(?:建议|提案|议案)的))"
)
_ADOPTED = re.compile(
    r"(?<=日)\s*(?P<place>[㐀-鿿]{2,9}?)?第[^第届]{1,5}届(?P<body>(?:全国)?人民代表大会(?:常务委员会)?)第[^第次]{1,5}次会议"
)
"""``（2020年8月11日第十三届全国人民代表大会常务委员会第二十一次会议通过）``."""
_PUBLISHED = re.compile(
    r"(?<=日)\s*(?:(?P<organs>[㐀-鿿、]{2,120}?)\s*(?:发布|公布|颁布)|(?P<court>最高人民(?:法院|检察院))(?:审判委员会|.{0,4}检察委员会)第)"
)
"""``（1982年2月4日卫生部、交通部发布）``; the supreme court decides by its 审判委员会."""
_SEAL = re.compile(r"[（(](?:代?盖?章|代|印章?|公章)[)）]|&\w{2,6};?")
_SENTENCE = re.compile(r"[。；：:！？《》“”\d]")
"""A sign that no line of organs has."""
_OFFICE_HOLDER = re.compile(
    r"\s*(?P<organ>[㐀-鿿]{2,25}?)\s*"
    r"(?:主\s*任|部\s*长|行\s*长|局\s*长|署\s*长|主\s*席|审\s*计\s*长|[省市县区州院会]\s*长)\s*[:：]?"
    r"\s*[㐀-鿿·]\s*[㐀-鿿·]{1,8}\s*(?=$|\s|[㐀-鿿]{4})"
)
"""``商务部部长　甲乙``: an order is signed by the head of the organ."""
_OFFICIAL_PLACES = ("国家", "国务院", "中国", "全国", "中央", "中共")
_ORGAN = re.compile(
    r"[㐀-鿿]{2,40}?(?:[部委局厅院署会办处站所队行]|政府|中心|集团|公司|总社|大学|学院|办公室|办公厅|领导小组)"
    r"(?:[（(][㐀-鿿]{2,30}[）)])?"
)


def find_issuers(
    cells: Sequence[FieldValue[str]],
    title: str,
    lines: Sequence[str],
    source: FieldValue[str] | None,
    *,
    top: Sequence[str] = (),
    number: DocNumber | None = None,
) -> list[FieldValue[tuple[Issuer, ...]]]:
    """The issuing organs by source, the most trusted source first, the organs in printed order.

    The cell of the issuers comes first, then what the document prints: the beginning of its title and its
    signature, its heading, its number. A publisher's cell counts where the document prints none, and the
    source of the page where nothing else is stated. ``top`` are the lines above the salutation.
    """
    printed = [*_printed_issuers(title, lines, top)]
    exact = [*_celled([cell for cell in cells if cell.rule not in PUBLISHERS])]
    published = [*_celled([cell for cell in cells if cell.rule in PUBLISHERS])]
    if exact and printed and _is_less(exact[0].value, printed[0].value):
        exact, printed = [], [printed[0], *exact, *printed[1:]]
    stated = [*exact, *printed] or [*_otherwise_printed(top or lines[:HEAD_LINES], number)][:1]
    return [*stated, *published] or list(filter(None, _claimed(source)))


def _celled(cells: Sequence[FieldValue[str]]) -> Iterator[FieldValue[tuple[Issuer, ...]]]:
    """The first cell with the organs of 联合发文单位 behind it, then the other cells."""
    joint = [cell for cell in cells if cell.rule == JOINT]
    others = [cell for cell in cells if cell.rule != JOINT]
    for at, cell in enumerate(others or joint):
        texts = [cell.value, *(one.value for one in joint if others and not at)]
        found = issuers.split_issuers(" ".join(texts))
        yield FieldValue(value=found, raw=" ".join(texts), rule=cell.rule)


def _is_less(celled: tuple[Issuer, ...], printed: tuple[Issuer, ...]) -> bool:
    """Whether a cell names only some of the organs that the document prints, or none that can be known
    without the page (市政府)."""
    known = {organ.id for organ in celled if organ.id}
    if not known:
        return all(_RELATIVE.match(organ.printed) for organ in celled)
    return len(known) == len(celled) and known < {organ.id for organ in printed}


_RELATIVE = re.compile(r"[省市区县州盟旗局](?=[㐀-鿿])|自治区|本[省市区县局]")


# ------------------------------------------------------------------ issuers printed in the document


def _printed_issuers(
    title: str, lines: Sequence[str], top: Sequence[str]
) -> Iterator[FieldValue[tuple[Issuer, ...]]]:
    """The issuers that the document prints, the most trusted place first.

    The signature comes before the title if it has all organs of the title (``甲等四部门关于…``); a document
    whose title names another organ than its signature was forwarded, or has the signature of an annex.
    """
    titled = [*_titled(title, "title"), *_ordered(title)]
    titled += [found for line in top[:4] if len(line) <= 120 for found in _titled(line, "masthead:title")]
    signed = [*_signed(lines, title)]
    first = titled[:1] if titled and signed and not _has_all(signed[0], titled[0]) else []
    yield from (*first, *signed, *titled[len(first) :])
    yield from _headed_by(dict.fromkeys([*lines[:HEAD_LINES], *top]))


def _has_all(signed: FieldValue[tuple[Issuer, ...]], titled: FieldValue[tuple[Issuer, ...]]) -> bool:
    return {_organ_key(organ) for organ in titled.value} <= {_organ_key(organ) for organ in signed.value}


def _organ_key(organ: Issuer) -> str:
    return organ.id or organ.printed


def _titled(title: str, rule: str) -> Iterator[FieldValue[tuple[Issuer, ...]]]:
    """The organ at the beginning of a title with its office, else the organ of an unknown office, else a name
    before 关于 that looks like an organ."""
    found = _TITLE.match(title)
    if found is None:
        return
    whole = found["organ"] + (found["office"] or "")
    value = _known(whole, rule) or _known(found["organ"], rule)
    if value is None and found[0].endswith("关于"):
        value = _plausible(whole, rule)
    yield from [value] if value else []


def _ordered(title: str) -> Iterator[FieldValue[tuple[Issuer, ...]]]:
    order = _ORDER.search(title)
    value = _known(order["organs"], "title") if order else None
    yield from [value] if value else []


def _headed_by(lines: Iterable[str]) -> Iterator[FieldValue[tuple[Issuer, ...]]]:
    """The organs of a heading such as 商务部令, or of the lines above 令."""
    above: list[str] = []
    for line in lines:
        heading = _MASTHEAD.fullmatch(line)
        named = " ".join([*above, *([heading["organ"]] if heading["organ"] else [])]) if heading else ""
        if named and (value := _known(named, "masthead")):
            yield value
        above = [*above, line] if len(line) <= issuers.LONGEST and _known(line, "masthead") else []


def _otherwise_printed(
    lines: Sequence[str], number: DocNumber | None
) -> Iterator[FieldValue[tuple[Issuer, ...]]]:
    """The issuers that follow from other words of the document: who adopted it, whose number it has."""
    congress = [*_adopted_by(lines)]
    yield from (found for found in congress if _is_congress(found))
    yield from _numbered_by(number)
    yield from congress


def _is_congress(found: FieldValue[tuple[Issuer, ...]]) -> bool:
    return "人民代表大会" in found.raw


def _adopted_by(lines: Iterable[str]) -> Iterator[FieldValue[tuple[Issuer, ...]]]:
    """The congress that first adopted a law, or the organs that published a regulation without a number, as
    printed below the title."""
    for line in lines:
        adopted, published = _ADOPTED.search(line), _PUBLISHED.search(line)
        if adopted:
            name = f"{adopted['place'] or ''}{adopted['body']}"
        elif published:
            name = published["organs"] or published["court"]
        else:
            continue
        value = _known(name, "adopted")
        yield from [value] if value else []


def _numbered_by(number: DocNumber | None) -> Iterator[FieldValue[tuple[Issuer, ...]]]:
    """The organs of the document's own number: 证监会令, 国令, 穗府办规."""
    if number is None:
        return
    organ = issuers.organ_of_code(number.code) if number.kind == "文" or len(number.code) < 3 else None
    value = _known((issuers.organ_name(organ) if organ else number.code) or "", "number")
    yield from [value] if value else []


def _claimed(source: FieldValue[str] | None) -> Iterator[FieldValue[tuple[Issuer, ...]] | None]:
    said = _known(source.value, f"source:{source.rule}") if source else None
    yield said if said and not MEDIA & {organ.id for organ in said.value} else None


def _known(text: str, rule: str) -> FieldValue[tuple[Issuer, ...]] | None:
    """The organs named in the text, when it names nothing else."""
    found = issuers.split_issuers(text) if text.strip() else ()
    if not found or any(organ.id is None for organ in found):
        return None
    return FieldValue(value=found, raw=text, rule=rule)


def _plausible(text: str, rule: str) -> FieldValue[tuple[Issuer, ...]] | None:
    """The organs named in the text, where some are not in the dictionary but look like organs."""
    found = issuers.split_issuers(text) if text.strip() else ()
    name = "".join(text.split())
    if found and not all(organ.id or _looks_like_an_organ(organ.printed) for organ in found):
        found = (Issuer(printed=name),) if _looks_like_an_organ(name) else ()  # 中央网信办秘书局
    return FieldValue(value=found, raw=text, rule=rule) if found else None


def _looks_like_an_organ(name: str) -> bool:
    """Whether a name begins with a place, or as central organs do, and ends as organs do."""
    begins = name.startswith(_OFFICIAL_PLACES) or any(organs.divisions_at(name))
    return begins and _ORGAN.fullmatch(name) is not None


# ------------------------------------------------------------------ signature


def _signed(lines: Sequence[str], title: str) -> Iterator[FieldValue[tuple[Issuer, ...]]]:
    """The organs above the day that signs the document, or before it in its line."""
    day = dates.signature_day(lines)
    at = next((n for n, line in enumerate(lines) if day and line.strip() == day.raw), None)
    if day is None or at is None:
        return
    before = _without_seal(re.split(dates.DATE, day.raw, maxsplit=1)[0])
    signed = [before] if _signs(before, title) else []
    for line in reversed(lines[max(0, at - SIGNATURE_LINES) : at]):
        if not (_signs(line, title) or _heads_of_organs(line)):
            break
        signed.insert(0, _heads_of_organs(line) or _without_seal(line))
    value = _known(" ".join(signed), "signature") or _plausible(" ".join(signed), "signature")
    yield from [value] if value else []


def _without_seal(line: str) -> str:
    return _SEAL.sub("", line).strip()


def _signs(line: str, title: str) -> bool:
    """Whether a line above the day consists of organs: known ones, those of the title, and such as look like
    organs."""
    name = _without_seal(line)
    if not name or _SENTENCE.search(name):
        return False
    return bool(_known(name, "") or _plausible(name, "") or title.startswith(f"{name}关于"))


def _heads_of_organs(line: str) -> str:
    """The organs whose heads sign in this line: ``商务部部长　甲乙``; ``""`` if there are none."""
    if len(line) > 120:
        return ""
    names = [found["organ"] for found in _OFFICE_HOLDER.finditer(line)]
    named = " ".join(f"{name}主席" if name == organs.COUNTRY else name for name in names)
    return named if _known(named, "") else ""


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
    return any(known) or any(organs.divisions_at(core))


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
