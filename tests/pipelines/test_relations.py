"""What two articles are to each other: the same from both sides, never the same where substance differs."""

from __future__ import annotations

import datetime as dt
import random

import pytest

from benchmarks.dedupe.invented import paragraph, terms
from pipelines.dedupe.comparison_profile import ComparisonProfile, comparison_profile
from pipelines.dedupe.relations import find_relation
from pipelines.dedupe.titles import parse_title
from policy.documents.numbers import parse_number
from policy.records import Article, FieldValue
from policy.records.content import Issuer
from policy.records.saves import Relation, RelationKind

NAME = "氢能产业安全管理办法"
NOTICE = f"云麓省能源局关于印发《{NAME}》的通知"


def an_article(
    title: str,
    text: str,
    *,
    number: str | None = None,
    issuer: str | None = None,
    written: dt.date | None = None,
    key: str = "1",
) -> ComparisonProfile:
    doc_no = parse_number(number) if number else None
    organ = (Issuer(printed=issuer, id=issuer),) if issuer else None
    return comparison_profile(
        Article(
            portal="bench",
            key=key,
            url="https://www.example.cn/1.html",
            title=FieldValue(value=title, raw=title, rule="test"),
            text=text,
            doc_no=FieldValue(value=doc_no, raw=number or "", rule="test") if doc_no else None,
            issuers=FieldValue(value=organ, raw=issuer or "", rule="test") if organ else None,
            written=FieldValue(value=written, raw=str(written), rule="test") if written else None,
        )
    )


def clauses(seed: int, count: int = 16) -> list[str]:
    """Articles 第N条 of a measure that no other seed has."""
    draw = random.Random(seed)
    words = draw.sample(terms(), 20)
    return [f"第{'一二三四五六七八九十'[at % 10]}条　{paragraph(draw, words)}" for at in range(count)]


def told(left: ComparisonProfile, right: ComparisonProfile) -> Relation:
    """The relation, seen from both sides."""
    found = find_relation(left, right)
    assert find_relation(right, left) == found.mirrored()
    assert found.evidence
    return found


LAW = clauses(1)
TEXT = "\n".join(LAW)
WHOLE = an_article(NOTICE, TEXT)


def test_an_article_is_the_same_as_itself() -> None:
    assert told(WHOLE, WHOLE).kind == "same"


@pytest.mark.parametrize(
    ("title", "text"),
    [
        (NOTICE, f"来源：白沙日报\n{TEXT}\n（责任编辑：王）\n扫一扫在手机打开当前页"),
        ("氢能新规来了！这份办法值得一看", TEXT),
        (NOTICE, TEXT.replace("，", ", ").replace("。", ". ")),
        (NOTICE, TEXT.replace("，", "").replace("。", "")),
        (NOTICE, TEXT.replace("，", "，\n")),
        (NOTICE, TEXT.replace(LAW[3][8], LAW[3][8] + " ")),
        (f"{NOTICE}（全文）", "\n".join(line for at, line in enumerate(LAW) if at != 6)),
    ],
    ids=["boilerplate", "retitled", "width", "no punctuation", "torn", "scarred", "a paragraph dropped"],
)
def test_the_same_words_are_the_same_text(title: str, text: str) -> None:
    assert told(WHOLE, an_article(title, text)).kind == "same"


def test_two_answers_of_one_template_are_two_though_their_counties_share_a_character() -> None:
    asked = "你县《关于接口规范项目的请示》收悉。同意建设规模573兆瓦。"
    answers = [
        an_article(
            f"白沙省生态环境厅关于同意{county}接口规范项目的批复", f"{county}人民政府：\n{asked}\n{TEXT}"
        )
        for county in ("桃源山县", "广源城县")
    ]
    found = told(*answers)
    assert (found.kind, found.conflict) == ("different", True)
    assert "广源城 ≠ 桃源山" in found.evidence


