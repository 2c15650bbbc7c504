"""Spaces that line breaks left inside words are removed; meaningful spaces stay."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.query import SearchDocument, matches, parse
from policy.text.lexicon import join_words
from policy.text.words import fold, tokens

REST = "各地要结合实际制定工作方案，明确年度目标和责任分工，按季度报送进展情况。"
"""Prose to put a case into."""


@pytest.mark.parametrize(
    ("printed", "mended"),
    [
        pytest.param("推动传统产业升 级。", "推动传统产业升级。", id="inside a word"),
        pytest.param("扩大示范和推广 应用。", "扩大示范和推广应用。", id="between two words"),
        pytest.param(
            "壮大经营主体, 培育龙头企业。", "壮大经营主体,培育龙头企业。", id="behind a narrow comma"
        ),
        pytest.param("三类企业分离 ，规模很小。", "三类企业分离，规模很小。", id="before a comma"),
        pytest.param("云海(东区) 自由贸易园区", "云海(东区)自由贸易园区", id="behind a parenthesis"),
        pytest.param("被誉为当代 “铁路之父”。", "被誉为当代“铁路之父”。", id="before a quotation"),
        pytest.param("推进“放管 服”改革。", "推进“放管服”改革。", id="inside a short quotation"),
        pytest.param(
            "落实《云海省科 技创新条例》要求。", "落实《云海省科技创新条例》要求。", id="in a title"
        ),
    ],
)
def test_spaces_inside_words_of_prose_are_removed(printed: str, mended: str) -> None:
    assert join_words(REST + printed).text == REST + mended


@pytest.mark.parametrize(
    "printed",
    [
        pytest.param("根据《云海省财政厅 云海省商务厅关于促进消费的通知》，", id="two organs"),
        pytest.param("（责任单位：省财政厅 各设区市）", id="a list in parentheses"),
        pytest.param("出席人员有张三 李四 王五，", id="names"),
        pytest.param("（本报记者 张三）", id="a name behind its post"),
        pytest.param("图为会议现场。张三 摄", id="a credit"),
        pytest.param("以“同心同向 共建共享”为主题，", id="the halves of a slogan"),
        pytest.param("2026年3月5日 省政府常务会议通过，", id="a day"),
        pytest.param("到2030年 建成 5 个中心、G60 科创走廊、100 kW 机组，", id="Latin letters and figures"),
        pytest.param("项目 单位 数量 备注，", id="columns"),
        pytest.param("目    录，", id="a run of spaces"),
        pytest.param("见《办法》 《细则》，", id="two titles"),
        pytest.param("填写（ ）栏，", id="an empty form"),
        pytest.param("第三条 本办法所称园区，", id="an article"),
        pytest.param("\u3000\u3000另起\u3000一段\u00a0而已，", id="wide and hard spaces"),
    ],
)
def test_spaces_that_mean_something_stay(printed: str) -> None:
    assert join_words(REST + printed).text == REST + printed


@pytest.mark.parametrize(
    "line",
    [
        "目 录",
        "附 件",
        "总 则",
        "国家发展改革委 财政部",
        "张 三",
        "打造区域增长极 构建开放新格局 谱写时代新篇章，再创佳绩",
    ],
)
def test_headings_signatures_and_headlines_are_no_prose(line: str) -> None:
    assert join_words(f"{REST}\n{line}\n{REST}").scars == ()


def test_a_marker_at_the_head_of_a_line_keeps_its_space() -> None:
    for marker in ("第一条", "第二百三十四条之一", "（一）", "(2)", "一、", "3.", "附件1："):
        text = f"{marker} 为了规范园区建设，保障各方权益，根据有关法律，制定本条例。"
        assert join_words(text).text == text


def test_a_dateline_keeps_its_space() -> None:
    text = "云海社东川11月2日电 省能源主管部门今日发布公告，部署冬季保供工作，要求各地落实责任。"
    assert join_words(text).text == text


def test_a_span_of_the_joined_text_leads_to_the_published_one_with_its_spaces() -> None:
    text = f"首段。\n{REST}推动传统产业升 级，壮大主体, 培育新成 果。"
    mended = join_words(text)
    for word, printed in (
        ("产业升级", "产业升 级"),
        ("主体,培育", "主体, 培育"),
        ("成果", "成 果"),
        ("首段", "首段"),
    ):
        at = mended.text.index(word)
        start, end = mended.to_published(at, at + len(word))
        assert text[start:end] == printed


ANY = st.text(st.sampled_from("产业升级国家部委第一条，。、“”（）《》 \n\u3000aG6@电讯\t"), max_size=300)


@given(st.lists(st.one_of(ANY, st.just(REST), st.just(REST + " " + REST)), max_size=6).map("".join))
def test_nothing_but_single_spaces_goes_and_every_character_leads_home(text: str) -> None:
    mended = join_words(text)
    home = [mended.published(at) for at in range(len(mended.text))]
    assert "".join(text[at] for at in home) == mended.text
    assert sorted({*home, *mended.scars}) == list(range(len(text)))
    assert all(text[at] == " " for at in mended.scars)
    assert home == sorted(home)
    assert join_words(mended.text).scars == ()


@given(ANY)
def test_mending_changes_no_token_and_no_fingerprint(text: str) -> None:
    mended = join_words(text + REST)
    assert tokens(mended.text) == tokens(text + REST)
    assert fold(mended.text) == fold(text + REST)


def test_a_query_finds_a_word_with_a_space_in_the_published_and_in_the_joined_text() -> None:
    text = f"{REST}推动传统产业升 级。"
    for asked in (text, join_words(text).text):
        assert matches(parse("产业升级"), SearchDocument(text=asked))
        assert not matches(parse("传统升级"), SearchDocument(text=asked))


def test_a_hostile_line_takes_linear_time() -> None:
    def spent(count: int) -> float:
        line, start = "产业升级的路径是 " * count + "。", time.process_time()
        join_words(line)
        return time.process_time() - start

    assert spent(40_000) < 40 * max(spent(4_000), 0.01)
