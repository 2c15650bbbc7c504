"""References to other documents in a title and a text: 《…》(文号) and numbers, with their kinds. Pure.

``basis`` comes from 根据《…》, ``repeals`` from 《…》同时废止, from the list below 决定废止下列…：, and from
the document's own title; without such a cue the kind is ``cites``. The cues are the formulas of 立法技术规范,
checked against 270 laws.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice

from attrs import evolve

from policy.documents import force
from policy.documents import numbers as docnumber
from policy.documents.dates import DATE, ImpossibleDay, day_of
from policy.documents.issuers import number_identity
from policy.documents.reference_kinds import (
    MOST_CLAUSES,
    ForceAct,
    act_on_above,
    amended_clauses,
    is_issue_phrase,
    issued_day,
    outside_quotes,
    typed,
)
from policy.records.content import FORCE_KINDS, DocNumber, Issuer, Reference, ReferenceKind
from policy.text.words import fold

LONGEST_TITLE = 200
MOST = 10_000
"""The most references of one document; the longest catalogues of repealed documents have some thousands."""
_EVIDENCE = 300
_LONGEST_SENTENCE = 200_000
_OPEN, _CLOSE, _STOPS = "《", "》", "。；;！？"
_QUOTE, _SIGN = re.compile(f"[{_OPEN}{_CLOSE}]"), re.compile(f"[{_OPEN}{_CLOSE}{_STOPS}]")
_GOES_ON = re.compile(
    r"\s{0,3}(?:[（(]?[一二三四五六七八九十\d]{1,3}[)）、.．]\s?)?(?P<issued>[^《》。；;：]{0,60})《"
)
"""Behind a semicolon: the next title of a list."""
_NUMBERED = re.compile(r"\s{0,2}[（(\[【]\s{0,2}(?P<inner>[^（）()【】]{2,80}?)\s{0,2}[）)\]】]")
_FORM = re.compile(
    r"(?:证|证书|证明|执照|表|单|登记簿|登记卡|台账|承诺书|申请书|通知书|决定书|告知书|委托书|许可)$"
)
"""Endings of the names of forms and certificates, which are not policies."""
_NAMING = re.compile(r"以下(?:简称|称|统称)[：:]?\s{0,2}$")
_ALIAS = re.compile(
    r"\s{0,2}[（(][^（）()]{0,80}?以下(?:简称|称|统称)[：:]?\s{0,2}[“\"《]?(?P<alias>[^“”\"《》（）()]{2,30})[”\"》]?[^（）()]{0,20}[）)]"
)


def reference_keys(reference: Reference) -> tuple[str, ...]:
    """The keys of the cited document: ``no:`` with its number, then ``title:`` with its title.

    The number of an order without an organ (第41号令) is no key.
    """
    number = number_identity(reference.doc_no).key if reference.doc_no else None
    numbered = [f"no:{number}"] if number else []
    title = reference.full or reference.title
    return (*numbered, *([f"title:{title_key(title)}"] if title else []))


_PUBLISHING_NOTICE = re.compile(r"关于印发[《〈]?(?P<name>[^《》〈〉]{4,150}?)[》〉]?的通知")
_CARRIED = re.compile(rf"(?!.*关于).{{2,}}(?:{force.GENRES})(?:[（(][^（）()]{{1,12}}[)）])?")


def title_forms(title: str, issuers: Sequence[Issuer] = ()) -> Iterator[str]:
    """The other forms in which a document's title is cited: with and without its issuers before 关于, and as
    the notice that prints it or what that notice prints."""
    names = {"".join(each.printed for each in issuers)}
    names.add("".join(each.name or each.printed for each in issuers))
    about = title.find("关于")
    if about > 0 and fold(title[:about]) in {fold(name) for name in names}:
        yield title[about:]
    if notice := _PUBLISHING_NOTICE.search(title):
        if _CARRIED.fullmatch(notice["name"]):
            yield notice["name"]
    elif _CARRIED.fullmatch(title):
        title = f"关于印发{title}的通知"
        yield title
    if title.startswith("关于"):
        yield from (f"{name}{title}" for name in sorted(names) if name)


def references(
    lines: Sequence[str], *, title: str = "", doc_no: DocNumber | None = None
) -> tuple[Reference, ...]:
    """All mentions of other documents in the title and the lines, in order, and those in lists.

    Mentions of the document itself (``title``, ``doc_no``) are omitted, unless it repeals an earlier document
    of its own name. A draft and an interpretation do nothing to other documents: they only cite them.
    """
    named, own = _in_title(title)
    found = [each for at, line in enumerate(lines) if line.strip() != title for each in _mentions(at, line)]
    found = [*named, *_with_lists(lines, found, title)]
    aliases = _aliases(lines, found)
    found = [evolve(each, full=aliases.get(each.title, "")) for each in found]
    found = [each for each in found if not (_is_own(each, own, doc_no) or _is_alias(lines, each))]
    if _is_only_about(title, lines):
        return tuple(_citing(each) for each in islice(found, MOST))
    return tuple(_with_clauses(lines, [*islice(found, MOST)]))


_ONLY_ABOUT = re.compile(
    r"征求.{0,60}意见|意见的?反馈|草案|征求意见稿|送审稿|讨论稿|公示稿|起草说明|解读|答记者问|图解|读懂|问答|释义|新闻发布会|修订说明"
)
_DRAFT_LINE = re.compile(
    r"[^。；]{2,80}[（(](?:征求意见稿|草案|送审稿|讨论稿|公示稿|公开征求意见稿)[^（）()]{0,12}[)）]\s{0,2}"
)


def _is_only_about(title: str, lines: Sequence[str]) -> bool:
    """Whether the document is a draft, or about another document: it changes no other document's force."""
    return bool(_ONLY_ABOUT.search(title)) or any(_DRAFT_LINE.fullmatch(line) for line in lines[:3])


