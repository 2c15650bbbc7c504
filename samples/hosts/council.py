"""东澜省人民政府: listings are JSON files, articles carry a table of fields and print the body twice."""

from __future__ import annotations

import json
import re
from html import escape

from samples.hosts.html import Answer, challenge, meta, page, paragraphs
from samples.stock import Text, find, shelf

HOST = "www.council.example"
NAME = "东澜省人民政府"
LISTINGS = {
    "/zhengce/zuixin/ZUIXINZHENGCE.json": "zuixin",
    "/zhengce/zhengceku/bmwj/TONGYONGGAILAN.json": "bmwj",
}
ARTICLE = re.compile(r"^/zhengce/content/\d{6}/(?P<name>content_\d+)\.htm$")
LABELS = (
    ("索 引 号：", "index_no"),
    ("主题分类：", "subject"),
    ("发文机关：", "issuer"),
    ("成文日期：", "written"),
    ("标　　题：", "title"),
    ("公文种类：", "genre"),
    ("发文字号：", "doc_no"),
    ("发布日期：", "published"),
)


def answer(path: str, night: int) -> Answer | None:
    """The answer to a GET; None: not found. On night 2 the departments' list answers with a challenge."""
    if section := LISTINGS.get(path):
        return challenge() if (section, night) == ("bmwj", 2) else listing(section, night)
    asked = ARTICLE.match(path)
    text = find("council", asked["name"], night) if asked else None
    return article(text) if text else None


def listing(section: str, night: int) -> Answer:
    """All rows of a section in one JSON file."""
    rows = [
        {
            "TITLE": text.title,
            "SUB_TITLE": "",
            "URL": f"https://{HOST}/zhengce/content/{text.day:%Y%m}/{text.name}.htm",
            "DOCRELPUBTIME": str(text.day),
        }
        for text in shelf("council", night)
        if section in text.sections
    ]
    return Answer(body=json.dumps(rows, ensure_ascii=False).encode(), content_type="application/json")


def article(text: Text) -> Answer:
    """The page of a document: table of fields, body for desktops, the same body for phones."""
    head = f"<title>{escape(text.title)}_政策文件库_{NAME}</title>\n" + meta(
        manuscriptId=text.name.removeprefix("content_"),
        firstpublishedtime=f"{text.published[:10]}-09:30:00",
        lastmodifiedtime=f"{text.published[:10]}-10:05:00",
        description=text.title,
    )
    lines = [line for part in text.pages for line in part]
    body = paragraphs(lines, indent="text-indent: 2em")
    return page(
        head,
        '<div class="BreadcrumbNav"><a>首页</a> &gt; <a>政策</a> &gt; <a>政策文件库</a></div>\n'
        f'<div class="share-substr" style="display:none">{escape(text.title)}</div>\n'
        f'<div class="policyLibraryOverview_header"><table class="bd1"><tbody>\n{_cells(text)}\n'
        "</tbody></table></div>\n</body></html>\n"  # a stray end tag, as on the real site
        f'<div class="policyLibraryOverview_content"><table><tr><td class="b12c" id="UCAP-CONTENT">'
        f'<div class="trs_editor_view">\n{body}\n</div></td></tr></table></div>\n'
        f'<div class="mobile"><div class="pages_content" id="UCAP-CONTENT">\n{body}\n</div></div>\n'
        '<div class="editor"><span>【我要纠错】</span> 责任编辑：编辑丙</div>\n'
        '<div id="qr_container">扫一扫在手机打开当前页</div>\n'
        f'<div class="footer">主办单位：{NAME}办公厅 示例网站 网页文字均为虚构</div>',
    )


def _cells(text: Text) -> str:
    pairs = [f"<td><b>{label}</b></td><td>{escape(_value(text, name))}</td>" for label, name in LABELS]
    return "\n".join(f"<tr>{''.join(pairs[at : at + 2])}</tr>" for at in range(0, len(pairs), 2))


def _value(text: Text, name: str) -> str:
    value = text.fields.get(name, "")
    if name in {"written", "published"}:
        year, month, day = value[:10].split("-")
        return f"{year}年{month}月{day}日"
    return value
