"""Which part of an unknown page is the article, whatever stands around it."""

from __future__ import annotations

import json

import pytest

from crawler.extraction import read_saved
from policy.errors import PageError
from policy.records import Article, Payload

URL = "https://unknown.example/2026/1.html"
TITLE = "样例县旧管网改造进入最后阶段"
NOTICE = "样例县定于周六停水检修，请各住户提前储水。"
WORDS = (
    "样例县水务局说，旧管网已经换了九成，漏水比去年少了三成，居民用水更稳。",
    "施工队介绍，剩下的两条街要到秋天才能完工，夜里不施工，不影响休息。",
    "住户们问，水价会不会涨？答复是，三年之内不变，补贴照发，请大家放心。",
    "县里还打算把经验写成手册，发给邻近各县，明年再办一次现场会。",
)
OTHER = (
    "住在楼上的人说，水压比以前好多了，洗衣做饭都方便，希望别再停水。",
    "有人提醒，修路的时候要留出消防通道，老人孩子出门才放心。",
    "也有人担心，冬天管子会不会冻裂，去年隔壁小区就裂过一回。",
    "我家门口的坑还没填，下雨天全是泥，车也开不进来，什么时候管？",
    "支持改造，早该改了，希望把电线也一起埋到地下去，看着整齐。",
    "昨天路过看见还在挖，噪声挺大的，不过想想以后就好了，忍一忍。",
)
MENU = "".join(f'<li><a href="/c{n}">栏目{n}</a></li>' for n in range(20))
HOT = "".join(f'<li><a href="/h{n}.html">第{n}件事，你一定没有想到，快来看！</a></li>' for n in range(12))
FOOT = "<div class='end'><p>关于我们 | 联系我们</p><p>样例网版权所有，未经书面授权不得转载。</p></div>"
HEAD = f"<h1>{TITLE}</h1><div class='sub'>2026-03-10 来源：样例日报</div>"


def prose(lines: tuple[str, ...] = WORDS, tag: str = "p") -> str:
    return "".join(f"<{tag}>{line}</{tag}>" for line in lines)


def read(body: str, title: str = f"{TITLE}_样例网") -> Article:
    html = f"<html><head><title>{title}</title></head><body><ul>{MENU}</ul>{body}{FOOT}</body></html>"
    return read_saved([Payload(url=URL, body=html.encode())])


def items(mark: str) -> str:
    return "".join(f"<div class='it'>{mark.format(n)}<p>{line}</p></div>" for n, line in enumerate(OTHER))


def table(cell: str) -> str:
    return f"<table><tr><td>{cell}</td></tr></table>"


def main(body: str, *, name: str = "w") -> str:
    return f"<div class='{name}'>{HEAD}<div class='x'>{body}</div></div>"


HEADS = ("用户增长", "政策支持", "评论与反对意见", "收藏市场")
HEADED = tuple(zip(HEADS, WORDS, strict=True))
REST = "".join(OTHER)
SHORT = f"<p>{NOTICE}</p>"
BLOCKS = [{"type": "p", "text": line} for line in WORDS]
NESTED = [{"type": "p", "children": [{"text": line[:9], "bold": 1}, {"text": line[9:]}]} for line in WORDS]


