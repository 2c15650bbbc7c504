"""The production modules of a source tree, parsed, with the imports between them.

Modules are found in the folders, so new and moved modules are measured at once.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path

from attrs import frozen


@frozen(eq=False)
class Module:
    """One file of the tree."""

    name: str
    """Dotted; a package's is that of its ``__init__``."""
    path: Path
    is_package: bool
    tree: ast.Module
    lines: int

    @property
    def parent(self) -> str:
        """The package it lies in, ``""`` for a root module."""
        return self.name.rpartition(".")[0]

    @property
    def stem(self) -> str:
        """The last part of its name."""
        return self.name.rpartition(".")[2]

    @property
    def layer(self) -> str:
        """The first part of its name."""
        return self.name.partition(".")[0]


@frozen(slots=False)
class SourceTree:
    """All production modules by name."""

    modules: Mapping[str, Module]
    apart: tuple[str, ...] = ()
    """Packages of declarations or migrations: not counted, but their imports are."""

    @cached_property
    def counted(self) -> list[Module]:
        """The modules that are measured, by name."""
        return [module for name, module in sorted(self.modules.items()) if not self._is_apart(name)]

    def _is_apart(self, name: str) -> bool:
        return any(name == package or name.startswith(f"{package}.") for package in self.apart)

    @cached_property
    def imports(self) -> Mapping[str, frozenset[str]]:
        """For each module the modules that it imports, also inside functions; without those for types only.

        A name that a package re-exports counts as an import of the module that defines it.
        """
        return {
            name: frozenset(self._imported(module, run_time_nodes(module.tree))) - {name}
            for name, module in self.modules.items()
        }

    @cached_property
    def imports_with_types(self) -> Mapping[str, frozenset[str]]:
        """The same with the imports for types only, but for those of packages, which may export lazily."""
        return {
            name: self.imports[name]
            if module.is_package
            else frozenset(self._imported(module, ast.walk(module.tree))) - {name}
            for name, module in self.modules.items()
        }

    @cached_property
    def importers(self) -> Mapping[str, frozenset[str]]:
        """The importers of each module. A package's ``__init__`` does not count for its own modules."""
        importers = defaultdict[str, set[str]](set)
        for name, targets in self.imports.items():
            for target in targets:
                if not target.startswith(f"{name}."):
                    importers[target].add(name)
        return {name: frozenset(users) for name, users in importers.items()}

    @cached_property
    def _exports(self) -> Mapping[str, Mapping[str, str]]:
        """For each package the names that it re-exports and the modules they come from. A package that
        exports lazily (PEP 562) names them in an import for types."""
        return {
            name: {
                alias.asname or alias.name: origin
                for node in ast.walk(module.tree)
                if isinstance(node, ast.ImportFrom) and (origin := _origin(module, node)) in self.modules
                for alias in node.names
            }
            for name, module in self.modules.items()
            if module.is_package
        }

    def _imported(self, module: Module, nodes: Iterable[ast.AST]) -> Iterator[str]:
        for node in nodes:
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names if alias.name in self.modules)
            elif isinstance(node, ast.ImportFrom):
                origin = _origin(module, node)
                for alias in node.names:
                    yield from self._named(origin, alias.name)

    def _named(self, origin: str, name: str) -> Iterator[str]:
        """The modules that ``from origin import name`` runs."""
        if f"{origin}.{name}" in self.modules:
            yield f"{origin}.{name}"
            return
        if origin in self.modules:
            yield origin
        if exported := self._exports.get(origin, {}).get(name):
            yield exported


def read_tree(root: Path, *, exclude: Collection[str] = (), apart: Iterable[str] = ()) -> SourceTree:
    """The root modules of a folder and the packages below it, without the named top-level ones."""
    tops = sorted(path for path in root.iterdir() if path.stem not in exclude)
    packages = [path for path in tops if (path / "__init__.py").is_file()]
    files = [path for path in tops if path.suffix == ".py"]
    files += [path for package in packages for path in sorted(package.rglob("*.py"))]
    modules = [_read(root, path) for path in files]
    return SourceTree({module.name: module for module in modules}, tuple(apart))


def _read(root: Path, path: Path) -> Module:
    text = path.read_text("utf-8")
    parts = path.relative_to(root).with_suffix("").parts
    is_package = parts[-1] == "__init__"
    name = ".".join(parts[:-1] if is_package else parts)
    return Module(name, path, is_package, ast.parse(text, str(path)), len(text.splitlines()))


def run_time_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """All nodes below, without the bodies of ``if TYPE_CHECKING``."""
    children = ast.iter_child_nodes(node)
    if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
        children = iter(node.orelse)
    for child in children:
        yield child
        yield from run_time_nodes(child)


def _origin(module: Module, node: ast.ImportFrom) -> str:
    """The absolute name of what ``from … import`` reads."""
    if not node.level:
        return node.module or ""
    package = module.name if module.is_package else module.parent
    above = package.split(".")[: len(package.split(".")) - node.level + 1]
    return ".".join([*above, *([node.module] if node.module else [])])
