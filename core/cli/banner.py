"""What a start says when all is ready: where each site is, and who can sign in."""

from collections.abc import Iterable

from core.configuration import Configuration
from core.tenancy.tenant import Tenant


def site_lines(tenants: Iterable[Tenant], configuration: Configuration) -> list[str]:
    """One line per site that visitors can open: its name and its address, the start site first."""
    sites = [tenant for tenant in tenants if tenant.site_hosts and tenant.state == "live"]
    sites.sort(key=lambda tenant: (tenant.slug != configuration.start_tenant, tenant.name))
    width = max((len(tenant.name) for tenant in sites), default=0)
    return [f"  {tenant.name:{width}}  {configuration.address(_host(tenant, configuration))}" for tenant in sites]


def _host(tenant: Tenant, configuration: Configuration) -> str:
    """The start site is shown by its shortest address: the network's own domain."""
    return configuration.network_domain if tenant.slug == configuration.start_tenant else tenant.site_hosts[0]


def banner(tenants: Iterable[Tenant], configuration: Configuration, sign_ins: Iterable[str], seconds: float) -> str:
    """The whole text. `sign_ins`: the lines about demo accounts, none where there are none. `seconds` it took."""
    sites = site_lines(tenants, configuration) or ["  no organisation yet: add one with luwte tenants import"]
    lines = ["", "Sites", *sites, ""]
    accounts = [f"  {line}" for line in sign_ins]
    if accounts:
        lines += ["Workplaces and demo accounts", *accounts, ""]
    return "\n".join([*lines, f"Luwte is ready (in {seconds:.1f} s). Ctrl-C stops it."])
