"""Title, day and source of a page without a template: from metas, then from the text near the headline."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import islice, pairwise
from operator import itemgetter

from attrs import evolve, frozen

from crawler.pages.base import Document, Node, attribute, text_in
from crawler.pages.generic.text_runs import (
    ISSUED,
    WHEN,
    TextRun,
    fold,
    published_day,
    stated_time,
    updated_day,
)
from pipelines.metadata.authorship import find_credits
from policy.records import Label

SHORTEST = 5
"""Characters of the shortest headline that may remain."""
_DASH = "–—·-"
_LAST = re.compile(
    rf"(?P<before>.*[^\s_|｜{_DASH}])(?P<sign>\s*[_|｜{_DASH}]+\s*)(?P<part>[^_|｜{_DASH}]{{1,24}})",
    re.DOTALL,
)
_SURE = re.compile(rf".*[_|｜].*|\s+[{_DASH}]+\s+", re.DOTALL)
_SITE = re.compile(
    r".*(?:网站?|在线|门户|频道|日报|晚报|新闻|资讯|平台|通讯社|电视台|客户端|公众号|政府|办公厅|委员会|..[部局厅署])"
    r"|首页|正文|(?:政府)?信息公开|政务公开|政策(?:文件|法规|解读)|通知公告|公示公告|公告公示|新闻动态|工作动态|要闻"
)


def without_site(title: str, names: Iterable[str] = ()) -> str:
    """The headline in a page's title, without the ``names`` of site and column from the metas."""
    for name in names:
        cut = title.removesuffix(name).rstrip()
        if name and cut != title and cut.endswith(tuple(f"_|｜{_DASH}")):
            title = cut.rstrip(f"_|｜{_DASH} ")
    while (match := _LAST.fullmatch(title.strip())) and len(match["before"].strip()) >= SHORTEST:
        if not (_SURE.fullmatch(match["sign"]) or _SITE.fullmatch(match["part"].strip())):
            break
        title = match["before"]
    return title.strip()


TITLES = ("articletitle", "og:title", "twitter:title")
TIMES = (
    *("pubdate", "publishdate", "article:published_time", "og:published_time", "firstpublishedtime"),
    *("datepublished", "article:create_at", "weibo:article:create_at", "apub:time", "publish_time"),
    *("publication_date", "og:release_date"),
)
SOURCES = ("contentsource", "docsource", "mediaid", "article:author", "og:site_name")

_NEXT = (
    "关键词|标签|(?:责任)?编辑|责编|作者|记者|(?:发布|更新)?(?:时间|日期)|(?:浏览|阅读|点击)(?:次数|量|数)?"
    "|字[号体]"
)
SAID = re.compile(
    rf"(?:来源|稿源|出处)(?:于|自)?\s?[:：]\s*(?P<name>[^\s|：:]{{2,30}}?)(?=(?:{_NEXT})?\s?[:：]|[\s|]|$)"
)
"""The name of a source ends at the next label, white space or line end."""
KEYWORDS = re.compile(r"(?:关键[词字]|标签)\s?[:：]")
BYLINE = re.compile(r"source|origin|media|author|js_name|nickname|account", re.IGNORECASE)
"""Class names and ids of elements with the source of a page."""
BYLINE_DAY = re.compile(rf"[^\d（(，。:：]{{2,16}}?\s?[|｜丨·•／/]\s?(?:{WHEN.pattern})[^\d（(，。]{{0,16}}")
DAYS = re.compile(
    rf"[^\d（(，。:：]{{0,16}}?\s?{WHEN.pattern}\D{{0,8}}(?:19|20)\d\d[-/.年]\d{{1,2}}.{{0,24}}"
)
"""A line with the days of publication and last change."""
TOOLS = re.compile(
    r"原创|转载|记者|記者|報導|字[号体]|阅读|浏览|点击|评论|分享|收藏|打印|举报|关注|订阅|发布|更新|修改|时间|日期|作者|编辑|我有话说|\d|[:：]|^(?:[大中小]|[AＡ][+-]?)$"
)
"""Words next to a day that are not a name."""
TITLED = re.compile(r"\bh[123]\b|title|headline|biaoti", re.IGNORECASE)
BEHIND = re.compile(r"\s*[_|｜–—-]")
"""Separates the headline from the site after it in a page's title."""
AHEAD = re.compile(r"[_|｜–—»:：-]\s*$|\s[·•]\s*$")
"""Separates a site from the headline after it."""
HOME = re.compile(r"(?:https?://[^/]+)?(?:\.{0,2}/)*(?:index(?:\.[\w-]+)+)?|\.{1,2}")
"""The address of a home page."""
LONGEST_COLUMN = 6
"""Characters of a heading that may be the name of the column."""
HEADER_RUNS = 8
FOOTER_RUNS = 12
HEADINGS = frozenset({"h1", "h2"})
PARTS = HEADINGS | {"h3"}
SITES = ("og:site_name", "sitename", "columnname")
_LD = re.compile(r'"datePublished"\s*:\s*"([^"]{8,40})"')


