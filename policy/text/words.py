"""Folding of text for comparison, tokens for search, excerpts around what was searched for, and the canonical
form. Archived text is never folded. Pure.

Texts that differ only in typography and spelling have the same canonical form. It keeps distinctions that
:func:`fold` (made for searching) drops: a minus, ``<``, ``2021、2025`` against ``2021—2025``, ``mW`` against
``MW``. It unifies notations that mean the same: ``二〇二四年`` is ``2024年``, ``百分之五`` is ``5%``,
``1,000`` is ``1000``, ``1万元`` is ``10000元``.

Fingerprints are bounded sets of hashes of words, from which the containment of two texts is estimated.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache

from attrs import field, frozen

from policy.text.numerals import HAN_DIGITS, NUMERALS, parse_numeral

HAN = "㐀-䶿一-鿿豈-﫿々〇𠀀-𿿽"
"""The Han characters, as the content of a character class."""

BREAK = "¶"
"""The token for punctuation and line ends, so that phrases do not match across them."""

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]")
_WIDE = {wide: unicodedata.normalize("NFKC", wide) for wide in "，：；（）！？％\u3000"}
_RADICAL = re.compile("[\u2e80-\u2fd5]")
_SUPPLEMENT = (
    (
        "⺁⺄⺅⺆⺈⺉⺊⺋⺌⺍⺎⺏⺐⺑⺒⺓⺔⺕⺖⺗⺘⺙⺛⺜⺝⺞⺟⺠⺡⺢⺣⺤⺥⺦⺧⺨⺩⺪⺫⺬",
        "厂乙亻冂刀刂卜㔾小小兀尣尢尣巳幺彑彐忄㣺扌攵旡日月歺母民氵氺灬爫爫丬牛犭王疋目示",
    ),
    (
        "⺭⺮⺯⺰⺱⺲⺳⺴⺵⺶⺷⺸⺹⺺⺻⺼⺽⺾⺿⻀⻁⻂⻃⻄⻅⻆⻇⻈⻉⻊⻋⻌⻍⻎⻏⻐⻑⻒⻓⻔",
        "礻竹糹纟罓罒㓁㓁网羊羊羊耂肀聿肉臼艹艹艹虎衤覀西见角角讠贝足车辶辶辶阝钅長镸长门",
    ),
    (
        "⻕⻖⻗⻘⻙⻚⻛⻜⻝⻞⻟⻠⻡⻢⻣⻤⻥⻦⻧⻨⻩⻪⻫⻬⻭⻮⻯⻰⻱⻲⻳",
        "阜阝雨青韦页风飞食飠飠饣首马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜龙龜亀龟",
    ),
    ("⼾⾭⿈", "户青黄"),
)
"""The radicals whose character NFKC does not give, or gives in a form that simplified texts do not use."""
_CHARACTERS = str.maketrans(
    {chr(code): unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)}
    | {radical: sign for row in _SUPPLEMENT for radical, sign in zip(*row, strict=True)}
)
_BETWEEN_DIGITS = re.compile(r"(\d)[^\w%‰]+(?=\d)")
_LOOSE = re.compile(r"[.-](?:(?<!\d[.-])|(?!\d))")
_MUTE = re.compile(r"[^\w.%‰≤≥¥$€£-]+|_+")
_PAUSE = re.compile(r"(?:[^\w\s]|[_\n\r\v\f\x1c-\x1e\x85\u2028\u2029])[\W_]*")
_TOKEN = re.compile(rf"[{HAN}{BREAK}]|[^\W_{HAN}]+")


def unify_radicals(text: str) -> str:
    """The text with the radicals of PDFs (⻛ ⺠ ⼀) as the characters they stand for, one for one.

    Offsets stay valid. Everything that reads words applies it; the archived text stays as published.
    """
    return text.translate(_CHARACTERS) if _RADICAL.search(text) else text


def compatible(text: str) -> str:
    """The NFKC form in lower case without invisible characters and radicals.

    Common full-width punctuation is replaced first. Most texts are then in normal form already, which Python
    checks quickly; that takes a tenth of the time.
    """
    for wide, narrow in _WIDE.items():
        text = text.replace(wide, narrow)
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", unify_radicals(text)).lower())


def fold(text: str) -> str:
    """The form for comparison: NFKC, lower case, without white space and punctuation.

    Punctuation between two digits is kept (``3.5`` is not ``35``, ``2021—2025`` becomes ``2021-2025``), and
    so are signs that change a quantity (``% ‰ ≤ ≥`` and currencies).
    """
    solid = "".join(compatible(text).split())
    return _MUTE.sub("", _LOOSE.sub("", _BETWEEN_DIGITS.sub(_joint, solid)))


def _joint(match: re.Match[str]) -> str:
    digit, between = match[1], match[0][1:]
    return f"{digit}." if between == "." else f"{digit}-"


def fingerprint(folded: str) -> str:
    """The SHA-256 of folded text, in hexadecimal."""
    return hashlib.sha256(folded.encode()).hexdigest()


def tokens(text: str) -> list[str]:
    """Search tokens: single Han characters, and runs of other letters and digits.

    Punctuation and line ends between them become one ``¶``; white space is ignored.
    """
    return _TOKEN.findall(_PAUSE.sub(BREAK, compatible(text)))


def phrase(text: str) -> list[str]:
    """The tokens of a search term, without ``¶`` at both ends."""
    term = tokens(text)
    first = 1 if term[:1] == [BREAK] else 0
    last = -1 if term[first:][-1:] == [BREAK] else None
    return term[first:last]


# ------------------------------------------------------------------ excerpts for people


AROUND = 40
"""Characters before and after the match."""

_LETTER = rf"[^\W_{HAN}]"
_INSIDE = r"[\s\u00ad\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff]*"
_BETWEEN_TERMS = r"[\W_]+"


def snippet(text: str, terms: Iterable[str], *, around: int = AROUND) -> str:
    """The text around the first match, with ``around`` characters before and after it, on one line.

    The beginning of the text if no term matches it (the match may be in the title).
    """
    spans = [span for term in terms for span in _places(text, term)[:1]]
    start, end = min(spans, default=(0, around))
    cut = slice(max(start - around, 0), min(end + around, len(text)))
    shown = " ".join(text[cut].split())
    return f"{'…' if cut.start > 0 else ''}{shown}{'…' if cut.stop < len(text) else ''}"


def match_spans(text: str, terms: Iterable[str]) -> list[tuple[int, int]]:
    """The sorted spans of all occurrences of the terms; spaces inside words are part of a span."""
    return sorted(place for term in terms for place in _places(text, term))


def _places(text: str, term: str) -> list[tuple[int, int]]:
    """The spans of a term; the text is searched in its compatibility form if the term is not in the
    original."""
    pattern = re.compile(_pattern(phrase(term)), re.IGNORECASE)
    if spans := [match.span() for match in pattern.finditer(text)]:
        return spans
    folded, origin = _folded(text)
    return [(origin[match.start()], origin[match.end() - 1] + 1) for match in pattern.finditer(folded)]


def _pattern(tokens: list[str]) -> str:
    """A pattern of the tokens: a break matches any punctuation; white space is allowed between tokens."""
    parts = [_BETWEEN_TERMS if token == BREAK else _word(token) for token in tokens]
    return _INSIDE.join(parts)


def _word(token: str) -> str:
    if re.fullmatch(f"[{HAN}]", token):
        return token
    return rf"(?<!{_LETTER}){re.escape(token)}(?!{_LETTER})"


def _folded(text: str) -> tuple[str, list[int]]:
    """The NFKC form of the text and, for each of its characters, the index of the original character."""
    folded, origin = [], []
    for at, character in enumerate(text):
        form = character if character < "\x80" else unicodedata.normalize("NFKC", unify_radicals(character))
        folded.append(form)
        origin.extend([at] * len(form))
    return "".join(folded), origin


_UNPRINTABLE = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


def single_line(text: str) -> str:
    """The text with each run of line breaks, white space, control characters and bidirectional marks
    replaced by one space."""
    return _UNPRINTABLE.sub(" ", text).strip()


# ------------------------------------------------------------------ the canonical form

_UNITS = {"": 1, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8, "万亿": 10**12}
_STEP = r"(\d{1,12}(?:\.\d{1,8})?)([百千]?)(万亿|亿|万)"
_AMOUNTS_LARGE = re.compile(
    rf"(?<![\d.]){_STEP}(?:{_STEP})?(?:(\d{{1,7}})([百千]?)(?![\d.年月日万亿百千瓦]))?"
    r"|(?<![\d.])(\d{1,3})([百千])(?![\d万亿瓦米克伏帕焦卡安升字分])"
)
_POINTED = re.compile(
    rf"(?<![{NUMERALS}])([{NUMERALS}]{{1,8}})点([{HAN_DIGITS}]{{1,8}})(?=[倍个万亿元吨米度公平千兆])"
)
_DAY = re.compile(r"(?<![\d./-])((?:19|20)\d\d)([-./])(0?[1-9]|1[0-2])\2(0?[1-9]|[12]\d|3[01])(?!\d|[-./]\d)")
_ZERO = re.compile(r"(?<=\d年)0(?=[1-9]月)|(?<=\d月)0(?=[1-9]日)")


def expand_amounts(text: str) -> str:
    """The text with figures before 百, 千, 万 and 亿 written out: ``12万5000元`` becomes ``125000元``."""
    return _AMOUNTS_LARGE.sub(_amounts_value, text)


def decimal_points(text: str) -> str:
    """The text with ``一点五倍`` as ``1.5倍``; times of day (三点二十分) are unchanged."""
    return _POINTED.sub(lambda match: decimal_figures(match[1], match[2]) or match[0], text)


def decimal_figures(whole: str, part: str) -> str | None:
    """The Chinese numerals before and after 点 as a decimal number; None if one is not a numeral."""
    value, digits = parse_numeral(whole), [parse_numeral(digit) for digit in part]
    return f"{value}.{''.join(map(str, digits))}" if value is not None and None not in digits else None


def han_dates(text: str) -> str:
    """The text with ``2025-01-01`` as ``2025年1月1日``."""
    return _DAY.sub(lambda match: f"{match[1]}年{int(match[3])}月{int(match[4])}日", text)


def strip_date_zeros(text: str) -> str:
    """The text with ``2025年01月01日`` as ``2025年1月1日``."""
    return _ZERO.sub("", text)


def _amounts_value(match: re.Match[str]) -> str:
    first, tens, unit, second, others, lesser, rest, some, small, few = match.groups()
    if small:
        return str(int(small) * _UNITS[few])
    value = Decimal(first) * _UNITS[tens] * _UNITS[unit]
    if second:
        below = Decimal(second) * _UNITS[others] * _UNITS[lesser]
        if below >= _UNITS[unit]:
            return match[0]
        value += below
    if rest:
        last = int(rest) * _UNITS[some]
        if last >= _UNITS[lesser or unit]:
            return match[0]
        value += last
    written = f"{value:f}"
    return written.rstrip("0").rstrip(".") if "." in written else written


_RARE = re.compile("[⁰¹²³⁴-⁹⁻MＭ]")
_DIGIT = re.compile(r"\d")
_RAISED = re.compile(r"(?<=[0-9０-９])([⁰¹²³⁴-⁹⁻]+)")
_MEGA = re.compile(r"(?<=[0-9０-９])\s*[MＭ]")
_SHARE = re.compile(rf"(百|千)分之([{NUMERALS}]{{1,16}}(?:点[{NUMERALS}]{{1,16}})?|\d+(?:\.\d+)?)")
_LARGE = re.compile(r"\d[百千万亿]")
_NUMERAL = re.compile(rf"[{NUMERALS}]+")
_GROUPED = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d,])")
_BETWEEN_FIGURES = re.compile(r"(?<=[\d%‰°])([^\w<>=≤≥≈+±×÷√¥$€£%‰°☑☒✓✔✗✘]+)(?=\d)")
_MINUS = re.compile(r"(?<![-−–—~～0-9a-z%‰°)])[-−–—~～]+(?=\d)")
_MUTE_SIGNS = re.compile(r"[^\w\x00-\x08<>=≤≥≈+±×÷√¥$€£%‰°☑☒✓✔✗✘]+|_+")
_VARIANTS = {"帐": "账", "惟一": "唯一", "其它": "其他", "做出": "作出", "图象": "图像"}
"""Spelling variants that mean the same."""

_POINT, _RANGE, _RATIO, _LIST, _SIGN, _POWER, _BIG = "\x01", "\x02", "\x03", "\x04", "\x05", "\x06", "\x07"


def canonical(text: str) -> str:
    """The canonical form: words and figures without white space, punctuation, case and character width."""
    if _RARE.search(text):
        text = _MEGA.sub(_BIG, _RAISED.sub(rf"{_POWER}\1", text))
    text = compatible(text)
    if "分之" in text:
        text = _SHARE.sub(_percent, text)
    if "点" in text:
        text = decimal_points(text)
    text = _NUMERAL.sub(_arabic, text)
    if _DIGIT.search(text):
        text = _GROUPED.sub(lambda match: match[0].replace(",", ""), text)
        text = expand_amounts(text) if _LARGE.search(text) else text
        text = _MINUS.sub(_SIGN, _BETWEEN_FIGURES.sub(_number_joint, han_dates(text)))
    text = _MUTE_SIGNS.sub("", text)
    if "月0" in text or "年0" in text:
        text = strip_date_zeros(text)
    for variant, plain in _VARIANTS.items():
        text = text.replace(variant, plain)
    return text


def join_canonical(lines: Iterable[str]) -> str:
    """Canonical lines joined to one text, with a separator between two numbers."""
    text: list[str] = []
    for line in lines:
        if line:
            breaks = text and text[-1][-1].isdecimal() and line[0].isdecimal()
            text.append(f"{_LIST}{line}" if breaks else line)
    return "".join(text)


def _percent(match: re.Match[str]) -> str:
    whole, point, part = match[2].partition("点")
    value = decimal_figures(whole, part) if point else None if "." in whole else parse_numeral(whole)
    return f"{match[2] if value is None else value}{'%' if match[1] == '百' else '‰'}"


_LONGEST = 16
"""The most characters of a number."""
_value = lru_cache(4096)(parse_numeral)


def _arabic(match: re.Match[str]) -> str:
    """The numeral in figures; unchanged next to other figures."""
    value = _value(match[0]) if len(match[0]) <= _LONGEST else None
    text = match.string
    glued = (
        text[match.start() - 1 : match.start()].isdecimal() or text[match.end() : match.end() + 1].isdecimal()
    )
    return match[0] if value is None or glued else str(value)


def _number_joint(match: re.Match[str]) -> str:
    """The sign for what is between two figures: a decimal point, a range, a ratio or time, or a list."""
    sign = "".join(match[1].split())
    if sign == ".":
        return _POINT
    if sign and all(character in "-—–―‐‑‒−~～〜" for character in sign):
        return _RANGE
    return _RATIO + sign if sign in ("/", "⁄", ":", "∶", "*") else _LIST


MOST = 88
"""The most hashes of an article, without its keys: about 3 KB in the index."""
MOST_CLAUSES = 64
"""The most of these that are hashes of clauses."""


@frozen(kw_only=True)
class Fingerprints:
    """The smallest hashes of a text, as signed 64-bit integers in ascending order (a bottom-k sketch).

    Hashes of clauses are even, those of runs of characters odd. ``digest`` is equal for equal texts. ``keys``
    are hashes of titles and document numbers.
    """

    digest: int
    clauses: tuple[int, ...] = field(default=(), repr=False)
    runs: tuple[int, ...] = field(default=(), repr=False)
    keys: tuple[int, ...] = ()

    @property
    def hashes(self) -> tuple[int, ...]:
        """The hashes of clauses, followed by those of runs."""
        return self.clauses + self.runs


@frozen(kw_only=True)
class SimilarWording:
    """Archived articles of equal text that may be related to another article.

    ``likeness`` is the estimated weighted containment, from ``shared`` of ``of`` comparable hashes.
    ``keyed``: a title or a document number is equal.
    """

    articles: tuple[int, ...]
    likeness: float = 0.0
    shared: int = 0
    of: int = 0
    keyed: bool = False


def pack(hashes: Sequence[int]) -> bytes:
    """The hashes as bytes, 8 per hash, in the byte order of the machine."""
    return array("q", hashes).tobytes()


def unpack(packed: bytes) -> tuple[int, ...]:
    """The hashes from the bytes of :func:`pack`."""
    hashes = array("q")
    hashes.frombytes(packed)
    return tuple(hashes)


def containment(
    hashes: Sequence[int], other: Sequence[int], weights: Mapping[int, float]
) -> tuple[float, int, int]:
    """The weighted containment of the smaller sample in the other, the shared and the comparable hashes.

    Samples are like ``Fingerprints.hashes``. Comparable are the hashes up to the largest one that the fuller
    sample kept, since only these could be in both samples.
    """
    common = {*hashes}.intersection(other)
    if not common:
        return 0.0, 0, 0
    least = min(_comparable(hashes, other), _comparable(other, hashes))
    return sum(weights.get(value, 0.0) for value in common) / least, len(common), least


def _comparable(hashes: Sequence[int], other: Sequence[int]) -> int:
    """The number of hashes of a sample that the other sample would have kept."""
    first_run, other_first_run = _first_run(hashes), _first_run(other)
    clauses = first_run
    if other_first_run >= MOST_CLAUSES:
        clauses = bisect_right(hashes, other[other_first_run - 1], 0, first_run)
    runs = len(hashes)
    if len(other) >= MOST > other_first_run:
        runs = bisect_right(hashes, other[-1], first_run)
    return clauses + runs - first_run


def _first_run(hashes: Sequence[int]) -> int:
    """The index of the first odd hash."""
    return bisect_left(hashes, 1, key=_is_odd)


def _is_odd(value: int) -> int:
    return value & 1
