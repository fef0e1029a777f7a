"""Ports that a server is about to listen on."""

import errno
import socket

from core.errors import LuwteError

_REASONS = {
    errno.EADDRINUSE: "is in use: stop what listens there (another Luwte?), or choose another port: {setting}",
    errno.EACCES: "may not be used by this user: choose one above 1023: {setting}",
    errno.EADDRNOTAVAIL: "cannot be used: this machine does not have that address, so choose another host",
}


def ensure_free(host: str, port: int, setting: str = "in the ini file") -> None:
    """Raise LuwteError, with one sentence that says what to do, where a server could not listen on a port.

    `setting` says where the port is set.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As servers do: a port whose last connections are still closing counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            reason = _REASONS.get(error.errno or 0, "cannot be used: choose another host")
            raise LuwteError(f"Port {port} on {host} {reason.format(setting=setting)}.") from None
