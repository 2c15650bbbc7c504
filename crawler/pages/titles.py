"""A page's title without the columns and the site behind it.

What sets them apart (``_ | - —``) may stand in a headline as well: 2021—2025年, 京沪-沪昆高铁. So a part
behind a dash goes only where spaces surround the dash, or where the part is a site or a column by
its words or by the page's metas.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

SHORTEST = 5
"""Characters of the shortest headline that may be left."""
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
    """The headline in a page's title; ``names`` are the site's and its column's as metas state them."""
    for name in names:
        cut = title.removesuffix(name).rstrip()
        if name and cut != title and cut.endswith(tuple(f"_|｜{_DASH}")):
            title = cut.rstrip(f"_|｜{_DASH} ")
    while (found := _LAST.fullmatch(title.strip())) and len(found["before"].strip()) >= SHORTEST:
        if not (_SURE.fullmatch(found["sign"]) or _SITE.fullmatch(found["part"].strip())):
            break
        title = found["before"]
    return title.strip()