@pytest.mark.parametrize(
    "page",
    [
        main(f"{SHORT}</div><div>{items('<b>网友{}</b><span>回复 赞</span>')}"),
        main(SHORT) + f"<div>{items('<h4><a href=/{}>又一件事</a></h4>')}</div>",
        f"<div>{items('')}</div>" + main(SHORT),
        f"<div class='gdpr'><p>{REST}</p></div>" + main(SHORT),
        main(SHORT) + f"<div class='right'><p>{OTHER[0]}</p></div>",
        main(SHORT) + f"<div class='bottom'><p>{REST}</p></div>",
        main(SHORT) + f"<div style='display:none'>{prose(OTHER)}</div>",
        main(SHORT, name="share-page") + f"<div class='r'><p>{OTHER[0]}</p></div>",
    ],
    ids=[
        "comments",
        "teasers",
        "a menu with sentences",
        "a cookie banner",
        "a column beside",
        "a long foot",
        "a hidden dialog",
        "a frame with an aside's name",
    ],
)
def test_one_paragraph_is_the_body_beside_longer_texts(page: str) -> None:
    assert read(page).text == NOTICE


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        (f"<table><tr><td>{'<br><br>'.join(WORDS)}</td></tr></table>", WORDS),
        (f"<form><span>{prose()}</span></form>", WORDS),
        (prose(tag="div"), WORDS),
        (f"<p>{'<br><img src=a.jpg><br>'.join(WORDS)}</p>", WORDS),
        (f"<ol>{prose(tag='li')}</ol>", WORDS),
        (f"<div class='a'>{prose(WORDS[:1])}</div><div class='b'>{prose(WORDS[1:])}</div>", WORDS),
        ("".join(f"<div class='row'><div><p>{line}</p></div></div>" for line in WORDS), WORDS),
        (f"<h2>一、进度</h2>{prose(WORDS[:2])}<h3>二、价格</h3>{prose(WORDS[2:])}",
         ("一、进度", *WORDS[:2], "二、价格", *WORDS[2:])),
        (f"{prose(WORDS[:1])}<blockquote>{prose(WORDS[1:2])}</blockquote><pre>甲\n乙</pre>",
         (*WORDS[:2], "甲", "乙")),
        (f"{prose()}<p>相关新闻：</p><p><a href='/1'>别处的新桥通车</a></p>", WORDS),
        (f"{prose()}<p><a href='1.html'>1</a> 2 <a href='3.html'>下一页</a></p>", WORDS),
        (f"<pre>{chr(10).join(WORDS)}</pre>", WORDS),
        ("".join(f"<section><h3>{head}</h3><p>{line}</p></section>" for head, line in HEADED),
         tuple(line for pair in HEADED for line in pair)),
        ("".join(f"<div><p>{line * 6}</p><p><a href='b.jpg'>点击查看大图</a></p></div>" for line in WORDS),
         tuple(line * 6 for line in WORDS)),
        (f"{prose(WORDS[:2])}<aside>{OTHER[0]}</aside>{prose(WORDS[2:])}<footer>作者：样某</footer>", WORDS),
        ("".join(f"<section><section><span>{line}</span></section></section>" for line in WORDS), WORDS),
    ],
    ids=[
        "a cell with line breaks",
        "a span in a form",
        "divs",
        "a paragraph with line breaks and images",
        "a list",
        "blocks of two makes",
        "a frame for each paragraph",
        "headings",
        "quotes and code",
        "related pages inside",
        "a pager inside",
        "preformatted",
        "sections with words of threads in their headings",
        "sections with a link each",
        "an aside and a footer inside",
        "sections of spans",
    ],
)  # fmt: skip
def test_paragraphs_stay_lines_however_they_are_marked_up(body: str, lines: tuple[str, ...]) -> None:
    assert read(main(body) + f"<ul>{HOT}</ul>").text.split("\n") == list(lines)


def test_a_body_in_one_frame_with_menu_and_foot_is_cut_out_of_it() -> None:
    article = read(f"<div id='wrap'><ul>{MENU}</ul>{HEAD}{prose()}<ul>{HOT}</ul>{FOOT}</div>")
    assert article.text.split("\n") == list(WORDS)
    assert (str(article.published and article.published.value), article.source and article.source.value) == (
        "2026-03-10",
        "样例日报",
    )


def test_a_table_is_an_article_with_one_cell_a_line() -> None:
    rows = "".join(f"<tr><td>{n}</td><td>样例合作社{n}</td></tr>" for n in range(1, 4))
    article = read(main(f"{SHORT}<table>{rows}</table>"))
    assert article.text.split("\n") == [NOTICE, *(c for n in "123" for c in (n, f"样例合作社{n}"))]
    assert len(article.tables) == 1


def test_of_a_thread_the_first_post_is_read() -> None:
    post = "<div class='post'><b>楼主</b><table><tr><td>{}</td></tr></table><em>发表于 2026-3-10</em></div>"
    posts = "".join(post.format("<br>".join(lines)) for lines in (WORDS, *zip(OTHER, strict=True)))
    assert read(f"<h1>{TITLE}</h1><div>{posts}</div>").text.split("\n") == list(WORDS)


def test_boxes_of_one_make_around_the_article_are_no_thread() -> None:
    boxes = [f"<div class='box'><p>{line}</p><span>回复 赞</span></div>" for line in OTHER[:3]]
    article = f"<div class='box'>{HEAD}{prose()}<span>分享 收藏</span></div>"
    assert read(boxes[0] + article + "".join(boxes[1:])).text.split("\n")[:4] == list(WORDS)