@frozen(kw_only=True)
class Headline:
    """The text of a page's headline and its text run, which may begin with a link to the board."""

    words: str
    run: TextRun | None

    @cached_property
    def _folded(self) -> str:
        return fold(self.words)

    def prints(self, run: TextRun) -> bool:
        """Whether a run has exactly the text of the headline, or is its run."""
        if run is self.run:
            return True
        return len(run.text) < 2 * len(self.words) and run.begins(self._folded) and run.folded == self._folded

    def ends(self, run: TextRun) -> bool:
        """Whether a heading has the text after a link."""
        return run.block.tag in HEADINGS and run.linked > 0 and run.text.endswith(self.words)


def labels(page: Document, text_runs: Sequence[TextRun], line: Headline, within: range) -> Iterator[Label]:
    """Labels from the metas and from the text around the headline and below the body."""
    around = _surroundings(text_runs, line, within)
    if line.words:
        yield Label(name="title", value=line.words, rule="masthead")
    yield from islice(_days(page, around), 1)
    yield from islice(_sources(page, around, line), 1)
    yield from _keywords(around)
    yield from find_credits((run.text for run in (*around.between, *around.begins)), "masthead")
    yield from find_credits((run.text for run in around.ends), "tail")


def header_of(inside: Sequence[TextRun], line: Headline) -> Sequence[TextRun]:
    """The headline and dateline at the beginning of a body that repeats them."""
    headed = next((n for n, run in enumerate(inside) if line.prints(run)), None)
    if headed is None or any("。" in run.text for run in inside[:headed]):
        return ()
    below = inside[headed + 1 : headed + HEADER_RUNS]
    dated = next((n for n, run in enumerate(below, headed + 1) if _is_dateline(run)), None)
    if dated is None and below and _is_byline(below[0]):
        dated = headed + 1
    if dated is None or any("。" in run.text for run in inside[headed:dated]):
        heading = inside[headed].block.tag in HEADINGS
        first = headed == 0 or inside[headed] is line.run
        return inside[: headed + heading] if first else ()  # the head of the notice itself
    return inside[: dated + 1]


@frozen(kw_only=True)
class _Surroundings:
    """The runs around an article: above the headline, between headline and body, at its ends, and below."""

    above: Sequence[TextRun]
    between: Sequence[TextRun]
    begins: Sequence[TextRun]
    ends: Sequence[TextRun]
    below: Sequence[TextRun]


def _surroundings(text_runs: Sequence[TextRun], line: Headline, within: range) -> _Surroundings:
    start, end = within.start, within.stop
    headed = [n for n, run in enumerate(text_runs) if (n < start + 3 or run is line.run) and line.prints(run)]
    head = headed[-1] + 1 if headed else max(0, start - 20)
    if any(run is line.run for run in text_runs[start:end]):  # the body encloses the headline
        start = head = headed[-1] + 1
    return _Surroundings(
        above=text_runs[max(0, head - 5) : head],
        between=text_runs[head:start],
        begins=[run for run in text_runs[start : start + 4] if _is_dateline(run) or _is_byline(run)],
        ends=text_runs[max(start, end - 3) : end + 4],
        below=text_runs[end + 4 : end + FOOTER_RUNS],
    )


