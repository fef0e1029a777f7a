"""What people see of a plugin that had to be left out at the start, where their organisation has it switched on."""

from core.web.request import Request


def left_out_here(request: Request) -> list[str]:
    """The plugins that this organisation has switched on and that were left out, by name."""
    if request.known_tenant is None:
        return []
    return sorted(request.installation.plugins.left_out.keys() & request.known_tenant.plugins)


def would_be_here(request: Request) -> bool:
    """Whether a plugin that was left out would have answered at this address.

    Its routes are unknown, so this holds for the beginnings that its card names. What has a route of the core or of
    another plugin is theirs, also where they say that it is not there.
    """
    if request.matched_route is not None:
        return False
    left_out = request.installation.plugins.left_out
    return any(left_out[name].would_be_at(request.place, request.path_info) for name in left_out_here(request))
