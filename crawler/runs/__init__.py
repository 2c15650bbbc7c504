"""The life of a run: starting it, its lease, child process, recorder, statistics and kill switch; backfills,
imports and re-extraction.

Several machines share the slots; ``process.py`` starts a child process and opens its log, ``run_lock.py`` has
the kill switch and the locks of running processes; ``crawler/fetching`` has the domain locks and the request
log. See "Where several machines plug in" in
``docs/architecture.md``.
"""
