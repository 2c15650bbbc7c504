"""Which portals may run, and why others that should do not."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from attrs import frozen

from config import Config, PortalConfig
from crawler import portals
from crawler.fetching.replay import saved
from crawler.portal import Section
from crawler.runs.context import require_contact
from policy.errors import ArchiveError, ConfigError


@frozen(kw_only=True)
class EnabledPortals:
    """The portals that run, and why others that should do not."""

    slugs: tuple[str, ...]
    refused: tuple[str, ...] = ()


def enabled(config: Config) -> EnabledPortals:
    """All declared portals that are not switched off; raises ConfigError when none of them may run."""
    switched_on = [
        portal
        for slug, portal in portals.load(config.portal_packages).items()
        if config.portals.get(slug, PortalConfig()).enabled
    ]
    refused = {portal.slug: why for portal in switched_on if (why := _refusal(config, portal.sections))}
    slugs = tuple(portal.slug for portal in switched_on if portal.slug not in refused)
    if not slugs:
        raise ConfigError(next(iter(refused.values()), "no portal is enabled"))
    return EnabledPortals(slugs=slugs, refused=tuple(f"{slug}: {why}" for slug, why in refused.items()))


def replayable(config: Config, captures: Sequence[Path]) -> EnabledPortals:
    """The portals of which a listing is saved there; raises ArchiveError when there is none."""
    held = saved(tuple(captures))
    known = portals.load(config.portal_packages).values()
    slugs = tuple(p.slug for p in known if any(held.find("GET", s.url, b"") for s in p.sections))
    if not slugs:
        raise ArchiveError(f"{captures[0]}: no listing of any portal is saved there")
    return EnabledPortals(slugs=slugs)


def _refusal(config: Config, sections: Sequence[Section]) -> str | None:
    try:
        require_contact(config, sections)
    except ConfigError as error:
        return str(error)
    return None
