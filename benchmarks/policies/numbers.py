"""Document numbers: parsed or refused with a reason, and the printed forms of one order's number compared.

The orders are those that the laws and pages print (``2001年8月2日 中华人民共和国国务院令第315号公布``). Each
gets the forms in which portals print such a number, with the other names of its organs, so that the organ,
the year and the number of each form are known. Strangers have the same kind, year and number, and another
organ.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations, product
from random import Random

from attrs import frozen

from benchmarks.policies.rows import Corpus, Row, share
from pipelines.metadata.fields import masthead
from pipelines.metadata.genres import own_number
from policy.documents.issuers import NumberIdentity, number_identity, split_issuers
from policy.documents.numbers import parse_number, refusal_of

SEED = 14
STRANGERS = 200
"""Pairs of equal number and other organ."""
_PLAIN_NUMBER = re.compile(r"[一-鿿]{1,12}\s*[〔\[（(]\d{4}[〕\]）)]\s*\d+号")
_HAN = "一-鿿"
_ORDER = re.compile(
    rf"(?P<day>[\d０-９]{{4}}年[\d０-９]{{1,2}}月[\d０-９]{{1,2}}日)\s*(?P<organs>[{_HAN}、]{{2,60}}?)令第(?P<number>[\d０-９]{{1,5}})号"
)
_LAST_OF_OWN = re.compile(rf"(?:{_ORDER.pattern})\s*(?:重新)?(?:公布|发布)")
_COUNTRY = "中华人民共和国"
_OTHER_NAMES: Mapping[str, Sequence[str]] = {
    "国务院": ("中华人民共和国国务院",),
    "中央军事委员会": ("中华人民共和国中央军事委员会", "中央军委"),
    "证监会": ("中国证监会", "中国证券监督管理委员会"),
    "公安部": ("中华人民共和国公安部",),
    "国家市场监督管理总局": ("市场监管总局",),
    "国家食品药品监督管理局": ("原国家食品药品监督管理局",),
    "交通部": ("中华人民共和国交通部",),
    "科学技术部": ("科技部", "中华人民共和国科学技术部"),
    "中国人民银行": ("人民银行",),
}
"""Names of one organ in the corpus, and those that portals print beside it."""
_FORMS = (
    "{organs}令第{n}号",
    "{organs}令 第{n}号",
    "{organs}令（第{n}号）",
    "{organs}令【第{n}号】",
    "{organs}第{n}号令",
    "{organs}令{year}年第{n}号",
    "{organs}令〔{year}〕第{n}号",
    "{organs} 令 {han_year}年 第{n}号",
    "{organs}{year}年第{n}号令",
)
_FORMS_WITHOUT_ORGAN = ("第{n}号令", "{year}年第{n}号令", "令〔{year}〕第{n}号", "第{n}号")
_STRANGERS = (
    ("商务部",),
    ("自然资源部",),
    ("中国银保监会",),
    ("金融监管总局",),
    ("广东省人民政府",),
    ("广州市人民政府",),
    ("海关总署",),
    ("国家发展改革委", "财政部"),
    ("审计署",),
    ("国家能源局",),
)


@frozen(kw_only=True)
class Order:
    """An order as the corpus prints it: its organs, number and year."""

    organs: tuple[str, ...]
    number: int
    year: int


@frozen(kw_only=True)
class Form:
    """A printed form of an order's number, and the issuers of the document where the form names no organ."""

    order: Order
    text: str
    issuers: tuple[str, ...] = ()


def rows(corpus: Corpus) -> Iterator[Row]:
    """Numbers of documents, forms of the numbers of orders, and numbers of the orders' own pages."""
    if numbers := [line for line in corpus.document_numbers() if line.strip()]:
        yield _parsed(numbers)
    if orders := _orders(corpus):
        yield _compared(orders)
        yield _strangers(orders)
        yield _own(corpus)


def _parsed(numbers: Sequence[str]) -> Row:
    refused = {line: refusal_of(line) for line in numbers if parse_number(line) is None}
    unnamed = [line for line, reason in refused.items() if reason is None]
    plain = sum(1 for line in numbers if _PLAIN_NUMBER.fullmatch(line))
    parsed = len(numbers) - sum(line in refused for line in numbers)
    return Row(
        what="document numbers parsed; refused without a reason",
        ours=f"{share(parsed, len(numbers))}; {len(unnamed)}",
        baseline=f"one pattern: {share(plain, len(numbers))}",
        target="every line, or a reason",
        reached=not unnamed,
        shortfalls=[f"{line}: {reason}" for line, reason in refused.items()],
    )


# ------------------------------------------------------------------ orders


def _orders(corpus: Corpus) -> list[Order]:
    """Every order that the laws and the pages print, the first time with its day."""
    found: dict[tuple[tuple[str, ...], int], Order] = {}
    for match in (match for text in _texts(corpus) for match in _ORDER.finditer(text)):
        organs = tuple(name.removeprefix(_COUNTRY) for name in match["organs"].split("、"))
        number, year = int(_narrow(match["number"])), int(_narrow(match["day"])[:4])
        found.setdefault((organs, number), Order(organs=organs, number=number, year=year))
    return [*found.values()]


def _texts(corpus: Corpus) -> Iterator[str]:
    for law in corpus.laws:
        for version in law.versions:
            yield "\n".join(corpus.histories.get(version.key, ()))
            yield version.text
    for name in ("govcn", "portal-pages", "news", "web"):
        yield from (str(truth.get("text", "")) for truth in corpus.pages(name).values())


