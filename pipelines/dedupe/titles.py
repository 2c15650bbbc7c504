"""Parse titles: the name of the policy without the marks of an edition, a draft or an interpretation."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import Match, SequenceMatcher
from functools import lru_cache

from attrs import frozen

from pipelines.metadata.genres import genre_of, is_news
from policy.text.numerals import HAN_DIGITS, NUMERALS, parse_numeral
from policy.text.words import HAN, fold

NORMATIVE = frozenset(
    ("法", "条例", "规定", "办法", "细则", "规则", "决定", "准则", "规程", "章程", "解释", "规范", "标准")
)
"""Kinds of documents that remain the same document when they are amended."""
_RULES = ("条例", "规定", "办法", "细则", "规则", "准则", "规程")
"""Ends of the titles of rules: 关于设立外资企业若干问题的规定."""
_INNER = (
    *sorted(NORMATIVE - {"法", "决定"}),
    "方案",
    "规划",
    "计划",
    "纲要",
    "指南",
    "指引",
    "目录",
    "清单",
    "措施",
)
_DRAFT = r"征求意见稿|公开征求意见稿|征求意见|草案|送审稿|讨论稿|审议稿|报批稿|意见稿"
_YEAR = rf"(?<![\d{HAN_DIGITS}])(?:\d{{4}}|[{HAN_DIGITS}]{{4}})"
_OPEN, _CLOSE = r"[（(\[〔【]", r"[）)\]〕】]"
_AS_VERSION = r"年?(?:版本|版(?![权面图税块]))"
_EDITION = re.compile(
    rf"{_OPEN}(?:[^（）()]{{0,24}}(?:修订|修正|修改|更正|{_DRAFT})[^（）()]{{0,12}}|试行|暂行|{_YEAR}年?度?(?:版|本|版本)?"
    rf"|[^（）()]{{0,6}}(?:全文|节选|摘编|摘要|摘录)[^（）()]{{0,4}}|\d{{1,2}}|第[{NUMERALS}\d]{{1,3}}页){_CLOSE}"
    rf"|{_YEAR}{_AS_VERSION}"
)
_VERSION = re.compile(
    rf"{_OPEN}(?P<marked>{_YEAR})年?(?:本|[^（）()]{{0,8}}(?:修订|修正|修改))|(?P<plain>{_YEAR}){_AS_VERSION}"
)
_OF_YEAR = re.compile(rf"{_OPEN}(?P<year>{_YEAR})年?度?{_CLOSE}")
_TRIAL = re.compile(
    r"(?:暂行|试行)(?=(?:管理|实施)?(?:办法|规定|条例|细则|规则|规程|准则|标准|规范|方案|意见))"
)
_DRAFTED = re.compile(_DRAFT)
_ABOUT = re.compile(
    r"解读|图解|一图|图文|问答|答问|答记者|记者问|释义|说明|读懂|看懂|专家谈|政策吹风|起草情况|评论|访谈|热点|要点速览|速览"
    r"|发布会|吹风会|(?:采纳|反馈|征求意见|征集意见)情况|意见.{0,8}情况(?:的)?(?:反馈|公告|通报)$"
    r"|(?:审议|审查|修改)(?:结果|情况|意见)的?(?:报告|说明|汇报)$"
)
_BOOK = re.compile(r"《([^《》]*(?:《[^《》]*》[^《》]*)*)》|〈([^〈〉]+)〉")
_BRINGS = re.compile(r"(?:印发|转发|发布|公布|批转|下发|颁布|颁发)[^《》]{0,6}$")
_BARE = re.compile(
    rf"(?:印发|发布|公布|下发|颁布)(?:修订后的|修改后的|新的)?(?P<name>[^《》“”]{{4,60}}?(?:{'|'.join(_INNER)})(?:{_OPEN}[^（）()]{{1,20}}{_CLOSE})?)"
    r"的(?:通知|公告|通告|决定)"
)
"""关于印发…办法的通知 without 《》."""
_OPENS = re.compile(r"^[^《》]{0,8}(?:公开征求|征求.{0,10}意见|征集.{0,6}意见)")
_ALONE = re.compile(r"^\s*(?:全文|正式|发布|公布|印发|出台|施行|实施|来了|$)")
_CHANGES = re.compile(r"(?:修改|修订|修正|废止|停止执行|停止施行|宣布|清理)[^《》]{0,12}$")
_AMENDS = re.compile(
    r"关于(?:公布|宣布|决定)?(?:修改|修订|修正|更正|废止|停止执行|停止施行|清理|延长)(?!后|的)|勘误|更正(?:公告|通知|说明|启事)|修正案"
)
_FORWARDS = re.compile(
    rf"(?:关于|[{HAN}]{{2}}(?:[局厅委部办院府会司处]|[办公][公]?[厅室]))\s*(?:转发|批转|印转)"
)
_OCCASIONS = re.compile(
    r"关于.{0,40}(?:修改|废止|任免|表彰|奖励|嘉奖|命名|授予|调整|任命|撤销|设立|批准|核准|同意|下达|拨付).{0,60}$"
)
_LEAD = re.compile(rf"^[{HAN}、\s]{{2,60}}?(?=(?:关于|印发|转发|发布|公布)[{HAN}《“])")
_NO_PLACE = (
    "关于|加快|加强|加大|推进|推动|促进|规范|完善|深化|支持|进一步|做好|全省|全市|全县|全面|我省|我市|本省|本市|各省|各市|各县"
    "|贯彻|落实|实施|开展|调整|印发|转发|发布|公布|公开|征求|废止|修改|取消|下达|核定|同意|组织|建立|健全|优化|扩大|提高|提升"
    "|鼓励|引导|保障|防范|严格|统筹|培育|打造|建设"
)
"""Continuations after 关于 that look like the name of a place: 加快推进全省…."""
_PLACE = re.compile(
    rf"(?:关于(?:印发|转发|发布|公布)?)?[《“]?(?!{_NO_PLACE})(?P<place>[{HAN}]{{2,6}}?"
    r"(?:省|自治区|自治州|自治县|(?<![城超都股楼])市(?!场|政|民|容|值|级|域|直)|县(?!域|级|乡|城|以)|盟(?!约|员)|旗(?![舰帜])|兵团"
    r"|(?<![社园景山地库林牧灾校辖小郊片街矿老])区(?![域块别位间分县级])))"
)
SHORTEST = 4
"""Folded characters of the shortest name that identifies a policy; a law's may be shorter."""
_LAW = "法"


