"""What an article's fingerprints keep, and what changes nothing of them."""

from __future__ import annotations

import random

import pytest

from pipelines.dedupe.comparison_profile import fingerprints_of_text, split_clauses
from policy.text.words import MOST, MOST_CLAUSES, containment

_SIGNS = "氢能产业发展规划应当统筹制储输用各环节完善标准体系健全安全监管机制推动示范应用"


def a_text(seed: int, count: int = 60) -> str:
    draw = random.Random(seed)
    return "，".join("".join(draw.choices(_SIGNS, k=draw.randint(8, 20))) for _ in range(count)) + "。"


def alike(one: str, other: str) -> float:
    mine, theirs = fingerprints_of_text(one).hashes, fingerprints_of_text(other).hashes
    return containment(mine, theirs, dict.fromkeys(mine, 1.0))[0]


def test_clauses_are_folded_and_lose_their_numbers() -> None:
    text = "第十二条　为了规范管理，制定本办法。\n（一）完成率达到９５．５％；（二） 2.做好 服务"
    found = ["为了规范管理", "制定本办法", "完成率达到95.5%", "做好服务"]
    assert split_clauses(text) == found


@pytest.mark.parametrize(
    ("printed", "also"),
    [
        ("到二〇二五年，期限十二个月，共一百二十三人。", "到2025年，期限12个月，共123人。"),
        ("三、任务\n（一）加快建设充电站。\n（二）加强巡查。", "1.任务\n2.加快建设充电站。\n3.加强巡查。"),
        ("1.2025年度补贴标准不变。", "2025年度补贴标准不变。"),
        (
            "第三条　各县应当建立加氢站安全档案，做到账实相符。",
            "各县应当建立加氢站安全档案，做到账实相符。" * 2,
        ),
        (
            "各县应当建立加氢站安全档案，做到账实相符并及时报告。",
            "各县应当建立加氢站安全档案，做到账实相符并及时报告。\n" * 2,
        ),
    ],
    ids=["figures", "list numbers", "number before a figure", "article number", "a paragraph twice"],
)
def test_notations_of_one_text_have_equal_clauses(printed: str, also: str) -> None:
    assert {*split_clauses(printed)} == {*split_clauses(also)}


def test_a_numeral_that_is_not_well_formed_stays_as_it_is() -> None:
    assert split_clauses("“十四五”规划") != split_clauses("“十五五”规划")


def test_width_and_punctuation_change_nothing() -> None:
    text = "第一条 为促进氢能产业发展，完善标准体系，根据有关规定，制定本办法。本办法自2026年3月1日起施行。"
    other = (
        "第一条为促进氢能产业发展,完善标准体系､根据有关规定, 制定本办法.\n本办法自２０２６年３月１日起施行!"
    )
    assert fingerprints_of_text(text) == fingerprints_of_text(other)


def test_a_text_without_punctuation_still_has_the_runs_of_the_other() -> None:
    text = a_text(1)
    bare = fingerprints_of_text(text.replace("，", ""))
    assert not bare.clauses or len(bare.clauses) == 1
    assert {*fingerprints_of_text(text).runs} <= {*bare.runs}


def test_an_excerpt_keeps_the_clauses_that_the_whole_keeps() -> None:
    text = a_text(2, 400)
    excerpt = "，".join(text.split("，")[100:180])
    whole, part = fingerprints_of_text(text), fingerprints_of_text(excerpt)
    assert len(whole.clauses) == MOST_CLAUSES
    assert alike(text, excerpt) > 0.9
    assert {*whole.clauses} & {*part.clauses} == {
        each for each in whole.clauses if each in fingerprints_of_text(excerpt).clauses
    }
    assert len({*whole.clauses} & {*part.clauses}) >= 8


def test_ten_characters_have_no_fingerprints() -> None:
    assert fingerprints_of_text("详见附件内容如下表。").hashes == ()
    assert fingerprints_of_text("").hashes == ()
    assert fingerprints_of_text("，。！\ud800").hashes == ()


def test_a_yearbook_has_no_more_of_them_than_an_article() -> None:
    yearbook = "\n".join(a_text(seed) for seed in range(2000))
    found = fingerprints_of_text(yearbook)
    assert len(found.hashes) <= MOST
    assert len(fingerprints_of_text(a_text(1, 200)).hashes) <= MOST


def test_they_are_the_same_on_every_machine_and_fit_a_bigint() -> None:
    found = fingerprints_of_text(
        "为促进氢能产业发展，完善标准体系，根据有关规定和上级部署，制定本实施办法。", ["title:办法"]
    )
    assert found.clauses[0] == -4683094773756197718
    assert all(-(2**63) <= each < 2**63 for each in found.hashes)
    assert all(each % 2 == 0 for each in found.clauses + found.keys)
    assert all(each % 2 for each in found.runs)
    assert list(found.clauses) == sorted(found.clauses)


def test_texts_of_other_words_share_nothing() -> None:
    assert alike(a_text(3), a_text(4)) < 0.05
