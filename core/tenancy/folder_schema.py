"""The shape of tenant.toml and tokens.toml, and how a mistake in them is told."""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator
from pydantic_core import ErrorDetails

from core.errors import LuwteError

M = TypeVar("M", bound=BaseModel)

_TOKEN_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_TOKEN_VALUE = re.compile(r"[#\w\s.,%()'+*/-]+")
_LANGUAGE = r"^[a-z]{2,3}(-[A-Z]{2})?$"
_HOST = r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$"

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Language = Annotated[str, StringConstraints(pattern=_LANGUAGE)]
Host = Annotated[str, StringConstraints(pattern=_HOST, max_length=200)]
Number = Annotated[str, StringConstraints(pattern=r"^\+?[0-9][0-9 ()-]*$", max_length=30)]
Length = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,6} (minute|hour|day|week|year)s?$")]


def _web_address(value: str) -> str:
    if not re.fullmatch(r"https://[^\s\"'<>\\]+", value):
        raise ValueError("should be an address that begins with https://")
    return value


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=False, hide_input_in_errors=True)


class PhoneTable(_Table):
    """The table [phone]."""

    number: Number
    note: Annotated[str, StringConstraints(max_length=200)] = ""


class HostsTable(_Table):
    """The table [hosts]."""

    site: tuple[Host, ...] = ()
    workplace: Host | None = None


class BrandTable(_Table):
    """The table [brand]."""

    illustration: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*$", max_length=40)] = "plain"


class TenantFile(_Table):
    """All that tenant.toml may say; see core/tenancy/folder.py."""

    name: Text
    languages: Annotated[tuple[Language, ...], Field(min_length=1)]
    operator: Text
    state: Literal["draft", "live", "suspended"] = "draft"
    demo: bool = False
    parent: str | None = None
    country: Literal["NL", "BE"] = "NL"
    emergency: Number = "112"
    leave_url: Annotated[str, AfterValidator(_web_address)] | None = None
    plugins: tuple[Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")], ...] = ()
    phone: PhoneTable | None = None
    hosts: HostsTable | None = None
    brand: BrandTable | None = None
    plugin: dict[str, dict[str, Any]] = {}
    lock: dict[str, dict[str, Literal["below", "here"]]] = {}
    keep: dict[str, dict[str, Length]] = {}

    @field_validator("languages", "plugins")
    @classmethod
    def _once_each(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(value)) != len(value):
            raise ValueError("should name each one once")
        return value

    def values(self) -> dict[str, Any]:
        """Return what the file says, and only that, by flat keys such as `phone.number`; what is of plugins apart."""
        said = self.model_dump(mode="json", exclude_unset=True, exclude={"plugins", "plugin"})
        return {key: value for key, value in flat(said) if value is not None}


class TokensFile(_Table):
    """All that tokens.toml may say: token names with CSS values."""

    light: dict[str, str]
    dark: dict[str, str] = {}

    @field_validator("light", "dark")
    @classmethod
    def _tokens_only(cls, value: dict[str, str]) -> dict[str, str]:
        for name, text in value.items():
            if not _TOKEN_NAME.fullmatch(name):
                raise ValueError(f"holds {name!r}: a token's name has small letters, digits and dashes")
            if not _TOKEN_VALUE.fullmatch(text) or "url(" in text.lower():
                raise ValueError(f"holds {name} = {text!r}: a token is a colour, a length or a list of fonts")
        return value


def flat(table: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    """Return the leaves of nested tables with dotted keys, in order."""
    leaves: list[tuple[str, Any]] = []
    for key, value in table.items():
        name = f"{prefix}{key}"
        leaves += flat(value, f"{name}.") if isinstance(value, Mapping) else [(name, value)]
    return leaves


def validate(model: type[M], data: Mapping[str, Any], file: str) -> M:
    """Check a file's content. Raises LuwteError on the first mistake: file, key, what is wrong, what to do."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        # A misspelt key is told before the one that is missing because of it.
        first = min(error.errors(include_url=False), key=lambda detail: detail["type"] != "extra_forbidden")
        raise LuwteError(_sentence(model, first, file)) from None


def _sentence(model: type[BaseModel], detail: ErrorDetails, file: str) -> str:
    key = ".".join(str(part) for part in detail["loc"])
    if detail["type"] == "extra_forbidden":
        return f"{file}: the key {key} is unknown: {_near(model, detail)}"
    if detail["type"] == "missing":
        return f"{file}: the key {key} is missing: add it."
    said = detail.get("input")
    shown = f" (it says {said!r})" if isinstance(said, str | int | float | bool) else ""
    reason = detail["msg"].removeprefix("Value error, ").replace("Input ", "").replace("String ", "")
    return f"{file}: the key {key}{shown} {reason}: mend it."


def _near(model: type[BaseModel], detail: ErrorDetails) -> str:
    known: list[str] = list(model.model_fields)
    for part in detail["loc"][:-1]:
        annotation = str(model.model_fields[str(part)].annotation) if str(part) in model.model_fields else ""
        known = [
            name for table in _Table.__subclasses__() if table.__name__ in annotation for name in table.model_fields
        ] or known
    near = get_close_matches(str(detail["loc"][-1]), known, n=1)
    return f"did you mean {near[0]}?" if near else f"remove it, or use one of {', '.join(known)}."
