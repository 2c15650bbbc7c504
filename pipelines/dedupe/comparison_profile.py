"""The comparison profile of an article: its names, keys and days, and its text as folded clauses."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from functools import cached_property
from hashlib import blake2b
from itertools import accumulate

from attrs import field, frozen

from pipelines.dedupe import titles
from policy.documents.dates import DATE, ImpossibleDay, day_of, printed_day, signature_day
from policy.documents.issuers import NumberIdentity, number_identity
from policy.documents.references import references
from policy.records import Article
from policy.records.content import Issuer
from policy.text.numerals import NUMERALS, parse_numeral
from policy.text.words import MOST, MOST_CLAUSES, Fingerprints, compatible, fold

SHORTEST = 30
"""Folded characters from which on a text has fingerprints."""
CLAUSE = 6
"""Folded characters of the shortest clause that gets a fingerprint."""
RUN = 12
"""Characters of a fingerprinted run."""
LONGEST_TEXT = 5_000_000
"""Most characters of a text that are examined."""

_PAUSE = re.compile(r"[^\w.%‰≤≥¥$€£]+|_+|(?<!\d)\.|\.(?!\d)")
_BLANK = re.compile(r"[^\S\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")
PARAGRAPH = 20
"""Characters from which on a line that is printed twice is the same paragraph."""
_ITEM = re.compile(r"^\d{1,2}[.、](?=\d)", re.MULTILINE)
"""The number of an item that begins with a figure: 5.2025年度."""
_DIGIT = "一二两三四五六七八九"
_FIGURES = re.compile(
    rf"(?<![{NUMERALS}\d])(?:[〇○◯零{_DIGIT}]{{2,8}}"
    rf"|(?=[{NUMERALS}]{{2}})(?:[{_DIGIT}]千零?)?(?:[{_DIGIT}]百零?)?(?:[{_DIGIT}]?十)?[{_DIGIT}]?)(?![{NUMERALS}])"
)
"""Well-formed numerals of several characters; 十四五 is not one."""
_NUMBERED = re.compile(
    rf"第(?:[{NUMERALS}零〇]|\d){{1,8}}(?:分编|编|章|节|条)(?:之[{NUMERALS}]{{1,3}})?(?=.{{4}})"
)
_BEGIN = re.compile(rb"\x01")
_BEGIN_MARKS = bytes(not low & 7 for low in range(256))
"""A run starts at characters whose code has the three lowest bits unset, one in eight."""


def split_clauses(text: str) -> list[str]:
    """The folded clauses of a text in order, without outline numbers and without empty ones.

    Paragraphs that are printed twice count once, and numerals of several characters are in figures.
    """
    solid = _BLANK.sub("", compatible(text[:LONGEST_TEXT]))
    solid = _FIGURES.sub(_in_figures, _ITEM.sub("", "\n".join(_distinct(solid.split("\n")))))
    return [
        _NUMBERED.sub("", clause, count=1) if clause[0] == "第" else clause
        for clause in _PAUSE.split(solid)
        if clause and not is_marker(clause)
    ]


def _distinct(lines: Iterable[str]) -> Iterator[str]:
    """The lines without long ones that were there before."""
    known = set[str]()
    for line in lines:
        if len(line) < PARAGRAPH or line not in known:
            known.add(line)
            yield line


def _in_figures(numeral: re.Match[str]) -> str:
    return str(parse_numeral(numeral[0]))


def fingerprints_of_text(text: str, keys: Iterable[str] = ()) -> Fingerprints:
    """The fingerprints of a text; empty for a text that is too short to be recognised."""
    return fingerprints_of_clauses(split_clauses(text), keys)


def fingerprints_of_clauses(clauses: Iterable[str], keys: Iterable[str] = ()) -> Fingerprints:
    """The fingerprints of a text that is already split into clauses."""
    clauses = list(clauses)
    words = "".join(clauses)
    hashed = tuple(sorted({_hash("key", key) & ~1 for key in keys}))
    if len(words) < SHORTEST:
        return Fingerprints(digest=_hash("words", words), keys=hashed)
    ours = sorted({_hash("", clause) & ~1 for clause in set(clauses) if len(clause) >= CLAUSE})[:MOST_CLAUSES]
    runs = sorted({_hash("", run) | 1 for run in _runs(words)})[: MOST - len(ours)]
    return Fingerprints(digest=_hash("words", words), clauses=tuple(ours), runs=tuple(runs), keys=hashed)


def _runs(words: str) -> set[str]:
    """Runs of characters; where one begins depends on the words there, not on how many came before."""
    low = words.encode("utf-32-le", "surrogatepass")[::4].translate(_BEGIN_MARKS)
    last = len(words) - RUN
    return {words[at : at + RUN] for at in (each.start() for each in _BEGIN.finditer(low)) if at <= last}


def _hash(kind: str, words: str) -> int:
    """As stable as its definition, and signed, as BIGINT is."""
    digest = blake2b(words.encode("utf-8", "surrogatepass"), digest_size=8, person=kind.encode()).digest()
    return int.from_bytes(digest, "little", signed=True)


_MARK = re.compile(
    rf"^\s*(?:第\s*(?:[{NUMERALS}]|\d){{1,8}}\s*[章节条]|[（(]?(?:[{NUMERALS}]{{1,3}}|\d{{1,2}})[）)]?[、.．）)])",
    re.MULTILINE,
)
_NUMERAL = re.compile(rf"[{NUMERALS}]+|\d+")
_ASIDE = re.compile(
    r"^[ \t　（(【]{0,6}(?:(?:稿件|信息|文章)?来源|(?:发布|更新)?(?:时间|日期)|作者|责任编辑|责编|编辑|审核"
    r"|字[体号]|浏览|分享|打印|原标题|(?:相关|延伸|推荐)(?:阅读|链接|新闻)|(?:免责|版权)?声明)"
    r"[ 　]{0,2}[:：丨|].{0,200}$",
    re.MULTILINE,
)
"""A line around the text that the extraction left in it."""
BRIEF = 800
"""Most characters of a brief text."""
_ENDS = re.compile(r"废止|停止(?:执行|施行)|失效")
_MOST_ENDED = 20
"""Most documents that a text may repeal and still be the successor of one of them."""
_PUBLISHES = re.compile(
    r"《(?P<name>[^《》]{4,80})》[^《》]{0,60}?(?:通过|批准|同意)[^《》]{0,20}?(?:现予以?|现)(?:公布|发布|印发)"
)
HEAD = 3000
"""Characters above a law's first article in which its history is searched."""
_FIRST = re.compile(r"^\s*(?:#+\s*)?(?:第\s*[一1]\s*[编章条]|一、|目\s*[录次]\s*$)", re.MULTILINE)
_EVENT = re.compile(
    rf"{DATE}[^《》\n]{{0,60}}?(?:《[^》\n]{{1,200}}》[^《》\n]{{0,30}}?)?"
    r"(?:通过|修正|修订|修改|公布|发布|批准|颁布)(?=[\s）)，,；;。]|根据|自|第|$|\d)"
)


