"""主送机关: the line above the text that ends with a colon and names whom the document is sent to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from policy import organs, regions
from policy.records import Found

REACH = 20
"""Lines from the document's beginning in which it is looked for."""
LONGEST = 500
_ORGANS = tuple("部委局厅院署会办行社团校所站台队府位门构业司心关室织体")
"""How organs and their groups end: 政府, 单位, 部门, 机构, 企业, 公司, 中心, 机关, 办公室, 组织, 团体 …"""
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


def addressees(lines: Sequence[str], cell: Found[str] | None = None) -> Found[tuple[str, ...]] | None:
    """Organs and groups the document is sent to: a cell's, else those of the salutation.

    ``lines`` begin with the document's own first line.
    """
    if cell:
        return Found(value=tuple(_groups(cell.value.rstrip("：:"))), raw=cell.raw, rule=cell.rule)
    for line in lines[:REACH]:
        if _is_salutation(line):
            return Found(value=tuple(_groups(line.strip()[:-1])), raw=line, rule="salutation")
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
    known = organs.starting(core) if not _BEGINS.match(core) else iter(((0, ""),))
    return any(known) or any(regions.starting(core))


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
