"""The context of a command, for tests: one installation on a database for tests instead of an ini file."""

from pathlib import Path

from core.app import build_installation
from core.cli.context import CommandContext
from core.configuration import Configuration
from core.installation import Installation


class TestContext(CommandContext):
    """Gives commands the installation of these settings."""

    __test__ = False

    def __init__(self, configuration: Configuration) -> None:
        """`configuration` of the fixture with this name."""
        super().__init__(Path("unused.ini"))
        object.__setattr__(self, "home", configuration.home)
        object.__setattr__(self, "_installation", build_installation(configuration))

    home: Path
    _installation: Installation

    def installation(self) -> Installation:
        """The same one each time."""
        return self._installation

    def close(self) -> None:
        """Close every connection."""
        self._installation.engine.dispose()