def headline_of(page: Document, text_runs: Sequence[TextRun]) -> Headline:
    """The headline and its run; headings come before other runs."""
    line = Headline(words=_title(page, text_runs), run=None)
    same = [run for run in text_runs if line.prints(run)] or [run for run in text_runs if line.ends(run)]
    headings = (run for run in same if run.block.tag in HEADINGS)
    return evolve(line, run=next(headings, None) or next((run for run in same if not run.is_link), None))


def _title(page: Document, text_runs: Sequence[TextRun]) -> str:
    """The text on the page with which its title begins, else the title in the metas."""
    whole = text_in(page.root.css_first("title"))
    stated = [value for _, value in _metas(page, TITLES)]
    largest = [text for text in map(_heading, page.root.css("h1")) if text]
    if short := next((text for text in largest if len(text) < 4 and _begins(whole, text)), None):
        return short
    headings = [text for text in largest if 4 <= len(text) <= 120]
    folded = fold(whole)
    within = map(text_in, page.root.css("h1 a + span, h1 a + a"))
    printed = [(fold(text), text) for text in (*headings, *within)]
    begun = [
        run
        for run in text_runs
        if len(run.text) <= 120 and run.begins(folded) and folded.startswith(run.folded)
    ]
    printed += [(run.folded, run.text) for run in begun if not _leads_home(run.block)]
    matching = [(len(key), text) for key, text in printed if len(key) >= 4 and folded.startswith(key)]
    if matching:
        longest = max(matching, key=itemgetter(0))
        heading = max((pair for pair in matching if pair[1] in headings), default=longest)
        return heading[1] if longest[0] < 2 * heading[0] else longest[1]
    if behind := next(
        (run.text for run in text_runs if _ends(whole, run.text) and run.block.tag in PARTS), None
    ):
        return behind
    sites = [name for _, name in _metas(page, SITES)]
    dated = _dated_title(text_runs) if headings and len(headings[-1]) <= LONGEST_COLUMN else []
    return next(iter([*stated, *dated, *headings[-1:], *_titled(text_runs)]), "") or without_site(
        whole, sites
    )


def _dated_title(text_runs: Sequence[TextRun]) -> list[str]:
    """The first line named as a title with a day directly below."""
    titled = {*_titled(text_runs)}
    return [one.text for one, other in pairwise(text_runs) if one.text in titled and WHEN.search(other.text)][
        :1
    ]


def _heading(node: Node) -> str:
    """The text of a heading without its anchor sign; none for a link to the home page."""
    text = text_in(node)
    signs = [said for said in map(text_in, node.css("a[href]")) if said and not fold(said)]
    text = text.removesuffix(signs[-1]).rstrip() if signs else text
    return "" if _leads_home(node) else text


def _leads_home(node: Node) -> bool:
    """Whether all its text is a link to the home page."""
    link = node.css_first("a[href]")
    return (
        link is not None and text_in(link) == text_in(node) and bool(HOME.fullmatch(attribute(link, "href")))
    )


def _ends(whole: str, text: str) -> bool:
    """Whether a page's title ends with this text after a separator."""
    return len(text) > 1 and whole.endswith(text) and bool(AHEAD.search(whole[: -len(text)]))


def _begins(whole: str, text: str) -> bool:
    """Whether a page's title is this short text before a separator and the site."""
    return whole == text or (whole.startswith(text) and bool(BEHIND.match(whole[len(text) :])))


def _titled(text_runs: Sequence[TextRun]) -> Iterator[str]:
    """Texts of headings and of elements named as titles."""
    for run in text_runs:
        named = f"{run.block.tag} {attribute(run.block, 'class')} {attribute(run.block, 'id')}"
        if TITLED.search(named) and 6 <= len(run.text) <= 120 and not run.linked:
            yield run.text


