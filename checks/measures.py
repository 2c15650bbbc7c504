"""Measures of a source tree: pure functions from the tree to a number and the places it counts."""

from __future__ import annotations

import ast
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from attrs import frozen

from checks.sources import Module, SourceTree

SMALL = 60
"""A module of fewer lines is a fragment when a single module imports it."""
VAGUE = frozenset({"each", "found", "held", "known", "ours", "said", "theirs", "told"})
"""Words that make any name vague that contains them."""
VAGUE_ALONE = frozenset({"given", "one"})
"""Words that are vague only as a whole name. A class ``One`` is the selector that expects one element."""
_STANDARD_TERMS = re.compile(r"not_?found", re.IGNORECASE)
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")

Function = ast.FunctionDef | ast.AsyncFunctionDef


@frozen
class Measure:
    """A number and the places it counts, the worst first."""

    value: float
    places: Sequence[str] = ()


def entries_at_one_level(tree: SourceTree) -> Measure:
    """The most modules and sub-packages in one package."""
    entries = Counter(module.parent for module in tree.counted if module.parent)
    places = [f"{package}: {count}" for package, count in entries.most_common()]
    return Measure(max(entries.values(), default=0), places)


def module_count(tree: SourceTree) -> Measure:
    """All modules, the ``__init__`` of packages among them."""
    layers = Counter(module.layer for module in tree.counted)
    return Measure(len(tree.counted), [f"{layer}: {count}" for layer, count in layers.most_common()])


def lines_of_a_module(tree: SourceTree) -> Measure:
    """The lines of the longest module."""
    longest = sorted(tree.counted, key=lambda module: -module.lines)
    return Measure(longest[0].lines, [f"{module.name}: {module.lines}" for module in longest])


def fragments(tree: SourceTree) -> Measure:
    """Per cent of the modules that are small and have a single importer. Tests do not count, nor does the
    ``__init__`` of the module's own package."""
    small = [module for module in tree.counted if module.lines < SMALL and not module.is_package]
    importers = {module.name: tree.importers.get(module.name, frozenset()) for module in small}
    places = [f"{name}: only {next(iter(users))}" for name, users in importers.items() if len(users) == 1]
    return Measure(round(100 * len(places) / len(tree.counted), 1), places)


def packages_without_purpose(tree: SourceTree) -> Measure:
    """Packages without a docstring in ``__init__``. Packages in ``apart`` count too."""
    parents = {module.parent for module in tree.modules.values() if module.parent}
    packages = parents | {name for name, module in tree.modules.items() if module.is_package}
    silent = [
        name
        for name in sorted(packages)
        if name not in tree.modules or not ast.get_docstring(tree.modules[name].tree)
    ]
    return Measure(len(silent), silent)


def doubled_stems(tree: SourceTree) -> Measure:
    """Names that two modules of a layer share; packages do not count."""
    homes = defaultdict[str, list[str]](list)
    for module in tree.counted:
        if not module.is_package and module.stem != "__main__":
            homes[f"{module.layer}: {module.stem}"].append(module.name)
    return _doubled(homes)


def doubled_classes(tree: SourceTree) -> Measure:
    """Names that two classes share in any layers."""
    homes = defaultdict[str, list[str]](list)
    for module in tree.counted:
        for node in module.tree.body:
            if isinstance(node, ast.ClassDef):
                homes[node.name].append(module.name)
    return _doubled(homes)


def _doubled(homes: Mapping[str, Sequence[str]]) -> Measure:
    places = [f"{name}: {', '.join(modules)}" for name, modules in sorted(homes.items()) if len(modules) > 1]
    return Measure(len(places), places)


def import_circles(tree: SourceTree) -> Measure:
    """Groups of modules that import each other, also inside functions, without imports only for types."""
    return _circles(tree.imports)


def type_circles(tree: SourceTree) -> Measure:
    """The same with imports for types."""
    return _circles(tree.imports_with_types)


