"""The extent of an article: the sibling elements it is made of, and what in them is not part of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from itertools import islice, pairwise, takewhile
from urllib.parse import urlsplit

from crawler.pages.base import Document, Node, attribute, children, own_text, text_in
from crawler.pages.generic.density import GAIN, Density, ancestors
from crawler.pages.generic.headline import SAID
from crawler.pages.generic.text_runs import BLOCKS, HIDDEN, ISSUED, SITE, TextRun, is_aside
from crawler.pages.government import cells, is_file
from crawler.urls import registrable
from pipelines.boilerplate.removal import Kind, at_tail

SHARE = 0.3
"""A block with a larger share of the body's prose is kept, whatever its name, even when hidden."""
POINTER = re.compile(
    r"^\W*(?:广告|推广|编辑)\W*$|^[\d\s【】\[\]<>«»]+$|^(?:点击|返回|查看|更多|上一|下一|(?:阅读|展开|查看|显示)(?:全文|全部|更多)|进入专题|(?:发布|编辑)于\s?\d)"
)
PAGER = re.compile(r"[上下前后首末尾一共第全页頁余文\d\s…<>«»‹›\[\]【】()（）|｜/.．·:：]+")
"""A line of page numbers, with or without links."""
SUBJECTS = 3
"""The number of links that make a row."""
EDIT = re.compile(r"\W*(?:编辑|編輯|播报|edit)?\W*", re.IGNORECASE)
"""A link in or next to a heading that edits the section or leads to it: ¶, #."""
NUMBERS = re.compile(r"\d+(?: \d+)*")
"""Line numbers of code."""
COPY = re.compile(r"(?:[\w+#-]{1,12}\s*)?(?:一键)?(?:复制(?:代码)?|copy(?: code)?)", re.IGNORECASE)
"""A button that copies code, and the name of the language."""
CATALOGUE = re.compile(r"\W*(?:目\s*[录錄次]|文章目录|本文目录|Contents)\W*")
"""The heading of links to the parts of the same page."""
REFERENCES = re.compile(
    r"\W*(?:(?:参考|參考|引用)(?:资料|資料|文献|文獻|链接|連結|文章|来源|書目|书目)?|资料来源|引文|外部链接|references?)\W*",
    re.IGNORECASE,
)
"""The heading of a list of references."""
CODE = frozenset({"pre", "code"})
INLINE = frozenset({"code", "span", "br"})
"""Elements inside a frame that belong to its code."""
ASIDES = frozenset({"div", "section", "aside", "footer", "nav", "ul", "ol", "p", "span", "pre", "table"})
"""Elements that may be asides."""
MORE = re.compile(r">\s*(?:点击)?(?:阅读|展开|查看|显示)(?:全文|全部|更多|剩余\w{0,6})\s*<")
"""A button that shows the rest of a text."""


def prune(
    page: Document,
    parts: Sequence[Node],
    inside: Sequence[TextRun],
    density: Density,
    header: Sequence[TextRun] = (),
) -> None:
    """Remove blocks named as asides, lines that are only links, and the runs of the header."""
    heads = (run.block for run in header if _fills(run))
    links = frozenset(n for n, run in enumerate(inside) if run.is_link and _is_line(run))
    links -= _references(page, inside, links)
    lines = (
        *_link_lines(inside, links),
        *_subjects(inside, links),
        *_related(inside, links),
        *_site_lines(inside),
        *_edits(parts),
    )
    lines = (*lines, *_numbers(inside), *_beside_codes(parts, inside), *_beside(parts, inside, density))
    dropped = {node.mem_id: node for node in (*heads, *_asides(parts, density), *lines)}
    for part in parts:
        dropped.pop(part.mem_id, None)
    outermost = [node for node in dropped.values() if not _inside(node, dropped)]
    for node in outermost:  # nodes inside a removed one must not be used again: their memory is freed
        node.decompose()