def test_a_text_misread_here_and_there_is_the_same_text() -> None:
    draw, signs = random.Random(7), list(TEXT)
    for at in draw.sample([at for at, sign in enumerate(signs) if sign in "设理技术市展障"], 8):
        signs[at] = "圯"
    assert told(WHOLE, an_article(NOTICE, "".join(signs))).kind == "same"


def test_a_page_of_a_split_is_a_part_from_either_end() -> None:
    for lines in (LAW[:8], LAW[8:]):
        found = told(an_article(NOTICE, "\n".join(lines)), WHOLE)
        assert (found.kind, found.side) == ("part", "left")


def test_the_two_pages_of_a_split_have_nothing_in_common_and_nothing_against_each_other() -> None:
    found = told(an_article(NOTICE, "\n".join(LAW[:8])), an_article(NOTICE, "\n".join(LAW[8:])))
    assert not found.joins
    assert not found.conflict


def test_an_excerpt_is_known_by_what_it_quotes() -> None:
    quoted = LAW[4] + LAW[5]
    found = told(an_article("云麓省部署氢能安全", f"记者获悉，文件明确：{quoted}"), WHOLE)
    assert (found.kind, found.side) == ("excerpt", "left")
    assert found.containment > 0.8


def test_an_editor_may_write_around_the_whole() -> None:
    lead = "".join(line.partition("　")[2] for line in clauses(50, 4))
    found = told(WHOLE, an_article("氢能安全有了新规矩", f"{lead}\n{TEXT}\n{lead[::-1]}"))
    assert (found.kind, found.side) == ("annotated", "right")


def test_a_citation_in_an_article_of_other_words_proves_nothing() -> None:
    other = an_article("观察：氢能何去何从", "\n".join([*clauses(60, 10), LAW[2][:60]]))
    assert told(other, WHOLE).kind == "different"


def test_formulae_prove_nothing() -> None:
    formulae = (
        "各市人民政府，省政府各部门、各直属机构：现印发给你们，请认真贯彻执行。执行中遇到的问题，请及时报告。"
        "本通知自印发之日起施行。特此通知。"
    )
    one = an_article("关于做好甲事的通知", f"{formulae}甲事由市场监管部门办理到位。")
    other = an_article("关于做好乙事的通知", f"{formulae}乙事由教育行政部门另行规定。")
    assert told(one, other).kind == "different"


# ------------------------------------------------------------------ editions


def amended(text: str = TEXT) -> str:
    """The same measure with one clause that says something else."""
    mark = LAW[5][4:16]
    return text.replace(mark, f"{mark[:4]}两年内不再{mark[4:]}")


def test_a_draft_and_what_became_of_it_are_editions_the_draft_first() -> None:
    draft = an_article(f"关于《{NAME}（征求意见稿）》公开征求意见的公告", amended())
    found = told(WHOLE, draft)
    assert (found.kind, found.side) == ("edition", "right")
    plan = "氢能产业发展实施方案"
    found = told(
        an_article(f"{plan}（征求意见稿）", amended()), an_article(f"关于印发《{plan}》的通知", TEXT)
    )
    assert (found.kind, found.side) == ("edition", "left")


def test_one_number_that_differs_makes_an_edition_not_the_same_text() -> None:
    text = f"{TEXT}\n第五十条　违反本办法的，处三万元以上十万元以下罚款，并责令限期改正。"
    other = text.replace("三万元", "五万元")
    assert told(an_article(NAME, text), an_article(NAME, other)).kind == "edition"


def test_an_amended_law_is_ordered_by_its_history() -> None:
    first = "（2016年3月16日第十二届全国人民代表大会第四次会议通过）\n"
    second = (
        "（2016年3月16日第十二届全国人民代表大会第四次会议通过　根据2023年12月29日第十四届全国人民代表大会"
        "常务委员会第七次会议《关于修改〈中华人民共和国水法〉的决定》修正）\n"
    )
    law = "中华人民共和国水法"
    old, new = an_article(law, first + TEXT), an_article(f"{law}（2023年修正）", second + TEXT)
    found = told(old, new)
    assert (found.kind, found.side) == ("edition", "left")
    assert "2023-12-29" in found.evidence
    assert told(old, an_article(law, first + "\n".join(clauses(70)))).kind == "different"
    rewritten = told(old, an_article(law, second + "\n".join(clauses(70))))
    assert rewritten.kind == "edition"


