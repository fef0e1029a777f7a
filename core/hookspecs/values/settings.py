"""What an organisation may choose for a plugin."""

from dataclasses import dataclass
from typing import Any, Literal

WhoSets = Literal["coordinator", "network"]
"""Who may change a setting: the organisation's coordinator, or only whoever administers the network."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A typed value that each organisation may choose, in a form or in `[plugin.<name>]` of `tenant.toml`.

    `type` is anything that pydantic validates, limits included: `bool`, `Literal["a", "b"]`, `tuple[str, ...]`,
    `Annotated[int, Field(ge=1, le=60)]`. `label` heads the field in the form, `help` explains it. A `secret` value is
    sealed at rest and never shown again. `inherit`: an organisation without a value of its own has its portal's.
    """

    name: str
    type: Any
    default: Any
    help: str
    label: str = ""
    who: WhoSets = "coordinator"
    secret: bool = False
    inherit: bool = True