def reveal(page: Document, parts: Sequence[Node], density: Density) -> None:
    """Show the text that a body hides behind a button."""
    styled = (node for part in parts for node in part.css("[style*=display i]"))
    hidden = [node for node in styled if HIDDEN.search(attribute(node, "style"))]
    much = [node for node in hidden if density.words(node) >= SHARE * _words(parts, density) > 0]
    for node in much if much and MORE.search(page.text) else ():
        node.attrs["style"] = ""


def _asides(parts: Sequence[Node], density: Density) -> Iterator[Node]:
    for part in parts:
        for node in part.css("[class], [id], aside, footer, nav"):
            if (
                node.tag in ASIDES
                and is_aside(node)
                and _is_little(node, parts, density)
                and not _is_code(node)
            ):
                yield node


def _is_little(node: Node, parts: Sequence[Node], density: Density) -> bool:
    """Whether a block has a small share of the body's prose, or of its text if there are no sentences."""
    if words := _words(parts, density):
        return density.words(node) < SHARE * words
    return len(text_in(node)) < SHARE * sum(len(text_in(part)) for part in parts)


def _is_code(node: Node) -> bool:
    """Whether the node is a token of code, whose classes name its syntax."""
    return node.tag == "span" and any(outer.tag in CODE for outer in ancestors(node.parent))


def _words(parts: Sequence[Node], density: Density) -> int:
    return sum(map(density.words, parts))


def _link_lines(text_runs: Sequence[TextRun], links: Set[int]) -> Iterator[Node]:
    """List items, page numbers and pointers that are a single link. A paragraph that is one is kept."""
    for n, run in enumerate(text_runs):
        pointer = n in links and (run.block.tag == "li" or POINTER.search(run.text))
        if pointer or (run.linked and PAGER.fullmatch(run.text) and _is_line(run)):
            yield run.block


def _subjects(text_runs: Sequence[TextRun], links: Set[int]) -> Iterator[Node]:
    """Rows of links before the first or after the last prose: the tags of the page."""
    prose = [n for n, run in enumerate(text_runs) if run.words]
    for n in links if prose else ():
        outside = n < prose[0] or n > prose[-1]
        if outside and len(text_runs[n].block.css("a[href]")) >= SUBJECTS:
            yield text_runs[n].block


def _references(page: Document, text_runs: Sequence[TextRun], links: Set[int]) -> Set[int]:
    """List items that are a single link below a heading of references or to another site."""
    cited: set[int] = set()
    referring = False
    for n, run in enumerate(text_runs):
        referring = REFERENCES.fullmatch(run.text) is not None or (referring and n in links)
        if n in links and run.block.tag == "li" and (referring or _leads_away(page, run)):
            cited.add(n)
    return cited


def _leads_away(page: Document, run: TextRun) -> bool:
    """Whether all links in the block lead to another site than the page's. False without an address."""
    here = _host(page.url)
    links = [attribute(link, "href") for link in run.block.css("a[href]")]
    if not (here and links and all("//" in link for link in links)):
        return False
    there = [_host(page.absolute(link)) for link in links]
    return all(host and registrable(host) != registrable(here) for host in there)


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


def _related(text_runs: Sequence[TextRun], links: Set[int]) -> Iterator[Node]:
    """Headings of lists of other pages, and the lines below them that are a single link."""
    listing = False
    for n, run in enumerate(text_runs):
        heads = not run.words and n + 1 in links
        listing = (listing and n in links) or (heads and _names_a_list(run.text))
        if listing and _fills(run):
            yield run.block


def _beside(parts: Sequence[Node], text_runs: Sequence[TextRun], density: Density) -> Iterator[Node]:
    """Comments and boxes below the text that are inside its element."""
    little = SHARE * _words(parts, density)
    seen: set[int] = set()
    for run in text_runs if density.has_threads or density.has_boxes else ():
        for spot in takewhile(lambda spot: spot.key not in seen, run.spot.ancestors()):
            seen.add(spot.key)
            told = density.threaded(spot) or density.boxed(spot)
            if told and density.words(spot.node) < little:
                yield spot.node