def test_a_law_rewritten_in_good_part_is_an_edition_though_no_history_is_printed() -> None:
    kept, own, new = clauses(1, 30), clauses(71, 30), clauses(72, 60)
    changed = [f"{line}违者处三万元罚款。" for line in kept]
    old = [line for pair in zip(changed, own, strict=True) for line in pair]
    later = [line.replace("三万", "五万") for line in changed]
    revised = [line for at in range(30) for line in (later[at], new[2 * at], new[2 * at + 1])]
    law = "中华人民共和国湖泊法"
    found = told(an_article(law, "\n".join(old)), an_article(law, "\n".join(revised)))
    assert found.kind == "edition"


def test_an_amendment_is_no_excerpt_of_the_law_that_it_went_into() -> None:
    amendment = an_article("中华人民共和国湖泊法修正案（二）", "\n".join(LAW[3:9]))
    found = told(amendment, an_article("中华人民共和国湖泊法", TEXT))
    assert (found.kind, found.conflict) == ("different", True)


def test_a_revised_measure_under_a_new_number_is_an_edition() -> None:
    old = an_article(NAME, TEXT, number="云能发〔2019〕7号")
    new = an_article(f"{NAME}（2024年修订）", amended(), number="云能发〔2024〕31号")
    assert told(old, new).kind == "edition"


def test_a_decision_that_amends_a_measure_is_not_an_excerpt_of_it() -> None:
    text = f"一、将第三条修改为：{LAW[2]}\n二、本决定自公布之日起施行。"
    decision = an_article(f"关于修改《{NAME}》的决定", text)
    found = told(decision, an_article(NAME, TEXT))
    assert (found.kind, found.conflict) == ("different", True)
    assert told(an_article(f"关于印发修订后的《{NAME}》的通知", TEXT), an_article(NAME, TEXT)).kind == "same"


def test_an_excerpt_of_a_decision_that_amends_is_of_it_under_any_headline() -> None:
    text = f"一、将第三条修改为：{LAW[2]}\n二、将第五条修改为：{LAW[4]}{LAW[5]}\n三、本决定自公布之日起施行。"
    decision = an_article(f"关于修改《{NAME}》的决定", f"{text}\n{TEXT[-900:]}")
    assert told(an_article("云麓省氢能改了两条", text), decision).joins
    whole = an_article(f"{NAME}全文", TEXT)
    assert told(decision, whole).conflict, (
        "the measure itself is another document, whatever is printed above it"
    )


def test_a_reprint_in_other_figures_is_the_same() -> None:
    ends = "二〇二六年三月一日起占百分之五，其余百分之十二点五。", "2026年3月1日起占5%，其余12.5%。"
    one, other = (
        an_article(title, f"{TEXT}\n{end}") for title, end in zip((NOTICE, "氢能新规"), ends, strict=True)
    )
    assert told(one, other).kind == "same"


def test_a_report_of_what_was_found_is_a_document_of_its_own() -> None:
    report = an_article("云麓省关于三起氢气泄漏事故调查处理情况的通报", TEXT)
    assert told(an_article("三起事故敲响警钟", "\n".join(LAW[3:9])), report).joins


def test_a_measure_on_trial_and_the_measure_are_editions() -> None:
    found = told(an_article(f"{NAME}（试行）", TEXT), an_article(NAME, amended()))
    assert found.kind == "edition"


def test_a_plan_of_the_next_five_years_is_another_plan() -> None:
    one = an_article("云麓省“十四五”能源发展规划", TEXT)
    assert told(one, an_article("云麓省“十五五”能源发展规划", amended())).conflict


def test_measures_of_one_name_by_different_organs_are_different() -> None:
    one = an_article(NAME, TEXT, issuer="yunlu-energy")
    assert told(one, an_article(NAME, amended(), issuer="baisha-energy")).kind == "different"