def _citing(each: Reference) -> Reference:
    kept = each.kind not in FORCE_KINDS and each.kind != "amends"
    return each if kept else evolve(each, kind="cites", clauses=(), day=None)


def _is_own(each: Reference, own: frozenset[str], doc_no: DocNumber | None) -> bool:
    if doc_no and each.doc_no and _are_one_number(doc_no, each.doc_no):
        return True
    if not (each.title and title_key(each.full or each.title) in own):
        return False
    earlier = each.kind == "repeals" and each.line is not None and (each.issued or each.doc_no)
    return not earlier


def _are_one_number(left: DocNumber, right: DocNumber) -> bool:
    return left.norm == right.norm or number_identity(left).matches(number_identity(right))


def _aliases(lines: Sequence[str], found: Sequence[Reference]) -> dict[str, str]:
    """Abbreviations that the text defines: 《中华人民共和国水法》（以下简称《水法》）."""
    given: dict[str, str] = {}
    for each in found:
        quoted = each.title and each.line is not None
        alias = _ALIAS.match(lines[each.line or 0], each.start + len(each.title) + 2) if quoted else None
        if alias:
            given.setdefault(alias["alias"].strip(), each.title)
    return given


def _is_alias(lines: Sequence[str], each: Reference) -> bool:
    """Whether a mention only defines an abbreviation."""
    if each.line is None:
        return False
    return _NAMING.search(lines[each.line], max(0, each.start - 8), each.start) is not None


@lru_cache(maxsize=4096)
def title_key(title: str) -> str:
    """The form of a title for comparison: folded, without the country's name and the edition."""
    bare = _EDITION.sub("", title.strip(" 《》"))
    return fold(bare).removeprefix("中华人民共和国")


_EDITION = re.compile(
    r"\s{0,2}[（(\[](?:[^（）()]{0,20}(?:修订|修正|修改)[^（）()]{0,8}|\d{4}年?(?:版|本)?)[）)\]]\s{0,2}$"
)


