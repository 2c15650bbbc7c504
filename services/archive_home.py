"""An archive directory: its configuration, its portals and its database, each opened when first used."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import config as configuration
from config import Config
from policy.errors import ArchiveError, ConfigError

if TYPE_CHECKING:
    from crawler.portal import Portal
    from storage.database import Database
    from storage.plain_reads import PlainReader

_EXAMPLE = Path(configuration.__file__).parent.parent / "polarchive.example.toml"


class PortalNames(Mapping[str, str]):
    """The portals' names by slug. A declaration is imported when its name is asked for: a search that names
    no portal needs none of them."""

    def __init__(self, packages: Sequence[str]) -> None:
        self._packages = packages

    def __getitem__(self, slug: str) -> str:
        from crawler import portals

        portal = portals.find(slug, self._packages)
        if portal is None:
            raise KeyError(slug)
        return portal.name

    def __iter__(self) -> Iterator[str]:
        from crawler import portals

        return iter(portals.load(self._packages))

    def __len__(self) -> int:
        return sum(1 for _ in self)


class ArchiveHome:
    """One archive directory, for one command or one process."""

    def __init__(self, home: Path | None, environ: Mapping[str, str]) -> None:
        self._given, self._environ = home, environ

    @cached_property
    def config(self) -> Config:
        """The configuration; raises ConfigError. That the portals it names exist is checked by those who
        need portals (:attr:`portals`, :meth:`portal`, :meth:`prepare`)."""
        return configuration.load(self._given, self._environ)

    # -------------------------------------------------------------- portals

    @cached_property
    def portals(self) -> Mapping[str, Portal]:
        """All declared portals by slug; raises ConfigError like :meth:`portal`."""
        from crawler import portals

        with self._naming_the_package():
            declared = portals.load(self.config.portal_packages)
        self.check_portals()
        return declared

    def portal(self, slug: str) -> Portal:
        """The declaration of one portal, without importing all others. Raises UnknownPortal, and ConfigError
        for a portal or a package that is configured but does not exist."""
        from crawler import portals

        with self._naming_the_package():
            self.check_portals()
            return portals.get(slug, self.config.portal_packages)

    def check_portals(self) -> None:
        """Raises ConfigError for a configured portal that nobody declares."""
        from crawler import portals

        packages, file = self.config.portal_packages, self.config.home / configuration.FILE
        for slug in self.config.portals:
            if portals.find(slug, packages) is None:
                line, known = (
                    configuration.line_of(file, ("portals", slug)),
                    ", ".join(portals.load(packages)),
                )
                raise ConfigError(f"{file}:{line}: portals.{slug}: no such portal; known: {known}")

    @contextmanager
    def _naming_the_package(self) -> Iterator[None]:
        """Raises ConfigError for a package of the configuration that cannot be imported."""
        try:
            yield
        except ModuleNotFoundError as error:
            if not any(_is_within(package, error.name) for package in self.config.portal_packages):
                raise
            file = self.config.home / configuration.FILE
            line = configuration.line_of(file, ("portal_packages",))
            raise ConfigError(f"{file}:{line}: portal_packages: {error}") from None

    @property
    def names(self) -> Mapping[str, str]:
        """The portals' names by slug."""
        return PortalNames(self.config.portal_packages)

    def owner(self, slug: str) -> str | None:
        """The organ whose own site a portal is; None for media, and for portals no longer declared."""
        from crawler import portals

        portal = portals.find(slug, self.config.portal_packages)
        return (portal.issuer or None) if portal else None

    # -------------------------------------------------------------- files and tables

    def prepare(self) -> bool:
        """Make the directory and its tables where there are none; True when there was no archive before."""
        from storage.database import is_new, upgrade

        self._make_folders()
        fresh = is_new(self.config.database_url)
        if fresh:
            upgrade(self.config.database_url)
        return fresh

    def write_config(self) -> Path:
        """The configuration file; a copy of the example when there is none."""
        file = self.config.home / configuration.FILE
        if not file.exists() and _EXAMPLE.is_file():
            shutil.copyfile(_EXAMPLE, file)
        return file

    def database(self) -> Database:
        """The opened archive; raises ArchiveError when there is none."""
        from storage.database import open_database

        return open_database(self.config.database_url)

    @contextmanager
    def reading(self) -> Iterator[PlainReader]:
        """The archive for plain reads, which start faster; raises ArchiveError when there is none."""
        from storage.plain_reads import sqlite_reader

        if reader := sqlite_reader(self.config.database_url):
            yield reader
        else:
            with self.database() as database:
                yield database

    def _make_folders(self) -> None:
        try:
            self.config.captures.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ArchiveError(f"{self.config.home}: cannot be the home: {error.strerror}") from None


def _is_within(package: str, name: str | None) -> bool:
    """Whether ``name`` is the package or one it lies in."""
    return name is not None and f"{package}.".startswith(f"{name}.")
