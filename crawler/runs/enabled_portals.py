"""Which portals are crawled, and why others are refused."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from attrs import frozen

from config import Config, PortalConfig
from crawler import portals
from crawler.fetching.replay import saved_captures
from crawler.portal import Section
from crawler.runs.setup import require_contact
from policy.errors import ArchiveError, ConfigError


@frozen(kw_only=True)
class EnabledPortals:
    """The portals that are crawled, and the reasons why others are not."""

    slugs: tuple[str, ...]
    refused: tuple[str, ...] = ()


def enabled_portals(config: Config) -> EnabledPortals:
    """All portals that are not disabled in the configuration; raises ConfigError when none may be crawled."""
    candidates = [
        portal
        for slug, portal in portals.load(config.portal_packages).items()
        if config.portals.get(slug, PortalConfig()).enabled
    ]
    refused = {portal.slug: why for portal in candidates if (why := _refusal(config, portal.sections))}
    slugs = tuple(portal.slug for portal in candidates if portal.slug not in refused)
    if not slugs:
        raise ConfigError(next(iter(refused.values()), "no portal is enabled"))
    return EnabledPortals(slugs=slugs, refused=tuple(f"{slug}: {why}" for slug, why in refused.items()))


def replayable_portals(config: Config, captures: Sequence[Path]) -> EnabledPortals:
    """The portals with a listing among the saved captures; raises ArchiveError when there is none."""
    saved = saved_captures(tuple(captures))
    declared = portals.load(config.portal_packages).values()
    slugs = tuple(p.slug for p in declared if any(saved.find("GET", s.url, b"") for s in p.sections))
    if not slugs:
        raise ArchiveError(f"{captures[0]}: no listing of any portal is saved there")
    return EnabledPortals(slugs=slugs)


def _refusal(config: Config, sections: Sequence[Section]) -> str | None:
    try:
        require_contact(config, sections)
    except ConfigError as error:
        return str(error)
    return None
