"""Documents that repeal and amend others: each target with the right kind, and the force of the policy shown.

The sentences and titles of the corpus are read as they stand: in a repealing sentence of a law (…同时废止)
every title is repealed, and an amending decision amends the document in its title. Then the laws are
repealed, amended and confirmed by documents in the shapes of real ones and archived with them, and the policy
of each is asked for its force and its evidence.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory

from attrs import frozen

from benchmarks.policies.rows import Corpus, Row, share
from pipelines.consumers import linking
from policy.documents.references import references, title_key
from policy.records import Article, Capture, FieldValue
from policy.records.content import FORCE_KINDS
from policy.records.saves import Candidate, Decision
from policy.rules.extraction import Extraction
from policy.rules.validity import Validity
from services.archive.policy_views import view_policy
from storage.articles import archive
from storage.database import open_database, upgrade

_ACTS = FORCE_KINDS | {"amends"}
_REPEALING = re.compile(r"[^。；\n]*(?:同时废止|即行废止|停止执行)[。；]")
_TITLE = re.compile(r"《([^《》]{2,120})》")
_PLAIN = re.compile(r"《([^《》]{2,120})》[^《》。；]{0,40}废止")
_PLAIN_AMENDED = re.compile(r"(?:修改|修订)《([^《》]{2,120})》")
_DAY = dt.date(2026, 3, 1)
_GROUP = 8
_AT = dt.datetime(2026, 3, 1, 2, tzinfo=dt.UTC)
Targets = frozenset[tuple[str, str]]
"""Kinds and titles."""


@frozen(kw_only=True)
class Document:
    """A document and what it does to others."""

    name: str
    title: str
    text: str
    targets: Targets


def rows(corpus: Corpus) -> Iterator[Row]:
    """The documents of the corpus, and those in the shapes of real ones."""
    if not corpus.laws:
        return
    for what, documents in (("real", _real(corpus)), ("in their shapes", _shaped(corpus))):
        if documents:
            yield _targets_row(what, documents)
    yield _force_row(corpus)


# ------------------------------------------------------------------ targets


def _targets_row(what: str, documents: Sequence[Document]) -> Row:
    wanted = sum(len(document.targets) for document in documents)
    got = {document.name: _ours(document) for document in documents}
    ours = sum(len(got[document.name] & document.targets) for document in documents)
    extra = sum(len(_besides(got[document.name], document.targets)) for document in documents)
    plain = sum(len(_baseline(document) & document.targets) for document in documents)
    return Row(
        what=f"repealing and amending documents, {what}: targets of the right kind; others",
        ours=f"{share(ours, wanted)}; {extra}",
        baseline=f"《…》 next to 废止 or 修改: {share(plain, wanted)}",
        target="99 %; 0",
        reached=ours >= 0.99 * wanted and not extra,
        shortfalls=[
            f"{each.name}: wanted {sorted(each.targets)}, read {sorted(got[each.name])}"
            for each in documents
            if each.targets - got[each.name] or _besides(got[each.name], each.targets)
        ],
    )


def _besides(got: Targets, wanted: Targets) -> list[str]:
    """What was read besides; a title may be printed with its issuer before it."""
    return [title for kind, title in got if not any(kind == k and title.endswith(t) for k, t in wanted)]


def _ours(document: Document) -> Targets:
    read = references(document.text.split("\n"), title=document.title)
    acts = [each for each in read if each.kind in _ACTS and each.title]
    return frozenset((each.kind, title_key(each.full or each.title)) for each in acts)


def _baseline(document: Document) -> Targets:
    text = f"{document.title}\n{document.text}"
    repealed = {("repeals", title_key(title)) for title in _PLAIN.findall(text)}
    return frozenset(repealed | {("amends", title_key(title)) for title in _PLAIN_AMENDED.findall(text)})


def _real(corpus: Corpus) -> list[Document]:
    """The repealing sentences of the laws, and the decisions that amend what their title names."""
    documents = []
    for law in corpus.laws:
        for article in law.versions:
            for at, sentence in enumerate(_REPEALING.findall(article.text)):
                titles = {title_key(title) for title in _TITLE.findall(sentence)}
                targets = frozenset(("repeals", title) for title in titles)
                name = f"{article.key} {at}"
                documents.append(Document(name=name, title="", text=sentence, targets=targets))
            title = article.title.value
            if amended := re.search(r"关于修改《(.+)》(?:等.{1,30})?的决定$", title):
                documents.append(_amending(article, amended[1]))
    return [document for document in documents if document.targets]


def _amending(article: Article, amended: str) -> Document:
    items = re.findall(r"^[一二三四五六七八九十]{1,3}、修改《(.+)》$", article.text, re.MULTILINE)
    titles = {title_key(title) for title in (amended, *items)}
    whole = re.findall(r"对《([^《》]+(?:《[^《》]+》[^《》]*)*)》(?:（[^）]*）)?作如下修改", article.text)
    titles |= {title_key(title) for title in whole}
    targets = frozenset(("amends", title) for title in titles)
    return Document(name=article.key, title=article.title.value, text=article.text, targets=targets)


# ------------------------------------------------------------------ shapes

Shape = Callable[[Sequence[str]], tuple[str, str, str]]
"""From the titles of laws to the kind, the title and the text of a document."""


def _title_of_one(titles: Sequence[str]) -> tuple[str, str, str]:
    rest = "\n".join(f"{at}.《{title}》" for at, title in enumerate(titles, 1))
    text = f"为维护法制统一，决定废止下列文件：\n{rest}\n本决定自2026年3月1日起施行。"
    return "repeals", f"关于废止《{titles[0]}》等{len(titles)}件文件的决定", text


def _sentence(titles: Sequence[str]) -> tuple[str, str, str]:
    issued = "，".join(
        f"{1990 + at}年5月1日原样例部、样例局发布的《{title}》" for at, title in enumerate(titles)
    )
    return "repeals", "样例管理条例", f"第九条　本条例自2026年3月1日起施行。{issued}同时废止。"


def _conjunction(titles: Sequence[str]) -> tuple[str, str, str]:
    *first, last = (f"《{title}》（样发〔2001〕{at}号）" for at, title in enumerate(titles, 1))
    return "repeals", "样例办法", f"自本办法施行之日起，{'、'.join(first)}和样例局《{last[1:]}即行废止。"


def _semicolons(titles: Sequence[str]) -> tuple[str, str, str]:
    listed = "；".join(f"（{at}）《{title}》" for at, title in enumerate(titles, 1))
    return "repeals", "关于废止部分文件的通知", f"经研究，现决定废止以下文件：{listed}。"


def _unquoted(titles: Sequence[str]) -> tuple[str, str, str]:
    rows = [f"{at}．{title}（{1980 + at}年2月3日发布）" for at, title in enumerate(titles, 1)]
    lines = ["现予公布。", "附件", "决定废止的行政法规目录", *rows]
    return "repeals", "关于废止和修改部分行政法规的决定", "\n".join(lines)


def _table(titles: Sequence[str]) -> tuple[str, str, str]:
    head = ["宣布失效的规范性文件目录", "序号", "文件名称", "文号", "施行日期"]
    rows = [[str(at), title, f"样发〔2001〕{at}号", "2001-05-01"] for at, title in enumerate(titles, 1)]
    return (
        "repeals",
        "关于公布规范性文件清理结果的公告",
        "\n".join([*head, *(cell for row in rows for cell in row)]),
    )


def _column(titles: Sequence[str]) -> tuple[str, str, str]:
    head = ["序号", "名称", "时效"]
    rows = [[str(at), title, "已失效"] for at, title in enumerate(titles, 1)]
    return "repeals", "样例部规章目录", "\n".join([*head, *(cell for row in rows for cell in row)])


def _catalogue(titles: Sequence[str]) -> tuple[str, str, str]:
    rows = [f"{at}、{title}" for at, title in enumerate(titles, 1)]
    return "confirms", "样例部现行有效规章目录", "\n".join(rows)


def _part(titles: Sequence[str]) -> tuple[str, str, str]:
    parts = "".join(f"《{title}》第{at}条同时废止。" for at, title in enumerate(titles, 2))
    return "repeals_part", "样例规定", f"本规定自2026年3月1日起施行。{parts}"


def _amendments(titles: Sequence[str]) -> tuple[str, str, str]:
    items = [
        f"{at}.将《{title}》第三条修改为：“依照第九条办理。”删去第五条。"
        for at, title in enumerate(titles, 1)
    ]
    return "amends", f"关于修改《{titles[0]}》等{len(titles)}件规章的决定", "\n".join(["决定：", *items])


def _suspended(titles: Sequence[str]) -> tuple[str, str, str]:
    listed = "、".join(f"《{title}》" for title in titles)
    return "suspends", "关于暂停执行部分规章的通知", f"{listed}自2026年3月1日起暂停执行。"


SHAPES: Sequence[Shape] = (
    _title_of_one,
    _sentence,
    _conjunction,
    _semicolons,
    _unquoted,
    _table,
    _column,
    _catalogue,
    _part,
    _amendments,
    _suspended,
)


def _shaped(corpus: Corpus) -> list[Document]:
    titles = [law.versions[-1].title.value for law in corpus.laws]
    plain = [title for title in dict.fromkeys(titles) if not _TITLE.search(title) and "关于修改" not in title]
    documents = []
    groups = [plain[start : start + _GROUP] for start in range(0, len(plain), _GROUP)]
    for at, (shape, some) in enumerate(zip(cycle(SHAPES), groups, strict=False)):
        kind, title, text = shape(some)
        targets = frozenset((kind, title_key(name)) for name in some)
        name = f"{shape.__name__[1:]} {at}"
        documents.append(Document(name=name, title=title, text=text, targets=targets))
    return documents


# ------------------------------------------------------------------ force

_GROUNDS = {
    "repeals": "repealed",
    "repeals_part": "repealed in part",
    "confirms": "confirmed",
    "amends": "amended",
    "suspends": "suspended",
}
_STATES = {"repeals": "repealed", "suspends": "suspended", "confirms": "in force"}


def _force_row(corpus: Corpus) -> Row:
    documents = _shaped(corpus)
    wanted = {title: (kind, each.name) for each in documents for kind, title in each.targets}
    shown = _shown(corpus, documents)
    right = [title for title, (kind, _) in wanted.items() if title in shown and _is_right(shown[title], kind)]
    return Row(
        what="policies so repealed, amended or confirmed: force shown with its evidence",
        ours=share(len(right), len(wanted)),
        baseline=f"none of it: {share(0, len(wanted))}",
        target="99 %",
        reached=len(right) >= 0.99 * len(wanted),
        shortfalls=[f"{title}: {wanted[title][1]}" for title in wanted if title not in right],
    )


def _is_right(force: Validity, kind: str) -> bool:
    evidence = [one for one in force.because if one.ground == _GROUNDS[kind]]
    complete = all(one.sentence and one.policy_id and one.article_id and one.day for one in evidence)
    state = _STATES.get(kind)
    return bool(evidence) and complete and (force.state == state if state else force.state != "repealed")


def _shown(corpus: Corpus, documents: Sequence[Document]) -> dict[str, Validity]:
    """The force of each law after the documents, by its title."""
    laws = [law.versions[-1] for law in corpus.laws]
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'archive.db'}"
        upgrade(url)
        with open_database(url) as database:
            saved = [*laws, *map(_article, documents)]
            for article in saved:
                capture = Capture(
                    url=article.url,
                    at=_AT,
                    status=200,
                    file="a.warc.gz",
                    offset=0,
                    length=1,
                    digest=article.key,
                    record_id=article.key,
                    mime="text/html",
                )
                extraction = Extraction(article=article, captures=(capture,), code="1")
                archive.save_article(database, extraction, decide=_alone)
            linking.follow(database)
            with database.read() as session:
                views = [
                    view_policy(session, number, lambda _: None, in_force_on=_DAY)
                    for number in range(1, len(laws) + 1)
                ]
    return {title_key(view.article_in_force.article.title.value): view.validity for view in views}


def _alone(_article: Article, _candidates: Sequence[Candidate]) -> Decision:
    return Decision(policy_id=None, evidence="")


def _article(document: Document) -> Article:
    lines = document.text.split("\n")
    return Article(
        portal="corpus",
        key=document.name,
        url=f"https://corpus.example/{document.name.replace(' ', '-')}",
        title=FieldValue(value=document.title, raw=document.title, rule="corpus"),
        text=document.text,
        published=FieldValue(value=_DAY, raw="", rule="corpus"),
        references=references(lines, title=document.title),
    )