# ------------------------------------------------------------------ the document's own title

_PUBLISHING = re.compile(
    r"(?:印发|发布|公布|颁布|颁发|下发|制发|出台|签发|制定|公开征求|征求)(?:对|修订后的|修改后的|新的|新修订的)?$"
)
_ITSELF = re.compile(
    r"\s{0,2}《[^《》]{2,200}》\s{0,2}(?:[（(][^（）()]{0,40}[)）]|全文|原文|正文|公布|发布|出台|印发|施行|实施|的?(?:公告|通知|决定|令)|\s)*"
)
_BARE_TITLE = re.compile(
    r"关于(?P<act>(?:废止|宣布失效|宣布废止|停止执行|停止施行|暂停执行|暂停实施|恢复执行|恢复施行|修改|修订|修正|延长))"
    r"(?P<name>[^《》〈〉，。；]{4,150}?(?:办法|规定|规则|细则|条例|方案|意见|通知|规程|标准|目录|措施|办法（试行）|制度|规划|公告|法|准则|章程|政策))"
    r"(?:[（(][^（）()]{1,20}[)）])?(?:等[^《》]{1,30}|有效期|部分条款|有关条款|部分内容)?的(?:决定|通知|公告|通告|命令|函)"
)
_SEVERAL = re.compile(r"部分|一批|若干|有关|相关|[和、](?:修改|废止|宣布)|第.{1,4}批|文件$")
_BARE_KINDS: Sequence[tuple[str, ReferenceKind]] = (
    ("暂停", "suspends"),
    ("恢复", "resumes"),
    ("修", "amends"),
    ("延长", "extends"),
    ("", "repeals"),
)


def _in_title(title: str) -> tuple[list[Reference], frozenset[str]]:
    """The documents that the title names for what this one does to them, and the keys of the document
    itself: its title, and the title that it publishes."""
    quoted = (
        list(_mentions(None, title.replace("〈", "《").replace("〉", "》")))
        if "《" in title or "〈" in title
        else []
    )
    whole = _ITSELF.fullmatch(title)
    ours = [
        each for each in quoted if whole or (each.kind == "cites" and _PUBLISHING.search(title[: each.start]))
    ]
    others = [each for each in quoted if each not in ours]
    own = (
        frozenset({title_key(title), *(title_key(each.title) for each in ours)}) - {""}
        if title
        else frozenset[str]()
    )
    if not quoted and (bare := _BARE_TITLE.search(title)) and not _SEVERAL.search(bare["name"]):
        kind = next(kind for words, kind in _BARE_KINDS if bare["act"].startswith(words))
        others = [
            Reference(
                kind=kind,
                title=bare["name"],
                sentence=title[:_EVIDENCE],
                line=None,
                start=bare.start("name"),
                end=bare.end("name"),
            )
        ]
    return others, own


# ------------------------------------------------------------------ mentions


def _mentions(at: int | None, line: str) -> Iterator[Reference]:
    if _OPEN not in line and "号" not in line:
        return
    above: list[Reference] = []
    for begin, sentence in _sentences(line):
        if act := act_on_above(sentence):
            above = [_of_act(each, act, sentence) for each in above]
            continue
        titled = list(_titled(at, begin, sentence))
        mentioned = sorted([*titled, *_bare(at, begin, sentence, titled)], key=_place)
        above.extend(typed(sentence, begin, mentioned))
    yield from above


def _of_act(each: Reference, act: ForceAct, sentence: str) -> Reference:
    """A mention in the sentences before 上述文件同时废止."""
    if each.kind != "cites":
        return each
    said = f"{each.sentence} {sentence.strip()}"[:_EVIDENCE]
    return evolve(each, kind=act.kind, clauses=act.clauses, day=act.day, sentence=said)


def _place(reference: Reference) -> int:
    return reference.start


