"""Cookies of our own: for this very host only, closed to scripts, gone when the browser closes."""

from typing import Any, Literal

SameSite = Literal["Lax", "Strict"]


def cookie_name(request: Any, name: str) -> str:
    """The cookie's name. Over https it begins with `__Host-`: then no other host can have set it, and it is Secure."""
    return f"__Host-{name}" if _https(request) else name


def read_cookie(request: Any, name: str) -> str | None:
    """The cookie's value when it has the shape of our random tokens, else None."""
    value = request.cookies.get(cookie_name(request, name), "")
    return value if len(value) == 43 and value.isascii() and value.replace("-", "").replace("_", "").isalnum() else None


def set_cookie(request: Any, response: Any, name: str, value: str, same_site: SameSite) -> None:
    """Give the browser the cookie with an answer."""
    response.set_cookie(
        cookie_name(request, name), value, path="/", httponly=True, secure=_https(request), samesite=same_site
    )


def expire_cookie(request: Any, response: Any, name: str) -> None:
    """Take the cookie back with an answer, with the attributes that it was set with: a `__Host-` cookie needs them."""
    response.set_cookie(
        cookie_name(request, name), "", path="/", httponly=True, secure=_https(request), samesite="Lax", max_age=0
    )


def _https(request: Any) -> bool:
    return bool(request.installation.configuration.public_scheme == "https")
