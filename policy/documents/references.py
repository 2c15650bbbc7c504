"""References to other documents in a text: 《…》(文号) and numbers, with a kind by the words around them.
Pure.

``basis`` comes from 根据《…》, ``repeals`` from 《…》同时废止; without such a cue the kind is ``cites``. The
cues are the formulas of 立法技术规范, checked against 270 laws.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain, islice

from attrs import evolve

from policy.documents import numbers as docnumber
from policy.records.content import DocNumber, Reference, ReferenceKind
from policy.text.words import fold

LONGEST_TITLE = 200
MOST = 1000
"""The most references of one document."""
_EVIDENCE = 300
_LONGEST_SENTENCE = 2000
_BEFORE = 60
"""The number of characters around a title in which cues are searched."""
_OPEN, _CLOSE, _STOPS = "《", "》", "。；;！？"
_QUOTE, _SIGN = re.compile(f"[{_OPEN}{_CLOSE}]"), re.compile(f"[{_OPEN}{_CLOSE}{_STOPS}]")
_SENTENCE = re.compile(r"[^。；;！？\n]*[。；;！？]?")
_JOINT = re.compile(
    r"(?:\s|[、，,和与及或]|以及|或者|等|（[^（）]{0,80}）|\([^()]{0,80}\))*"
    r"(?:[^《》。；，、]{0,60}(?:发布|公布|颁布|批准|印发|制定|修订)[^《》。；，]{0,6}的)?"
)
_NUMBERED = re.compile(r"\s{0,2}[（(\[【]\s{0,2}(?P<inner>[^（）()【】]{2,80}?)\s{0,2}[）)\]】]")
_ANNEX = re.compile(r"^(?:附件|附表|附录)")
_FORM = re.compile(
    r"(?:证|证书|证明|执照|表|单|登记簿|登记卡|台账|承诺书|申请书|通知书|决定书|告知书|委托书|许可)$"
)
"""Endings of the names of forms and certificates, which are not policies."""
_NAMING = re.compile(r"以下(?:简称|称|统称)[：:]?\s{0,2}$")
_ALIAS = re.compile(
    r"\s{0,2}[（(][^（）()]{0,80}?以下(?:简称|称|统称)[：:]?\s{0,2}[“\"《]?(?P<alias>[^“”\"《》（）()]{2,30})[”\"》]?[^（）()]{0,20}[）)]"
)

_CUES: Sequence[tuple[ReferenceKind, re.Pattern[str]]] = (
    ("repeals", re.compile(r"(?<![不未])(?:废止|停止执行|停止施行)(?:了|原)?$")),
    ("amends", re.compile(r"(?:修改|修订|修正)(?:了|原)?$")),
    ("forwards", re.compile(r"(?:转发|印转|批转)(?:了)?[^，。；《》]{0,20}$")),
    ("interprets", re.compile(r"(?:解读|解释|释义)(?:了)?$")),
    (
        "implements",
        re.compile(r"(?:贯彻|落实|实施|执行|细化)(?:好|和|与)?[^，。；《》]{0,24}(?<!实施的)(?<!执行的)$"),
    ),
    ("basis", re.compile(r"(?:根据|依据|依照|按照|遵照|遵循|参照|比照|符合|违反|适用)[^，。；《》]{0,24}$")),
)
_AFTER: Sequence[tuple[ReferenceKind, re.Pattern[str]]] = (
    (
        "repeals",
        re.compile(
            r"[^《》。；]{0,40}?(?<![不未])(?:(?:同时|即行|一并|相应|予以|随之|自行)?(?:废止|失效)|(?:同时|即行|一并)?停止(?:执行|施行))"
        ),
    ),
    ("amends", re.compile(r"\s{0,2}(?:作|做|进行|予以|作出|做出)[^《》。；]{0,12}(?:修改|修订|修正)")),
    ("interprets", re.compile(r"的?(?:政策|有关|图文|文字)?(?:解读|问答|答记者问|释义)")),
    ("amends", re.compile(r"(?:第[^《》。；，]{1,16})(?:修改为|删去|增加)")),
)
_PUBLISHED = re.compile(r"(?:现将|现予|现)[^，。；《》]{0,20}$")
_PUBLISHES = re.compile(r"[^《》。；]{0,16}(?:印发|发布|公布|下发)(?:给你们|如下|。|，|$)")


def reference_keys(reference: Reference) -> tuple[str, ...]:
    """The keys of the cited document: ``no:`` with its number, then ``title:`` with its title."""
    numbered = [f"no:{reference.doc_no.norm}"] if reference.doc_no else []
    title = reference.full or reference.title
    return (*numbered, *([f"title:{title_key(title)}"] if title else []))


def references(
    lines: Sequence[str], *, title: str = "", doc_no: DocNumber | None = None
) -> tuple[Reference, ...]:
    """All mentions of other documents, in order. Mentions of the document itself (``title``, ``doc_no``) are
    omitted."""
    own = {title_key(title), *(title_key(each.title) for each in _mentions(0, title))} if title else set()
    found = [each for at, line in enumerate(lines) for each in _mentions(at, line)]
    aliases = _aliases(lines, found)
    named = (evolve(each, full=aliases.get(each.title, "")) for each in found)
    others = (
        each
        for each in named
        if not (each.title and title_key(each.full or each.title) in own)
        and not (doc_no and each.doc_no and each.doc_no.norm == doc_no.norm)
        and not _is_alias(lines[each.line], each)
    )
    return tuple(islice(others, MOST))


def _aliases(lines: Sequence[str], found: Sequence[Reference]) -> dict[str, str]:
    """Abbreviations that the text defines: 《中华人民共和国水法》（以下简称《水法》）."""
    given: dict[str, str] = {}
    for each in found:
        alias = _ALIAS.match(lines[each.line], each.start + len(each.title) + 2) if each.title else None
        if alias:
            given.setdefault(alias["alias"].strip(), each.title)
    return given


def _is_alias(line: str, each: Reference) -> bool:
    """Whether a mention only defines an abbreviation."""
    return _NAMING.search(line, max(0, each.start - 8), each.start) is not None


@lru_cache(maxsize=4096)
def title_key(title: str) -> str:
    """The form of a title for comparison: folded, without the country's name and the edition."""
    bare = _EDITION.sub("", title.strip(" 《》"))
    return fold(bare).removeprefix("中华人民共和国")