def _is_dateline(run: TextRun) -> bool:
    """Whether a line of the body has only day and source, and is no sentence."""
    if len(run.text) > 60:
        return False
    plain = not run.words or SAID.search(run.text)
    return bool(ISSUED.search(run.text) or (WHEN.match(run.text) and plain))


def _is_byline(run: TextRun) -> bool:
    """Whether a line is a name and a day with a separator, or two days."""
    if len(run.text) > 60:
        return False
    return bool(BYLINE_DAY.fullmatch(run.text) or (not run.words and DAYS.fullmatch(run.text)))


def _days(page: Document, around: _Surroundings) -> Iterator[Label]:
    """Days from metas, then from the text below the headline, with a label anywhere, and above it."""
    for name, value in _metas(page, TIMES):
        yield Label(name="published", value=value, rule=f"meta:{name}")
    for value in _LD.findall(page.text)[:1]:
        yield Label(name="published", value=value, rule="meta:datePublished")
    labelled = [run for run in (*around.between, *around.begins, *around.ends) if ISSUED.search(run.text)]
    below = [run for run in around.below if ISSUED.search(run.text)]
    printed = (*labelled, *around.between, *reversed(around.above), *around.begins, *below)
    for run in printed:
        if len(run.text) <= 200 and (when := published_day(run.text)):
            yield Label(name="published", value=when, rule="masthead")
    for time in map(stated_time, (*around.between, *around.begins)):
        if time:
            yield Label(name="published", value=time, rule="masthead:time")
    for run in (*around.between, *around.begins, *around.ends):
        if len(run.text) <= 200 and (when := updated_day(run.text)):
            yield Label(name="published", value=when, rule="masthead")


def _sources(page: Document, around: _Surroundings, line: Headline) -> Iterator[Label]:
    """Sources by label, next to the day, by element name, and from metas of the site."""
    near = [run for run in (*around.between, *reversed(around.above), *around.begins) if run is not line.run]
    for run in (*near, *reversed(around.ends)):
        if said := SAID.search(run.text[:300]):
            yield Label(name="source", value=said["name"], rule="masthead")
    for value in (*map(_named, near), *map(_beside, near), *_neighbours(around.between)):
        if value:
            yield Label(name="source", value=value, rule="masthead:beside")
    for name, value in _metas(page, SOURCES):
        yield Label(name="source", value=value, rule=f"masthead:meta:{name}")


def _named(run: TextRun) -> str | None:
    """The only name in a line whose element is named as a source."""
    named = f"{attribute(run.block, 'class')} {attribute(run.block, 'id')}"
    return _one_name(run.text) if BYLINE.search(named) else None


def _beside(run: TextRun) -> str | None:
    """The only name in a line with a day."""
    rest = WHEN.sub(" ", run.text)
    return _one_name(rest) if rest != run.text else None


def _neighbours(between: Sequence[TextRun]) -> Iterator[str | None]:
    """The names in the lines next to a line with only a day."""
    for one, other in (*pairwise(between), *pairwise(between[::-1])):
        if WHEN.fullmatch(one.text):
            yield _one_name(other.text)


def _keywords(around: _Surroundings) -> Iterator[Label]:
    """The links of the innermost element that begins with the word for keywords."""
    for run in (*around.between, *around.begins):
        if KEYWORDS.search(run.text):
            begun = [node for node in run.block.traverse() if _holds_keywords(node)]
            for link in begun[-1].css("a") if begun else ():
                yield Label(name="keyword", value=text_in(link), rule="masthead")


def _holds_keywords(node: Node) -> bool:
    return node.css_first("a") is not None and bool(KEYWORDS.match(text_in(node)))


def _one_name(text: str) -> str | None:
    words = [word for word in text.split() if not TOOLS.search(word)]
    return words[0] if len(words) == 1 and 2 <= len(words[0]) <= 20 else None


def _metas(page: Document, wanted: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Names and values of these metas, in the given order."""
    return ((name, page.metas[name]) for name in wanted if page.metas.get(name))
