"""What an operator sets in the ini file, checked once at the start and handed down as one frozen value."""

from collections.abc import Mapping
from difflib import get_close_matches
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails

from core.errors import LuwteError

PREFIX = "luwte."

_YES_OR_NO = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}
_STANDARD_PORTS = {"http": 80, "https": 443}
# Names that no public visitor can reach: only there may demo accounts exist.
_PRIVATE_DOMAINS = ("localhost", "test", "example", "invalid", "internal", "local")


def _empty_is_none(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


def _words(value: object) -> object:
    return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value


def _is_address(value: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(value)
        _ = parts.port  # raises ValueError for one that is no number
    except ValueError:
        return False
    return parts.scheme in schemes and bool(parts.netloc or parts.scheme == "unix")


def _yes_or_no(value: object) -> object:
    return _YES_OR_NO.get(value.strip().lower(), value) if isinstance(value, str) else value


OptionalText = Annotated[str | None, BeforeValidator(_empty_is_none)]
Port = Annotated[int, Field(ge=1, le=65535)]
OptionalPort = Annotated[Port | None, BeforeValidator(_empty_is_none)]
Words = Annotated[tuple[str, ...], BeforeValidator(_words)]
YesOrNo = Annotated[bool, BeforeValidator(_yes_or_no)]
HostName = Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$")]
Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]

_SHAPES = {
    "network_domain": "should be a name such as localhost or hulp.example.org, without http:// and without a port",
    "start_tenant": "should be the short name of an organisation, such as hulpbaken",
    "pages_port": "should be a number from 1 to 65535",
    "realtime_port": "should be a number from 1 to 65535, or empty",
}
"""What a setting should look like, where a library's words for it are no help."""


class Configuration(BaseModel):
    """The settings of one installation: every ``luwte.<field>`` of the ini file."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, validate_default=True)

    home: Path = Path("var")
    """Folder with all state of the installation: database, key ring, uploads, mail."""
    database: str = Field(default="", repr=False)
    """SQLAlchemy address of the database, by default SQLite in ``home``. May hold a password, so it is never shown."""
    database_owner: OptionalText = Field(default=None, repr=False)
    """Address for the role that owns the tables and migrates; None: ``database`` does that too."""
    redis: OptionalText = Field(default=None, repr=False)
    """Address of the Redis that several processes share; None: there is one process."""
    backups: Path = Path()
    """Folder for ``luwte backup``, where the worker deletes what is too old; by default ``backups`` in ``home``."""
    network_domain: HostName = "localhost"
    """Domain under which each organisation gets its two hosts."""
    start_tenant: Slug = "hulpbaken"
    """Slug of the organisation whose site is shown on the network domain itself."""
    tenants_folder: Path = Path("tenants")
    """Folder with a folder per organisation, read by ``luwte tenants import``."""
    environment: Literal["development", "production"] = "development"
    """Development makes demo accounts, so it is refused on a public domain; production needs ``trusted_proxies``."""
    public_scheme: Literal["http", "https"] = "http"
    """Scheme of the addresses that browsers see."""
    pages_port: Port = 6543
    """Port of the pages in the addresses that browsers see."""
    realtime_port: OptionalPort = 6544
    """Port of the sockets in the addresses that browsers see; None: the same origin as the pages."""
    metrics_port: OptionalPort = None
    """Port on 127.0.0.1 for the figures of a process, or the next free one; None: they are shown nowhere."""
    trusted_proxies: Words = ()
    """Addresses or networks of the proxies whose forwarding headers are believed."""
    neutral_url: OptionalText = None
    """Where "leave at once" goes to; None: the built-in neutral page."""
    strict_plugins: YesOrNo = False
    """Let a plugin's fault stop the start instead of leaving that plugin out (tests, CI)."""
    developers_page: YesOrNo = False
    """Show the way of the last requests at the console, for developers; refused in production."""

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, data: Any) -> Any:
        if not isinstance(data, Mapping):
            return data
        home = Path(data.get("home") or "var").absolute()
        database = data.get("database") or f"sqlite:///{home / 'luwte.db'}"
        backups = Path(data.get("backups") or home / "backups").absolute()
        return {**data, "home": home, "database": database, "backups": backups}

    @field_validator("tenants_folder")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.absolute()

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for word in value:
            try:
                ip_network(word, strict=False)
            except ValueError:
                raise ValueError("should hold addresses or networks only, such as 127.0.0.1 or 10.0.0.0/8") from None
        return value

    @field_validator("database", "database_owner")
    @classmethod
    def _database(cls, value: str | None) -> str | None:
        from sqlalchemy import make_url  # late, because `luwte --help` should not wait for it
        from sqlalchemy.exc import ArgumentError

        try:
            if value is not None:
                make_url(value)
        except (ArgumentError, ValueError):
            raise ValueError("should be an address such as postgresql+psycopg://role:password@host/name") from None
        return value

    @field_validator("redis")
    @classmethod
    def _redis(cls, value: str | None) -> str | None:
        if value is not None and not _is_address(value, ("redis", "rediss", "unix")):
            raise ValueError("should be an address such as redis://127.0.0.1:6379/0")
        return value

    @field_validator("neutral_url")
    @classmethod
    def _neutral(cls, value: str | None) -> str | None:
        if value is not None and not _is_address(value, ("https", "http")):
            raise ValueError("should be the address of a page, such as https://example.org/")
        return value

    @model_validator(mode="after")
    def _fits_environment(self) -> "Configuration":
        if self.environment == "production" and not self.trusted_proxies:
            raise LuwteError(
                "In production luwte.trusted_proxies must name the proxy in front of Luwte (such as 127.0.0.1): "
                "without it nobody's address can be told apart from the proxy's. Add it to the ini file."
            )
        if self.environment == "production" and self.developers_page:
            raise LuwteError(
                "The setting luwte.developers_page is for development alone: with it on, Luwte does not start in "
                "production. Take it out of the ini file."
            )
        if self.environment == "development" and self.network_domain.rsplit(".", 1)[-1] not in _PRIVATE_DOMAINS:
            raise LuwteError(
                f"luwte.environment is development, but luwte.network_domain is {self.network_domain}, a public name: "
                "demo accounts may not be reachable there. Set luwte.environment = production in the ini file."
            )
        return self

    def address(self, host: str) -> str:
        """Return the address of the pages on a host: ``http://luisterboom.localhost:6543``."""
        return self._origin(host, self.pages_port)

    def realtime_address(self, host: str) -> str:
        """Return the address of the sockets for the pages on a host, without a path."""
        return self._origin(host, self.pages_port if self.realtime_port is None else self.realtime_port)

    def _origin(self, host: str, port: int) -> str:
        tail = "" if port == _STANDARD_PORTS[self.public_scheme] else f":{port}"
        return f"{self.public_scheme}://{host}{tail}"