def test_verses_without_punctuation_are_a_text() -> None:
    verses = ["山那边有一条河", "河那边有一座山", "我在河边等一只船"]
    page = f"<div class='w'><h1>{TITLE}</h1><div class='x'>{'<br>'.join(verses)}</div></div><ul>{HOT}</ul>"
    assert read(page).text.split("\n") == verses


def test_a_page_of_teasers_alone_is_read_whole() -> None:
    parts = "".join(
        f"<div class='k'><h3><a href=/{n}>第{n}站</a></h3><p>{w}</p></div>" for n, w in enumerate(WORDS)
    )
    assert all(line in read(f"<h1>{TITLE}</h1><div class='x'>{parts}</div>").text for line in WORDS)


@pytest.mark.parametrize(
    "unshown",
    [
        f"<noscript><div>{prose()}</div></noscript>",
        f"<template><div>{prose()}</div></template>",
        f"<textarea>{prose().replace('<', '&lt;')}</textarea>",
        f"<script>window.data = {json.dumps({'article': {'content': prose()}})}</script>",
        f"<script type='application/ld+json'>{json.dumps({'articleBody': chr(10).join(WORDS)})}</script>",
        f"<script type='text/template'><div>{prose()}</div></script>",
        f"<script>var d = JSON.parse({json.dumps(json.dumps({'content': prose()}))})</script>",
        f"<script>var d = JSON.parse('{json.dumps({'content': prose()})}')</script>",
        f"<script>window.__STATE__ = {json.dumps({'list': [REST], 'post': {'blocks': BLOCKS}})};</script>",
        f"<script type='application/json'>{json.dumps({'doc': {'content': NESTED}})}</script>",
    ],
    ids=[
        *("noscript", "template", "text area", "script", "linked data", "script that is a template"),
        *("quoted JSON", "JSON in single quotes", "blocks", "blocks of pieces"),
    ],
)
def test_an_article_that_only_a_script_shows_is_read(unshown: str) -> None:
    assert read(f"<h1>{TITLE}</h1><div id='app'></div>{unshown}").text.split("\n") == list(WORDS)


def test_a_short_notice_is_preferred_to_what_a_script_carries() -> None:
    carried = f"<script>var a = {json.dumps({'content': prose(OTHER)})}</script>"
    assert read(main(SHORT) + carried).text == NOTICE


def test_files_below_a_heading_of_links_stay() -> None:
    files = "<p>相关链接</p><p><a href='a.pdf'>样例表.pdf</a></p>"
    assert read(main(prose() + files)).text.split("\n")[-1] == "样例表.pdf"


def test_what_is_shown_is_preferred_to_what_is_carried() -> None:
    carried = f"<script>var a = {json.dumps({'content': ''.join(OTHER)})}</script>"
    assert read(f"<h1>{TITLE}</h1><div>{prose()}</div>{carried}").text.split("\n") == list(WORDS)


def test_the_rest_of_a_text_behind_a_button_is_text() -> None:
    hidden = f"<div style='display:none'>{prose(WORDS[2:])}</div>"
    assert read(main(f"{prose(WORDS[:2])}{hidden}<a>阅读全文</a>")).text.split("\n") == list(WORDS)
    assert read(main(f"{prose(WORDS[:2])}{hidden}")).text.split("\n") == list(WORDS[:2])


def test_hidden_parts_of_a_long_text_are_all_read_in_order() -> None:
    parts = "".join(
        f"<div class='manuscriptPage' id='manuscriptPage_{n}' {'' if n == 1 else 'style=display:none'}>"
        f"<p>{line}</p></div>"
        for n, line in enumerate(WORDS, 1)
    )
    pager = "<div><a href='javascript:;'>1</a> <a href='javascript:;'>2</a></div>"
    assert read(main(f"{parts}</div>{pager}<div>")).text.split("\n") == list(WORDS)


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("<html><frameset cols='*,*'><frame src=a.html></frameset></html>", "1 frame"),
        ("<html><body><p><img src=a.jpg><img src=b.jpg></p></body></html>", "2 images"),
        (f"<html><body><p>{NOTICE * 80_000}</p></body></html>", "1680002 characters"),
    ],
    ids=["frameset", "images", "two million characters"],
)
def test_a_page_without_a_text_of_its_own_says_what_it_holds(page: str, said: str) -> None:
    with pytest.raises(PageError, match=f"https://unknown.example.*{said}"):
        read_saved([Payload(url=URL, body=page.encode())])


