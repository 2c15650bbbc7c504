"""A reprint that begins in the middle: what is read, what is stated to be missing, what is left out."""

from __future__ import annotations

import pytest

from crawler.extraction import read_saved
from policy.records import Article, Payload

BODY = (
    *("七、做强东湖片区,推进样例基地建设", "以东湖片区为核心,优化样例基地的功能布局,支持各县先行先试。"),
    "(一)建设样例科学城",
    "提升科学城的标杆地位,加快重大项目建设,争取先行先试改革,推进科学城成为创新策源地。",
    "1、打造样例引擎",
    "聚焦东湖。重点任务:(1)围绕新材料,力争实现突破;(2)布局样例装置;(3)培育样例企业。",
    "2、建设样例枢纽",
    "联通各地。主要任务:(1)引进机构, 开展合作。(2)举办样例论坛。",
    "样例协同中心建设",
    "建设多方参与的样例协同中心,汇聚各县资源,形成联合攻关、成果共享的新机制。",
    "(二)提升样例园区",
    "园区要做到产城融合、职住平衡,配套完善,管理高效,成为样例省的示范窗口。",
    "八、深化样例合作,融入更大网络",
    "坚持开放,推动更深层次、更宽领域的合作,让创新要素在各地之间自由流动起来。",
    "(一)推进区域合作",
    "加强与邻省的合作,共建样例通道,共享大型仪器,联合开展科技攻关,互认样例资质。",
    "样例国际枢纽建设",
    "建设多渠道的协作载体,建成以样例市为枢纽的合作网络,为各方提供最好的样例环境。",
)
FOOTER = (
    "投稿与新闻线索:样女士 微信/手机:13800000000 邮箱:yangli#example.com(请将#改成@)",
    "特别声明:样例网转载其他网站内容,出于传递更多信息而非盈利之目的,同时并不代表赞成其观点,内容仅供参考。",
    "凡来源注明样例网的内容为样例网原创,转载需获授权。",
)
URL = "https://news.bjx.com.cn/html/20260310/1300009.shtml"


@pytest.fixture(scope="module")
def article() -> Article:
    paragraphs = "".join(f"<p>{line}</p>" for line in (*BODY, *FOOTER))
    said = "<span>2026-03-10 09:36</span><span>来源:样例省人民政府</span>"
    words = '<span id="key_word">关键词:<a>燃料电池</a><a>制氢</a><a>氢能</a></span><span>收藏</span>'
    html = (
        '<meta charset="utf-8"><title>样例省“十五五”:研发300kW级电解制氢系统-北极星</title>'
        '<p>搜索历史清空</p><div class="cc-crumbs">您的位置:<em>电力</em><em>政策</em><em>正文</em></div>'
        '<div class="cc-headline">'
        f"<h1>样例省“十五五”:研发300kW级电解制氢系统</h1><p>{said}{words}</p></div>"
        f'<div id="article_cont"><div class="cc-article">{paragraphs}</div></div>'
    )
    return read_saved([Payload(url=URL, body=html.encode())])


def test_the_parts_before_it_are_stated_to_be_missing(article: Article) -> None:
    assert article.completeness.gaps == ("一、", "二、", "三、", "四、", "五、", "六、")
    assert not article.completeness.complete


def test_terms_of_the_headline_that_the_text_never_uses_are_named(article: Article) -> None:
    assert article.completeness.headline_terms_missing == ("300kW", "电解", "制氢")


def test_its_headings_boxes_and_inline_items_are_told_apart(article: Article) -> None:
    outline = article.outline
    assert [heading.path for heading in outline.headings] == ["7", "7/1", "7/1/1", "7/1/2", "7/2", "8", "8/1"]
    assert [box.title for box in outline.boxes] == ["样例协同中心建设", "样例国际枢纽建设"]
    assert [item.path for item in outline.inline] == ["7/1/1/1", "7/1/1/2", "7/1/1/3", "7/1/2/1", "7/1/2/2"]


def test_the_portals_own_words_are_not_in_the_text(article: Article) -> None:
    assert article.text.split("\n") == list(BODY)


def test_the_glued_line_below_the_headline_is_told_apart(article: Article) -> None:
    assert article.published is not None
    assert str(article.published.value) == "2026-03-10 09:36:00+08:00"
    assert article.source is not None
    assert article.source.value == "样例省人民政府"
    assert article.keywords == ("燃料电池", "制氢", "氢能")
