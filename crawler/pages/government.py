"""The common structure of government pages: standard metas, tables of labels, attachments.

Sources: 政府网站 standard metas (``ArticleTitle``, ``PubDate`` …), www.gov.cn's own set, and the
label tables of information disclosure (索引号, 发文机关, 成文日期 …).
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import ClassVar

from crawler.pages.base import ArticlePage, Document, First, Node, attribute, children, inner_html, text_in
from policy.records import Attachment, Label, Page
from policy.records.content import FILE_ADDRESS

METAS = {
    "articletitle": "title",
    "pubdate": "published",
    "publishdate": "published",
    "firstpublishedtime": "published",
    "contentsource": "source",
    "docsource": "source",
    "columnname": "channel",
    "author": "author",
    "docauthor": "author",
    "editor": "editor",
    "liability": "editor",
    "keywords": "keyword",
}
"""Canonical label names by meta name in lower case, without metas of the time a page was generated."""

CELLS = {
    "标题": "title",
    "名称": "title",
    "信息名称": "title",
    "文件名称": "title",
    "索引号": "index_no",
    "信息索引": "index_no",
    "信息索引号": "index_no",
    "发文机关": "issuer",
    "发文机构": "issuer",
    "发文单位": "issuer",
    "发布机构": "issuer",
    "发布机关": "issuer",
    "制定机关": "issuer",
    "印发机关": "issuer",
    "联合发文单位": "issuer",
    "成文日期": "written",
    "生成日期": "written",
    "发文日期": "written",
    "印发日期": "written",
    "成文时间": "written",
    "发文时间": "written",
    "公布日期": "published",
    "发布日期": "published",
    "发布时间": "published",
    "公开日期": "published",
    "实施日期": "effective",
    "施行日期": "effective",
    "执行日期": "effective",
    "生效日期": "effective",
    "废止日期": "expires",
    "失效日期": "expires",
    "有效期至": "expires",
    "主送机关": "addressees",
    "主送": "addressees",
    "发文字号": "doc_no",
    "文号": "doc_no",
    "文件编号": "doc_no",
    "发布文号": "doc_no",
    "文件文号": "doc_no",
    "来源": "source",
    "信息来源": "source",
    "主题分类": "subject",
    "组配分类": "subject",
    "信息分类": "subject",
    "公文种类": "genre",
    "文种": "genre",
    "体裁分类": "genre",
    "有效性": "validity",
    "时效性": "validity",
    "效力状态": "validity",
    "是否有效": "validity",
    "作者": "author",
    "责任编辑": "editor",
    "主题词": "keyword",
    "关键词": "keyword",
}
"""Labels as printed, without white space and colon, and their canonical names."""

_BROKEN = re.compile(r"[\r\n\t]")
"""Characters that browsers remove from addresses."""
_SPACES = re.compile(r"[\s:：\u200b\ufeff]")
_LABELLED = re.compile(r"^[^:：\d]{2,8}[:：]\s*")
_PAIR = re.compile(r"^([^:：]{2,12})[:：]\s*(\S.*)$", re.DOTALL)

_RUN = {
    **CELLS,
    "文章来源": "source",
    "稿源": "source",
    "时间": "published",
    "日期": "published",
}
_RUN_ON = re.compile(
    rf"(?<![一-鿿])({'|'.join(sorted(map(re.escape, _RUN), key=len, reverse=True))})\s?[:：]\s*"
)


def label_name(text: str) -> str | None:
    """The canonical name of a printed label (``索 引 号：``); None for other text."""
    return CELLS.get(_SPACES.sub("", text)) if len(text) <= 24 else None


def metas(page: Document, meant: Mapping[str, str] = METAS) -> Iterator[Label]:
    """Labels from the metas in the head that have a value."""
    for node in page.root.css("meta[name]"):
        name, value = attribute(node, "name"), attribute(node, "content")
        known = meant.get(name.lower())
        if known and value:
            yield Label(name=known, value=" ".join(value.split()), rule=f"meta:{name}")


def cells(tables: Iterable[Node]) -> Iterator[Label]:
    """Labels from table rows with pairs of label and value. Cells that contain a table are skipped."""
    for table in tables:
        for row in table.css("tr"):
            flat = (cell for cell in children(row, "td", "th") if cell.css_first("table") is None)
            yield from pairs([text_in(cell) for cell in flat])


def pairs(texts: Iterable[str]) -> Iterator[Label]:
    """Labels from neighbouring texts: a label and the next text, or both in one text."""
    for text, after in pairwise([*texts, ""]):
        name, label, value = label_name(text), text, after
        if name is None and (both := _PAIR.match(text)):
            name, label, value = label_name(both[1]), both[1], both[2]
        if name and value and not _is_labelled(value):
            yield Label(name=name, value=value, rule=f"cell:{_SPACES.sub('', label)}")


def boxed(boxes: Iterable[Node]) -> Iterator[Label]:
    """Labels from lists: ``dt`` and ``dd`` in turn, or ``label：value`` in each item."""
    for box in boxes:
        yield from pairs(map(text_in, box.css("dt, dd, li, p") or children(box)))


def run_on(text: str) -> Iterator[Label]:
    """Labels in one line; each value ends where the next label begins."""
    for label, after in pairwise([*_RUN_ON.finditer(text), None]):
        if label is None:
            continue
        value = text[label.end() : after.start() if after else len(text)].strip(" \u3000|；;，,【[")
        if value:
            yield Label(name=_RUN[_SPACES.sub("", label[1])], value=value, rule="masthead")


def _is_labelled(text: str) -> bool:
    """Whether a text is a label, alone or with its value. The label before it then has no value."""
    both = _PAIR.match(text)
    return bool(label_name(text) or (both and label_name(both[1])))


def attachments(page: Document, within: Iterable[Node]) -> tuple[Attachment, ...]:
    """The files linked in these parts of the page, by the suffix of the address, without duplicates."""
    files: dict[str, Attachment] = {}
    for part in within:
        for link in part.css("a[href]"):
            href = attribute(link, "href")
            url = page.absolute(href) if is_file(_BROKEN.sub("", href)) else ""
            if url and url not in files:
                files[url] = Attachment(url=url, name=text_in(link) or url.rpartition("/")[2])
    return tuple(files.values())


def is_file(url: str) -> bool:
    """Whether an address has the suffix of a file."""
    return FILE_ADDRESS.search(url.partition("?")[0].partition("#")[0]) is not None


def breadcrumb(nodes: Iterable[Node]) -> Iterator[Label]:
    """The channel path from the parts of a breadcrumb, without 首页 and 正文."""
    parts = [part for part in map(text_in, nodes) if part and part not in {"首页", "正文", "hide"}]
    if parts:
        yield Label(name="channel", value=" > ".join(parts), rule="breadcrumb")


_RENAMED = {"furniture": "boilerplate", "said": "label_lines"}
"""Former names of the places that a template declares."""


class GovernmentArticle(ArticlePage):
    """The common template: metas, label table, headline block, body. Portals declare the selectors."""

    body: ClassVar[First] = First("#UCAP-CONTENT")
    tables: ClassVar[str] = ""
    """Label tables. Where declared, the template does not match pages without one."""
    printed: ClassVar[Mapping[str, str]] = {}
    """Selectors in the headline block by canonical label name."""
    label_lines: ClassVar[str] = ""
    """Lines with several labels: ``文章来源：规划局 发布时间：2025-06-06``."""
    boxes: ClassVar[str] = ""
    """Label lists other than tables: ``dl``, ``ul`` and others."""
    metas: ClassVar[Mapping[str, str]] = METAS
    """Canonical label names by meta name, for portals that use a meta differently."""
    crumbs: ClassVar[str] = ""
    files: ClassVar[str] = ""
    """Blocks with attachments outside the body."""
    boilerplate: ClassVar[str] = ""
    """Elements in the body that are not part of the text."""

    def __init_subclass__(cls) -> None:
        """Accept the former names of places, which portals outside this repository may declare."""
        super().__init_subclass__()
        for former, current in _RENAMED.items():
            if former in vars(cls):
                message = f"{cls.__qualname__}.{former} is now {current}"
                warnings.warn(message, DeprecationWarning, stacklevel=2)
                setattr(cls, current, vars(cls)[former])

    def matches(self, page: Document) -> bool:
        """Whether the page has the body and, where declared, the label table."""
        needed = [self.body.css, *filter(None, [self.tables])]
        return all(page.root.css_first(css) is not None for css in needed)

    def read(self, page: Document) -> Page:
        """The body and all labels: first of tables, then of metas, then of the headline block."""
        body = self.body_of(page)
        tables = page.root.css(self.tables) if self.tables else []
        crumbs = page.root.css(self.crumbs) if self.crumbs else []
        beside = page.root.css(self.files) if self.files else []
        boxes = page.root.css(self.boxes) if self.boxes else []
        labels = (
            *cells(tables),
            *boxed(boxes),
            *metas(page, self.metas),
            *self._masthead(page),
            *breadcrumb(crumbs),
        )
        for node in body.css(self.boilerplate) if self.boilerplate else ():
            node.decompose()
        return Page(
            url=page.url,
            number=1,
            body=inner_html([body]),
            labels=labels,
            attachments=attachments(page, [body, *beside]),
        )

    def body_of(self, page: Document) -> Node:
        """The element with the text."""
        return self.body.on(page)

    def _masthead(self, page: Document) -> Iterator[Label]:
        """Labels of the headline block. Lines of labels are removed before the rest is read."""
        for node in page.root.css(self.label_lines) if self.label_lines else ():
            yield from run_on(text_in(node))
            node.decompose()
        for name, css in self.printed.items():
            text = _LABELLED.sub("", text_in(page.root.css_first(css)))
            if text:
                yield Label(name=name, value=text, rule="masthead")
