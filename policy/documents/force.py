"""Extracts statements of a document about its own force: effective day, expiry day and term. Pure.

A day is only computed from another stated day (自印发之日起 from 成文日期), and its rule says so. Statements
that cannot be resolved to a day are kept as :class:`~policy.records.Statement`.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, partial

from policy.documents.dates import DATE, GAP, ImpossibleDay, day_of
from policy.records import FieldValue
from policy.records.content import Statement, StatementRole
from policy.text.numerals import DIGITS, parse_numeral

LONGEST_SENTENCE = 600
_COUNT = rf"(?:[{DIGITS}]{{1,3}}|[一二两三四五六七八九十百]{{1,4}})"
_WAIT = rf"(?:后?满?{GAP}{_COUNT}(?:个工作日|日|天|个月)后?|后?第{_COUNT}日|后?次日)"
_IN_FORCE = re.compile(
    rf"(?:(?:自|从|于)(?:本[^，。；、\d]{{1,10}}?)?|，|,|。)?\s{{0,2}}"
    rf"(?:{DATE}|(?P<relative>(?:正式)?(?:发布|印发|公布|颁布|发文|下发|签发)(?:之?日|(?=次日|后满?{_COUNT})))(?P<wait>{_WAIT})?"
    rf"|(?P<month>[12][{DIGITS}]{{3}}年[{DIGITS}]{{1,2}}月(?![{DIGITS}])))"
    rf"(?:零时|0时|起){{0,2}}\s{{0,2}}(?:正式|开始|后|起)?(?P<later>{_WAIT})?起?"
    r"(?P<verb>施行|实施|执行|生效|试行)(?!的)"
)
_WHEN = re.compile(rf"[年日满]|[-/.．－／]\s{{0,4}}[{DIGITS}]")
"""Occurs in every statement of an effective day; a quick test before the full pattern."""
_GENRES = (
    "办法|规定|规则|通知|意见|细则|方案|条例|公告|通告|规划|措施|政策|文件|决定|法|指南|标准|规程|目录|准则|制度|指引|要点"
    "|计划|批复|令|纲要|清单|守则|章程|解释|决议"
)
_ITSELF = re.compile(
    rf"本(?:\S{{0,8}}?(?:{_GENRES})|规范性\S{{0,6}})|(?:现|予以?|以)\S{{0,4}}(?:公布|发布|印发)"
)
_SENTENCE = re.compile(r"[^。\n]+")
_FORCE_WORDS = re.compile(r"施行|实施|执行|生效|试行")
_TERM_WORDS = re.compile(r"有效期|试行期|施行期|执行期|执行至|施行至|实施至|之日止|日止|失效")
_EITHER = re.compile(f"{_FORCE_WORDS.pattern}|{_TERM_WORDS.pattern}")
_UNTIL = re.compile(
    rf"(?:有效期限?|施行期限?|执行期限?|试行期限?)?(?:截止|截至|到|至|为)*{GAP}(?:到|至|截至|截止)(?:时间为?)?{GAP}{DATE}{GAP}(?:止|失效|截止)?"
)
_TERM = re.compile(
    rf"(?:有效期限?|试行期限?|施行期限?|执行期限?)(?:暂定)?(?:为|是|：|:)?{GAP}(?P<count>[{DIGITS}]{{1,2}}|[一二两三四五六七八九十]{{1,3}})"
    rf"{GAP}(?P<unit>年|个月)"
)
_LIFE = re.compile(r"有效期|试行期|执行至|施行至|实施至|期限|止|失效")


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
        if term := _TERM.search(sentence):
            yield "term", _words(term)


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
        if not (_ITSELF.search(sentence) or next(_begun(sentence), None)):
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
    match = _TERM.search(sentence)
    start = effective_day(sentence, written=written) or in_force() if match else None
    length = parse_numeral(match["count"]) if match else None
    if not (match and start and length):
        return None
    months = length * (12 if match["unit"] == "年" else 1)
    last = _months_later(start.value, months) - dt.timedelta(days=1)
    rule = f"derived: effective {start.value} + {months} months"
    return FieldValue(value=last, raw=sentence.strip(), rule=rule)


def _months_later(day: dt.date, months: int) -> dt.date:
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