def _names_a_list(text: str) -> bool:
    return at_tail(text) is Kind.HEADING or CATALOGUE.fullmatch(text) is not None


def _edits(parts: Sequence[Node]) -> Iterator[Node]:
    """Links of headings that edit the section or lead to it, with their brackets."""
    for part in parts:
        for link in part.css("h1 a, h2 a, h3 a, h4 a, h5 a, h6 a, h2 + a, h3 + a, h4 + a"):
            yield from [*takewhile(_says_edit, ancestors(link))][-1:]


def _numbers(text_runs: Sequence[TextRun]) -> Iterator[Node]:
    """Line numbers of code in a column next to it."""
    for run, code in pairwise(text_runs):
        if NUMBERS.fullmatch(run.text) and _counts(run) and _in_a_row(run, code):
            yield run.block


def _beside_codes(parts: Sequence[Node], text_runs: Sequence[TextRun]) -> Iterator[Node]:
    """The contents of a code frame other than the code: its language, buttons, line numbers."""
    for run, code in pairwise(text_runs):
        if COPY.fullmatch(run.text) and code.block.tag == "pre" and _fills(run):
            yield run.block
    for words in (words for part in parts for words in part.css("pre > code")):
        frame = words.parent
        if frame is not None and not own_text(frame):
            yield from (node for node in children(frame) if node.tag not in INLINE)


def _counts(run: TextRun) -> bool:
    """Whether the run is a sequence of numbers and alone in its block."""
    numbers = [*map(int, run.text.split())]
    follow = numbers == [*range(numbers[0], numbers[0] + len(numbers))]
    return follow and "".join(text_in(run.block).split()) == run.text.replace(" ", "")


def _in_a_row(one: TextRun, other: TextRun) -> bool:
    """Whether two runs are in one table row, the second in code."""
    row = next((spot.key for spot in one.spot.ancestors() if spot.node.tag == "tr"), None)
    around = [*other.spot.ancestors()]
    return any(spot.key == row for spot in around) and any(spot.node.tag in CODE for spot in around)


def _fills(run: TextRun) -> bool:
    """Whether the block has no other text; a large block is not read to its end."""
    size = 0
    for node in run.block.traverse(include_text=True):
        size += len("".join((node.text_content or "").split())) if node.is_text_node else 0
        if size > len(run.text):
            return False
    return text_in(run.block) == run.text


def _says_edit(node: Node) -> bool:
    return EDIT.fullmatch(text_in(node)) is not None


def _offers_file(run: TextRun) -> bool:
    return any(is_file(attribute(link, "href")) for link in run.block.css("a[href]"))


def _is_line(run: TextRun) -> bool:
    """Whether the block is a line of its own without a link to a file."""
    return _fills(run) and not _offers_file(run)


def _site_lines(text_runs: Sequence[TextRun]) -> Iterator[Node]:
    """Statements of the site about itself below the text."""
    prose = max((n for n, run in enumerate(text_runs) if run.words), default=len(text_runs))
    for run in text_runs[prose + 1 :]:
        if SITE.search(run.text) and _fills(run):
            yield run.block


def _inside(node: Node, others: Mapping[int, Node]) -> bool:
    return any(above.mem_id in others for above in ancestors(node.parent))


# ------------------------------------------------------------------ articles made of sibling elements


TABLES = frozenset({"table", "tbody", "tr", "td"})
"""Siblings that need no common name to form an article."""
LINES = frozenset({"p", "div", "section", "center", "h1", "h2", "h3", "h4", "h5", "br"})
"""Elements of the lines of a short notice."""
PART_SHARE = 0.2
"""A sibling with a smaller share of the densest one's prose is not part of the article."""
FORM = 3
"""The number of labels with values that make a table a form."""
ANSWER = 100
"""Minimum characters of prose of an answer."""
MOST_LINES = 40
"""Maximum lines of a short notice."""
HEADINGS = "h2, h3, h4, h5"


