"""Listing families as platform classes; a portal's listing inherits one and names its selectors.

===  =============================================  ========================================
F1   rows and pager links in the HTML               StaticList; HubList for a page without pager
F2   a script says how many pages                   TrsList, CountedList for its variants
     years, frames, rows written by a script        YearList, FramedList, WrittenList
F3   files numbered from the oldest                 ReverseList
F4   one JSON file with all rows                    JsonList, NeaList
F5   a service answers with JSON rows               SearchList, GovCnSearch, ChannelSearch
F6   jpaas: HTML inside JSON                        JpaasList
F7   dataproxy: rows in XML                         DataproxyList
F8   the same rows inside the page                  RecordList
F9   gkmlpt (广东)                                  GkmlptList
F10  WAS5, eportal, iList: a parameter of the query WasList, EportalList, IList
F11  RSS, Atom, sitemaps                            FeedList, SitemapList
===  =============================================  ========================================
"""

from __future__ import annotations

from crawler.pages.listings.data_rows import (
    ChannelSearch,
    FeedList,
    GkmlptList,
    GovCnSearch,
    JsonList,
    NeaList,
    SearchList,
    SitemapList,
)
from crawler.pages.listings.entries import canonical, content_type_of, listed_day, posting, split_posting
from crawler.pages.listings.hanweb import DataproxyList, JpaasList, RecordList
from crawler.pages.listings.static import (
    CountedList,
    EportalList,
    FramedList,
    HubList,
    IList,
    QueryList,
    ReverseList,
    StaticList,
    TrsList,
    WasList,
    WrittenList,
    YearList,
)

__all__ = [
    "ChannelSearch",
    "CountedList",
    "DataproxyList",
    "EportalList",
    "FeedList",
    "FramedList",
    "GkmlptList",
    "GovCnSearch",
    "HubList",
    "IList",
    "JpaasList",
    "JsonList",
    "NeaList",
    "QueryList",
    "RecordList",
    "ReverseList",
    "SearchList",
    "SitemapList",
    "StaticList",
    "TrsList",
    "WasList",
    "WrittenList",
    "YearList",
    "canonical",
    "content_type_of",
    "listed_day",
    "posting",
    "split_posting",
]
