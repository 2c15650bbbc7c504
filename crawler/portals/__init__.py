"""One module per portal. Modules in this package and in ``portal_packages`` are discovered."""

from __future__ import annotations

import difflib
import importlib
import importlib.util
import inspect
import pkgutil
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from types import MappingProxyType, ModuleType
from urllib.parse import urlsplit

from crawler.portal import Portal
from policy.errors import UnknownPortal

PACKAGES = ("crawler.portals",)


def load(packages: Sequence[str] = PACKAGES) -> Mapping[str, Portal]:
    """All portals declared in these packages, by slug, in the packages' order."""
    return _load(tuple(packages))


def find(slug: str, packages: Sequence[str] = PACKAGES) -> Portal | None:
    """The portal with this slug. Imports only the module of that name, if it declares the portal."""
    return _find(slug, tuple(packages))


def get(slug: str, packages: Sequence[str] = PACKAGES) -> Portal:
    """The portal with this slug. Raises UnknownPortal, which suggests similar slugs."""
    portal = find(slug, packages)
    if portal is not None:
        return portal
    near = difflib.get_close_matches(slug, load(packages))
    hint = f"did you mean {' or '.join(near)}?" if near else "see `polarchive portals`"
    raise UnknownPortal(f"no portal {slug!r}; {hint}")


def names(packages: Sequence[str] = PACKAGES) -> Mapping[str, str]:
    """The portals' names by slug."""
    return {slug: portal.name for slug, portal in load(packages).items()}


def owner(url: str, packages: Sequence[str] = PACKAGES) -> Portal | None:
    """The portal that owns the host of this address, or None."""
    host = urlsplit(url).hostname or ""
    return next((portal for portal in load(packages).values() if portal.is_host(host)), None)


@cache
def _load(packages: tuple[str, ...]) -> Mapping[str, Portal]:
    portals: dict[str, Portal] = {}
    for package in packages:
        for module in _modules(package):
            portals.update((portal.slug, portal()) for portal in _declared(module))
    return MappingProxyType(portals)


@cache
def _find(slug: str, packages: tuple[str, ...]) -> Portal | None:
    """In the last package that declares it, as :func:`load` has it."""
    declared = (_named(slug, package) or _load((package,)).get(slug) for package in reversed(packages))
    return next(filter(None, declared), None)


def _named(slug: str, package: str) -> Portal | None:
    """The portal, if the package has a module of its slug's name that declares it, as most have."""
    if not slug.isidentifier() or importlib.util.find_spec(f"{package}.{slug}") is None:
        return None
    module = importlib.import_module(f"{package}.{slug}")
    return next((declared() for declared in _declared(module) if declared.slug == slug), None)


def _modules(package: str) -> Iterator[ModuleType]:
    parent = importlib.import_module(package)
    for module in pkgutil.iter_modules(parent.__path__, f"{package}."):
        yield importlib.import_module(module.name)


def _declared(module: ModuleType) -> Iterator[type[Portal]]:
    for _, kind in inspect.getmembers(module, inspect.isclass):
        if issubclass(kind, Portal) and kind.__module__ == module.__name__ and "slug" in vars(kind):
            yield kind
