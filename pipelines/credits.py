"""Who wrote an article and who edited the page, where a line names them.

作者 is of the article; 责任编辑 made the page. An editor's name is kept in the record alone: the lines
that hold it are furniture, and never text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from policy.records import Label

LONGEST = 200
_NAME = r"(?P<name>[㐀-鿿\w·]{2,20}(?:[、,，/][㐀-鿿\w·]{2,12}){0,3})"
_EDITOR = re.compile(
    rf"(?P<label>责任编辑|网络编辑|值班编辑|执行编辑|本网编辑|责编|(?<![总主副名])编辑)\s{{0,4}}[:：/／]\s{{0,4}}{_NAME}"
)
_AUTHOR = re.compile(rf"(?<!\w)(?P<label>作者|撰稿|撰文|记者)\s{{0,4}}[:：]\s{{0,4}}{_NAME}")
_NOBODY = re.compile(
    r"无|暂无|admin|(?:系统)?管理员|来源|浏览|点击|审核|发布|时间|字号|[\W\d_]+$|.*@", re.IGNORECASE
)


def credits_in(texts: Iterable[str], where: str) -> Iterator[Label]:
    """The editor and the author that short lines name; ``where`` they stand is the rule."""
    for text in texts:
        if len(text) <= LONGEST:
            yield from _named("editor", _EDITOR, text, where)
            yield from _named("author", _AUTHOR, text, where)


def names_somebody(text: str) -> bool:
    """Whether a label's value can be a name: no number of an account, no mail, no role of a system."""
    return not _NOBODY.match(text)


def _named(name: str, pattern: re.Pattern[str], text: str, where: str) -> Iterator[Label]:
    found = pattern.search(text)
    if found and names_somebody(found["name"]):
        yield Label(name=name, value=found["name"], rule=f"{where}:{found['label']}")
