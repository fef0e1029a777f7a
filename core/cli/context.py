"""What every command starts from: the ini file and what is made of it."""

import configparser
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.configuration import Configuration, read_configuration
from core.errors import LuwteError

if TYPE_CHECKING:
    from core.installation import Installation


@dataclass(frozen=True, slots=True)
class CommandContext:
    """The ini file that a command works with; commands get it by ``@click.pass_obj``."""

    ini: Path

    def section(self, name: str) -> Mapping[str, str]:
        """Return one section of the ini file, such as ``app:main``. Raises LuwteError where it cannot be read."""
        if not self.ini.is_file():
            raise LuwteError(f"There is no file {self.ini}: name your ini file with --config or in LUWTE_CONFIG.")
        # Late, because `luwte --help` should not wait for it.
        import plaster

        try:
            settings: Mapping[str, str] = plaster.get_settings(str(self.ini), name)
        except configparser.Error as error:
            raise LuwteError(f"{self.ini} cannot be read: {_reason(error)}") from None
        if not settings:
            raise LuwteError(f"{self.ini} has no section [{name}]: see development.ini for an example.")
        return settings

    def configuration(self) -> Configuration:
        """Return the checked settings of the ini file. Raises LuwteError for what has to be mended."""
        return read_configuration(self.section("app:main"))

    def installation(self) -> "Installation":
        """Make the installation that the ini file describes. Raises LuwteError for what has to be mended."""
        from core.app import build_installation
        from core.database.usable import ensure_usable

        installation = build_installation(self.configuration())
        ensure_usable(installation.engine)
        return installation


def _reason(error: configparser.Error) -> str:
    """Say what is wrong without the value: it may be a password."""
    if isinstance(error, configparser.InterpolationError):
        return f"in [{error.section}] the value of {error.option} holds a % sign; write %% for it."
    line = getattr(error, "lineno", None) or next((at for at, _ in getattr(error, "errors", [])), None)
    where = f"line {line} is" if line else "a line is"
    return f"{where} not of the form [section] or key = value, or stands there twice."
