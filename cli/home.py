"""The home a command works on: its configuration, its database, opened when asked for."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

import config as configuration
from config import Config
from crawler import portals
from policy.errors import ArchiveError, ConfigError
from storage.database import Database, is_new, open_database, upgrade

_EXAMPLE = Path(configuration.__file__).parent.parent / "polarchive.example.toml"


class Home:
    """One per command."""

    def __init__(self, home: Path | None, environ: Mapping[str, str]) -> None:
        self._given, self._environ = home, environ

    @cached_property
    def config(self) -> Config:
        """The configuration; raises ConfigError, also for a portal nobody declares."""
        config = configuration.load(self._given, self._environ)
        self._refuse_unknown_portals(config)
        return config

    @staticmethod
    def _refuse_unknown_portals(config: Config) -> None:
        file = config.home / configuration.FILE
        try:
            known = portals.load(config.portal_packages)
        except ModuleNotFoundError as error:
            if not any(_is_within(package, error.name) for package in config.portal_packages):
                raise
            line = configuration.line_of(file, ("portal_packages",))
            raise ConfigError(f"{file}:{line}: portal_packages: {error}") from None
        for slug in config.portals:
            if slug not in known:
                line = configuration.line_of(file, ("portals", slug))
                raise ConfigError(f"{file}:{line}: portals.{slug}: no such portal; known: {', '.join(known)}")

    @property
    def names(self) -> Mapping[str, str]:
        """The portals' names by slug."""
        return portals.names(self.config.portal_packages)

    @property
    def owners(self) -> Mapping[str, str]:
        """The organs whose own sites the portals are, by slug; media are not among them."""
        known = portals.load(self.config.portal_packages)
        return {slug: portal.issuer for slug, portal in known.items() if portal.issuer}

    def prepare(self) -> bool:
        """Make the home and its tables where there are none; True when there was no archive before."""
        self._make_folders()
        fresh = is_new(self.config.database_url)
        if fresh:
            upgrade(self.config.database_url)
        return fresh

    def write_config(self) -> Path:
        """The home's configuration file; a copy of the example when it has none."""
        file = self.config.home / configuration.FILE
        if not file.exists() and _EXAMPLE.is_file():
            shutil.copyfile(_EXAMPLE, file)
        return file

    def database(self) -> Database:
        """The archive of this home, which must be there."""
        return open_database(self.config.database_url)

    def _make_folders(self) -> None:
        try:
            self.config.captures.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ArchiveError(f"{self.config.home}: cannot be the home: {error.strerror}") from None


def _is_within(package: str, name: str | None) -> bool:
    """Whether ``name`` is the package or one it lies in."""
    return name is not None and f"{package}.".startswith(f"{name}.")
