"""What staff may do on the board."""

from core.api import Permission

WRITE = "noticeboard.write"

PERMISSIONS = (
    Permission(WRITE, frozenset({"editor", "coordinator"}), "Write notes for the site, and take them away."),
)