@pytest.mark.parametrize(
    "box",
    [
        f"<div class='author-box'><p>{OTHER[0]}</p><p>{REST}</p></div>",
        f"<div class='c2'><h4>作者简介</h4><p>{OTHER[0]}</p><p>{REST}</p></div>",
        f"<div class='c3'><div>关于作者</div><div><p>{REST}</p></div></div>",
    ],
    ids=["by its name", "by its heading", "by a heading of a frame"],
)
def test_what_is_said_of_the_author_is_no_article(box: str) -> None:
    assert read(main(SHORT) + box).text == NOTICE


@pytest.mark.parametrize(
    "page",
    [
        table(f"<h1>{TITLE}</h1>")
        + "".join(table("<br>".join(w)) for w in (WORDS[:2], WORDS[2:]))
        + table(HOT),
        f"<h1>{TITLE}</h1>" + "".join(map(table, WORDS)),
        f"<table><tr><td><h1>{TITLE}</h1>{prose(WORDS[:2])}</td><td>{prose(WORDS[2:])}</td></tr></table>",
        f"<h1>{TITLE}</h1><div class='l'>{prose(WORDS[:2])}</div><div class='r'>{prose(WORDS[2:])}</div>",
    ],
    ids=["tables of a page", "a table for each paragraph", "columns in cells", "columns in blocks"],
)
def test_a_body_in_several_tables_or_columns_is_read_whole(page: str) -> None:
    assert read(page).text.split("\n") == list(WORDS)


def test_a_table_of_labels_beside_the_text_is_none_of_it() -> None:
    labels = {
        "索引号": "X1",
        "发文机关": "样例县水务局",
        "标题": TITLE + "，请知悉",
        "发布日期": "2026-03-10",
    }
    rows = "".join(f"<tr><td>{name}：</td><td>{value}</td></tr>" for name, value in labels.items())
    page = f"<table>{rows}</table><table><tr><td>{SHORT}</td></tr></table>"
    assert read(page, title=f"{TITLE}，请知悉_样例网").text == NOTICE


def test_sections_below_the_headline_are_read_with_those_that_hold_no_sentence() -> None:
    parts = {"工具": "<ul><li>扳手</li><li>生料带</li></ul>", "步骤": prose(tag="li"), "注意": SHORT}
    made = "".join(f"<div class='k'><h2>{head}</h2>{body}</div>" for head, body in parts.items())
    text = read(f"<div><h1>{TITLE}</h1>{made}<div class='z'><ul>{HOT}</ul></div></div>").text
    assert text.split("\n") == ["工具", "扳手", "生料带", "步骤", *WORDS, "注意", NOTICE]


def test_a_short_order_is_read_with_its_number_and_signature() -> None:
    lines = ["样例县水务局令", "第4号", NOTICE, "局长：样某", "2026年3月8日"]
    order = f"<div class='w'>{HEAD}<div class='x'><div>{prose(tuple(lines), 'div')}</div></div></div>"
    assert read(f"{order}<ul>{HOT}</ul>").text.split("\n") == lines


def test_of_a_question_all_answers_are_read() -> None:
    answers = [tuple(f"{n}．{line}" * 2 for line in WORDS) for n in "甲乙丙"]
    made = "".join(
        f"<div class='it'><a href='/u'>某用户</a><div class='rich'>{prose(lines)}</div><p>赞同 12</p>"
        f"<a href='/a'>发布于 2026-03-01</a><p>评论 3</p></div>"
        for lines in answers
    )
    text = read(f"<h1>{TITLE}</h1><p>谁知道？</p><div>{made}</div><ul>{HOT}</ul>").text
    assert text.split("\n") == [line for lines in answers for line in lines]


def test_a_name_and_a_day_below_the_headline_are_no_text() -> None:
    page = f"<article><header><h1>{TITLE}</h1><p>样例日报 | 2026-03-10</p></header>{prose()}</article>"
    assert read(page).text.split("\n") == list(WORDS)