def _circles(imports: Mapping[str, Collection[str]]) -> Measure:
    groups = circles(imports)
    return Measure(len(groups), [", ".join(group) for group in groups])


def circles(imports: Mapping[str, Collection[str]]) -> list[list[str]]:
    """The strongly connected components of more than one member, each in order (Tarjan)."""
    order, lowest = dict[str, int](), dict[str, int]()
    path, groups = list[str](), list[list[str]]()

    def visit(name: str) -> None:
        order[name] = lowest[name] = len(order)
        path.append(name)
        for target in imports.get(name, ()):
            if target not in order:
                visit(target)
            if target in path:
                lowest[name] = min(lowest[name], lowest[target])
        if lowest[name] == order[name]:
            start = path.index(name)
            group = sorted(path[start:])
            del path[start:]
            if len(group) > 1:
                groups.append(group)

    for name in sorted(imports):
        if name not in order:
            visit(name)
    return sorted(groups)


def vague_names(tree: SourceTree) -> Measure:
    """Public names with a vague word: modules, classes, functions, their
    parameters, and annotated attributes, so the fields of records and the columns of tables."""
    places = [place for module in tree.counted for place in _vague_in(module)]
    return Measure(len(places), places)


def is_vague(name: str) -> bool:
    """Whether a name, in snake case or camel case, is vague."""
    words = _WORD.findall(_STANDARD_TERMS.sub("", name))
    return name in VAGUE_ALONE or any(word.lower() in VAGUE for word in words)


def _vague_in(module: Module) -> Iterator[str]:
    if is_vague(module.stem):
        yield module.name
    for kind, line, name in _public_names(module.tree.body):
        if is_vague(name):
            yield f"{module.name}:{line}: {kind} {name}"


def _public_names(body: Iterable[ast.stmt]) -> Iterator[tuple[str, int, str]]:
    """The kind, line and name of each public definition, those inside public classes included."""
    for node in body:
        if isinstance(node, Function) and (node.name == "__init__" or not node.name.startswith("_")):
            yield "function", node.lineno, node.name
            yield from _parameters(node)
        elif isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield "class", node.lineno, node.name
            yield from _public_names(node.body)
        elif (
            isinstance(node, ast.AnnAssign)
            and isinstance(node.target, ast.Name)
            and not node.target.id.startswith("_")
        ):
            yield "attribute", node.lineno, node.target.id


def _parameters(function: Function) -> Iterator[tuple[str, int, str]]:
    arguments = function.args
    parameters = [
        *arguments.posonlyargs,
        *arguments.args,
        *arguments.kwonlyargs,
        arguments.vararg,
        arguments.kwarg,
    ]
    for parameter in filter(None, parameters):
        if not parameter.arg.startswith("_"):
            yield f"parameter of {function.name}", parameter.lineno, parameter.arg


def places_of_a_field(tree: SourceTree, fields: Iterable[str]) -> Measure:
    """The most modules that mention one of the fields by name, as an identifier or a string. Raises KeyError
    for a field that no module mentions."""
    places = {field: [module.name for module in tree.counted if _mentions(module, field)] for field in fields}
    if missing := [field for field, modules in places.items() if not modules]:
        raise KeyError(missing[0])
    lines = [f"{field}: {len(modules)}: {', '.join(modules)}" for field, modules in places.items()]
    return Measure(max(map(len, places.values()), default=0), lines)


def _mentions(module: Module, field: str) -> bool:
    return any(field in _identifiers(node) for node in ast.walk(module.tree))


def _identifiers(node: ast.AST) -> tuple[object, ...]:
    match node:
        case ast.Name():
            return (node.id,)
        case ast.Attribute():
            return (node.attr,)
        case ast.keyword() | ast.arg():
            return (node.arg,)
        case ast.Constant():
            return (node.value,)
        case _:
            return ()