# ------------------------------------------------------------------ clauses

LONGEST_CLAUSE = 48
"""A clause longer than this has lost its punctuation and is searched in pieces."""
_PIECE = 24
_MARKER = re.compile(rf"(?:[{NUMERALS}]{{1,2}}|[{_DIGIT}]十[{_DIGIT}]|\d{{1,2}})$")
"""An outline number without text."""
_FORMULA = re.compile(
    r"(?:现将?|已经?|经).{0,30}(?:印发|转发|发布|下发|公布|公告|通知|通告)(?:给你们|如下|如下事项)?$"
    r"|.{0,14}(?:认真|遵照|参照|抓好|结合.{0,8}实际)?.{0,8}(?:贯彻|组织|抓好|贯彻落实)?(?:执行|落实|实施)$"
    r"|现?予以?(?:公布|公告|公示|通告|印发)$|特此(?:公告|通知|通告|函告|批复|函复|公示|说明)$"
    r"|(?:本.{1,8})?自.{2,14}起(?:施行|执行|实施|生效)$|自.{2,6}之日起(?:施行|执行|实施|生效)$"
    r"|经研究.{0,12}$|现就有关(?:事项|问题|工作)?(?:通知|公告|批复|函复)?(?:如下)?$|各有关(?:单位|部门|企业)$"
    r"|各省(?:自治区直辖市)?.{0,20}$|.{2,14}(?:厅局?|委员?会?|办公[厅室]|局)$|(?:来源|编辑|责任编辑|作者|字号|浏览).{0,16}$"
    r"|根据.{2,40}(?:有关)?(?:规定|要求|精神)$|执行中(?:遇到|如遇).{0,16}$|请(?:及时|认真|遵照|结合|抓好).{0,20}$"
)