def test_a_line_with_the_days_of_publication_and_of_the_last_change_is_no_text() -> None:
    page = f"<div><p>公告</p><h1>{TITLE}</h1><p>小林2026-03-102026-04-01</p>{prose()}</div>"
    assert read(page).text.split("\n") == list(WORDS)


def test_links_that_edit_a_part_and_a_list_of_the_parts_are_no_text() -> None:
    parts = "".join(f"<h2>{h} <a href='/edit'>编辑</a></h2><p>{line}</p>" for h, line in HEADED)
    listed = "".join(f"<li><a href='#{h}'>{h}</a></li>" for h in HEADS)
    text = read(main(f"<div><h2>目录</h2><ul>{listed}</ul></div>{parts}")).text
    assert text.split("\n") == [line for pair in HEADED for line in pair]


@pytest.mark.parametrize("title", ["样例县", "样例"])
def test_a_headline_of_two_or_three_characters_is_a_title(title: str) -> None:
    page = f"<div><h1>{title}</h1><h2 class='title'>西南某省的一个县份</h2>{prose()}</div>"
    assert read(page, title=f"{title}_样例百科").title.value == title


def test_comments_in_the_element_of_the_text_are_none_of_it() -> None:
    comments = f"<div class='z'><h3>网友评论</h3>{items('<b>网友{}</b><span>回复 赞</span>')}</div>"
    assert read(main(prose() + comments)).text.split("\n") == list(WORDS)


def test_a_foot_without_a_name_is_known_by_the_number_of_the_site() -> None:
    foot = f"<div><p>{REST}</p><p>地址：样例路一号 京ICP备00000000号</p></div>"
    assert read(main(SHORT) + foot).text == NOTICE


def test_how_an_act_came_about_stays_below_its_title() -> None:
    note = "（2026年3月1日样例市人大常委会通过）"
    assert read(f"<div><h1>{TITLE}</h1><p>{note}</p>{prose()}</div>").text.split("\n")[0] == note


def test_a_text_about_the_numbers_of_sites_is_no_foot() -> None:
    rule = "各网站应当在首页底部标注网站标识码和ICP备案编号。"
    assert read(main(f"<p>{rule}</p>{prose()}")).text.split("\n") == [rule, *WORDS]


def test_boxes_with_headings_beside_the_text_are_not_read_in_its_place() -> None:
    boxes = "".join(f"<div class='box'><h3>{head}</h3><p>{OTHER[0]}</p></div>" for head in HEADS[:2])
    page = f"<div><h1>{TITLE}</h1><div class='box'>{prose()}</div>{boxes}</div>"
    assert read(page).text.split("\n")[: len(WORDS)] == list(WORDS)


def test_an_element_within_one_of_its_own_class_is_no_second_answer() -> None:
    inner = f"<div class='sec'>{prose(WORDS[1:3], 'p') * 2}</div>"
    text = read(main(f"<div class='sec'>{prose(WORDS[:1])}{inner}{prose(WORDS[3:])}</div>")).text
    assert text.split("\n") == [WORDS[0], *WORDS[1:3], *WORDS[1:3], WORDS[3]]


def test_a_text_that_ends_with_its_author_is_read_all_the_same() -> None:
    page = f"<h1>{TITLE}</h1><div class='x'>{prose()}<p>作者简介</p><p>{OTHER[0]}</p></div>"
    assert read(page).text.split("\n")[: len(WORDS)] == list(WORDS)


MADE = "<time datetime='2026-03-10T02:00:00Z'>2026.03.10 10:00</time>"
COUNTS = f"<div class='n'><span>0.311</span>{MADE}<b>阅读 1,024</b></div>"
APP = "<div>更多精彩内容，就在样例客户端</div><div class='u'><span>老街，写字的</span><b>获得35个赞</b></div>"


@pytest.mark.parametrize("note", [f"<p>{NOTICE}</p>", f"<div>{NOTICE}</div>"], ids=["paragraph", "block"])
def test_a_note_of_one_sentence_is_read_without_its_counters(note: str) -> None:
    page = f"<section><h1>{TITLE}</h1>{COUNTS}<article>{note}</article><div>12人点赞</div>{APP}</section>"
    found = read(page)
    assert found.text == NOTICE
    assert found.published is not None
    assert str(found.published.value) == "2026-03-10 10:00:00+08:00"