@frozen(kw_only=True)
class Title:
    """A parsed headline: ``names`` are the policies it may name, folded and without marks of an edition.

    ``draft``: for comment; ``about``: written about a policy; ``formal``: a document's title, not news;
    ``amends``: the document amends or repeals others; ``forwards``: it forwards a document of another organ.
    ``place`` is the province, city or county it begins with; ``version`` the year of an edition （2025年版）,
    ``year`` that of a subject （2025年）.
    """

    printed: str
    core: str
    names: frozenset[str]
    brings: frozenset[str] = frozenset()
    """Those of the names that it publishes: of 关于印发《…》的通知 the document in 《》."""
    genre: str | None
    draft: bool
    about: bool
    formal: bool
    amends: bool = False
    forwards: bool = False
    place: str = ""
    version: int | None = None
    year: int | None = None

    @property
    def normative(self) -> bool:
        """Whether such a document remains the same when it is amended."""
        return self.genre in NORMATIVE and not self.occasional

    @property
    def occasional(self) -> bool:
        """Whether such titles are reused: appointments, approvals, awards. A rule about them is none."""
        if without_edition(self.printed).endswith(_RULES):
            return False
        return _OCCASIONS.search(self.printed) is not None


@lru_cache(maxsize=4096)
def parse_title(headline: str, official: str = "") -> Title:
    """Parse a headline, and the official title where it is known."""
    printed = official or headline
    both = [each for each in (headline, official) if each]
    names = {name for each in both for name in _names(each)}
    bare = without_edition(printed)
    kind, news = _kind(bare), is_news(bare)
    kinds = (*(_kind(without_edition(name)) for name in _brought(printed)), kind)
    about = _ABOUT.search(_BOOK.sub("", headline)) is not None
    return Title(
        printed=printed,
        core=_core(bare),
        names=frozenset(names),
        brings=frozenset(name for each in both for name in _published(each)),
        genre=None if news else next(filter(None, kinds), None),
        draft=not about and any(_DRAFTED.search(each) for each in both),
        about=about,
        formal=kind is not None and not news,
        amends=_AMENDS.search(printed) is not None,
        forwards=any(_FORWARDS.search(each) for each in both),
        place=next(_places(both), ""),
        version=_year(_VERSION, both),
        year=_year(_OF_YEAR, both),
    )


