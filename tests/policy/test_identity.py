from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import attrs
import pytest

from policy.documents import issuers, numbers
from policy.documents.dates import SHANGHAI
from policy.documents.issuers import NumberIdentity, number_identity
from policy.records import Article, Attachment, Conflict, FieldValue
from policy.records.content import Completeness, Topics
from policy.rules.identity import content_hash, number_keys, policy_keys

TEXT = (
    "一、总体要求\n"
    + "加快建设新型储能，完善市场机制，推动绿色电力交易，支持氢能示范应用，提升系统调节能力。" * 2
)


def found(value: object) -> FieldValue:
    return FieldValue(value=value, raw=str(value), rule="test")


def article(**fields: object) -> Article:
    base: dict[str, object] = {
        "portal": "ndrc",
        "key": "1",
        "url": "https://example.cn/1",
        "title": found("关于储能的通知"),
        "text": TEXT,
    }
    return Article(**base | fields)  # type: ignore[arg-type] -- the test picks the fields


def numbered(number: str, organs: str | None = None, **fields: object) -> Article:
    return article(
        doc_no=found(numbers.parse_number(number)),
        issuers=found(issuers.split_issuers(organs)) if organs else None,
        **fields,
    )


MORNING = dt.datetime(2026, 3, 1, 9, 0, tzinfo=SHANGHAI)

BOILERPLATE: list[Callable[[Article], Article]] = [
    lambda a: attrs.evolve(a, text=a.text.replace("，", "， \n")),
    lambda a: attrs.evolve(a, text=a.text.replace("新型储能", "新型储 能", 1)),
    lambda a: attrs.evolve(a, title=found("关于储能的通知 ")),
    lambda a: attrs.evolve(a, published=found(MORNING.replace(hour=17))),
    lambda a: attrs.evolve(a, url="https://example.cn/m/1", keywords=("储能",), warnings=("x",)),
    lambda a: attrs.evolve(a, completeness=Completeness(pages=2)),
    lambda a: attrs.evolve(a, topics=Topics(version="2099.1"), editor=found("甲乙"), author=found("丙丁")),
    lambda a: attrs.evolve(a, addressees=found(("各有关单位",))),
    lambda a: attrs.evolve(a, conflicts=(Conflict(name="written", value="x", raw="x", rule="signature"),)),
]
CHANGES: list[Callable[[Article], Article]] = [
    lambda a: attrs.evolve(a, text=a.text.replace("支持", "不支持")),
    lambda a: attrs.evolve(a, title=found("关于氢能的通知")),
    lambda a: attrs.evolve(a, published=found(dt.date(2026, 3, 2))),
    lambda a: attrs.evolve(a, validity=found("失效")),
    lambda a: attrs.evolve(a, effective=found(dt.date(2026, 4, 1))),
    lambda a: attrs.evolve(a, doc_no=found(numbers.parse_number("发改能源〔2026〕2号"))),
    lambda a: attrs.evolve(a, attachments=(Attachment(url="https://example.cn/a.pdf", name="附件1"),)),
]


@pytest.mark.parametrize("change", BOILERPLATE)
def test_boilerplate_clock_and_white_space_make_no_version(change: Callable[[Article], Article]) -> None:
    before = article(published=found(MORNING))
    assert content_hash(change(before)) == content_hash(before)


@pytest.mark.parametrize("change", CHANGES)
def test_words_and_real_fields_make_a_version(change: Callable[[Article], Article]) -> None:
    before = article(published=found(MORNING))
    assert content_hash(change(before)) != content_hash(before)


def test_one_number_is_one_policy_whoever_reprints_it_and_however() -> None:
    official = policy_keys(numbered("发改能源〔2026〕1号", "国家发展改革委 国家能源局"))
    reprint = policy_keys(numbered("发改能源[2026]1 号", text="短"))
    assert reprint == ("doc:ndrc:发改能源〔2026〕1号",)
    assert set(reprint) < set(official)


def test_joint_issuers_are_one_key_in_any_order() -> None:
    keys = policy_keys(numbered("某发〔2026〕1号", "国家能源局 科技部", text=""))
    assert keys == ("doc:nea:某发〔2026〕1号", "doc:most+nea:某发〔2026〕1号")


def test_an_order_is_known_by_issuer_year_and_number() -> None:
    cell = numbered("科学技术部令第24号", "科技部", written=found(dt.date(2026, 2, 6)))
    title = numbered("2026年第24号令", "科学技术部")
    assert policy_keys(cell)[0] == policy_keys(title)[0] == "doc:most:令〔2026〕第24号"