def test_measures_of_one_name_without_words_in_common_are_different() -> None:
    assert told(an_article(NAME, TEXT), an_article(NAME, "\n".join(clauses(80)))).kind == "different"


def test_the_first_and_second_part_of_an_interpretation_are_no_editions() -> None:
    title = "最高人民法院关于适用《中华人民共和国水法》若干问题的解释"
    one, other = an_article(f"{title}（一）", TEXT), an_article(f"{title}（二）", amended())
    assert told(one, other).kind == "different"


# ------------------------------------------------------------------ writing about


@pytest.mark.parametrize(
    "title",
    [f"《{NAME}》解读", f"一图读懂《{NAME}》", f"省能源局负责人就《{NAME}》答记者问", f"《{NAME}》政策问答"],
)
def test_an_interpretation_is_no_reprint(title: str) -> None:
    found = told(an_article(title, TEXT[:900]), WHOLE)
    assert (found.kind, found.side) == ("interpretation", "left")
    assert not found.joins


def test_an_interpretation_of_another_policy_is_different() -> None:
    assert told(an_article("《储能电站验收规定》解读", "\n".join(clauses(90))), WHOLE).kind == "different"


# ------------------------------------------------------------------ what is never one


def notice(year: str, batch: str, names: list[str]) -> ComparisonProfile:
    frame = "".join(paragraph(random.Random(5), terms()[:20]) for _ in range(4))
    listed = "\n".join(f"{rank}.{name}" for rank, name in enumerate(names, 1))
    text = f"经企业申报、专家评审，确定第{batch}批绿色工厂名单，现予公布。{frame}\n{listed}\n{year}年5月6日"
    return an_article(f"云麓省工业和信息化厅关于公布{year}年第{batch}批绿色工厂名单的通知", text)


def test_notices_of_one_template_are_different_however_much_they_share() -> None:
    found = told(
        notice("2024", "三", ["恒信科技", "华瑞能源"]), notice("2024", "四", ["宏安新材", "益康制药"])
    )
    assert (found.kind, found.conflict) == ("different", True)
    assert "三 ≠ 四" in found.evidence


def test_a_template_whose_names_are_in_the_attachment_is_told_by_its_title() -> None:
    text = (
        "根据有关规定，现将拟推荐名单予以公示，公示期为五个工作日，如有异议请以书面形式向我局反映。附件：名单"
    )
    for one, other in (
        ("关于2024年度科技进步奖拟推荐名单的公示", "关于2025年度科技进步奖拟推荐名单的公示"),
        ("关于青石县储能项目拟推荐名单的公示", "关于白沙市储能项目拟推荐名单的公示"),
    ):
        assert told(an_article(one, text), an_article(other, text)).kind == "different"


def test_appointments_are_different() -> None:
    def appointed(name: str, place: str) -> ComparisonProfile:
        text = (
            f"各市人民政府，省政府各部门：经研究，决定：任命{name}为{place}能源局副局长，试用期一年。"
            "任职时间自本通知印发之日起计算。特此通知。"
        )
        return an_article("云麓省人民政府关于任免职务的通知", text)

    assert told(appointed("张远航", "青石市"), appointed("李广源", "白沙市")).kind == "different"


def test_plans_of_two_years_are_different() -> None:
    def plan(year: int) -> ComparisonProfile:
        share = [line.replace("第", f"{year}年第", 1) if at % 4 == 0 else line for at, line in enumerate(LAW)]
        return an_article(f"云麓省{year}年氢能产业工作要点", "\n".join(share))

    found = told(plan(2024), plan(2025))
    assert (found.kind, found.conflict) == ("different", True)


def test_replies_to_different_towns_are_different() -> None:
    def reply(town: str, power: int) -> ComparisonProfile:
        text = (
            f"{town}人民政府：你县请示收悉。同意建设抽水蓄能项目，装机{power}兆瓦。{LAW[1]}{LAW[2]}特此批复。"
        )
        return an_article(f"云麓省发展和改革委员会关于同意{town}抽水蓄能项目的批复", text)

    assert told(reply("青石县", 1200), reply("桃源县", 1800)).kind == "different"


