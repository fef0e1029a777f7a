"""From host to organisation. An organisation has two hosts: its site, and its workplace, which never changes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import structlog

from core.configuration import Configuration
from core.tenancy.tenant import Tenant

log = structlog.get_logger("luwte.tenancy")

Place = Literal["site", "workplace", "console", "neutral"]

WORKPLACE_SUFFIX = "-werk"
CONSOLE = "console"
NEUTRAL = "kalender"
RESERVED_SLUGS = frozenset({CONSOLE, NEUTRAL, "www", "localhost"})


@dataclass(frozen=True, slots=True)
class HostMatch:
    """Whose host it is, and which of its places. The neutral page is the network's own."""

    tenant: Tenant
    place: Place


def site_hosts(slug: str, kind: str, own: Sequence[str], configuration: Configuration) -> tuple[str, ...]:
    """Return the hosts of an organisation's site, the one to link to first: own domains, then its name in the network.

    The network domain itself shows the start tenant. What is no organisation has no site.
    """
    if kind != "organisation":
        return ()
    domain = configuration.network_domain
    start = (domain,) if slug == configuration.start_tenant else ()
    return (*own, f"{slug}.{domain}", *start)


def workplace_host(slug: str, kind: str, domain: str) -> str:
    """Return the host of an organisation's workplace. Passkeys are bound to it, so it never changes."""
    return f"{slug}.{domain}" if kind == "network" else f"{slug}{WORKPLACE_SUFFIX}.{domain}"


def host_table(tenants: Iterable[Tenant], configuration: Configuration) -> Mapping[str, HostMatch]:
    """Return every host of the network with its organisation and place.

    A draft has a workplace only. A suspended organisation keeps its hosts: the web says calmly that it is closed. Where
    two claim one host, the first keeps it and the log tells: one mistake must not take every organisation's hosts away.
    """
    table: dict[str, HostMatch] = {}
    for tenant in tenants:
        for host, place in _hosts(tenant, configuration):
            taken = table.setdefault(host, HostMatch(tenant, place))
            if taken.tenant.id != tenant.id:
                log.error("two organisations claim one host", host=host, tenants=[taken.tenant.slug, tenant.slug])
    return table


def _hosts(tenant: Tenant, configuration: Configuration) -> Iterable[tuple[str, Place]]:
    if tenant.kind == "network":
        yield tenant.workplace_host, "console"
        if configuration.neutral_url is None:
            yield f"{NEUTRAL}.{configuration.network_domain}", "neutral"
    elif tenant.kind == "organisation":
        yield tenant.workplace_host, "workplace"
        for host in tenant.site_hosts if tenant.state != "draft" else ():
            yield host, "site"