_EDITION = re.compile(
    r"\s{0,2}[（(\[](?:[^（）()]{0,20}(?:修订|修正|修改)[^（）()]{0,8}|\d{4}年?(?:版|本)?)[）)\]]\s{0,2}$"
)


# ------------------------------------------------------------------ mentions


def _mentions(at: int, line: str) -> Iterator[Reference]:
    if _OPEN not in line and "号" not in line:
        return
    for begin, sentence in _sentences(line):
        titled = list(_titled(at, begin, sentence))
        yield from sorted([*_typed(sentence, begin, titled), *_bare(at, begin, sentence, titled)], key=_place)


def _place(reference: Reference) -> int:
    return reference.start


def _sentences(line: str) -> Iterator[tuple[int, str]]:
    """Sentences with their offsets; a full stop inside a title does not end a sentence."""
    begin = depth = 0
    for found in _SIGN.finditer(line):
        at, sign = found.start(), found[0]
        while at - begin > _LONGEST_SENTENCE:
            yield begin, line[begin : begin + _LONGEST_SENTENCE + 1]
            begin, depth = begin + _LONGEST_SENTENCE + 1, 0
        depth += (sign == _OPEN) - (sign == _CLOSE and depth > 0)
        if (sign in _STOPS and not depth) or at - begin >= _LONGEST_SENTENCE:
            yield begin, line[begin : at + 1]
            begin, depth = at + 1, 0
    for start in range(begin, len(line), _LONGEST_SENTENCE + 1):
        yield start, line[start : start + _LONGEST_SENTENCE + 1]


def _titled(at: int, begin: int, sentence: str) -> Iterator[Reference]:
    """References by outermost titles in 《》, with the number after them."""
    start = depth = 0
    for found in _QUOTE.finditer(sentence):
        place = found.start()
        if found[0] == _OPEN:
            start, depth = (place, 1) if not depth else (start, depth + 1)
        elif depth:
            depth -= 1
            title = sentence[start + 1 : place].strip()
            number, end = _number_behind(sentence, place + 1)
            if not depth and 1 < len(title) <= LONGEST_TITLE and (number or not _FORM.search(title)):
                yield Reference(
                    kind="cites",
                    title=title,
                    doc_no=number,
                    sentence=sentence.strip()[:_EVIDENCE],
                    line=at,
                    start=begin + start,
                    end=begin + end,
                )


def _number_behind(sentence: str, end: int) -> tuple[DocNumber | None, int]:
    """The number in brackets after a title and its end, as in 《…》（国发〔2021〕23号，以下简称…）."""
    found = _NUMBERED.match(sentence, end)
    numbers = docnumber.find_numbers(found["inner"]) if found else ()
    return (numbers[0], found.end()) if found and numbers else (None, end)


def _bare(at: int, begin: int, sentence: str, titled: Sequence[Reference]) -> Iterator[Reference]:
    """References by numbers without a title."""
    covered = [(each.start - begin, each.end - begin) for each in titled]
    for spot in docnumber.find_spans(sentence):
        if any(start <= spot.start < end for start, end in covered):
            continue
        bare = Reference(
            kind="cites",
            title="",
            doc_no=spot.value,
            sentence=sentence.strip()[:_EVIDENCE],
            line=at,
            start=begin + spot.start,
            end=begin + spot.end,
        )
        yield evolve(bare, kind=_kind(sentence, spot.start, spot.end))


# ------------------------------------------------------------------ kinds of references


def _typed(sentence: str, begin: int, titled: Sequence[Reference]) -> Iterator[Reference]:
    """The references with their kinds; titles in a row have the same kind."""
    for row in _rows(sentence, begin, titled):
        kind = _kind(sentence, row[0].start - begin, row[-1].end - begin)
        yield from (evolve(each, kind=kind) for each in row if not _is_own(sentence, begin, each))


def _rows(sentence: str, begin: int, titled: Sequence[Reference]) -> Iterator[list[Reference]]:
    row: list[Reference] = []
    for each in titled:
        between = sentence[row[-1].end - begin : each.start - begin] if row else ""
        if row and not _JOINT.fullmatch(between):
            yield row
            row = []
        row.append(each)
    if row:
        yield row


def _kind(sentence: str, start: int, end: int) -> ReferenceKind:
    before, after = sentence[max(0, start - _BEFORE) : start], sentence[end : end + _BEFORE]
    behind = (kind for kind, cue in _AFTER if cue.match(after))
    ahead = (kind for kind, cue in _CUES if cue.search(before))
    return next(chain(behind, ahead), "cites")


def _is_own(sentence: str, begin: int, each: Reference) -> bool:
    """Whether the title is the document itself or its annex, as in 现将《…》印发给你们."""
    before, after = sentence[: each.start - begin], sentence[each.end - begin :]
    return bool(_ANNEX.match(each.title) or (_PUBLISHED.search(before) and _PUBLISHES.match(after)))