def test_many_comments_do_not_make_a_short_text_wider() -> None:
    said = "".join(f"<div class='u'><b>友</b><p>{line}</p><i>2026-03-11</i></div>" for line in OTHER * 4)
    text = f"<h1>{TITLE}</h1><div>2026-03-10</div><div class='k'>{SHORT}</div>"
    assert read(f"<div>{text}<div><h4>大家说</h4>{said}</div></div>").text == NOTICE


def test_what_an_office_says_of_itself_is_no_article() -> None:
    page = f"<div>{HEAD}<div class='x'>{SHORT}</div></div><div><h3>机构简介</h3><p>{REST * 3}</p></div>"
    assert read(page).text == NOTICE


def test_a_headline_is_read_without_the_link_to_its_board() -> None:
    heading = f"<h1><a href='/b'>[闲聊]</a><span>{TITLE}</span></h1>"
    found = read(
        f"<div><table><tr><td>查看: 10</td><td>{heading}</td></tr></table><div>{prose()}</div></div>"
    )
    assert found.title.value == TITLE
    assert found.text.split("\n") == list(WORDS)


def test_a_text_is_read_whatever_its_element_is_called() -> None:
    lines = tuple(f"{line}这是第{n}年。" for n in range(9) for line in WORDS)
    found = read(f"<div><h1>{TITLE}</h1></div><div&nbsp; class='text'>{prose(lines)}</div&nbsp;>")
    assert found.text.split("\n") == list(lines)


def test_a_headline_behind_a_link_to_its_board_may_stand_among_the_text() -> None:
    heading = f"<h1><a href='/b'>[闲聊]</a><span>{TITLE}</span></h1>"
    lines = [f"<p>{line}</p>" for line in WORDS]
    found = read(f"<div>{lines[0]}{heading}<p>2026-03-10 来源：山河晚报</p>{''.join(lines[1:])}</div>")
    assert found.title.value == TITLE
    assert found.text.startswith(WORDS[0])
    assert found.source is not None
    assert found.source.value == "山河晚报"


def test_the_day_of_the_last_edit_below_a_text_is_its_day_where_there_is_no_other() -> None:
    found = read(f"<article><h1>{TITLE}</h1><div>{prose()}</div><div>编辑于 2026-03-10 10:00</div></article>")
    assert found.published is not None
    assert str(found.published.value) == "2026-03-10 10:00:00+08:00"


def test_what_stands_below_a_heading_of_other_pages_is_no_article() -> None:
    heard = "".join(f"<li><a href='/{n}'>别处</a><em>{line}</em></li>" for n, line in enumerate(OTHER))
    more = f"<div class='r'><h2><span>推荐阅读</span></h2><ul>{heard}</ul></div>"
    text = f"<div class='c'><div class='x'>{prose()}</div>{more}</div>"
    assert read(f"<div class='l'><div class='c'>{HEAD}</div>{text}</div>").text.split("\n") == list(WORDS)


def test_a_text_above_a_list_of_other_pages_is_read_in_the_element_of_both() -> None:
    links = "".join(f"<li><a href='/{n}'>{line}</a></li>" for n, line in enumerate(OTHER))
    rest = f"<div>{prose(WORDS[2:])}<h3>相关阅读</h3><ul>{links}</ul></div>"
    assert read(f"<div>{HEAD}<div><div>{prose(WORDS[:2])}</div>{rest}</div></div>").text.split("\n") == list(
        WORDS
    )


def test_a_headline_is_what_the_page_says_it_is_though_another_line_begins_its_title_too() -> None:
    steps = "".join(f"<li><p>{line[:-1]}</p></li>" for line in WORDS)
    body = f"<div><h1>红烧河鱼</h1><p>{NOTICE}</p><h2>红烧河鱼的做法</h2><ol>{steps}</ol></div>"
    found = read(body, title="【红烧河鱼的做法步骤图】_样例厨房")
    assert found.title.value == "红烧河鱼"
    assert found.text.split("\n") == [NOTICE, "红烧河鱼的做法", *(line[:-1] for line in WORDS)]


def test_the_day_in_a_line_with_a_name_that_is_no_text_is_kept() -> None:
    byline = "<div><a href='/u'>老街</a><span>·2026年03月10日 10:00</span></div>"
    found = read(f"<div><h1>{TITLE}</h1>{byline}<div>{prose()}</div><div>赞 12</div></div>")
    assert found.text.split("\n") == list(WORDS)
    assert found.published is not None
    assert str(found.published.value) == "2026-03-10 10:00:00+08:00"