def _places(titles: Iterable[str]) -> Iterator[str]:
    """The places that titles and the documents they bring begin with."""
    for title in titles:
        found = (_PLACE.match(each) for each in (title, *_brought(title)))
        yield from (each["place"] for each in found if each)


def _year(pattern: re.Pattern[str], titles: Iterable[str]) -> int | None:
    """The last year that one of these titles marks so."""
    found = (each for title in titles for each in pattern.finditer(title))
    years = [year for each in found for year in each.groups() if year]
    return parse_numeral(years[-1]) if years else None


def _kind(title: str) -> str | None:
    found = genre_of(title)
    return (
        found.value
        if found
        else max((kind for kind in NORMATIVE if title.endswith(kind)), key=len, default=None)
    )


def without_edition(title: str) -> str:
    """A title without (修订), (征求意见稿), (2024年版) and the like."""
    return _EDITION.sub("", title).strip()


def _names(title: str) -> Iterator[str]:
    for each in (title, *_brought(title)):
        yield from _folded(each)
    yield from _telling(_settled(_core(without_edition(title))))


def _folded(title: str) -> Iterator[str]:
    name = fold(_DRAFTED.sub("", without_edition(title))).removeprefix("中华人民共和国")
    yield from _telling(_settled(name))


def _settled(name: str) -> str:
    """A name that is the same when the trial is over: 管理暂行办法 is 管理办法."""
    return _TRIAL.sub("", name)


def _telling(name: str) -> Iterator[str]:
    if len(name) >= SHORTEST or (len(name) > 1 and name.endswith(_LAW)):
        yield name


def _brought(title: str) -> Iterator[str]:
    """The names in 《》 that a title brings, publishes or opens for comment; not what it amends."""
    for found in _BOOK.finditer(title):
        before, behind = title[: found.start()], title[found.end() :]
        name = found[1] or found[2]
        alone = not before.strip() and _ALONE.match(without_edition(behind))
        opened = _OPENS.match(behind) or _DRAFTED.search(name)
        if (_BRINGS.search(before) or alone or opened) and not _CHANGES.search(before):
            yield name
    yield from (found["name"] for found in _BARE.finditer(title))


def _published(title: str) -> Iterator[str]:
    if not _kind(without_edition(title)):
        return
    for found in _BOOK.finditer(title):
        if _BRINGS.search(title[: found.start()]):
            yield from _folded(found[1] or found[2])
    for found in _BARE.finditer(title):
        yield from _folded(found["name"])


def cites_policy(title: Title, other: Title) -> bool:
    """Whether a title names the policy of another title, in 《》 or by its name."""
    folded = _settled(fold(_DRAFTED.sub("", title.printed)))
    if any(len(name) > SHORTEST and name in folded for name in other.names):
        return True
    quoted = {name for found in _BOOK.finditer(title.printed) for name in _folded(found[1] or found[2])}
    return not quoted.isdisjoint(other.names)