def _sentences(line: str) -> Iterator[tuple[int, str]]:
    """Sentences with their offsets. A full stop inside a title does not end a sentence, nor does a semicolon
    between two titles of a list."""
    begin = depth = 0
    for found in _SIGN.finditer(line):
        at, sign = found.start(), found[0]
        while at - begin > _LONGEST_SENTENCE:
            yield begin, line[begin : begin + _LONGEST_SENTENCE + 1]
            begin, depth = begin + _LONGEST_SENTENCE + 1, 0
        depth += (sign == _OPEN) - (sign == _CLOSE and depth > 0)
        if sign in _STOPS and not depth and not (sign in "；;" and _lists_on(line, at)):
            yield begin, line[begin : at + 1]
            begin, depth = at + 1, 0
    for start in range(begin, len(line), _LONGEST_SENTENCE + 1):
        yield start, line[start : start + _LONGEST_SENTENCE + 1]


def _lists_on(line: str, at: int) -> bool:
    """Whether the semicolon is between two titles of a list."""
    if line[at - 1 : at] not in ("》", "）", ")", "号"):
        return False
    on = _GOES_ON.match(line, at + 1)
    return on is not None and is_issue_phrase(on["issued"])


def _titled(at: int | None, begin: int, sentence: str) -> Iterator[Reference]:
    """References by outermost titles in 《》, with the number after them."""
    start = depth = 0
    for found in _QUOTE.finditer(sentence):
        place = found.start()
        if found[0] == _OPEN:
            start, depth = (place, 1) if not depth else (start, depth + 1)
        elif depth:
            depth -= 1
            if depth or place - start > LONGEST_TITLE + 1:
                continue
            title = sentence[start + 1 : place].strip()
            number, end = _number_behind(sentence, place + 1)
            if len(title) > 1 and (number or not _FORM.search(title)):
                yield Reference(
                    kind="cites",
                    title=title,
                    doc_no=number,
                    sentence=_evidence(sentence, start, end),
                    line=at,
                    start=begin + start,
                    end=begin + end,
                )


def _evidence(sentence: str, start: int, end: int) -> str:
    """The sentence around a mention; of a long one its beginning, the mention and its end."""
    if len(sentence) <= _EVIDENCE:
        return sentence.strip()
    head, tail = min(80, start), max(len(sentence) - 60, end)
    pieces = (sentence[:head], sentence[start : min(end, start + 140)], sentence[tail:])
    return " … ".join(piece.strip() for piece in pieces if piece.strip())


def _number_behind(sentence: str, end: int) -> tuple[DocNumber | None, int]:
    """The number in brackets after a title and its end, as in 《…》（国发〔2021〕23号，以下简称…）."""
    found = _NUMBERED.match(sentence, end)
    numbers = docnumber.find_numbers(found["inner"]) if found else ()
    return (numbers[0], found.end()) if found and numbers else (None, end)


def _bare(at: int | None, begin: int, sentence: str, titled: Sequence[Reference]) -> Iterator[Reference]:
    """References by numbers without a title."""
    covered = iter(
        [*((each.start - begin, each.end - begin) for each in titled), (len(sentence), len(sentence))]
    )
    start, end = next(covered)
    for spot in docnumber.find_spans(sentence) if "号" in sentence else ():
        while end <= spot.start and start < len(sentence):
            start, end = next(covered)
        if not start <= spot.start < end:
            yield Reference(
                kind="cites",
                title="",
                doc_no=spot.value,
                sentence=_evidence(sentence, spot.start, spot.end),
                line=at,
                start=begin + spot.start,
                end=begin + spot.end,
            )


# ------------------------------------------------------------------ lists of documents

_ROW_REST = re.compile(r"(?:[；;。，、,\s等]|[（(\[【][^（）()\[\]【】]{0,160}[)）\]】]|[^《》。；]{0,40})")