def is_marker(clause: str) -> bool:
    """Whether a clause is an outline number without text."""
    return len(clause) <= 3 and _MARKER.match(clause) is not None


_FORMULA_ENDS = (
    *(
        "印发",
        "转发",
        "发布",
        "下发",
        "公布",
        "公告",
        "通知",
        "通告",
        "给你们",
        "如下",
        "如下事项",
        "执行",
        "落实",
        "实施",
    ),
    *(
        "公示",
        "函告",
        "批复",
        "函复",
        "说明",
        "施行",
        "生效",
        "单位",
        "部门",
        "企业",
        "厅",
        "厅局",
        "委",
        "委员",
        "会",
        "室",
    ),
    *("局", "规定", "要求", "精神", "问题", "事项", "工作", "有关"),
)
_FORMULA_STARTS = ("经研究", "各省", "来源", "编辑", "责任编辑", "作者", "字号", "浏览", "执行中", "请")
"""How clauses end or begin that may be formulae, which is faster to check than the pattern."""


def is_formula(clause: str) -> bool:
    """Whether a clause occurs in any document of its kind."""
    likely = clause.endswith(_FORMULA_ENDS) or clause.startswith(_FORMULA_STARTS)
    return likely and len(clause) <= 60 and _FORMULA.match(clause) is not None


def split_pieces(clause: str) -> Iterator[str]:
    """A clause, or the pieces of one that is too long to be one."""
    if len(clause) <= LONGEST_CLAUSE:
        yield clause
        return
    for at in range(0, len(clause), _PIECE):
        yield clause[at : at + _PIECE]


# ------------------------------------------------------------------ profiles


@frozen(kw_only=True, slots=False)
class ComparisonProfile:
    """An article, prepared for comparison.

    ``joined`` is the concatenation of its clauses and ``offsets`` their starts in it; ``history`` are the
    days of adoption and revision as printed above the text.
    """

    title: titles.Title
    joined: str = field(repr=False)
    clauses: tuple[str, ...] = field(repr=False)
    offsets: tuple[int, ...] = field(repr=False)
    number: NumberIdentity | None = None
    issuers: frozenset[str] = frozenset()
    """The organs that sign, as far as the document itself says so."""
    history: tuple[dt.date, ...] = ()
    written: dt.date | None = None
    day: dt.date | None = None
    signed: dt.date | None = None
    """The day below the signature, as the text prints it."""
    ends: frozenset[str] = frozenset()
    """Names and numbers of the documents that the text repeals."""
    brings: frozenset[str] = frozenset()
    """Names of the documents that a brief text publishes, from its title or its words."""
    reports: frozenset[str] = frozenset()
    """The documents that a brief report names in 《》."""
    portal: str = ""
    source: str = ""
    """The article's key; orders two profiles with the same text, so that comparison is symmetric."""
    marks: int = 0
    """Lines that begin with an outline number."""
    begins: int = 0
    """The first outline number; above 1 where the text is the continuation of another page."""

    @property
    def order(self) -> tuple[int, str, str, str]:
        """Sort key: the shorter text first; a total order of articles."""
        return len(self.joined), self.joined, self.title.printed, self.source

    @property
    def revised(self) -> dt.date | None:
        """The day of this wording: the last day of the history, otherwise the day of writing."""
        return max(self.history) if self.history else self.written

    @cached_property
    def pieces(self) -> Sequence[str]:
        """The clauses that are searched in another text; long ones in pieces."""
        if max(map(len, self.clauses), default=0) <= LONGEST_CLAUSE:
            return self.clauses
        return [piece for clause in self.clauses for piece in split_pieces(clause)]

    @cached_property
    def weights(self) -> Sequence[int]:
        """The characters of each piece; none for a formula."""
        return [0 if piece in self.formulae else len(piece) for piece in self.pieces]

    @cached_property
    def formulae(self) -> Set[str]:
        """The clauses that occur in any document of its kind."""
        return {clause for clause in self.clauses if is_formula(clause)}

    @cached_property
    def plain_size(self) -> int:
        """Characters without formulae."""
        return len(self.joined) - sum(len(clause) for clause in self.clauses if clause in self.formulae)

    @cached_property
    def places(self) -> Mapping[str, Sequence[int]]:
        """Up to two offsets of each clause."""
        places: dict[str, tuple[int, ...]] = {}
        for clause, offset in zip(self.clauses, self.offsets, strict=True):
            known = places.get(clause)
            if known is None:
                places[clause] = (offset,)
            elif len(known) < 2:
                places[clause] = (known[0], offset)
        return places

    @property
    def is_torn(self) -> bool:
        """Whether the text has lost its punctuation, so that clauses begin and end anywhere."""
        return len(self.joined) > LONGEST_CLAUSE * len(self.clauses)


