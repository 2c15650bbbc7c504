"""Chinese dates in labels, metas and prose, each with its role; stated, never inferred."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from zoneinfo import ZoneInfo

from policy.numerals import DIGITS, HAN_DIGITS, count
from policy.records import Found, Moment

SHANGHAI = ZoneInfo("Asia/Shanghai")


class ImpossibleDay(ValueError):
    """The text names a day that no calendar has, such as 2021-02-30."""


_GAP = r"\s{0,4}"
_HAN_DAY = "〇零一二三四五六七八九十廿卅"
_DATE = (
    rf"(?:(?<![{DIGITS}])(?P<y1>[12１２][{DIGITS}]{{3}}){_GAP}"
    rf"(?:年{_GAP}(?P<m1>[{DIGITS}]{{1,2}}){_GAP}月{_GAP}(?P<d1>[{DIGITS}]{{1,2}}){_GAP}[日号]"
    rf"|(?P<sep>[-/.．－／]){_GAP}(?P<m2>[{DIGITS}]{{1,2}}){_GAP}(?P=sep){_GAP}(?P<d2>[{DIGITS}]{{1,2}})(?![{DIGITS}]))"
    rf"|(?P<y3>[一二][{HAN_DIGITS}]{{3}}){_GAP}年{_GAP}(?P<m3>[{_HAN_DAY}]{{1,2}}){_GAP}月{_GAP}"
    rf"(?P<d3>[{_HAN_DAY}]{{1,3}}){_GAP}[日号]?)"
)
_FIND = re.compile(_DATE)
_COMPACT = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?")
_CLOCK = re.compile(
    r"[T\s\-:：,，日]{0,6}(?:(?P<half>上午|下午|晚上|凌晨|中午)\s{0,4})?(?P<hour>\d{1,2})\s{0,2}[:：时]\s{0,2}(?P<minute>\d{1,2})"
    r"(?:\s{0,2}[:：分]\s{0,2}(?P<second>\d{1,2}))?(?:[.,]\d{1,9})?\s{0,2}(?P<zone>Z|[+-]\d{2}:?\d{2})?"
)
_EPOCHS = {10: 1, 13: 1000}


def parse_day(text: str) -> dt.date | None:
    """The first day named in a label or a line; raises ImpossibleDay for one that cannot be."""
    if found := _FIND.search(text):
        return _day(found)
    compact = _COMPACT.fullmatch(text.strip())
    return _calendar_day(compact[0], *map(int, compact.group(1, 2, 3))) if compact else None


def _day(found: re.Match[str]) -> dt.date:
    for form in "123":
        month = f"m{form}"
        if found[month]:
            year = found["y3" if form == "3" else "y1"]
            return _calendar_day(found[0], count(year), count(found[month]), count(found[f"d{form}"]))
    raise AssertionError(found[0])


def _calendar_day(text: str, year: int | None, month: int | None, day: int | None) -> dt.date:
    try:
        return dt.date(year or 0, month or 0, day or 0)
    except ValueError as error:
        raise ImpossibleDay(f"{text!r} is no day of the calendar") from error


def parse_moment(text: str) -> Moment | None:
    """A day, or an aware time in Asia/Shanghai when a clock is printed; digits alone may be an epoch."""
    text = text.strip()
    if text.isdecimal() and len(text) in _EPOCHS:
        return dt.datetime.fromtimestamp(int(text) / _EPOCHS[len(text)], SHANGHAI)
    if compact := _COMPACT.fullmatch(text):
        return _compact_moment(compact)
    found = _FIND.search(text)
    if not found:
        return None
    day, clock = _day(found), _CLOCK.match(text, found.end())
    return _at(day, clock) if clock else day


def _compact_moment(found: re.Match[str]) -> Moment:
    day = _calendar_day(found[0], *map(int, found.group(1, 2, 3)))
    if not found[4]:
        return day
    return _clocked(day, int(found[4]), int(found[5]), int(found[6] or 0), SHANGHAI)


def _at(day: dt.date, clock: re.Match[str]) -> Moment:
    hour = int(clock["hour"])
    if clock["half"] in ("下午", "晚上") and hour < 12:
        hour += 12
    zone = clock["zone"]
    offset: dt.tzinfo = SHANGHAI
    if zone:
        offset = dt.datetime.strptime(zone, "%z").tzinfo or SHANGHAI
    return _clocked(day, hour, int(clock["minute"]), int(clock["second"] or 0), offset)


def _clocked(day: dt.date, hour: int, minute: int, second: int, zone: dt.tzinfo) -> Moment:
    """The moment; only the day where the clock says 25:00."""
    try:
        moment = dt.datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=zone)
    except ValueError:
        return day
    return moment.astimezone(SHANGHAI)


# ------------------------------------------------------------------ 成文

_ONLY_DATE = re.compile(rf"\s*(?P<who>[^，。；：,;:（(]{{2,60}}?\s+)?(?P<date>{_DATE})\s*")
_NOT_SIGNED = re.compile(r"[。；！？;!?：:，,]\s*$")
_PROSE = re.compile(r"[。：:]\s*$")


def signature_day(lines: Sequence[str]) -> Found[dt.date] | None:
    """成文日期: the first line that is a date, below prose and below the short lines of who signs.

    A covering 通知 is signed before the plan it hands on, so the first signature counts.
    """
    prose, above = False, ""
    fallback: Found[dt.date] | None = None
    for line in lines:
        stripped = line.strip()
        found = _ONLY_DATE.fullmatch(stripped) if prose and len(stripped) < 100 else None
        if found and (signed := _signed(found, stripped)):
            if found["who"] or (len(above) <= 60 and not _NOT_SIGNED.search(above)):
                return signed
            fallback = signed
        prose = prose or bool(_PROSE.search(stripped))
        above = stripped or above
    return fallback


def _signed(found: re.Match[str], line: str) -> Found[dt.date] | None:
    try:
        return Found(value=_day(found), raw=line, rule="signature")
    except ImpossibleDay:
        return None


# ------------------------------------------------------------------ 施行, 失效

_IN_FORCE = re.compile(
    rf"(?:自|从|于|，|,|。)?\s{{0,2}}(?:{_DATE}|(?P<relative>(?:发布|印发|公布|颁布|发文|下发|签发)之?日)(?P<wait>后?[{DIGITS}]{{1,3}}日后|[一二三四五六七八九十百]{{1,4}}日后)?)"
    rf"(?:零时|0时|起){{0,2}}\s{{0,2}}(?:正式|开始|后|起)?(?P<later>[{DIGITS}一二三四五六七八九十]{{1,4}}日后)?(?P<verb>施行|实施|执行|生效|试行)(?!的)"
)
_GENRES = (
    "办法|规定|规则|通知|意见|细则|方案|条例|公告|通告|规划|措施|政策|文件|决定|法|指南|标准|规程|目录|准则|制度|指引|要点"
    "|计划|批复|令|纲要|清单|守则|章程|解释|决议"
)
_ITSELF = re.compile(
    rf"本(?:\S{{0,8}}?(?:{_GENRES})|规范性\S{{0,6}})|(?:现|予以?|以)\S{{0,4}}(?:公布|发布|印发)"
)
_SENTENCE = re.compile(r"[^。\n]+")


def effective(text: str, *, written: dt.date | None = None) -> Found[dt.date] | None:
    """施行日期 as the document says of itself; 自印发之日起 needs the day it was ``written``."""
    found = [
        (bool(_ITSELF.search(s)), match)
        for s in _sentences(text, _FORCE_WORDS)
        for match in _IN_FORCE.finditer(s)
    ]
    ours = [match for itself, match in found if itself]
    others = [match for itself, match in found if not itself and match["verb"] != "执行"]
    for match in [*ours, *reversed(others)]:
        resolved = _begins(match, written)
        if resolved or match["relative"]:
            return resolved
    return None


_FORCE_WORDS = re.compile(r"施行|实施|执行|生效|试行")
_TERM_WORDS = re.compile(r"有效期|试行期|执行至|施行至|实施至|之日止|日止|失效")


def _sentences(text: str, words: re.Pattern[str]) -> Iterator[str]:
    """The sentences that hold one of the words; a longer one than 600 characters is none."""
    for sentence in _SENTENCE.findall(text):
        if len(sentence) <= 600 and words.search(sentence):
            yield sentence


def _begins(match: re.Match[str], written: dt.date | None) -> Found[dt.date] | None:
    raw = match[0].strip("，,。 ")
    if match["relative"]:
        wait = match["wait"] or match["later"] or ""
        days = count(re.sub(r"[后日]", "", wait)) or 0 if wait else 0
        rule = "stated: from the day it was written"
        return Found(value=written + dt.timedelta(days=days), raw=raw, rule=rule) if written else None
    try:
        return Found(value=_day(match), raw=raw, rule="stated")
    except ImpossibleDay:
        return None


_UNTIL = re.compile(
    rf"(?:有效期限?|施行期限?|执行期限?|试行期限?)?(?:截止|截至|到|至|为)*{_GAP}(?:到|至|截至|截止)(?:时间为?)?{_GAP}{_DATE}{_GAP}(?:止|失效|截止)?"
)
_TERM = re.compile(
    rf"(?:有效期限?|试行期限?|施行期限?|执行期限?)(?:暂定)?(?:为|是|：|:)?{_GAP}(?P<count>[{DIGITS}]{{1,2}}|[一二两三四五六七八九十]{{1,3}})"
    rf"{_GAP}(?P<unit>年|个月)"
)
_LIFE = re.compile(r"有效期|试行期|执行至|施行至|实施至|期限|止|失效")


def expires(text: str, *, written: dt.date | None = None) -> Found[dt.date] | None:
    """失效日期 as the document says of itself: a day, or a term counted from its 施行日期.

    A term belongs to the document only where the sentence says so (本办法…, …起施行): a licence
    has a 有效期 too.
    """
    in_force = cache(partial(effective, text, written=written))
    for sentence in _sentences(text, _TERM_WORDS):
        if not (_ITSELF.search(sentence) or _IN_FORCE.search(sentence)):
            continue
        if found := _until(sentence) or _term(sentence, written, in_force):
            return found
    return None


def _until(sentence: str) -> Found[dt.date] | None:
    for match in _UNTIL.finditer(sentence):
        if not _LIFE.search(sentence):
            continue
        try:
            return Found(value=_day(match), raw=match[0].strip(), rule="stated")
        except ImpossibleDay:
            continue
    return None


def _term(
    sentence: str, written: dt.date | None, in_force: Callable[[], Found[dt.date] | None]
) -> Found[dt.date] | None:
    """A term from the day the sentence says, else from that of the whole text."""
    match = _TERM.search(sentence)
    start = effective(sentence, written=written) or in_force() if match else None
    length = count(match["count"]) if match else None
    if not (match and start and length):
        return None
    months = length * (12 if match["unit"] == "年" else 1)
    last = _months_later(start.value, months) - dt.timedelta(days=1)
    return Found(value=last, raw=match[0], rule=f"derived: effective {start.value} + {months} months")


def _months_later(day: dt.date, months: int) -> dt.date:
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