def test_a_long_reply_to_another_town_is_told_by_its_title() -> None:
    one = an_article("云麓省能源局关于同意青石县储能项目的批复", f"青石县人民政府：\n{TEXT}\n特此批复。")
    other = an_article("云麓省能源局关于同意桃源县储能项目的批复", f"桃源县人民政府：\n{TEXT}\n特此批复。")
    assert told(one, other).conflict


def test_a_different_number_of_their_own_keeps_equal_words_apart() -> None:
    one = an_article(NOTICE, TEXT, number="云能发〔2026〕7号")
    other = an_article("关于氢能安全的紧急通知", TEXT, number="云能发〔2026〕8号")
    found = told(one, other)
    assert (found.kind, found.conflict) == ("different", True)
    assert "云能发〔2026〕7号" in found.evidence


def test_the_same_issuer_and_number_are_one_policy_whatever_is_left_of_its_words() -> None:
    number = "云能发〔2026〕7号"
    found = told(
        an_article(NOTICE, TEXT, number=number), an_article("图片新闻", "文件扫描件见附件。", number=number)
    )
    assert found.joins
    assert found.strength == 3


# ------------------------------------------------------------------ bad input


@pytest.mark.parametrize("text", ["", "。", "详见附件内容如下表", "啊" * 3000, "1" * 500, "\ud800，" * 40])
def test_any_text_can_be_compared_with_any_other(text: str) -> None:
    odd = an_article("", text)
    assert told(odd, WHOLE).kind == "different"
    assert told(odd, an_article("", text, key="2")).kind in {"same", "different"}


def test_a_yearbook_is_compared_in_bounded_time() -> None:
    pages = [line for seed in range(200, 700) for line in clauses(seed, 12)]
    yearbook = an_article("云麓省能源年鉴", "\n".join([*pages[600:], TEXT, *pages[:600]]))
    found = told(WHOLE, yearbook)
    assert (found.kind, found.side) == ("excerpt", "left")


def test_any_two_planted_articles_are_the_same_to_each_other_from_both_sides() -> None:
    kinds: set[RelationKind] = set()
    for seed in range(40):
        draw = random.Random(seed)
        lines = LAW if seed % 2 else clauses(seed)
        left = an_article(NOTICE, "\n".join(draw.sample(lines, draw.randint(1, len(lines)))), key="l")
        right = an_article(NAME, "\n".join(draw.sample(LAW, draw.randint(1, len(LAW)))), key="r")
        kinds.add(told(left, right).kind)
    assert len(kinds) > 2


@pytest.mark.parametrize(
    ("title", "occasional"),
    [
        ("国务院关于设立外商投资企业若干问题的规定", False),
        ("关于批准设立保税区的管理办法", False),
        ("国务院关于同意设立青石国家级新区的批复", True),
        ("国务院关于修改《样例湖保护办法》的决定", True),
    ],
)
def test_a_rule_about_establishing_something_is_no_occasion(title: str, occasional: bool) -> None:
    assert parse_title(title).occasional is occasional


def test_an_interpretation_that_bears_the_number_of_the_policy_is_not_the_policy() -> None:
    number = "云能发〔2026〕7号"
    policy = an_article("公证法", TEXT, number=number)
    found = told(policy, an_article("《公证法》政策解读", TEXT[:120], number=number))
    assert found.kind == "interpretation"


def test_two_reports_in_the_same_words_about_two_documents_are_two() -> None:
    words = (
        "本报讯 记者从省政府获悉，《{}》日前公布。据介绍，文件明确了有关各方的职责、程序和法律责任。"
        "有关负责人表示，文件的出台对于规范管理秩序、保护各方合法权益具有重要意义。"
    )
    reports = [
        an_article("省政府出台新规 规范有关活动", words.format(name))
        for name in ("样例湖保护办法", "山林管理规定")
    ]
    assert not told(*reports).joins
    assert told(reports[0], reports[0]).joins