def comparison_profile(article: Article) -> ComparisonProfile:
    """The comparison profile of an article."""
    official = article.title_official.value if article.title_official else ""
    found = split_clauses(_ASIDE.sub("", article.text))
    joined, title = "".join(found), titles.parse_title(article.title.value, official)
    lines = article.text.split("\n")
    signed = signature_day(lines)
    days = [each.value for each in (article.written, article.effective, article.published) if each]
    plain = [printed_day(day) for day in days]
    history = tuple(sorted(set(_history(article.text))))
    marks = _MARK.findall(article.text)
    issuers = _signing(article)
    return ComparisonProfile(
        title=title,
        joined=joined,
        clauses=tuple(found),
        offsets=tuple(accumulate((len(clause) for clause in found), initial=0))[: len(found)],
        number=number_identity(article.doc_no.value, issuers) if article.doc_no else None,
        issuers=frozenset(issuer.id or issuer.printed for issuer in issuers),
        history=history,
        written=article.written.value if article.written else None,
        day=history[-1] if history else plain[0] if plain else None,
        signed=signed.value if signed else None,
        ends=frozenset(_ended(lines)),
        brings=_brought(title, article.text) if len(joined) <= BRIEF else frozenset(),
        reports=_reported(title, article.text) if len(joined) <= BRIEF else frozenset(),
        portal=article.portal,
        source=f"{article.portal} {article.key}",
        marks=len(marks),
        begins=_first_number(marks),
    )


_QUOTED = re.compile(r"《([^《》]{4,80})》")


def _reported(title: titles.Title, text: str) -> frozenset[str]:
    return frozenset() if title.formal else frozenset(fold(name) for name in _QUOTED.findall(text))


def _first_number(marks: Sequence[str]) -> int:
    """The number of the first outline mark."""
    numeral = _NUMERAL.search(marks[0]) if marks else None
    return (numeral and parse_numeral(numeral[0])) or 0


def _signing(article: Article) -> tuple[Issuer, ...]:
    """The issuers that the document names; the source of a page (来源) is whoever it was copied from."""
    if article.issuers is None or article.issuers.rule.startswith("source:"):
        return ()
    return article.issuers.value


def fingerprints(sheet: ComparisonProfile) -> Fingerprints:
    """The fingerprints of a profile for the index."""
    return fingerprints_of_clauses(sheet.clauses, lookup_keys(sheet))


def lookup_keys(sheet: ComparisonProfile) -> Iterator[str]:
    """The names and the number under which an article can be found whatever its text."""
    named = sheet.title.names if sheet.title.formal else frozenset()
    yield from (f"title:{name}" for name in sorted(named | sheet.brings))
    if sheet.number:
        yield from (f"no:{key}" for key in sheet.number.index_keys)


def _ended(lines: Sequence[str]) -> Iterator[str]:
    """What the text says is no longer in force: names and numbers."""
    found = [
        each
        for each in references([line for line in lines if "《" in line and _ENDS.search(line)])
        if each.kind == "repeals"
    ]
    for each in found if len(found) <= _MOST_ENDED else ():
        yield from titles.parse_title(each.title).names if each.title else ()
        if each.doc_no and (key := number_identity(each.doc_no).key):
            yield key


def _brought(title: titles.Title, text: str) -> frozenset[str]:
    """What a brief text publishes: 关于印发《…》的通知, or 《…》已经…通过，现予公布."""
    if title.forwards or title.about or title.draft:
        return frozenset()
    said = (titles.parse_title(found["name"]).names for found in _PUBLISHES.finditer(text))
    return title.brings.union(*said)


def _history(text: str) -> Iterator[dt.date]:
    head = text[:HEAD]
    first = _FIRST.search(head)
    for found in _EVENT.finditer(head, 0, first.start() if first else min(len(head), 600)):
        try:
            yield day_of(found)
        except ImpossibleDay:
            continue
