"""The check of saved lists: every row counted, each page a section of its own in the replay.

It starts the benchmark as ``make check-corpus`` does; a replay needs a reactor, and with it a process.
"""

from __future__ import annotations

import datetime as dt
import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.mocksite import shapes
from tests.mocksite.shapes import paper
from tests.mocksite.site import CHECKOUT

TZ = "https://www.ndrc.gov.cn/xxgk/zcfb/tz/"


@pytest.mark.slow
def test_saved_lists_are_read_and_replayed_page_by_page(tmp_path: Path) -> None:
    shown = [paper(n, dt.date(2026, 4, n)) for n in range(1, 13)]
    told = []
    for name, url, body, rows in (
        ("list-1", TZ, shapes.ndrc_list(shown[:10], total=3), 10),
        ("list-2", f"{TZ}index_2.html", shapes.ndrc_list(shown[10:], total=3, current=2), 3),
        ("article", f"{TZ}{shown[0].stem}.html", shapes.ndrc_article(shown[0]), None),
    ):
        (tmp_path / "ndrc").mkdir(exist_ok=True)
        (tmp_path / "ndrc" / f"{name}.html.gz").write_bytes(gzip.compress(body.encode()))
        kind = "listing" if rows else "article"
        told.append({"file": f"ndrc/{name}.html.gz", "url": url, "kind": kind, "rows": rows})
    (tmp_path / "manifest.json").write_text(json.dumps({"pages": told}), encoding="utf-8")
    said = subprocess.run(
        [sys.executable, "-m", "benchmarks.extraction.listings", str(tmp_path)],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 1, said.stderr
    lines = [" ".join(line.split()) for line in said.stdout.splitlines()]
    assert lines[0] == "ndrc/list-1.html.gz tz 10 of 10 rows, 10 with title, address and day"
    assert lines[1] == "! ndrc/list-2.html.gz tz 2 of 3 rows, 2 with title, address and day"
    assert lines[3] == "ndrc/list-1.html.gz list-1 replayed: 10 rows"
    assert lines[4] == "! ndrc/list-2.html.gz list-2 replayed: 2 rows"
    assert lines[5] == "ndrc/article.html.gz replayed: archived"