def read_configuration(settings: Mapping[str, str]) -> Configuration:
    """Read the ``luwte.`` settings of an ini file; settings of other parts are left alone.

    Raises LuwteError with one sentence that names the setting and how to mend it; never its value.
    """
    ours = {key.removeprefix(PREFIX): value for key, value in settings.items() if key.startswith(PREFIX)}
    try:
        return Configuration.model_validate(ours)
    except ValidationError as error:
        raise LuwteError(_sentence(error.errors(include_input=False, include_url=False)[0])) from None


def _sentence(detail: ErrorDetails) -> str:
    name = str(detail["loc"][0]) if detail["loc"] else ""
    if detail["type"] == "extra_forbidden":
        return _unknown(name)
    said = detail["msg"].removeprefix("Value error, ").removeprefix("Input ").removeprefix("String ")
    reason = _SHAPES.get(name, said) if detail["type"] in ("int_parsing", "string_pattern_mismatch") else said
    return f"The setting {PREFIX}{name} {reason}: mend it in the ini file."


def _unknown(name: str) -> str:
    near = get_close_matches(name, Configuration.model_fields, n=1)
    mend = f"did you mean {PREFIX}{near[0]}?" if near else "remove it."
    return f"The ini file has an unknown setting {PREFIX}{name}: {mend}"
