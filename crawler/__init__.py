"""Getting pages: portals, the one spider, and the runs it makes."""

import os

# tldextract would fetch publicsuffix.org outside of guard and politeness; its bundled list is enough.
os.environ.setdefault("TLDEXTRACT_PUBLIC_SUFFIX_LIST_URLS", "")
