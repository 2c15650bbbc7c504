"""``make check`` counts the modules that run for one new article, from its fetch to the message about it.

A portal on loopback is crawled twice by ``polarchive nightly``; the second night finds one new article, which
a subscriber is notified of. A module counts when one of its functions runs on that night, in any process. An
import alone does not count, nor do the layers in ``beside_the_article`` of ``pyproject.toml``.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterable
from pathlib import Path

from benchmarks.crawl.cost import CONFIG, site
from checks.measures import Measure
from checks.sources import SourceTree
from checks.structure import Limit, Result, conclude, read_settings, tree_of
from samples.stage import Mailbox

ROOT = Path(__file__).parent.parent
RECORDER = Path(__file__).parent / "recorder"
MAIL = """
[mail]
host = "127.0.0.1"
port = {port}
sender = "polarchive@example.org"
"""


def main() -> int:
    """Print the number; 1 when it is above its ceiling."""
    parser = argparse.ArgumentParser(prog="python -m checks.article_path", description=__doc__)
    parser.add_argument("--list", action="store_const", const="article_path", help="print the modules")
    asked = parser.parse_args()
    settings = read_settings(ROOT)
    measure = modules_of(tree_of(ROOT, settings), files_of_a_night(), beside=settings["beside_the_article"])
    limit = Limit(**settings["limits"]["article_path"])
    title = "modules that run for one new article, fetch to alert"
    return conclude({"article_path": Result(title, measure, limit)}, asked.list)


def modules_of(tree: SourceTree, files: Iterable[Path], *, beside: Collection[str]) -> Measure:
    """The modules of these files, without those of the excluded layers."""
    ran = set(files)
    names = [module.name for module in tree.counted if module.path in ran and module.layer not in beside]
    return Measure(len(names), names)


def files_of_a_night() -> set[Path]:
    """Our files in which functions run on a night with one new article and one message."""
    with tempfile.TemporaryDirectory() as folder, Mailbox().open() as mailbox:
        home, records = Path(folder) / "home", Path(folder) / "records"
        home.mkdir()
        records.mkdir()
        _polarchive(home, "init")
        for pages, recording in ((1, {}), (2, _recording(records))):
            with site(pages) as port:
                config = CONFIG.format(port=port) + MAIL.format(port=mailbox.port)
                (home / "polarchive.toml").write_text(config, "utf-8")
                if recording:  # a subscriber of the first night gets a digest of it
                    _polarchive(home, "subscribe", "储能", "--email", "reader@example.org")
                _polarchive(home, "nightly", environment=recording)
        if len(mailbox.messages) != 1:
            raise SystemExit(f"expected one message about the new article, got {len(mailbox.messages)}")
        return {Path(line) for path in records.iterdir() for line in path.read_text("utf-8").splitlines()}


def _recording(records: Path) -> dict[str, str]:
    paths = [str(RECORDER), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {"PYTHONPATH": os.pathsep.join(paths), "RECORD_ROOT": str(ROOT), "RECORD_INTO": str(records)}


def _polarchive(home: Path, *arguments: str, environment: dict[str, str] | None = None) -> None:
    command = [sys.executable, "-m", "cli", "--home", str(home), *arguments]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | (environment or {}), capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}\n{done.stderr}")


if __name__ == "__main__":
    sys.exit(main())
