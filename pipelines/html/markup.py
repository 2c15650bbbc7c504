"""Reduce a fragment of HTML before it is parsed into a tree.

A tree costs some 20 µs per tag, and Python's HTML parser takes quadratic time for unclosed tags and comments.
One linear pass therefore leaves only the tags that need a tree: tables, ``pre``, removed elements, links to
files, and elements that may be hidden. Other blocks, ``<br>``, rows and cells (where none may be hidden) and
the two ends of other links become control characters, which no page may contain; other inline tags (``span``,
``font``, ``strong`` …) and comments are dropped.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Set

from attrs import define, field

from policy.errors import TooDeep

MAX_DEPTH = 512
"""Most nested tags, as in browsers."""
MAX_TAGS = 60_000
"""Most tags including rows and cells: half a second; the largest catalogues on one page have half as many."""

LONGEST = 1_500_000
"""Most characters of a body; the longest codes and standards have a fifth of it."""


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


BLOCKS = _names(
    """address article aside blockquote body caption center dd details dialog dir div dl dt fieldset
    figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol p pre
    section summary table tbody td tfoot th thead tr ucapcontent ul"""
)
"""Elements that begin and end a line."""
REMOVED = _names(
    """applet audio button canvas datalist head iframe map math noembed noframes noscript object optgroup
    option script select style svg template textarea title video"""
)
"""Elements that hold no text for readers."""
_NESTING = BLOCKS - _names("dd dt li p option optgroup tbody td tfoot th thead tr")
"""Blocks that are not closed by the next element of their kind."""
_EMPTY = _names("area base br col embed frame img input link meta param source track wbr")
_CELLS = frozenset({"td", "th"})
_GRID = _CELLS | {"tr"}
_TREE = REMOVED | {"table", "pre"}
"""Elements that always need a tree."""

FILE = re.compile(r"\.(?:pdf|docx?|xlsx?|pptx?|wps|ofd|et|zip|rar|7z|txt|rtf|csv)$", re.IGNORECASE)
"""The end of an attachment's address."""
_MAYBE_FILE = re.compile(FILE.pattern.removesuffix("$") + r"\s*(?:[?#\"']|$)", re.IGNORECASE)
_MAYBE_HIDDEN = ("hidden", "display", "visibility", "share-substr")
_ATTRIBUTE = re.compile(
    r"""([^\s=/"'<>]++)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'<>]*+)))?""",
)
"""An attribute: its name and its value in double quotes, in single quotes, or unquoted."""

