"""What an archive says, as lines that two archives of the same captures have alike.

Left out is what is an archive's own: row ids, the run that did it, the file and offset of a capture.
"""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

_QUERIES = {
    "article": """
        select portal, key, url, page_urls, title, newest, newest_at, first_seen, last_seen, missing_since,
            last_digests from article""",
    "version": """
        select a.portal, a.key, v.number, v.at, v.content_hash, v.title, v.doc_no, v.published, v.text,
            v.record
        from version v join article a on a.id = v.article_id""",
    "page": """
        select a.portal, a.key, v.number, p.page, c.url, c.at, c.status, c.digest, c.record_id, c.mime
        from version_capture p join capture c on c.id = p.capture_id
        join version v on v.id = p.version_id join article a on a.id = v.article_id""",
    "file": """
        select a.portal, a.key, v.number, t.url, t.name, f.checked, f.failed, f.unchanged, c.record_id, x.text
        from attachment t join version v on v.id = t.version_id join article a on a.id = v.article_id
        left join attachment_file f on f.attachment_id = t.id left join capture c on c.id = f.capture_id
        left join file_text x on x.digest = c.digest""",
    "change": """
        select h.kind, a.portal, a.key, h.version, h.at, h.silent
        from change h join article a on a.id = h.article_id""",
    "policy": """
        select p.title, p.first_seen, k.key from policy p left join policy_key k on k.policy_id = p.id""",
    "keyword": """
        select a.portal, a.key, v.number, w.rank, w.word from version_keyword w
        join version v on v.id = w.version_id join article a on a.id = v.article_id""",
    "alias": """
        select l.portal, l.key, a.key, l.url, l.since, l.evidence
        from alias l join article a on a.id = l.article_id""",
    "capture": "select url, at, status, digest, mime, record_id from capture",
    "listed": "select portal, section, key, url, title, listed_on from listed",
    "boilerplate": "select portal, article, layout, at, digests, edges from boilerplate_sighting",
}


def dump(database: Path, *, without: frozenset[str] = frozenset()) -> str:
    """The lines of all tables, sorted."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as archive:
        rows = [
            json.dumps([name, *row], ensure_ascii=False)
            for name, query in _QUERIES.items()
            if name not in without and _there(archive, name)
            for row in archive.execute(query)
        ]
    archive.close()
    return "\n".join(sorted(rows)) + "\n"


def _there(archive: sqlite3.Connection, name: str) -> bool:
    """Archives of before have no such table."""
    return name not in {"listed", "alias"} or bool(
        archive.execute("select 1 from sqlite_master where name = ?", (name,)).fetchone()
    )
