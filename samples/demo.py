"""``make demo``: two nights on three sample portals, through the public commands.

Each run starts from scratch in ``archive/demo``. Every step is checked; at the first failed check the demo
names it and exits with 1.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from samples.stage import Mailbox, Polarchive, free_port, fresh_home, site

QUERY = "氢能 OR 加氢站"
READER = "reader@example.org"
CHANGED = "sample-ministry/t20261103_1402031"
REFURNISHED = "sample-reprints/1512322"
GONE = "sample-ministry/t20261021_1401902"
LONG, ORIGINAL = "sample-reprints/1512401", "sample-council/7046201"
NEW, REPRINTED = "sample-ministry/t20261119_1402233", "sample-reprints/1513066"
BEHIND_THE_CHALLENGE = "https://www.council.example/zhengce/content/202611/content_7046388.htm"

OK, PARTIAL = 0, 3


class Unexpected(Exception):
    """A check of the demo failed."""


class Demo:
    """The steps of the demo and their checks."""

    def __init__(self, home: Path, port: int, mailbox: Mailbox) -> None:
        self._polarchive, self._port, self._mailbox = Polarchive(home), port, mailbox
        self._console = Console(highlight=False)

    def play(self) -> None:
        """Run both nights and show the results."""
        self._command("init")
        with site(self._port, night=1):
            self._scene("Night 1", "three portals are crawled for the first time")
            self._command("nightly")
        self.first_morning()
        self._scene("A reader", "wants to hear of new policies about hydrogen")
        self._command("subscribe", QUERY, "--email", READER)
        with site(self._port, night=2):
            self._scene(
                "Night 2",
                "a clause has changed, a page is dressed anew, a policy is new on\n"
                "two portals, an article is gone, a listing is behind an anti-bot page",
            )
            self._command("nightly", code=PARTIAL)
        self.second_morning()
        self.closing()

    # -------------------------------------------------------------- what is expected

    def first_morning(self) -> None:
        """Check that all is archived, each policy once, and no notification is sent."""
        totals = self._polarchive.ask("status")["totals"]
        long, original = self._article(LONG), self._article(ORIGINAL)
        self._expect("23 articles of 20 policies", (totals["articles"], totals["policies"]), (23, 20))
        self._expect("three pages stitched into one article", len(long["captures"]), 3)
        self._expect("nothing missing in it", long["completeness"]["missing_pages"], [])
        self._expect("the reprint has the original's words", long["text"] == original["text"], True)
        self._expect("and is the same policy", long["policy_id"], original["policy_id"])
        self._expect("no message about a first crawl", len(self._mailbox.messages), 0)

    def second_morning(self) -> None:
        """Check for one new version, one new policy, and nothing lost."""
        status = self._polarchive.ask("status")
        runs = {line["portal"]: line["last_run"] for line in status["portals"]}
        totals = status["totals"]
        self._expect("two new articles, one new policy", (totals["articles"], totals["policies"]), (25, 21))
        self._expect("exactly one new version", totals["versions"], 26)
        self._expect("of the article whose clause changed", len(self._versions(CHANGED)), 2)
        self._expect("none where only the boilerplate did", len(self._versions(REFURNISHED)), 1)
        self._expect("the new policy on two portals is one", *self._policies(NEW, REPRINTED))
        self._expect("the gone article is still there", len(self._versions(GONE)), 1)
        self._expect("and noted as gone", runs["sample-ministry"]["failed"], {"gone": 1})
        self._expect_challenge(runs["sample-council"])

    def _expect_challenge(self, run: Mapping[str, Any]) -> None:
        self._expect("the challenged portal is partial", run["state"], "partial")
        self._expect("the challenge is counted", run["failed"].get("challenge"), 1)
        self._expect("its listing is not counted as read", "bmwj" in run["sections"], False)
        self._expect("no article came of it", run["new"], 0)
        found = self._polarchive.ask("search", "海上风电项目用海管理")
        self._expect("nor of the list behind it", BEHIND_THE_CHALLENGE in str(found), False)

    def closing(self) -> None:
        """Show a search, a comparison and the message."""
        self._scene("The morning after", "an analyst looks for what is new")
        self._command("search", "加氢站 日期:2026-11")
        self._expect("the search finds the new policy", self._finds("文号:〔2026〕641号"), True)
        enclosed = self._polarchive.ask("search", "余热余压应当梯级利用")
        self._expect("and words that stand in a PDF only", enclosed["total"], 1)
        self._scene("What changed", "in the rules for storage plants")
        self._command("diff", CHANGED)
        self._expect("the difference is one clause", *self._differences())
        self._scene("In the reader's mailbox", READER)
        self._expect("exactly one message", len(self._mailbox.messages), 1)
        self._print_message()

    # -------------------------------------------------------------- how it is asked

    def _article(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self._polarchive.ask("show", name)
        return found

    def _versions(self, name: str) -> list[Any]:
        found: list[Any] = self._polarchive.ask("versions", name)
        return found

    def _policies(self, *names: str) -> tuple[int, int]:
        one, other = (self._article(name)["policy_id"] for name in names)
        return one, other

    def _finds(self, query: str) -> bool:
        hits = self._polarchive.ask("search", query)["hits"]
        return any("加氢站" in hit["title"] for hit in hits)

    def _differences(self) -> tuple[list[str], list[str]]:
        changed = self._polarchive.ask("diff", CHANGED)
        clauses = [f"{one['new']['label']}: {one['kind']}, {one['grade']}" for one in changed["changes"]]
        fields = [field["name"] for field in changed["fields"]]
        return [*clauses, *fields], ["第三章第七条: changed, substantive"]

    # -------------------------------------------------------------- how it is shown

    def _scene(self, title: str, subtitle: str) -> None:
        self._console.print()
        self._console.print(Panel(Text(subtitle), title=f"[bold]{title}", title_align="left"))

    def _command(self, *arguments: str, code: int = OK) -> None:
        shown = " ".join(f"'{part}'" if " " in part else part for part in arguments)
        self._console.print(Text.assemble(("$ ", "green"), (f"polarchive {shown}", "bold")))
        ended = self._polarchive.show(*arguments)
        self._expect(f"polarchive {arguments[0]} ends with {code}", ended, code)

    def _expect(self, what: str, found: object, wanted: object) -> None:
        if found != wanted:
            raise Unexpected(f"{what}: expected {wanted!r}, found {found!r}")
        self._console.print(Text.assemble(("  ✓ ", "green"), (what, "dim")))

    def _print_message(self) -> None:
        message = self._mailbox.messages[0]
        body = message.get_body(("plain",))
        words = body.get_content().strip() if body else ""
        head = f"From: {message['from']}\nTo: {message['to']}\nSubject: {message['subject']}"
        self._console.print(Panel(Text(f"{head}\n\n{words}")))


def main() -> int:
    """Run the demo; 0 when all checks pass."""
    parser = argparse.ArgumentParser(prog="python -m samples.demo", description=__doc__)
    parser.add_argument("--home", type=Path, default=Path("archive/demo"), help="emptied first")
    home, port, begun = parser.parse_args().home, free_port(), time.monotonic()
    console = Console(highlight=False)
    with Mailbox().open() as mailbox:
        fresh_home(home.absolute(), site=port, mail=mailbox.port)
        try:
            Demo(home.absolute(), port, mailbox).play()
        except Unexpected as broken:
            console.print(Text.assemble(("  ✗ ", "bold red"), str(broken)))
            return 1
    console.print(f"\n[bold green]All as planned[/], in {time.monotonic() - begun:.0f} seconds. Look around:")
    console.print(f"  .venv/bin/polarchive --home {home} search '绿证'")
    return 0


if __name__ == "__main__":
    sys.exit(main())
