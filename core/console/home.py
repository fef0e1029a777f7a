"""Where network admins arrive: how the installation is, in a few large figures."""

from collections.abc import Mapping
from typing import Any

from core.web.request import Request


def home(request: Request) -> Mapping[str, Any]:
    """How many organisations are open, how many plugins there are, which of them rest, and which had to be left out."""
    house = request.installation
    live = [tenant for tenant in house.directory.all() if tenant.kind != "network" and tenant.state == "live"]
    resting = {line.plugin for line in house.plugins.budgets.lines() if line.paused_for}
    return {
        "organisations": len(live),
        "plugins": len(house.plugins.plugins),
        "resting": sorted(resting),
        "left_out": sorted(house.plugins.left_out),
    }
