"""The headers that every answer of both servers carries, errors and plugins' pages included."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal

from core.configuration import Configuration

Header = tuple[str, str]
KnownHost = Callable[[str], bool]
Scripts = Literal["plain", "starts a worker", "runs WebAssembly"]
"""What the scripts of an answer do beyond the usual."""

_POLICY = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
)
_SCRIPTS: Mapping[Scripts, Mapping[str, str]] = {
    "plain": {},
    # A worker's address is a script's: one named policy of the page gives it, and may give no other.
    "starts a worker": {"trusted-types 'none'": "trusted-types luwte-worker"},
    "runs WebAssembly": {"script-src 'self'": "script-src 'self' 'wasm-unsafe-eval'"},
}
# Everything a browser can be asked for, switched off; Chromium complains on its console about names it does not know.
_FEATURES = (
    "accelerometer", "autoplay", "browsing-topics", "camera", "display-capture", "encrypted-media",
    "fullscreen", "gamepad", "geolocation", "gyroscope", "hid", "identity-credentials-get", "idle-detection",
    "local-fonts", "magnetometer", "microphone", "midi", "otp-credentials", "payment", "picture-in-picture",
    "publickey-credentials-create", "publickey-credentials-get", "screen-wake-lock", "serial", "storage-access", "usb",
    "window-management", "xr-spatial-tracking",
)  # fmt: skip
_NO_DOCUMENTS = ("text/javascript", "text/css")
"""What is never a document: there some headers say nothing, and their 750 bytes on each module add up."""
_FOR_DOCUMENTS = ("Permissions-Policy", "X-DNS-Prefetch-Control")
_FIXED: tuple[Header, ...] = (
    ("Referrer-Policy", "same-origin"),
    ("X-Content-Type-Options", "nosniff"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", ", ".join(f"{feature}=()" for feature in _FEATURES)),
    ("X-Frame-Options", "DENY"),
    ("X-DNS-Prefetch-Control", "off"),
)
_HSTS: Header = ("Strict-Transport-Security", "max-age=31536000")
_OURS = frozenset(name.lower() for name, _ in (*_FIXED, _HSTS)) | {
    "content-security-policy",
    "content-security-policy-report-only",
    "cache-control",
    "pragma",
    "server",
    "via",
    "x-powered-by",
}
_PLAIN_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")
_STORABLE_STATUS = frozenset({200, 203, 204, 206, 301, 304, 308})


class StrictHeaders:
    """Writes the headers of one installation's answers."""

    def __init__(self, configuration: Configuration, known_host: KnownHost | None = None) -> None:
        """`known_host` tells whether a host is one of ours; by default those under the network domain are."""
        self._configuration = configuration
        self._known_host = known_host or self._under_network_domain
        self._fixed = (*_FIXED, _HSTS) if configuration.public_scheme == "https" else _FIXED

    def applied(self, host: str, status: int, headers: Iterable[Header], scripts: Scripts = "plain") -> list[Header]:
        """The answer's own headers, without those that are ours to say, and ours. `host` has no port."""
        own = list(headers)
        kept = [(name, value) for name, value in own if name.lower() not in _OURS]
        kinds = [value for name, value in own if name.lower() == "content-type"]
        is_document = not (status == 200 and len(kinds) == 1 and kinds[0].startswith(_NO_DOCUMENTS))
        return [
            *kept,
            *(header for header in self._fixed if is_document or header[0] not in _FOR_DOCUMENTS),
            ("Content-Security-Policy", self.policy(host, scripts)),
            ("Cache-Control", _cache(status, own)),
        ]

    def policy(self, host: str, scripts: Scripts = "plain") -> str:
        """The Content-Security-Policy of a page on this host."""
        other = _SCRIPTS[scripts]
        parts = (other.get(part, part) for part in _POLICY)
        return "; ".join((*parts, " ".join(("connect-src 'self'", *self._realtime(host)))))

    def _realtime(self, host: str) -> Sequence[str]:
        # The Host header is the visitor's word: it is written into the policy only when it is one of our own hosts.
        if not _PLAIN_HOST.fullmatch(host) or not self._known_host(host):
            return ()
        address = self._configuration.realtime_address(host)
        # Older Safari does not count wss: to the same origin as https:, so both are named even where 'self' should do.
        return (address, address.replace("http", "ws", 1))

    def _under_network_domain(self, host: str) -> bool:
        domain = self._configuration.network_domain
        return host == domain or host.endswith(f".{domain}")


def answer_of_the_server_itself() -> list[Header]:
    """The headers for what a server answers before Luwte sees the request, such as to a malformed one."""
    return [*_FIXED, ("Content-Security-Policy", "; ".join(_POLICY)), ("Cache-Control", "no-store")]


def _cache(status: int, headers: Sequence[Header]) -> str:
    """What the answer said about storing it, when it declared itself public; else that nothing keeps it."""
    said = [value for name, value in headers if name.lower() == "cache-control"]
    personal = any(name.lower() == "set-cookie" for name, _ in headers)
    if personal or len(said) != 1 or status not in _STORABLE_STATUS:
        return "no-store"
    words = {word.strip().lower() for word in said[0].split(",")}
    return (
        said[0] if words == {"no-cache"} or ("public" in words and not words & {"private", "no-store"}) else "no-store"
    )
