"""CPU of comparing two texts clause by clause, beside the standard library's difflib in one run.

    python -m benchmarks.diff.comparison [--edits 10000] [--json]

difflib compares the same texts as one sequence of characters, without its shortcut for frequent ones
(Chinese has no other), in a process of its own that may take a minute.
"""

from __future__ import annotations

import argparse
import difflib
import json
import multiprocessing
import random
import resource
import time
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection
from typing import TypeVar

from attrs import asdict, frozen
from rich.console import Console
from rich.table import Table

from benchmarks.diff.edits import edited, regulation, sentence, text
from pipelines.diff.comparison import apply_clause_changes, compare_texts
from policy.text.clauses import split_clauses
from policy.text.numerals import format_numeral

SIZE = 30_000
"""Characters of a long regulation."""
PATIENCE = 60
"""Seconds of CPU that difflib may take."""

Lines = Sequence[str]
T = TypeVar("T")


@frozen(kw_only=True)
class Row:
    """CPU in milliseconds; ``difflib``, where it stood ``beside``, is None when it took too long."""

    case: str
    characters: int
    changes: int
    ours: float
    beside: bool
    difflib: float | None
    right: bool


def main() -> None:
    """Print the tables; fails when one comparison does not lead from the old text to the new."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--edits", type=int, default=10_000, help="random edits to apply and check")
    parser.add_argument("--json", action="store_true", help="JSON on stdout")
    arguments = parser.parse_args()
    rows = [_measured(*case) for case in (*_regulations(), *_hostile())]
    wrong = [seed for seed in range(arguments.edits) if not _leads(seed)]
    if arguments.json:
        print(json.dumps({"rows": [asdict(row) for row in rows], "edits": arguments.edits, "wrong": wrong}))
    else:
        _print(rows, arguments.edits, wrong)
    raise SystemExit(bool(wrong) or not all(row.right for row in rows))


# ------------------------------------------------------------------ the texts


def _regulations() -> Iterator[tuple[str, Lines, Lines, bool]]:
    chance = random.Random(3)
    old = _long(SIZE)
    yield "the same", old, list(old), True
    yield "20 edits", old, edited(chance, old, 20), True
    yield (
        "every paragraph changed",
        old,
        [line.replace("储能", "光伏", 1) + "另行规定。" for line in old],
        True,
    )
    yield "all other words", old, [_foreign(len(line), at) for at, line in enumerate(old)], True
    yield "all clauses moved", old, _shuffled(old), True
    numbered = [f"第{format_numeral(at)}条 {sentence(random.Random(at), 10, 16)}" for at in range(1, 501)]
    renumbered = [
        "第一条 新条。",
        *(
            line.replace(f"第{format_numeral(at)}条", f"第{format_numeral(at + 1)}条", 1)
            for at, line in enumerate(numbered, 1)
        ),
    ]
    yield "500 articles renumbered", numbered, renumbered, True
    yield "and each changed", numbered, [line.replace("。", "，特此。") for line in renumbered], True
    line = "".join(sentence(chance) for _ in range(800))[:SIZE]
    yield "one line", [line], [line.replace("储能", "光伏")], True


def _hostile() -> Iterator[tuple[str, Lines, Lines, bool]]:
    million = 1_000_000
    yield "a line of a million dashes", ["-" * million], ["-" * (million - 10) + "—" * 3], False
    yield "a million lines of a dash", ["-"] * million, [*["-"] * 400_000, "—", *["-"] * 599_000], False
    chance = random.Random(5)
    line = "".join(sentence(chance) for _ in range(800))
    line *= million // len(line)
    yield "a line of a million characters", [line], [line.replace("储能", "光伏")], False
    yield "no sense, 350,000 characters", [_senseless(7)], [_senseless(8)], False
    paragraphs = [f"段落{at}内容。" for at in range(100_000)]
    yield "100,000 paragraphs", paragraphs, [line.replace("内容", "要求") for line in paragraphs], False
    yield "nothing", [""], [""], False


def _long(size: int) -> list[str]:
    articles = 10
    while sum(map(len, lines := regulation(random.Random(articles), articles))) < size:
        articles += 10
    return lines


def _foreign(size: int, seed: int) -> str:
    return "".join(
        random.Random(seed).choices("甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥天地玄黄", k=size)
    )


def _senseless(seed: int) -> str:
    return "".join(random.Random(seed).choices("储能电价市场机制容", k=350_000))


def _shuffled(lines: Lines) -> list[str]:
    found = [clause.lines for clause in split_clauses(lines)]
    random.Random(1).shuffle(found)
    return [line for each in found for line in each]


# ------------------------------------------------------------------ measurements


def _measured(case: str, old: Lines, new: Lines, beside: bool) -> Row:
    """Ours: the best of three; of the hostile ones, where difflib has no chance, once."""
    took, found = min(
        (_timed(lambda: compare_texts(old, new)) for _ in range(3 if beside else 1)), key=lambda each: each[0]
    )
    return Row(
        case=case,
        characters=sum(map(len, old)),
        changes=len(found.changes),
        ours=took,
        beside=beside,
        difflib=_beside(old, new) if beside else None,
        right=apply_clause_changes(found.changes, old) == tuple(new),
    )


def _timed(made: Callable[[], T]) -> tuple[float, T]:
    begun = time.process_time()
    value = made()
    return (time.process_time() - begun) * 1000, value


def _beside(old: Lines, new: Lines) -> float | None:
    ours, theirs = multiprocessing.Pipe(duplex=False)
    child = multiprocessing.Process(target=_standard, args=("\n".join(old), "\n".join(new), theirs))
    child.start()
    theirs.close()
    try:
        return float(ours.recv())
    except EOFError:
        return None
    finally:
        child.join()


def _standard(old: str, new: str, answer: Connection) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (PATIENCE, PATIENCE))
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    answer.send(_timed(matcher.get_opcodes)[0])


def _leads(seed: int) -> bool:
    """Whether the changes between a random text and its random edit lead from the one to the other."""
    chance = random.Random(seed)
    old = text(chance)
    new = edited(chance, old) if chance.random() < 0.9 else text(chance)
    return apply_clause_changes(compare_texts(old, new).changes, old) == tuple(new)


# ------------------------------------------------------------------ output


def _print(rows: Sequence[Row], edits: int, wrong: Sequence[int]) -> None:
    table = Table(title="CPU, ms", title_justify="left")
    for name in ("case", "characters", "changes", "clause by clause", "difflib", "difflib / ours", "applied"):
        table.add_column(name, justify="left" if name == "case" else "right")
    for row in rows:
        numbers = (f"{row.characters:,}", f"{row.changes:,}", f"{row.ours:,.0f}", *_difflib(row))
        table.add_row(row.case, *numbers, "right" if row.right else "WRONG")
    console = Console(width=120)
    console.print(table)
    console.print(f"{edits:,} random edits, {len(wrong)} not led to the new text {wrong[:10] or ''}")


def _difflib(row: Row) -> tuple[str, str]:
    """Its time and how many times ours that is."""
    if not row.beside:
        return "–", "–"
    least = "" if row.difflib else "> "
    theirs = row.difflib or PATIENCE * 1000
    return f"{least}{theirs:,.0f}", f"{least}{theirs / row.ours:,.0f}"


if __name__ == "__main__":
    main()