def test_boxes_of_the_author_and_of_the_next_page_are_taken_out_of_the_element_of_the_text() -> None:
    author = f"<div class='k1'><h4>作者简介</h4><p>{OTHER[0]}</p></div>"
    after = f"<div class='k2'><p>下一篇</p><a href='/2'>别的事</a><p>{OTHER[1]}</p></div>"
    page = f"<div>{HEAD}<div class='s'>{NOTICE}</div><div class='x'>{prose()}</div>{author}{after}</div>"
    assert read(page).text.split("\n") == [NOTICE, *WORDS]


SIDE = "".join(
    f"<div class='it'><a href='/{n}'>别处{n}</a><p>{line}</p><i>03-0{n}</i></div>"
    for n, line in enumerate(OTHER)
)


@pytest.mark.parametrize(
    "name", ["share-text", "bottom-content", "nav_body", "modal", "flex relative", "news-relate"]
)
def test_a_text_in_an_element_named_like_an_aside_is_read_where_it_follows_the_headline(name: str) -> None:
    text = f"<div class='{name}'><div class='x'>{prose()}</div></div>"
    assert read(f"<div class='c'>{HEAD}</div>{text}<div>{SIDE}</div>").text.split("\n") == list(WORDS)


def test_comments_below_a_short_note_are_not_read_in_its_place() -> None:
    note = "<p>今天停水，请储水。</p>"
    assert (
        read(f"<div>{HEAD}<div>{note}</div></div><div class='comments'>{prose(OTHER)}</div>").text
        == note[3:-4]
    )


def test_entries_that_begin_with_the_time_are_paragraphs() -> None:
    entry = "<div class='e'><i>1{}:00</i><div><p>{}</p></div></div>"
    entries = "".join(entry.format(n, line) for n, line in enumerate(OTHER))
    found = read(f"<div>{HEAD}<div class='x'>{entries}</div></div><div>{SIDE * 2}</div>")
    assert found.text.split("\n") == [said for n, line in enumerate(OTHER) for said in (f"1{n}:00", line)]


def test_posts_of_the_same_make_that_lead_elsewhere_are_none_of_the_headlines_post() -> None:
    posts = "".join(
        f"<article class='p'><h2><a href='/{n}'>别处{n}</a></h2><p>{REST}</p></article>" for n in range(4)
    )
    page = f"<main><article class='p'>{HEAD}<div>{SHORT}</div></article>{posts}</main>"
    assert read(page).text == NOTICE


def test_comments_of_one_line_each_are_no_article() -> None:
    said = "".join(
        f"<div class='it'><a href='/u{n}'>友{n}</a>：{line} 3月10日 11:0{n} <a href='#'>回复</a></div>"
        for n, line in enumerate(OTHER)
    )
    note = f"<div class='c'><div><a href='/u'>老街</a> 3月10日</div><div class='t'>{WORDS[0]}</div></div>"
    assert read(f"{note}<div>{said}</div>", title="老街的动态_样例网").text == WORDS[0]


def test_a_row_of_links_to_subjects_before_or_after_the_text_is_none_of_it() -> None:
    row = "<div class='k'>" + "".join(f"<a href='/t/{n}'>样例{n}</a>" for n in range(4)) + "</div>"
    links = "".join(f"<p><a href='/l/{n}'>样例规定第{n}号</a></p>" for n in range(3))
    page = f"<div>{HEAD}{row}<div class='s'>{NOTICE}</div><div>{prose()}{links}</div>{row}</div>"
    assert read(page).text.split("\n") == [NOTICE, *WORDS, *(f"样例规定第{n}号" for n in range(3))]


def test_a_heading_that_names_the_column_is_not_the_headline_above_the_day() -> None:
    head = f"<div class='news-title'>{TITLE}</div><div>时间：2026-03-10 点击：102次</div>"
    side = "<div><h3 class='title'>热门推荐文章排行</h3></div>"
    found = read(
        f"<div><h1>新闻动态</h1></div>{side}<div>{head}<div>{prose()}</div></div>", title="样例轮渡公司"
    )
    assert found.title.value == TITLE
    assert found.text.split("\n") == list(WORDS)