def test_orders_of_the_state_council_are_numbered_through_all_years() -> None:
    one = numbered("国令第706号", "国务院", written=found(dt.date(2018, 11, 6)))
    other = numbered("中华人民共和国国务院令第706号")
    assert policy_keys(one)[0] == policy_keys(other)[0] == "doc:state-council:令第706号"


def test_an_unknown_issuer_makes_no_number_key() -> None:
    assert policy_keys(numbered("武司字〔2026〕1号", "某某厂", text="短")) == ()


def test_long_texts_are_known_by_their_words() -> None:
    (key,) = policy_keys(article())
    assert key.startswith("words:")
    assert policy_keys(article(text=TEXT.replace("，", " ，"))) == (key,)
    assert policy_keys(article(text="氢能" * 29)) == ()
    assert policy_keys(article(text="氢能" * 30))


# ------------------------------------------------------------------ identity of numbers


def identity(printed: str, organs: str = "") -> NumberIdentity:
    number = numbers.parse_number(printed)
    assert number is not None, printed
    return number_identity(number, issuers.split_issuers(organs) if organs else ())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("国家发展改革委令第41号", "国家发展和改革委员会令2026年第41号"),
        ("国家发展改革委令第41号", "中华人民共和国国家发展和改革委员会令第41号"),
        ("国务院令第706号", "国令第706号"),
        ("国务院令第706号", "中华人民共和国国务院令第706号"),
        ("主席令第七十八号", "中华人民共和国主席令第78号"),
        ("粤府令第123号", "广东省人民政府令第123号"),
        ("国发[2021]23号", "国发〔2021〕023号"),
    ],
)
def test_the_forms_of_one_number_match(one: str, other: str) -> None:
    assert identity(one).matches(identity(other))
    assert identity(other).matches(identity(one))
    assert {*identity(one).index_keys} & {*identity(other).index_keys}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("国家发展改革委令第41号", "商务部令第41号", id="organ"),
        pytest.param("国家发展改革委令第41号", "国家发展改革委公告第41号", id="kind"),
        pytest.param("国家发展改革委令2025年第41号", "国家发展改革委令2026年第41号", id="year"),
        pytest.param("国家发展改革委令第41号", "国家发展改革委令第42号", id="number"),
        pytest.param("中国银保监会令2021年第3号", "金融监管总局令2021年第3号", id="predecessor"),
        pytest.param("第41号令", "第41号令", id="no organ"),
        pytest.param("国家发展改革委令第41号", "第41号令", id="an organ and none"),
        pytest.param("国发〔2021〕23号", "国办发〔2021〕23号", id="code"),
    ],
)
def test_different_numbers_do_not_match(one: str, other: str) -> None:
    assert not identity(one).matches(identity(other))
    assert not identity(other).matches(identity(one))


def test_the_issuers_of_the_document_complete_a_number_without_an_organ() -> None:
    assert identity("第41号令", "国家发展改革委").matches(identity("国家发展改革委令2026年第41号"))
    assert not identity("第41号令", "商务部").matches(identity("国家发展改革委令2026年第41号"))
    assert identity("省政府令第123号", "广东省人民政府").key == "guangdong令第123号"
    assert identity("第41号令", "国家发展改革委 某某厂").key is None


def test_a_joint_order_has_the_number_of_its_first_organ() -> None:
    joint = identity("2024年第3号令", "国家发展改革委 财政部 商务部")
    assert joint.organs == ("ndrc", "mof", "mofcom")
    assert joint.matches(identity("国家发展改革委令2024年第3号"))
    assert joint.matches(identity("2024年第3号令", "商务部 财政部 国家发展改革委"))
    assert not joint.matches(identity("财政部令2024年第3号"))
    assert not joint.matches(identity("2024年第3号令", "国家发展改革委 财政部 教育部"))


def test_a_joint_announcement_is_not_in_the_series_of_its_first_organ() -> None:
    joint = numbered("2020年第8号公告", "财政部 税务总局", text="短")
    alone = numbered("财政部公告2020年第8号", "财政部", text="短")
    assert policy_keys(joint) == ("doc:mof+sta:公告〔2020〕第8号",)
    assert policy_keys(alone) == ("doc:mof:公告〔2020〕第8号",)


def test_an_order_is_cited_with_its_year_and_without() -> None:
    signed = numbered("国家发展改革委令第41号", written=found(dt.date(2026, 2, 6)))
    assert number_keys(signed) == ("ndrc令第41号", "ndrc令〔2026〕第41号")
    assert number_keys(numbered("国发〔2021〕23号")) == ("国发〔2021〕23号",)
    assert number_keys(numbered("第41号令", "某某厂")) == ()
    assert number_keys(article()) == ()