def _with_lists(lines: Sequence[str], found: Sequence[Reference], title: str) -> list[Reference]:
    """The mentions in order, those in rows of lists with the kind of the list, and names printed without
    《》."""
    listed = force.listed(lines, title)
    if not listed:
        return [*found]
    rows = [row for row in listed if row.name != "《"]
    quoted = [row for row in listed if row.name == "《"]
    covered = {line for row in rows for line in row.lines}
    kinds = {line: row for row in quoted for line in row.lines}
    kept = [each for each in found if each.line not in covered]
    placed = [_of_row(each, lines, kinds[each.line]) if each.line in kinds else each for each in kept]
    named = [_named(lines, row) for row in rows]
    return sorted([*placed, *(each for each in named if each)], key=lambda each: (each.line or 0, each.start))


def _of_row(each: Reference, lines: Sequence[str], row: force.Row) -> Reference:
    """A mention in a row of a list: what the list says of it, unless its own sentence says more."""
    line = lines[each.line or 0]
    if each.kind != "cites" or row.kind is None or not _ROW_REST.fullmatch(line, each.end):
        return each
    number = docnumber.find_numbers(lines[row.number_line]) if row.number_line is not None else ()
    return evolve(
        each,
        kind=row.kind,
        day=row.day,
        doc_no=each.doc_no or next(iter(number), None),
        sentence=_row_sentence(lines, row),
        issued=issued_day(line, each.start),
    )


def _named(lines: Sequence[str], row: force.Row) -> Reference | None:
    """The reference of a row without 《》: its name, or only its number."""
    if row.kind is None:
        return None
    own = lines[row.line][row.start + len(row.name) :] if row.name else ""
    numbers = docnumber.find_numbers(own) or (
        docnumber.find_numbers(lines[row.number_line]) if row.number_line is not None else ()
    )
    if not row.name and not numbers:
        return None
    place = row.line if row.name else row.number_line or 0
    return Reference(
        kind=row.kind,
        title=row.name,
        doc_no=next(iter(numbers), None),
        sentence=_row_sentence(lines, row),
        line=place,
        start=row.start if row.name else 0,
        end=row.start + len(row.name) if row.name else len(lines[place]),
        day=row.day,
        issued=_issued_in(own),
    )


def _issued_in(text: str) -> dt.date | None:
    """The day in the brackets behind a name: X条例（1986年2月8日国务院发布）."""
    found = re.search(DATE, text)
    try:
        return day_of(found) if found else None
    except ImpossibleDay:
        return None


def _row_sentence(lines: Sequence[str], row: force.Row) -> str:
    words = " ".join(lines[line].strip() for line in sorted({*row.lines}))
    return f"{row.heading[:120]} … {words}"[:_EVIDENCE]


# ------------------------------------------------------------------ amended clauses


def _with_clauses(lines: Sequence[str], found: Sequence[Reference]) -> Iterator[Reference]:
    """The references; an amended document with the clauses that the lines up to the next one amend."""
    amended = [each for each in found if each.kind == "amends" and each.line is not None]
    if not amended:
        yield from found
        return
    outside = [*outside_quotes(lines)]
    starts = {id(each): (each.line or 0, each.end) for each in amended}
    ends = [
        (each.line or 0, each.start)
        for each in found
        if each.line is not None and each.kind in ("amends", "repeals")
    ]
    clauses: dict[str, list[str]] = {}
    for each in amended:
        start = starts[id(each)]
        end = next((place for place in ends if place > start), (len(lines), 0))
        clauses.setdefault(title_key(each.full or each.title), []).extend(
            amended_clauses(outside, start, end)
        )
    for each in found:
        named = (
            clauses.get(title_key(each.full or each.title), [])
            if each.kind == "amends" and each.title
            else []
        )
        yield (
            evolve(each, clauses=tuple(dict.fromkeys((*each.clauses, *named)))[:MOST_CLAUSES])
            if named
            else each
        )
