"""The declared portals, when they run, and what nights found out about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from attrs import field, frozen

from config import Config, PortalConfig
from crawler.portal import Portal
from policy.documents.dates import format_moment
from policy.rules.backoff import Backoff
from services.archive_home import ArchiveHome
from services.run_health import portal_domains
from storage.articles import validators
from storage.articles.validators import InconsistentValidators
from storage.database import is_new
from storage.runs import health_history


@frozen(kw_only=True)
class PortalView:
    """A portal; ``cron`` is when it runs, None when it is switched off, ``distrust`` that its validators are
    wrong, ``backoffs`` those of its domains that are in backoff."""

    portal: Portal
    cron: str | None
    distrust: InconsistentValidators | None
    backoffs: Sequence[Backoff]


@frozen(kw_only=True)
class Conduct:
    """What nights found out: portals whose validators are wrong, and domains in backoff."""

    distrusted: Mapping[str, InconsistentValidators] = field(factory=dict)
    backoffs: Mapping[str, Backoff] = field(factory=dict)


def conduct_of(home: ArchiveHome) -> Conduct:
    """As the archive knows it; nothing where there is no archive yet."""
    if is_new(home.config.database_url):
        return Conduct()
    with home.database() as database, database.read() as session:
        distrusted = {distrust.portal: distrust for distrust in validators.inconsistent_portals(session)}
        return Conduct(distrusted=distrusted, backoffs=health_history.backoffs(session))


def view_portals(config: Config, portals: Iterable[Portal], conduct: Conduct) -> list[PortalView]:
    """The portals in their order."""
    return [
        PortalView(
            portal=portal,
            cron=_cron(config, portal.slug),
            distrust=conduct.distrusted.get(portal.slug),
            backoffs=[
                conduct.backoffs[domain]
                for domain in sorted(portal_domains(portal) & conduct.backoffs.keys())
            ],
        )
        for portal in portals
    ]


def _cron(config: Config, slug: str) -> str | None:
    enabled = config.portals.get(slug, PortalConfig()).enabled
    return config.schedule_of(slug).cron if enabled else None


def describe_distrust(distrust: InconsistentValidators) -> str:
    """A portal whose validators are not trusted, in one line."""
    since = format_moment(distrust.since)
    return f"{distrust.portal}: its ETags are not trusted since {since}: {distrust.url}"
