"""Check an extracted article: worth archiving, legible, and not only the cover letter of an attachment.

Length is no criterion: genuine notices are as short as 26 characters. A text counts as empty when nothing
is left after removing its own title and fields. A page whose whole text is in its attachments is archived.

A cover page is short. It says so (全文见附件), or forwards a named act without a clause of it
(现将《…》印发给你们), or has almost no text; and it offers a document, not only a table. The attachment is
then the full text of the notice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from operator import itemgetter
from urllib.parse import urlsplit

from policy.errors import Rejected
from policy.records import ARTICLE_FIELDS, Article, Attachment
from policy.records.article import field_names
from policy.records.content import PREFERENCES
from policy.text.words import fold

_LOST = re.compile("\ufffd|锟斤拷|烫烫烫|屯屯屯")
_HAN = "銆锛鐨鍦绗涓鍙鏂"
_MISREAD = re.compile(f"[{_HAN}\u00c0-\u00ff](?:(?<=[{_HAN}])|[\u0080-\u00bf]{{1,2}})")
"""UTF-8 decoded as GBK or Latin-1: characters that Chinese prose does not use."""
OFTEN = 20
"""One misread character among this many is reported."""


def illegible_warnings(name: str, text: str) -> Iterator[str]:
    """Warnings about a field whose characters were lost or misread."""
    if lost := len(_LOST.findall(text)):
        yield f"{name}: {lost} characters could not be read"
    if text and len(_MISREAD.findall(text)) * OFTEN > len(text):
        yield f"{name}: looks read in the wrong encoding"


LISTED = 8
"""Dated titles, without a sentence among them, from which on a page is a listing."""
LONGEST_TITLE = 300
_DATED = re.compile(
    r"\D{4,}.*\d{4}[-./年]\d{1,2}[-./月]\d{1,2}日?[\])）】]?|[\[(（【]?\d{4}[-./]\d{1,2}[-./]\d{1,2}.*\D{4,}"
)
_DAY = re.compile(r"\d{4}[-./年]\d{1,2}[-./月]\d{1,2}日?(?:\s*\d{1,2}[:：]\d{2}(?:[:：]\d{2})?)?")


def validate_article(article: Article) -> Article:
    """The article; raises Rejected when it has no title, no text of its own, or is a listing."""
    reason = _title(article) or _text(article) or _listing(article)
    if reason:
        field, message = reason
        raise Rejected(message, portal=article.portal, url=article.url, field=field)
    return article


def _title(article: Article) -> tuple[str, str] | None:
    return None if fold(article.title.value) else ("title", "no title")


def _text(article: Article) -> tuple[str, str] | None:
    if article.attachments or _own_words(article):
        return None
    return ("text", "nothing but title and fields" if fold(article.text) else "no text")


def _own_words(article: Article) -> str:
    """What is left of the text without title and fields, or the first line that leaves plenty.

    A field may be broken over lines, so what little a line leaves counts only when joined to the rest.
    """
    said = sorted(filter(None, {fold(value) for value in _said(article)}), key=len, reverse=True)
    plenty = 2 * len(said[0]) if said else 0
    lines = (fold(_DAY.sub("", line)) for line in article.text.split("\n"))
    rest = []
    for line in lines:
        if line not in said:
            rest.append(line)
            if len(line) > plenty and len(_without(line, said)) > plenty:
                return line
    return _without("".join(rest), said)


def _without(words: str, said: Sequence[str]) -> str:
    for value in said:
        words = words.replace(value, "")
    return words


def _said(article: Article) -> Iterator[str]:
    values = (getattr(article, name) for name in field_names(ARTICLE_FIELDS, "surroundings"))
    yield from (value.raw for value in values if value)
    yield article.title.value


def _listing(article: Article) -> tuple[str, str] | None:
    if "。" in article.text:
        return None
    lines = article.text.split("\n")
    dated = sum(len(line) <= LONGEST_TITLE and bool(_DATED.fullmatch(line.strip())) for line in lines)
    if dated >= LISTED and 5 * dated >= 4 * len(lines):
        return ("text", f"a listing: {dated} of {len(lines)} lines are dated titles")
    return None


# ------------------------------------------------------------------ cover pages


LONGEST_COVER = 450
"""Folded characters of the longest cover page that says it is one."""
BARE_COVER = 60
"""Most folded characters of a page with almost no text, without title, number and signature."""

_SEE = re.compile(
    r"(?:全文|正文|原文|全部内容|具体内容|详细内容|通知内容|文件内容|详情|内容)(?:如下)?(?:请|可)?(?:详?见|参见|查看|下载|点击)[^。；]{0,12}"
    r"(?:附件|PDF|pdf|文件|链接)"
    r"|(?:详?见|请?查看|请?下载|请?点击)(?:本页|页面|下方|以下|文后|相关)?附件(?:全文|原文|下载)?[。）)；;\s]*$"
    r"|点击(?:此处|这里|下方)?(?:下载|查看|阅读)(?:全文|原文|PDF|附件)",
    re.MULTILINE,
)
_ISSUES = re.compile(
    r"《(?P<name>[^《》\n]{4,80}(?:《[^《》]*》[^《》\n]*)?)》(?:[（(][^）)]*[）)])?[^。《》]{0,40}(?:印发|发布|公布|下发|转发|予以公告|发给你们)"
)
_FORM = re.compile(
    r"申报[书表]|申请[书表]|汇总表|登记表|推荐表|模板|样表|格式|名单|目录|清单|回执|承诺书|报名表|统计表"
)
_NUMBERED = re.compile(r"^\s*(?:附件|附)\s*\d{0,2}\s*[.、:：]?\s*")
_CLAUSE = re.compile(r"^\s*(?:第[一二三四五六七八九十]+[章条]|[一二三四五六七八九十]{1,2}、)", re.MULTILINE)
_SIGNED = re.compile(r"^.{0,24}$\n?^\s*\d{4}年\d{1,2}月\d{1,2}日\s*$", re.MULTILINE)


def full_text_in(article: Article) -> str | None:
    """The address of the attachment that the page is the cover of; None when the page has its own text."""
    documents = _documents(article.attachments)
    if not documents:
        return None
    size = len(fold(article.text))
    if size <= LONGEST_COVER:
        issued = _ISSUES.search(article.text)
        if issued and not _CLAUSE.search(article.text) and (file := _named(documents, issued["name"])):
            return file.url
        if _SEE.search(article.text):
            return (_named(documents, article.title.value) or _first(documents)).url
    if len(documents) == 1 and not _CLAUSE.search(article.text) and len(_rest(article)) <= BARE_COVER:
        return documents[0].url
    return None


def _documents(files: Sequence[Attachment]) -> list[Attachment]:
    """The documents among the files; of one under several suffixes the best."""
    best: dict[str, Attachment] = {}
    ranked = [(rank, file) for file in files if (rank := PREFERENCES.get(_kind(file)))]
    for _, file in sorted(ranked, key=itemgetter(0)):
        best.setdefault(_stem(file), file)
    return [file for file in files if file in best.values()]


def _kind(file: Attachment) -> str:
    return _suffix(file.url) or _suffix(file.name)


def _suffix(name: str) -> str:
    return name.partition("?")[0].rpartition(".")[2].lower()


def _stem(file: Attachment) -> str:
    """The name without suffix and number; of a link that says only 下载 that of its address."""
    name = _NUMBERED.sub("", file.name)
    words = fold(re.sub(r"\.[A-Za-z0-9]{2,4}\s*$", "", name))
    return words if len(words) > 4 else urlsplit(file.url).path.rpartition("/")[2].rpartition(".")[0]


def _named(documents: Sequence[Attachment], name: str) -> Attachment | None:
    """The document of this name; the only one there is, unless it is a form."""
    wanted = fold(name)
    for file in documents:
        stem = _stem(file)
        if wanted in stem or (len(stem) >= 6 and stem in wanted):
            return file
    others = [file for file in documents if not _FORM.search(file.name)]
    return others[0] if len(others) == 1 else None


def _first(documents: Sequence[Attachment]) -> Attachment:
    return next((file for file in documents if not _FORM.search(file.name)), documents[0])


def _rest(article: Article) -> str:
    """What the page says beside its title, its number, its signature, and the names of its files."""
    text = _SIGNED.sub("", article.text)
    names = {fold(file.name) for file in article.attachments}
    said = [article.title.value, *(found.raw for found in (article.doc_no, article.title_official) if found)]
    lines = [
        line
        for line in text.split("\n")
        if fold(line) not in names and fold(_NUMBERED.sub("", line)) not in names
    ]
    rest = fold("".join(lines))
    for part in filter(None, map(fold, said)):
        rest = rest.replace(part, "")
    return rest
