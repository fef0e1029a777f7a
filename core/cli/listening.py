"""Where the embedded server listens: [server:main] of the ini file, and the ports that browsers are told."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from core.cli.ports import ensure_free
from core.configuration import Configuration
from core.errors import LuwteError

_SOCKETS = 6544
_KNOWN = {"host": "", "port": "luwte.pages_port", "realtime_port": "luwte.realtime_port"}
"""What may stand in the section; for a port the setting that browsers are told."""


@dataclass(frozen=True, slots=True)
class Listening:
    """Where the embedded server listens."""

    host: str
    port: int
    realtime_port: int

    def ensure_free(self, ini: str) -> None:
        """Raise LuwteError, with one sentence, where it cannot listen there."""
        ensure_free(self.host, self.port, f"{_KNOWN['port']} in {ini}")
        ensure_free(self.host, self.realtime_port, f"{_KNOWN['realtime_port']} in {ini}")


def read_listening(section: Mapping[str, str], configuration: Configuration, ini: str) -> Listening:
    """Check a section: by default it listens where browsers are told to ask.

    Raises LuwteError, with one sentence, for a setting that is unknown, no port, or not what browsers are told.
    """
    for name in section:
        if name not in _KNOWN:
            near = get_close_matches(name, _KNOWN, n=1)
            raise LuwteError(
                f"{ini}: [server:main] has an unknown setting {name}: "
                + (f"did you mean {near[0]}?" if near else "remove it.")
            )
    told = {"port": configuration.pages_port, "realtime_port": configuration.realtime_port}
    port, sockets = (_port(section, name, told[name], configuration, ini) for name in ("port", "realtime_port"))
    if port == sockets:
        raise LuwteError(f"{ini}: pages and sockets cannot share port {port}: give luwte.realtime_port another number.")
    return Listening(section.get("host", "127.0.0.1"), port, sockets)


def _port(section: Mapping[str, str], name: str, told: int | None, configuration: Configuration, ini: str) -> int:
    given = section.get(name)
    if given is None:
        return told or _SOCKETS
    if not given.isascii() or not given.isdigit() or not 1 <= int(given) <= 65535:
        raise LuwteError(f"{ini}: {name} in [server:main] must be a number from 1 to 65535: mend it.")
    # Behind a proxy browsers ask elsewhere; with nothing in between, another port would lead them nowhere.
    if told is not None and int(given) != told and not configuration.trusted_proxies:
        raise LuwteError(
            f"{ini}: {name} in [server:main] is {given} and {_KNOWN[name]} is {told}, so browsers would not find "
            f"Luwte: remove {name} from [server:main], and set {_KNOWN[name]} alone."
        )
    return int(given)
