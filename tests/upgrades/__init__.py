"""Archives of earlier releases, opened, upgraded and crawled with the code of today.

``archive-0018.zip`` is what ``make demo`` left on 2026-12-01, with the tables of step 0018: two nights on
the sample portals, without ``cache/``, ``logs/``, ``running/`` and ``turns/``. ``searches-0018.json`` is
what that release found in it: for each query the number of articles and the hits in order. Neither is
ever made anew; a later release adds its own.
"""