def quotes_name(title: Title, other: Title) -> bool:
    """Whether a title contains in 《》 a name of the other title."""
    theirs = fold(other.printed)
    names = (name for found in _BOOK.finditer(title.printed) for name in _folded(found[1] or found[2]))
    return any(name in theirs for name in names)


def _core(title: str) -> str:
    """A document's title without the organs before 关于."""
    return fold(_LEAD.sub("", title)).removeprefix("中华人民共和国")


# ------------------------------------------------------------------ differences of titles


_NUMBERS = re.compile(rf"\d+(?:\.\d+)?|[{NUMERALS}零〇]+")
_ALIKE = 0.6


def find_contradiction(left: Title, right: Title) -> str | None:
    """The difference of two formal titles of one template, as ``2024年第三批 ≠ 2024年第四批``; None where
    they are one title or differ in their wording."""
    if not (left.formal and right.formal):
        return None
    if left.names & right.names:
        return years_differ(left, right)
    return _numbers_differ(left.core, right.core) or _words_differ(left.core, right.core)


def has_number(difference: str) -> bool:
    """Whether a difference of titles is a count, a year or a number."""
    return _NUMBERS.search(difference) is not None


def years_differ(left: Title, right: Title) -> str | None:
    """（2024年） ≠ （2025年）: a document made for a year is another one the next year, unless it
    is amended."""
    lasting = left.normative and right.normative and left.genre != "标准"
    if lasting or not (left.year and right.year) or left.year == right.year:
        return None
    return f"{left.year} ≠ {right.year}"


def places_differ(left: Title, right: Title) -> str | None:
    """Whether two titles are of two provinces, cities or counties, neither inside the other."""
    mine, theirs = left.place, right.place
    if not (mine and theirs) or mine in right.printed or theirs in left.printed:
        return None
    return f"{mine} ≠ {theirs}"


def amends_another(left: Title, right: Title) -> bool:
    """Whether one amends or repeals documents and the other is a document or one of those. A headline of
    neither kind does not say what it stands above."""
    if left.amends == right.amends:
        return False
    amending, plain = (left, right) if left.amends else (right, left)
    return plain.formal or quotes_name(amending, plain)


def versions_differ(left: Title, right: Title) -> bool:
    """Whether both state the year of their edition and the years differ: （2021年版）, （2025年版）."""
    return bool(left.version and right.version and left.version != right.version)


def _numbers_differ(left: str, right: str) -> str | None:
    if _NUMBERS.sub("#", left) != _NUMBERS.sub("#", right):
        return None
    pairs = zip(_NUMBERS.findall(left), _NUMBERS.findall(right), strict=True)
    return ", ".join(f"{mine} ≠ {theirs}" for mine, theirs in pairs if mine != theirs) or None


def _words_differ(left: str, right: str) -> str | None:
    """The same title but for a name: two or more characters that stand for others."""
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    if matcher.quick_ratio() < _ALIKE or matcher.ratio() < _ALIKE:
        return None
    told = [pair for pair in _between(matcher.get_matching_blocks(), left, right) if all(pair)]
    return ", ".join(f"{mine} ≠ {theirs}" for mine, theirs in told if len(mine + theirs) > 2) or None


def _between(blocks: Sequence[Match], left: str, right: str) -> Iterator[tuple[str, str]]:
    """What lies between the words that are equal; a single character that two names share is no word:
    桃源山 ≠ 广源城."""
    words = [block for block in blocks if block.size > 1]
    ends = [(0, 0), *((block.a + block.size, block.b + block.size) for block in words)]
    begins = [*((block.a, block.b) for block in words), (len(left), len(right))]
    for (at, place), (start, begin) in zip(ends, begins, strict=True):
        yield left[at:start], right[place:begin]
