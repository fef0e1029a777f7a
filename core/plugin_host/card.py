"""A plugin's card: what it says of itself before anything of it is loaded."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from core.errors import LuwteError
from core.plugin_host.left_out import Addresses, usual_addresses

API_VERSION = 1
"""The version of `core.api` and the hooks. It rises when something is taken away or changed."""
API_MINOR = 1
"""It rises when something is added, or announced to go."""
RESERVED = frozenset({"core", "luwte", "static"})
"""Names that a plugin may not have: permissions, tables and static files of the core begin with them."""


_Beginning = Annotated[str, Field(pattern=r"^(/[a-z0-9][a-z0-9_-]*)+$")]


class _CardFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z][a-z0-9]{1,30}$")
    entry_point: str
    version: str
    api_version: Annotated[str, BeforeValidator(str), Field(pattern=r"^[1-9][0-9]*([.][0-9]+)?$")]
    requires: tuple[str, ...] = ()
    addresses: dict[Literal["site", "workplace"], tuple[_Beginning, ...]] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PluginCard:
    """Name, version, needs and folder of a plugin, as its `plugin.toml` tells them."""

    name: str
    package: str
    version: str
    api_version: str
    requires: tuple[str, ...]
    folder: Path
    addresses: Addresses = field(default_factory=dict)
    """Where its pages begin, by place, where the card says so; its routes must then lie there."""

    @property
    def supposed_addresses(self) -> Addresses:
        """Where its pages are when nothing but the card is known."""
        return self.addresses or usual_addresses(self.name)

    @property
    def hooks_module(self) -> str:
        """The module with the plugin's hook implementations."""
        return f"{self.package}.hooks"


def read_card(folder: Path) -> PluginCard:
    """Reads `plugin.toml` in a plugin's folder.

    Raises LuwteError with one sentence when the file is missing, broken, or asks for another API version.
    """
    path = folder / "plugin.toml"
    try:
        values = _CardFile.model_validate(tomllib.loads(path.read_text("utf-8")))
    except FileNotFoundError:
        raise LuwteError(f"The plugin in {folder.name}/ has no plugin.toml: add one, as docs/map.md shows.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise LuwteError(f"{folder.name}/plugin.toml cannot be read as TOML ({error}): mend that line.") from None
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise LuwteError(f"{folder.name}/plugin.toml: {key}: {first['msg']}: mend that value.") from None
    if values.name in RESERVED:
        raise LuwteError(f"A plugin cannot be named {values.name}: that name is the core's own, choose another.")
    major, _, minor = values.api_version.partition(".")
    if int(major) != API_VERSION or int(minor or 0) > API_MINOR:
        raise LuwteError(
            f"Plugin {values.name} is made for API version {values.api_version}, this Luwte speaks "
            f"{API_VERSION}.{API_MINOR}: install a version of the plugin that fits."
        )
    return PluginCard(
        values.name,
        values.entry_point,
        values.version,
        values.api_version,
        values.requires,
        folder,
        dict(values.addresses.items()),
    )
