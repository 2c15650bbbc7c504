"""Fingerprints of code: the modules that a module imports, directly or not, and a hash of their sources.

The import statements themselves say which modules belong to a fingerprint, so there is no list to keep: a
module that moves stays in it, and one that nothing imports any longer leaves it. Statements are matched by
a regular expression because parsing all files takes 0.1 s and this takes 0.01 s, in every crawl.
Imports for type checkers do not count; imports inside functions do. What is imported by a computed name
is not seen: pass it as an entry of its own.
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections import deque
from collections.abc import Collection, Iterator, Mapping
from importlib import import_module
from importlib.util import resolve_name
from pathlib import Path

_IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+(?P<base>[\w.]+)[ \t]+import[ \t]*(?:\((?P<lines>[^)]*)\)|(?P<line>[^#\n]+))"
    r"|import[ \t]+(?P<modules>[^#\n]+))",
    re.MULTILINE,
)
_FOR_TYPES = re.compile(r"^if (?:typing\.)?TYPE_CHECKING:.*\n(?:[ \t]+.*\n|\n)*", re.MULTILINE)
_COMMENT = re.compile(r"#.*")


def imported_modules(entries: Collection[str], packages: Collection[str]) -> dict[str, Path]:
    """The entries and all modules of these top-level packages that they import, with their files.

    The packages above a module belong to it, because importing it runs them.
    Raises ModuleNotFoundError for an entry that does not exist.
    """
    files: dict[str, Path] = {}
    pending, seen = deque(entries), set[str]()
    while pending:
        name = pending.popleft()
        parent = name.rpartition(".")[0]
        if name in seen or name.partition(".")[0] not in packages or _is_plain(files.get(parent)):
            continue
        seen.add(name)
        if file := _file(name):
            files[name] = file
            package = parent if _is_plain(file) else name
            pending += [parent, *imported_names(file.read_text(encoding="utf-8"), package)]
    if missing := [name for name in entries if name not in files]:
        raise ModuleNotFoundError(f"no source file of {', '.join(sorted(missing))}")
    return files


def imported_names(source: str, package: str) -> Iterator[str]:
    """The absolute names in a module's import statements; some are attributes of modules, not modules.

    ``package`` is the package that relative imports start from.
    """
    source = _FOR_TYPES.sub("", source.replace("\\\n", " "))
    for statement in _IMPORT.finditer(source):
        base = statement["base"]
        if base is None:
            yield from _names(statement["modules"])
            continue
        base = resolve_name(base, package) if base.startswith(".") else base
        yield base
        yield from (f"{base}.{name}" for name in _names(statement["lines"] or statement["line"]))


def fingerprint(files: Mapping[str, Path]) -> str:
    """A hash of modules' names and sources, and of the data files beside the ``__init__.py`` of packages."""
    digest = hashlib.sha256()
    for name, file in sorted(files.items()):
        for path in (file, *data_files(file)):
            digest.update(f"{name}/{path.name}".encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def data_files(module: Path) -> list[Path]:
    """The data files of a package, given its ``__init__.py``; none of any other module."""
    if _is_plain(module):
        return []
    return sorted(path for path in module.parent.iterdir() if path.suffix != ".py" and path.is_file())


def _is_plain(file: Path | None) -> bool:
    """Whether this is a module that holds attributes only, no other modules."""
    return file is not None and file.name != "__init__.py"


def _names(imported: str) -> Iterator[str]:
    """The names in ``a, b as c``."""
    for part in _COMMENT.sub("", imported).split(","):
        if words := part.split():
            yield words[0]


def _file(name: str) -> Path | None:
    """The source file of a module; None where it is an attribute, or has no file."""
    top, *below = name.split(".")
    module = sys.modules.get(top) or import_module(top)
    if not hasattr(module, "__path__"):
        file = getattr(module, "__file__", None)
        return Path(file) if file and not below else None
    for root in module.__path__:
        base = Path(root, *below)
        for path in (base / "__init__.py", base.with_name(f"{base.name}.py")):
            if path.is_file():
                return path
    return None