_TOKEN = re.compile(
    r"""
    <!--.*?(?:-->|\Z)
  | <(script|style)\b.*?(?:</\1\s*>|\Z)
  | <[!?][^>]*+(?:>|\Z)
  | <(?P<end>/?)(?P<name>[a-z][^\s/<>]*+)(?P<attributes>(?:[^<>"']++|"[^"]*+"|'[^']*+')*+(?=>)|[^<>]*+)>
  | <
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)


BREAK = "\x1e"
"""Stands for a line break: for ``<br>`` and for the start and end of a block whose tag was dropped."""
LINK, UNLINK = "\x05", "\x06"
"""Stand for the start and the end of a link to another page."""
ROW, CELL, SPANS, UNCELL = "\x0e", "\x0f", "\x10", "\x11"
"""Stand for the start of a row, the start of a cell (``rowspan,colspan`` between CELL and SPANS)
and its end."""
_MARKS = {"&lt;": "\x02", "&gt;": "\x03", "&amp;": "\x04", "&nbsp;": "\xa0"}
_SPOKEN = {"\x02": "<", "\x03": ">", "\x04": "&"}
_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f]")


def reduce_markup(fragment: str) -> str:
    """The fragment with the tags that matter; raises TooDeep."""
    fragment = _CONTROLS.sub("", fragment)
    for escape, mark in _MARKS.items():
        fragment = fragment.replace(escape, mark)
    tamed = _tamed(fragment, _TREE) or _tamed(fragment, _TREE | _GRID) or ""
    if len(tamed) > LONGEST:
        raise TooDeep(f"a text of {len(tamed)} characters, at most {LONGEST}")
    return tamed


def _tamed(fragment: str, tree: Set[str]) -> str | None:
    """The fragment with the tags of ``tree``; None where that lacks rows and cells and one may be hidden."""
    tamer = _Tamer(tree=tree)
    tamed = _TOKEN.sub(tamer.token, fragment)
    return None if tamer.hides_cells and not tree >= _GRID else tamed


def restore_text(text: str) -> str:
    """The text of a reduced fragment with character references resolved."""
    for mark, sign in _SPOKEN.items():
        text = text.replace(mark, sign)
    return text


@define
class _Tamer:
    tree: Set[str]
    nested: int = 0
    count: int = 0
    hides_cells: bool = False
    kept: defaultdict[str, list[bool]] = field(factory=lambda: defaultdict(list))
    told: dict[tuple[str, str], bool] = field(factory=dict)
    """What attributes tell: paragraphs repeat theirs."""

    def token(self, match: re.Match[str]) -> str:
        """The replacement of a token."""
        end, name, attributes = match.group("end", "name", "attributes")
        if name is None:
            return _MARKS["&lt;"] if match[0] == "<" else ""
        name = name.lower()
        if name in _EMPTY:
            return BREAK if name == "br" else ""
        return self._end(name) if end else self._start(name, attributes.rstrip("/ "))

    def _start(self, name: str, attributes: str) -> str:
        if name in _GRID:
            return self._start_cell(name, attributes)
        if name in _NESTING:
            self._nest(1)
        telling = bool(attributes) and self._tells(name, attributes)
        if name not in self.tree:
            self.kept[name].append(telling)
            if not telling:
                return _mark(name, LINK if "href" in attributes.lower() else "")
        return self._keep(name, attributes if telling else "")

    def _tells(self, name: str, attributes: str) -> bool:
        tag = name, attributes
        if tag not in self.told:
            self.told[tag] = _telling(name, attributes)
        return self.told[tag]

    def _start_cell(self, name: str, attributes: str) -> str:
        if name in self.tree:
            return self._keep(name, attributes)
        self._keep(name, "")  # counted like the others
        self.hides_cells = self.hides_cells or _may_be_hidden(attributes)
        return ROW if name == "tr" else f"{CELL}{_spans(attributes)}{SPANS}"

    def _keep(self, name: str, attributes: str) -> str:
        self.count += 1
        if self.count > MAX_TAGS:
            raise TooDeep(f"more than {MAX_TAGS} tags")
        return f"<{name}{attributes}>"

    def _end(self, name: str) -> str:
        if name in _NESTING:
            self._nest(-1)
        if name in _GRID and name not in self.tree:
            return UNCELL if name in _CELLS else BREAK
        kept = self.kept[name]
        if name in self.tree or (kept and kept.pop()):
            return f"</{name}>"
        return _mark(name, UNLINK)

    def _nest(self, step: int) -> None:
        self.nested = max(0, self.nested + step)
        if self.nested > MAX_DEPTH:
            raise TooDeep(f"tags nested more than {MAX_DEPTH} deep")


def _mark(name: str, link: str) -> str:
    """What stands for a tag that is not kept."""
    return BREAK if name in BLOCKS else link if name == "a" else ""


def _spans(attributes: str) -> str:
    """``rowspan,colspan`` of a cell as its tag states them, each ``""`` where it does not."""
    if "span" not in attributes.lower():
        return ","
    stated = {
        name.lower(): quoted or single or bare
        for name, quoted, single, bare in _ATTRIBUTE.findall(attributes)
    }
    return ",".join(stated.get(name, "").strip().replace(",", " ") for name in ("rowspan", "colspan"))


def _telling(name: str, attributes: str) -> bool:
    """Whether the attributes say a file, or perhaps that the element is hidden."""
    return bool(name == "a" and _MAYBE_FILE.search(attributes)) or _may_be_hidden(attributes)


def _may_be_hidden(attributes: str) -> bool:
    """A cheap look: plain search in lower case takes a tenth of a pattern's time."""
    lower = attributes.lower()
    return any(word in lower for word in _MAYBE_HIDDEN)
