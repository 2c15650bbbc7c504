"""The comparison profile of an article: its names, keys and days, and its text as folded clauses."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from itertools import accumulate

from attrs import field, frozen

from pipelines.dedupe import titles
from policy.documents.dates import DATE, ImpossibleDay, day_of, printed_day, signature_day
from policy.documents.references import references
from policy.records import Article
from policy.text.fingerprints import MOST, MOST_CLAUSES, Fingerprints
from policy.text.numerals import NUMERALS
from policy.text.words import compatible

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
_NUMBERED = re.compile(
    rf"第(?:[{NUMERALS}零〇]|\d){{1,8}}(?:分编|编|章|节|条)(?:之[{NUMERALS}]{{1,3}})?(?=.{{4}})"
)
_BEGINS = 7
"""Bit mask: a run starts at characters whose code has these bits unset, one in eight."""


def split_clauses(text: str) -> list[str]:
    """The folded clauses of a text in order, without their numbers and without empty ones."""
    solid = _BLANK.sub("", compatible(text[:LONGEST_TEXT]))
    return [_NUMBERED.sub("", clause, count=1) if clause[0] == "第" else clause for clause in _split(solid)]


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


def _split(solid: str) -> Iterator[str]:
    return (clause for clause in _PAUSE.split(solid) if clause)


def _runs(words: str) -> set[str]:
    """Runs of characters; where one begins depends on the words there, not on how many came before."""
    last = len(words) - RUN
    return {words[at : at + RUN] for at, sign in enumerate(words) if not ord(sign) & _BEGINS and at <= last}


def _hash(kind: str, words: str) -> int:
    """As stable as its definition, and signed, as BIGINT is."""
    digest = blake2b(words.encode("utf-8", "surrogatepass"), digest_size=8, person=kind.encode()).digest()
    return int.from_bytes(digest, "little", signed=True)


_MARK = re.compile(
    rf"^\s*(?:第\s*(?:[{NUMERALS}]|\d){{1,8}}\s*[章节条]|[（(]?(?:[{NUMERALS}]{{1,3}}|\d{{1,2}})[）)]?[、.．）)])",
    re.MULTILINE,
)
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


@frozen(kw_only=True)
class ComparisonProfile:
    """An article, prepared for comparison.

    ``joined`` is the concatenation of its clauses and ``offsets`` their starts in it; ``history`` are the
    days of adoption and revision as printed above the text.
    """

    title: titles.Title
    joined: str = field(repr=False)
    clauses: tuple[str, ...] = field(repr=False)
    offsets: tuple[int, ...] = field(repr=False)
    number: str | None = None
    issuers: frozenset[str] = frozenset()
    history: tuple[dt.date, ...] = ()
    written: dt.date | None = None
    day: dt.date | None = None
    signed: dt.date | None = None
    """The day below the signature, as the text prints it."""
    ends: frozenset[str] = frozenset()
    """Names and numbers of the documents that the text repeals."""
    brings: frozenset[str] = frozenset()
    """Names of the documents that a brief text publishes, from its title or its words."""
    portal: str = ""
    source: str = ""
    """The article's key; orders two profiles with the same text, so that comparison is symmetric."""
    marks: int = 0
    """Lines that begin with an outline number."""

    @property
    def order(self) -> tuple[int, str, str, str]:
        """Sort key: the shorter text first; a total order of articles."""
        return len(self.joined), self.joined, self.title.printed, self.source

    @property
    def revised(self) -> dt.date | None:
        """The day of this wording: the last day of the history, otherwise the day of writing."""
        return max(self.history) if self.history else self.written


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
    return ComparisonProfile(
        title=title,
        joined=joined,
        clauses=tuple(found),
        offsets=tuple(accumulate((len(clause) for clause in found), initial=0))[: len(found)],
        number=article.doc_no.value.norm if article.doc_no else None,
        issuers=frozenset(
            each.id or each.printed for each in (article.issuers.value if article.issuers else ())
        ),
        history=history,
        written=article.written.value if article.written else None,
        day=history[-1] if history else plain[0] if plain else None,
        signed=signed.value if signed else None,
        ends=frozenset(_ended(lines)),
        brings=_brought(title, article.text) if len(joined) <= BRIEF else frozenset(),
        portal=article.portal,
        source=f"{article.portal} {article.key}",
        marks=len(_MARK.findall(article.text)),
    )


def fingerprints(sheet: ComparisonProfile) -> Fingerprints:
    """The fingerprints of a profile for the index."""
    return fingerprints_of_clauses(sheet.clauses, lookup_keys(sheet))


def lookup_keys(sheet: ComparisonProfile) -> Iterator[str]:
    """The names and the number under which an article can be found whatever its text."""
    named = sheet.title.names if sheet.title.formal else frozenset()
    yield from (f"title:{name}" for name in sorted(named | sheet.brings))
    if sheet.number:
        yield f"no:{sheet.number}"


def _ended(lines: Sequence[str]) -> Iterator[str]:
    """What the text says is no longer in force: names and numbers."""
    found = [
        each
        for each in references([line for line in lines if "《" in line and _ENDS.search(line)])
        if each.kind == "repeals"
    ]
    for each in found if len(found) <= _MOST_ENDED else ():
        yield from titles.parse_title(each.title).names if each.title else ()
        yield from [each.doc_no.norm] if each.doc_no else []


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
