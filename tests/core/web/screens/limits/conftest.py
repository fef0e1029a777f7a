"""The house with settings."""

from tests.core.web.screens.settings.house import seats

__all__ = ["seats"]
