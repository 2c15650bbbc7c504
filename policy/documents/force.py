"""Extracts statements of a document about its own force (effective day, expiry day and term), and the lists
in which it repeals, amends or confirms other documents. Pure.

A day is only computed from another stated day (自印发之日起 from 成文日期), and its rule says so. Statements
that cannot be resolved to a day are kept as :class:`~policy.records.Statement`.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import cache, partial
from typing import cast

from attrs import define, field

from policy.documents.dates import DATE, GAP, ImpossibleDay, day_of
from policy.documents.reference_kinds import ACT, ACTS, MAY_ACT, is_issue_phrase
from policy.records import FieldValue
from policy.records.content import ReferenceKind, Statement, StatementRole
from policy.text.numerals import DIGITS, NUMERALS, parse_numeral

LONGEST_SENTENCE = 600
_COUNT = rf"(?:[{DIGITS}]{{1,3}}|[一二两三四五六七八九十百]{{1,4}})"
_WAIT = rf"(?:后?满?{GAP}{_COUNT}(?:个工作日|日|天|个月)后?|后?第{_COUNT}日|后?次日)"
_IN_FORCE = re.compile(
    rf"(?:(?:自|从|于)(?:本[^，。；、\d]{{1,10}}?)?|，|,|。)?\s{{0,2}}"
    rf"(?:{DATE}|(?P<relative>(?:正式)?(?:发布|印发|公布|颁布|发文|下发|签发)(?:之?日|(?=次日|后?满?{GAP}{_COUNT}(?:个工作日|日|天|个月))))(?P<wait>{_WAIT})?"
    rf"|(?P<month>[12][{DIGITS}]{{3}}年[{DIGITS}]{{1,2}}月(?![{DIGITS}])))"
    rf"(?:零时|0时|起){{0,2}}\s{{0,2}}(?:正式|开始|后|起)?(?P<later>{_WAIT})?起?"
    r"(?P<verb>施行|实施|执行|生效|试行|暂行(?=[一二两三\d]))(?!的)"
)
_WHEN = re.compile(rf"[年日满]|[-/.．－／]\s{{0,4}}[{DIGITS}]")
"""Occurs in every statement of an effective day; a quick test before the full pattern."""
GENRES = (
    "办法|规定|规则|通知|意见|细则|方案|条例|公告|通告|规划|措施|政策|文件|决定|法|指南|标准|规程|目录|准则|制度|指引|要点"
    "|计划|批复|令|纲要|清单|守则|章程|解释|决议"
)
"""The last words of titles of documents, as alternatives of a pattern."""
_ITSELF = re.compile(
    rf"本(?:\S{{0,8}}?(?:{GENRES})|规范性\S{{0,6}})|以上(?:规定|标准|意见|政策|措施|事项)|(?:现|予以?|以)\S{{0,4}}(?:公布|发布|印发)"
)
_SENTENCE = re.compile(r"[^。\n]+")
_FORCE_WORDS = re.compile(r"施行|实施|执行|生效|试行|暂行")
_TERM_WORDS = re.compile(
    r"有效期|试行期|施行期|执行期|实施期|执行时间|实施时间|执行至|施行至|实施至|之日止|日止|失效|年内有效"
    r"|[试暂]行[一二两三四五\d]"
)
_EITHER = re.compile(f"{_FORCE_WORDS.pattern}|{_TERM_WORDS.pattern}")
_UNTIL = re.compile(
    rf"(?:有效期限?|施行期限?|执行期限?|试行期限?)?(?:截止|截至|到|至|为)*{GAP}(?:到|至|截至|截止)(?:时间为?)?{GAP}{DATE}{GAP}(?:止|失效|截止)?"
)
_TERM = re.compile(
    rf"(?:(?:有效期限?|试行期限?|施行期限?|执行期限?|实施期限?)(?:自[^，。；\d]{{1,12}}?(?:计算|起算|起))?"
    rf"(?:暂定|限)?(?:为|是|：|:)?|(?<!有效期)[试暂]行(?=[^，。；]{{1,4}}年)|起){GAP}"
    rf"(?P<count>[{DIGITS}]{{1,2}}|[一二两三四五六七八九十]{{1,3}}){GAP}(?P<unit>年|个月)(?P<within>内有效)?"
)
_RANGE = re.compile(
    rf"(?:(?:本[^，。；\d]{{1,12}}?)?(?:有效|执行|实施|施行|试行|适用)(?:期限?|时间)[为：:]?{GAP}自?|自){GAP}{DATE}{GAP}起?{GAP}[至到]"
)
"""The first day of a period: 自2024年1月1日起至2026年12月31日止施行."""
_LIFE = re.compile(r"有效期|试行期|执行至|施行至|实施至|期限|[执施试]行时间|实施时间|止|失效")


def statements(lines: Sequence[str]) -> tuple[Statement, ...]:
    """All statements of the document about its own force, in order."""
    return tuple(
        Statement(role=role, words=words, sentence=sentence.strip(), line=at)
        for at, line in enumerate(lines)
        for sentence in _sentences(line, _EITHER)
        for role, words in _said(sentence)
    )


def _said(sentence: str) -> Iterator[tuple[StatementRole, str]]:
    itself, begun = _ITSELF.search(sentence), next(_begun(sentence), None)
    if begun and (itself or sentence.strip().startswith(_words(begun))):
        yield "effective", _words(begun)
    if itself or begun:
        until = next((found for found in _UNTIL.finditer(sentence) if _LIFE.search(sentence)), None)
        if until:
            yield "expires", _words(until)
        if term := _term_in(sentence):
            yield "term", _words(term)


def _term_in(sentence: str) -> re.Match[str] | None:
    """The first term in a sentence: 有效期5年, 试行两年, 自发布之日起5年内有效."""
    found = _TERM.finditer(sentence)
    return next((term for term in found if term["within"] or not term[0].startswith("起")), None)


def _begun(sentence: str) -> Iterator[re.Match[str]]:
    """The matches of statements from when something is in force."""
    return _IN_FORCE.finditer(sentence) if _WHEN.search(sentence) else iter(())


def _words(match: re.Match[str]) -> str:
    return match[0].strip("，,。 ")


def may_state_force(line: str) -> bool:
    """Whether a line may contain a statement about force; all other lines may be omitted."""
    return _EITHER.search(line) is not None


def _sentences(text: str, words: re.Pattern[str]) -> Iterable[str]:
    """The sentences of at most 600 characters that match the pattern."""
    if not words.search(text):
        return ()
    sentences = _SENTENCE.findall(text)
    return (
        sentence for sentence in sentences if len(sentence) <= LONGEST_SENTENCE and words.search(sentence)
    )


# ------------------------------------------------------------------ 施行


def effective_day(text: str, *, written: dt.date | None = None) -> FieldValue[dt.date] | None:
    """施行日期 as stated by the document; 自印发之日起 needs the day on which it was ``written``.

    ``raw`` is the sentence.
    """
    found = [
        (bool(_ITSELF.search(sentence)), sentence, match)
        for sentence in _sentences(text, _FORCE_WORDS)
        for match in _begun(sentence)
    ]
    ours = [(sentence, match) for itself, sentence, match in found if itself]
    others = [
        (sentence, match) for itself, sentence, match in found if not itself and match["verb"] != "执行"
    ]
    for sentence, match in [*ours, *reversed(others)]:
        resolved = _begins(sentence.strip(), match, written)
        if resolved or match["relative"] or match["month"]:
            return resolved
    return _period_begins(text)


def _period_begins(text: str) -> FieldValue[dt.date] | None:
    """The first day of a period that the document states of itself."""
    for sentence in _sentences(text, _FORCE_WORDS):
        found = _RANGE.search(sentence) if _ITSELF.search(sentence) else None
        with suppress(ImpossibleDay):
            if found:
                return FieldValue(value=day_of(found), raw=sentence.strip(), rule="stated")
    return None


def _begins(sentence: str, match: re.Match[str], written: dt.date | None) -> FieldValue[dt.date] | None:
    if match["month"]:
        return None
    if match["relative"]:
        return _from_writing(sentence, match, written)
    try:
        return FieldValue(value=day_of(match), raw=sentence, rule="stated")
    except ImpossibleDay:
        return None


def _from_writing(sentence: str, match: re.Match[str], written: dt.date | None) -> FieldValue[dt.date] | None:
    """The day after a waiting period from the day of writing. 工作日 and 第N日 are ambiguous and not
    resolved."""
    wait = match["wait"] or match["later"] or ""
    if written is None or "工作日" in wait or "第" in wait:
        return None
    length = 1 if "次日" in wait else parse_numeral(re.sub(r"[后满日天个月\s]", "", wait)) or 0
    day = _months_later(written, length) if "个月" in wait else written + dt.timedelta(days=length)
    return FieldValue(value=day, raw=sentence, rule="stated: from the day it was written")


# ------------------------------------------------------------------ 失效


def expiry_day(text: str, *, written: dt.date | None = None) -> FieldValue[dt.date] | None:
    """失效日期 as stated by the document: a day, or a term counted from its 施行日期.

    A term only counts if its sentence refers to the document (本办法…, …起施行), because licences have a
    有效期 too. ``raw`` is the sentence.
    """
    in_force = cache(partial(effective_day, text, written=written))
    for sentence in _sentences(text, _TERM_WORDS):
        alone = _TERM.fullmatch(sentence.strip("，, （）()")) and in_force()
        if not (alone or _ITSELF.search(sentence) or next(_begun(sentence), None)):
            continue
        if found := _until(sentence) or _term(sentence, written, in_force):
            return found
    return None


def _until(sentence: str) -> FieldValue[dt.date] | None:
    for match in _UNTIL.finditer(sentence):
        if not _LIFE.search(sentence):
            continue
        try:
            return FieldValue(value=day_of(match), raw=sentence.strip(), rule="stated")
        except ImpossibleDay:
            continue
    return None


def _term(
    sentence: str, written: dt.date | None, in_force: Callable[[], FieldValue[dt.date] | None]
) -> FieldValue[dt.date] | None:
    """The end of a term that begins on the day stated in the sentence, else in the whole text."""
    match = _term_in(sentence)
    start = effective_day(sentence, written=written) or in_force() if match else None
    first = start.value if start else written if match and match["within"] else None
    length = parse_numeral(match["count"]) if match else None
    if not (match and first and length):
        return None
    months = length * (12 if match["unit"] == "年" else 1)
    last = _months_later(first, months) - dt.timedelta(days=1)
    rule = f"derived: effective {first} + {months} months"
    return FieldValue(value=last, raw=sentence.strip(), rule=rule)


def _months_later(day: dt.date, months: int) -> dt.date:
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


# ------------------------------------------------------------------ lists of other documents

LONGEST_NAME = 200
_PLANNED = re.compile(r"拟|建议|征求|计划|待")
_AMENDING = re.compile(r"修改|修订|修正")
_KEEPING = re.compile(
    r"(?:现行|继续|仍然|依然)有效|保留|(?<![失无])有效(?=的?(?:行政)?(?:规范性)?文件|的?[^，。]{0,6}(?:法规|规章|政策|目录|清单))"
)
_LISTING = re.compile(r"下列|以下|如下|目录|清单|名单|一览表|汇总表|统计表|名录|列表")
_LIST_NOUN = re.compile(
    r"(?:目录|清单|名单|一览表|汇总表|统计表|文件|法规|规章|政策|制度|标准|规定|办法|通知|司法解释|决定)(?:目录|清单|名单|表)?\s{0,2}"
    r"(?:[（(][^（）()]{0,40}[)）])*\s{0,2}[：:]?$"
)
_ANNEX_LINE = re.compile(
    rf"附\s{{0,4}}[件表录]\s{{0,4}}[{NUMERALS}\d]{{0,3}}\s{{0,2}}[：:.、]?\s{{0,2}}(?P<rest>.*)$"
)
_NUMBERING = re.compile(
    r"[（(]?[一二三四五六七八九十百\d]{1,5}\s?(?:[)）]\s?[、.．]?|[、.．:：])\s{0,4}|[①-⑳]\s?"
)
_ROW_NUMBER = re.compile(r"\d{1,5}[.、]?")
_DAY_CELL = re.compile(rf"\s*(?:{DATE}|\d{{4}}[.年/-]?\d{{0,2}}[.月/-]?\d{{0,2}}日?)\s*")
_NUMBER_CELL = re.compile(r"[^，。；：《》]{2,60}号(?:[文令])?(?:[、，；\s][^，。；：《》]{2,40}号)*")
_HEAD_CELLS = {
    "name": re.compile(
        r"(?:规范性|行政|政策|法规|规章)?(?:文件|法规|规章|制度|政策|司法解释)?(?:名称|标题|题名|名)|文件"
    ),
    "number": re.compile(
        r"(?:发文|文件|公布|原)?(?:文号|字号|编号)|发文字号|发文号|公布文号|公布机关.{0,6}文号|令号"
    ),
    "count": re.compile(r"序\s?号|编\s?号"),
    "state": re.compile(
        r"(?:清理|处理|评估)(?:结果|意见|结论|情况)|有效性|时效性?|效力(?:状态|情况)?|文件状态|状态|是否有效"
    ),
    "ended": re.compile(r"(?:失效|废止|终止)(?:日期|时间)"),
    "day": re.compile(r"[^，。；]{0,8}(?:日期|时间)"),
    "other": re.compile(
        r"备\s?注|(?:制定|发布|发文|起草|实施|责任|牵头|主办|公布)?(?:机关|部门|单位)|说明|理由|依据|类别|(?:废止|失效|修改)(?:理由|依据|原因)"
    ),
}
_ROW_STATES: Sequence[tuple[ReferenceKind | None, re.Pattern[str]]] = (
    (None, re.compile(r"(?:拟|建议|待|需|列入).{0,12}|部分失效|部分废止")),
    (
        "repeals",
        re.compile(
            r"(?:予以|宣布|全文|已经?|现|自然|自行|自动|明令)*(?:废止|失效|无效|停止执行|废止失效|废止、失效)"
        ),
    ),
    ("confirms", re.compile(r"(?:现行|继续|仍然?|予以)*(?:有效|保留|执行)")),
    ("amends", re.compile(r"(?:予以|决定|需|已|部分)*(?:修改|修订|修正)(?:后保留)?")),
)
_NAME = re.compile(
    rf"(?P<name>[^。；;：:《》“”]{{2,{LONGEST_NAME}}}?(?:{GENRES}|函|纪要|通报|答复|报告|预案|说明|命令|守则|公约|名单|制度|体系)"
    r"(?:[（(](?:试行|暂行|试用|修订|修正|草案|修改|\d{4}年?(?:版|本|修订|修正)?|[一二三四五六七八九十]{1,3}|[^（）()]{0,12}(?:修订|修正|版))[)）])*)"
    r"(?P<rest>(?:\s{0,4}[（(\[【〔][^（）()\[\]【】]{1,120}[)）\]】〕]?|[\s，,]{1,4}[^\s，。；]{2,60}号|[；;。，、]|\s|等)*)$"
)
_NO_NAME = re.compile(
    r"(?:特此|现将|现予|各|请|本|此|上述|以上|该|为了?|根据|按照|依据|经|对|将|删去|增加|附件|抄送|公开|关于印发《)|第[一1]条"
)
_PROSE = 60


@define(kw_only=True)
class Row:
    """A row of a list: the lines it is made of, and the name with its place if it is printed without 《》."""

    kind: ReferenceKind | None
    heading: str
    lines: list[int] = field(factory=list)
    name: str = ""
    line: int = -1
    start: int = 0
    day: dt.date | None = None
    number_line: int | None = None


def listed(lines: Sequence[str], title: str = "") -> list[Row]:
    """The rows of lists of documents that are repealed, amended or confirmed.

    They stand below a sentence (决定废止下列…：), a heading (废止的文件目录) or a title of the document,
    also as a table with one cell a line.
    """
    reader = _ListReader(title)
    for at, line in enumerate(lines):
        reader.read(at, line)
    return reader.finished()


class _ListReader:
    """Reads the lines of a document and collects the rows of its lists."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._whole = list_kind(title) if _LISTING.search(title) else None
        self._kind, self._heading = self._whole, title
        self._columns: list[str] = []
        self._rows: list[Row] = []
        self._row: Row | None = None
        self._days: list[str] = []
        self._ended = False

    def finished(self) -> list[Row]:
        """The rows whose kind is known."""
        self._close()
        return [row for row in self._rows if row.kind is not None and row.lines]

    def read(self, at: int, line: str) -> None:
        text = line.strip()
        if not text or self._ended:
            return
        if len(text) > 3 and text.startswith(("第一条", "第1条")):
            self._close()
            self._ended = True  # the wording of a document follows, no list
        elif self._read_heading(text):
            return
        elif self._kind is not None or "state" in self._columns:
            for cell in _cells(text):
                self._read_cell(at, line, cell)
        else:
            self._columns.extend(filter(None, map(_column, _cells(text))))
            if "name" in self._columns and self._heading == self._title:
                self._kind = list_kind(self._title)

    def _read_heading(self, text: str) -> bool:
        if annex := _ANNEX_LINE.match(text):
            if rest := annex["rest"]:
                if _LIST_NOUN.search(rest):
                    self._begin(list_kind(rest), rest)
                return True
            self._begin(self._whole, self._title)
            return True
        if not is_list_heading(text):
            return False
        self._begin(list_kind(text), text)
        return True

    def _begin(self, kind: ReferenceKind | None, heading: str) -> None:
        self._close()
        self._kind, self._heading, self._columns = kind, heading, []

    def _close(self) -> None:
        self._rows += [self._row] if self._row else []
        self._row, self._days = None, []

    def _open(self, at: int) -> Row:
        self._close()
        self._row = Row(kind=self._kind, heading=self._heading, lines=[at])
        return self._row

    def _read_cell(self, at: int, line: str, text: str) -> None:
        column = _column(text)
        if column and (self._row is None or not self._row.name):
            self._columns.append(column)
        elif _ROW_NUMBER.fullmatch(text):
            self._open(at).lines.clear()
        elif self._row is not None and (state := _row_state(text)) is not _NO_STATE:
            self._row.kind = cast("ReferenceKind | None", state)
            self._row.lines.append(at)
        elif _DAY_CELL.fullmatch(text):
            self._read_day(at, text)
        elif _NUMBER_CELL.fullmatch(text) and not _NUMBERING.match(text):
            self._read_number(at)
        else:
            self._read_name(at, line, text)

    def _read_day(self, at: int, text: str) -> None:
        columns = [column for column in self._columns if column in ("day", "ended")]
        if self._row is None or not self._row.name or len(self._days) >= max(1, len(columns)):
            return
        self._days.append(text)
        self._row.lines.append(at)
        if columns and columns[len(self._days) - 1] == "ended":
            found = re.search(DATE, text)
            with suppress(ImpossibleDay):
                self._row.day = day_of(found) if found else None

    def _read_number(self, at: int) -> None:
        """A number belongs to the row that has none; before the names where its column is."""
        first = "name" in self._columns and "number" in self._columns[: self._columns.index("name")]
        row = self._row
        if row is None or (first and row.name and "count" not in self._columns):
            row = self._open(at)
        if row.number_line is None:
            row.number_line = at
            row.lines += [] if at in row.lines else [at]

    def _read_name(self, at: int, line: str, text: str) -> None:
        begin = line.index(text)
        numbered = _NUMBERING.match(text)
        bare = text[numbered.end() :] if numbered else text
        start = begin + (numbered.end() if numbered else 0)
        if bare.startswith("《") or ("《" in bare[:90] and is_issue_phrase(bare[: bare.index("《")])):
            self._place(at).name = "《"
            return
        found = _NAME.fullmatch(bare)
        unmarked = self._kind == "amends" and not numbered and not self._columns
        if found and not unmarked and not _NO_NAME.match(bare):
            row = self._place(at)
            row.name, row.line, row.start = found["name"].strip(), at, start

    def _place(self, at: int) -> Row:
        """The row of a name: a new one unless the row has none yet."""
        row = self._row
        if row is None or row.name:
            row = self._open(at)
        if at not in row.lines:
            row.lines.append(at)
        return row