def _narrow(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _forms(order: Order) -> Iterator[Form]:
    """The forms of an order's number, with every name of its organs."""
    values = {"n": order.number, "year": order.year, "han_year": _han_year(order.year)}
    names = [(name, *_OTHER_NAMES.get(name, ())) for name in order.organs]
    for organs in product(*names):
        for separator in ("、", " ") if len(organs) > 1 else ("",):
            for form in _FORMS:
                yield Form(order=order, text=form.format(organs=separator.join(organs), **values))
        for form in _FORMS_WITHOUT_ORGAN:
            yield Form(order=order, text=form.format(**values), issuers=organs)


def _han_year(year: int) -> str:
    return "".join("〇一二三四五六七八九"[int(digit)] for digit in str(year))


def _identity(form: Form) -> NumberIdentity | None:
    number = parse_number(form.text)
    return number_identity(number, split_issuers("、".join(form.issuers))) if number else None


def _compared(orders: Sequence[Order]) -> Row:
    """Pairs of forms of one order are one number, and forms of two orders are not."""
    forms = [form for order in orders for form in _forms(order)]
    identities = [(form, _identity(form)) for form in forms]
    equal, missed = 0, list[str]()
    for order in orders:
        own = [(form, identity) for form, identity in identities if form.order == order]
        for (left, one), (right, other) in combinations(own, 2):
            equal += 1
            if not (one and other and one.matches(other)):
                missed.append(f"apart: {left.text} / {right.text}")
    fused = [*_fused(identities)]
    plain = sum(_squeezed(left) == _squeezed(right) for left, right in _pairs(forms, orders))
    return Row(
        what=f"printed forms of {len(orders)} orders: pairs equal; pairs of different orders fused",
        ours=f"{share(equal - len(missed), equal)}; {len(fused)}",
        baseline=f"equal strings: {share(plain, equal)}; 0",
        target="100 %; 0",
        reached=not missed and not fused,
        shortfalls=[*missed, *fused],
    )


def _pairs(forms: Sequence[Form], orders: Sequence[Order]) -> Iterator[tuple[Form, Form]]:
    for order in orders:
        yield from combinations([form for form in forms if form.order == order], 2)


def _fused(identities: Iterable[tuple[Form, NumberIdentity | None]]) -> Iterator[str]:
    """Forms of different orders that match; two names of one organ are one order."""
    by_number: dict[int, list[tuple[Form, NumberIdentity]]] = {}
    for form, identity in identities:
        if identity:
            by_number.setdefault(form.order.number, []).append((form, identity))
    for group in by_number.values():
        for (left, one), (right, other) in combinations(group, 2):
            if not _same_order(left.order, right.order) and one.matches(other):
                yield f"fused: {left.text} / {right.text} of {right.order.organs}"


def _same_order(one: Order, other: Order) -> bool:
    return one.number == other.number and {*map(_usual, one.organs)} == {*map(_usual, other.organs)}


def _usual(name: str) -> str:
    return next((usual for usual, names in _OTHER_NAMES.items() if name in names), name)


def _squeezed(form: Form) -> str:
    return re.sub(r"\s", "", _narrow(form.text)).removeprefix(_COUNTRY)


def _strangers(orders: Sequence[Order]) -> Row:
    """An order, and the same kind, year and number of another organ."""
    chance, fused, plain = Random(SEED), list[str](), 0
    for _ in range(STRANGERS):
        order = chance.choice(orders)
        organs = chance.choice([each for each in _STRANGERS if not {*each} & {*order.organs}])
        stranger = Order(organs=organs, number=order.number, year=order.year)
        left, right = chance.choice([*_forms(order)]), chance.choice([*_forms(stranger)])
        one, other = _identity(left), _identity(right)
        if one and other and (one.matches(other) or {*one.index_keys} & {*other.index_keys}):
            fused.append(f"{left.text} / {right.text}")
        plain += _last_part(left) == _last_part(right)
    return Row(
        what=f"{STRANGERS} pairs of equal number and other organ: fused",
        ours=f"{len(fused)}",
        baseline=f"equal numbers: {plain}",
        target="0",
        reached=not fused,
        shortfalls=fused,
    )


def _last_part(form: Form) -> str:
    found = re.search(r"第(\d+)号", form.text)
    return found[1] if found else form.text


def _own(corpus: Corpus) -> Row:
    """Laws whose history names the order that published them, and the number that is read as theirs."""
    wrong, asked, plain = list[str](), 0, 0
    for version in (version for law in corpus.laws for version in law.versions):
        printed = [*_LAST_OF_OWN.finditer(" ".join(corpus.histories.get(version.key, ())))]
        if not printed:
            continue
        asked += 1
        expected = int(_narrow(printed[-1]["number"]))
        lines = version.text.split("\n")
        number = own_number(cell=None, title=version.title.value, masthead=masthead(lines))
        if number is None or number.value.number != expected:
            wrong.append(f"{version.key}: {number.raw if number else None}, not {printed[-1][0]}")
        first = _PLAIN_NUMBER.search(version.text)
        plain += first is not None and str(expected) in first[0]
    return Row(
        what="laws with the number of the order that published them",
        ours=share(asked - len(wrong), asked),
        baseline=f"first bracketed number: {share(plain, asked)}",
        target="all",
        reached=not wrong,
        shortfalls=wrong,
    )