def parts_of(body: Node, density: Density) -> list[Node]:
    """The element or elements that contain the article, in order.

    The parent of several siblings also contains the headline, menus or links to other pages, so it is not the
    body.
    """
    for inner, outer in pairwise(ancestors(body)):
        if outer.tag == "body" or density.headed(outer):
            alike = _alike(inner, outer)
            if parts := _tables(inner, alike, density) or _sections(inner, alike, density):
                return parts
        if density.weight(outer) > density.weight(body):
            break
    return _answers(body, density) or [body]


def _tables(inner: Node, alike: Sequence[Node], density: Density) -> list[Node]:
    """Similar tables or cells that share the prose, from the first to the last."""
    if inner.tag not in TABLES or len(alike) == 1:
        return []
    least = PART_SHARE * density.weight(inner)
    shared = [node for node in alike if density.weight(node) >= least and not _is_form(node)]
    if not _has(shared, inner) or sum(map(density.weight, shared)) <= GAIN * density.weight(inner):
        return []
    keys = [node.mem_id for node in alike]
    return list(alike[keys.index(shared[0].mem_id) : keys.index(shared[-1].mem_id) + 1])


def _sections(inner: Node, alike: Sequence[Node], density: Density) -> list[Node]:
    """Blocks of one class, each of which begins with a heading."""
    if len(alike) == 1 or not attribute(inner, "class"):
        return []
    parts = [node for node in alike if _is_section(node, density)]
    return parts if len(parts) > 1 and _has(parts, inner) else []


def _answers(body: Node, density: Density) -> list[Node]:
    """The element and similar ones with as much prose: answers to one question."""
    make, parser = attribute(body, "class"), body.parser
    if not make or parser is None or density.words(body) < ANSWER:
        return []
    least = PART_SHARE * density.weight(body)
    classed = parser.css(
        "[class]"
    )  # not by class selector: damaged pages have class names that no selector accepts
    same = [node for node in classed if node.tag == body.tag and attribute(node, "class") == make]
    told = [node for node in same if density.words(node) >= ANSWER and density.weight(node) >= least]
    keys = {node.mem_id for node in told}
    if any(outer.mem_id in keys for node in told for outer in ancestors(node.parent)):
        return []
    once = {text_in(node): node for node in reversed(told)}
    return list(once.values())[::-1]


def _has(nodes: Iterable[Node], node: Node) -> bool:
    return any(other.mem_id == node.mem_id for other in nodes)


def _alike(inner: Node, outer: Node) -> list[Node]:
    make = attribute(inner, "class")
    return [node for node in children(outer, str(inner.tag)) if attribute(node, "class") == make]


def _is_form(node: Node) -> bool:
    """Whether the element is a table of labels rather than text."""
    return sum(1 for _ in islice(cells([node]), FORM)) == FORM


def _is_section(node: Node, density: Density) -> bool:
    """Whether the element begins with its own heading and has no list of links."""
    heading = node.css_first(HEADINGS)
    headed = heading is not None and bool(text_in(heading)) and text_in(node).startswith(text_in(heading))
    counted = density.weight(node) > 0 or not density.words(node)
    return headed and counted and not density.cluttered(node) and not density.headed(node)


def frame_of(line: Node, density: Density) -> Node:
    """The parent of the lines of a short notice: number above, signature below."""
    frame = line.parent
    if frame is None or frame.tag == "body" or density.headed(frame) or density.cluttered(frame):
        return line
    others = [*islice(children(frame), MOST_LINES + 1)]
    return frame if 1 < len(others) <= MOST_LINES and all(map(_is_notice_line, (line, *others))) else line


def _is_notice_line(node: Node) -> bool:
    """Whether the element is a line of text, without blocks, links or buttons, and not a label."""
    if node.tag not in LINES or any(within.tag in BLOCKS for within in islice(node.traverse(), 1, None)):
        return False
    text = text_in(node)
    return node.css_first("a, button, input") is None and not ISSUED.search(text) and not SAID.search(text)