_ROW_ON_A_LINE = re.compile(
    r"(\d{1,4})\s{1,4}(.{4,200}?)(?:\s{1,8}([^\s，。]{2,40}号))?(?:\s{1,8}((?:19|20)[\d年月日./-]{2,12}))?"
    r"(?:\s{1,8}([^\s\d]{2,6}))?"
)


def _cells(text: str) -> list[str]:
    """The cells of a row that is printed on one line, else the line."""
    if "|" in text or "\t" in text:
        return [cell for cell in map(str.strip, re.split(r"[|\t]", text)) if cell]
    if row := _ROW_ON_A_LINE.fullmatch(text):
        return [cell for cell in row.groups() if cell]
    words = text.split()
    return words if len(words) > 1 and all(map(_column, words)) else [text]


_NO_STATE = object()


def _row_state(text: str) -> object:
    return next((kind for kind, words in _ROW_STATES if words.fullmatch(text)), _NO_STATE)


def _column(text: str) -> str | None:
    named = (name for name, words in _HEAD_CELLS.items() if len(text) <= 12 and words.fullmatch(text))
    return next(named, None)


def is_list_heading(text: str) -> bool:
    """Whether a line introduces a list of documents: 决定废止下列…：, or 废止的文件目录."""
    if len(text) > _PROSE * 3 or not (MAY_ACT.search(text) or _AMENDING.search(text) or "保留" in text):
        return False
    bare = text[numbered.end() :] if (numbered := _NUMBERING.match(text)) else text
    if "《" in bare or _IN_A_CLAUSE.search(bare):
        return False
    if bare.endswith(("：", ":")) or _LISTING.search(bare):
        opens = bare.endswith(("：", ":", "。")) and _LISTED.search(bare)
        return len(bare) <= _PROSE * 3 and bool(opens or _LIST_NOUN.search(bare))
    return (
        len(bare) <= _PROSE
        and "，" not in bare
        and "关于" not in bare
        and _LIST_NOUN.search(bare) is not None
        and not _NAME_OF_ONE.search(bare)
    )


_IN_A_CLAUSE = re.compile(r"修改为|删去|增加一[条款项]|改为|第[^，。；]{1,8}[条款项]")
_LISTED = re.compile(r"文件|法规|规章|政策|制度|规定|办法|通知|解释|标准|目录|清单|名单|[件部项]")
_NAME_OF_ONE = re.compile(r"(?<![的止效改订正])(?:办法|规定|通知|决定)$")


def list_kind(text: str) -> ReferenceKind | None:
    """What a heading says of the documents below it; None where it says nothing, several things or a plan."""
    if _PLANNED.search(text):
        return None
    bare = _KEEPING.sub("", text)
    kinds: set[ReferenceKind] = {next(kind for kind, _ in ACTS if act[kind]) for act in ACT.finditer(bare)}
    kinds |= {"confirms"} if bare != text else set()
    kinds |= {"amends"} if _AMENDING.search(bare) else set()
    return next(iter(kinds)) if len(kinds) == 1 else None
