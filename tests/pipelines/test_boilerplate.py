"""Boilerplate goes at head and tail only; what the policy itself says stays."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.boilerplate.removal import remove_contacts, strip_boilerplate

BODY = (
    "关于完善分时电价机制的通知",
    "各有关单位：",
    "现将峰谷电价调整方案印发给你们，请遵照执行。",
    "江南省能源局",
    "2026年3月2日",
    "（此件公开发布）",
)


@pytest.mark.parametrize(
    "tail",
    [
        ["责任编辑：林一"],
        ["【责任编辑：林一】", "审核：林二", "分享到：微信 微博 QQ空间"],
        ["扫一扫在手机打开当前页"],
        ["相关资讯请关注：样例专区", "正文已结束，您可以按alt+4进行评论"],
        ["广告声明：文内含有的对外跳转链接，用于传递更多信息，本站所有文章均包含本声明。"],
        ["【打印】【关闭】"],
        ["打印本页 | 关闭窗口"],
        ["分享到", "微信", "微博", "豆瓣"],
        ["上一篇：关于开展检查的通知", "下一篇：没有了"],
        ["上一篇", "关于开展检查的通知", "下一篇", "没有了"],
        ["相关阅读", "海上风电又添新规", "2026-03-01", "储能电站验收办法出台"],
        ["相关链接：", "海上风电又添新规"],
        ["特别声明：本站转载文章仅为传递信息，不代表赞同其观点。版权归原作者所有。"],
        ["凡来源注明“江南电力网”的内容为本网原创，转载需获授权。"],
        ["投稿与新闻线索：林一 微信/手机：13800000000 邮箱：news#example.com（请将#改成@）"],
        ["来源：江南日报 编辑：林一"],
        ["版权所有：江南省能源局", "主办单位：江南省能源局", "网站标识码：1234567890", "电话：010-00000000"],
        ["$('#share-1').share({sites: ['wechat']});", "document.write('x');"],
        ["manuscriptPage_12()"],
        ["[1] [2] [3]", "上一页 下一页"],
        ["图片来自网络，如有侵权，请联系删除。"],
        ["【我要纠错】"],
        ["（编辑 林一）"],
        ["一审一校：林一 二审二校：林二"],
        ["【免责声明】本文仅代表作者本人观点。"],
        ["相关解读：《江南省分时电价机制》一图读懂"],
        ["关键词：电价 储能"],
        ["更多精彩请关注微信公众号"],
        ["江南风力发电网声明：此资讯系转载自其它媒体，并不意味着赞同其观点。文章内容仅供参考。"],
        ["下载江南储能网APP，随时随地看资讯"],
        ["浏览次数：1234", "发布时间：2026-03-02 10:00"],
        ["Produced By CMS 网站群内容管理系统 publishdate:2026/03/02"],
    ],
    ids=lambda tail: tail[0][:12],
)
def test_the_tail_goes_and_signature_date_and_note_stay(tail: list[str]) -> None:
    stripped = strip_boilerplate([*BODY, *tail])
    assert stripped.lines == BODY
    assert stripped.removed == tuple(tail)
    assert not stripped.all_boilerplate


@pytest.mark.parametrize(
    "head",
    [
        ["您的位置：首页 > 政策 > 正文"],
        ["首页 > 政务公开 > 通知"],
        ["字号：大 中 小", "来源：江南日报"],
        ["发布时间：2026-03-02 09:30 来源：江南省能源局 浏览次数：12"],
        ["2026-03-02 09:30来源:江南省能源局关键词:电价储能收藏点赞"],
        ["搜索历史清空", "分享到", "微信", "微博"],
        ["【字体：大 中 小】"],
        ["（原标题：江南省调整分时电价）"],
    ],
    ids=lambda head: head[0][:12],
)
def test_bars_before_the_text_go(head: list[str]) -> None:
    assert strip_boilerplate([*head, *BODY]).lines == BODY


@pytest.mark.parametrize(
    "line",
    [
        "各试点单位分享到了建设成果，责任编辑：队伍不断壮大。",
        "我的分享到这里。",
        "主办单位：江南省能源局",
        "联系人：林一；电话：010-00000000",
        "审核人：",
        "扫描二维码填写问卷。",
        "未经许可，任何单位和个人不得从事电力业务。",
        "请通过江南政务APP提交材料。",
        "凡使用财政资金的项目，应当公开招标。",
        "第九条 转载政府信息应当注明来源。",
        "一、相关链接",
        "附件：1.分时电价表.xlsx",
        "相关附件：附件1 分时电价表.docx",
        "数据来源：国家统计局",
        "小",
        "规范互联网新闻信息服务，健全版权保护制度。",
    ],
)
def test_what_a_policy_may_say_at_its_end_stays(line: str) -> None:
    lines = (*BODY[:3], line)
    assert strip_boilerplate(lines).lines == lines


def test_the_first_sentence_from_the_end_stops_the_walk() -> None:
    lines = ["相关阅读", "分享到", "本办法自发布之日起施行。", "打印本页"]
    assert strip_boilerplate(lines).lines == ("相关阅读", "本办法自发布之日起施行。")


def test_the_pages_own_attachments_stay_between_boilerplate() -> None:
    tail = ["打印本页", "相关附件：", "附件1 电价表.docx", "相关阅读", "海上风电又添新规", "关闭窗口"]
    assert strip_boilerplate([*BODY, *tail]).lines == (*BODY, "相关附件：", "附件1 电价表.docx")


def test_titles_of_other_pages_go_only_with_their_heading() -> None:
    lines = (*BODY, "海上风电又添新规", "储能电站验收办法出台")
    assert strip_boilerplate([*lines, "打印本页"]).lines == lines


def test_the_last_cells_of_a_table_are_not_taken_for_buttons() -> None:
    lines = ("企业规模划分如下。", "大", "中", "小", "标准", "内容")
    assert strip_boilerplate([*lines, "打印本页", "关闭窗口"]).lines == lines


@pytest.mark.parametrize(
    "notice", ["经审查，准予江南电力公司变更登记，特此公告。", "现予公布。", "休市安排如下"]
)
def test_short_notices_survive(notice: str) -> None:
    assert strip_boilerplate([notice, "打印本页"]).lines == (notice,)


def test_a_body_of_boilerplate_alone_is_flagged_and_returned_as_it_was() -> None:
    lines = ("首页 > 政策", "打印本页", "责任编辑：林一", "扫一扫在手机打开当前页")
    stripped = strip_boilerplate(lines)
    assert (stripped.lines, stripped.removed, stripped.all_boilerplate) == (lines, (), True)


def test_no_lines_are_no_boilerplate() -> None:
    assert not strip_boilerplate([]).all_boilerplate


def test_an_editor_glued_to_the_last_sentence_goes() -> None:
    stripped = strip_boilerplate(["会议部署了迎峰度夏工作。（责任编辑：林一）", "打印本页"])
    assert stripped.lines == ("会议部署了迎峰度夏工作。",)
    assert stripped.removed == ("（责任编辑：林一）", "打印本页")


SAYINGS = st.sampled_from(
    [*BODY, "打印本页", "相关阅读", "责任编辑：林一", "大 中 小", "附件：表.xls", "大", "一、总则"]
)


@given(st.lists(SAYINGS, max_size=12))
def test_nothing_is_lost_between_kept_and_removed(lines: list[str]) -> None:
    stripped = strip_boilerplate(lines)
    assert sorted([*stripped.lines, *stripped.removed]) == sorted(lines)


@given(st.lists(SAYINGS, max_size=12))
def test_stripping_again_removes_nothing(lines: list[str]) -> None:
    once = strip_boilerplate(lines)
    assert strip_boilerplate(once.lines).lines == once.lines


@pytest.mark.parametrize(
    "piece",
    ["【", "打印", "记者 林一 ", "文/图 ", "供稿", "QQ", "责任编辑：", "a", "（", " ", "12 ", "凡", "微信微"],
)
def test_any_line_takes_linear_time(piece: str) -> None:
    start = time.process_time()
    strip_boilerplate([piece * 200_000, "正文", piece * 900, piece * 60])
    remove_contacts([piece * 200_000])
    assert time.process_time() - start < 5


# ------------------------------------------------------------------ contacts


@pytest.mark.parametrize(
    "line",
    [
        "投稿与新闻线索：林一 微信/手机：13800000000 邮箱：news#example.com（请将#改成@）",
        "编辑：林一 电话：010-12345678",
        "新闻热线：010-12345678",
        "商务合作：13800000000",
        "投稿请加微信：abc12345",
        "责任编辑：林一",
        "（责编：林一、林二）",
    ],
)
def test_editors_contacts_go_wherever_they_stand(line: str) -> None:
    assert remove_contacts(["前文。", line, "后文。"]) == ("前文。", "后文。")


def test_of_a_line_of_prose_only_the_sentence_with_the_contact_goes() -> None:
    line = "会议昨日召开。如有新闻线索请致电记者13800000000。会议明日继续。"
    assert remove_contacts([line]) == ("会议昨日召开。会议明日继续。",)


@pytest.mark.parametrize(
    "line",
    [
        "联系人：林一，电话：010-12345678，手机：13800000000",
        "请于4月1日前将意见发送至 yijian@jiangnan.gov.cn。",
        "征文投稿邮箱：zhengwen@example.org",
        "投稿邮箱：bianjibu@jiangnan.gov.cn（编辑部）",
        "咨询QQ群：123456789",
        "编辑部应当建立三审三校制度。",
        "监督电话：12345678",
    ],
)
def test_a_policys_own_contacts_stay(line: str) -> None:
    assert remove_contacts([line]) == (line,)
