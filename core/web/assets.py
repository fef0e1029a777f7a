"""Static files of the core and of plugins: read once, compressed once, named by one version for all."""

import gzip
import mimetypes
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pyramid.httpexceptions import HTTPNotFound
from pyramid.response import Response
from webob.acceptparse import AcceptEncodingValidHeader

from core.crypto.tokens import fingerprint
from core.web.request import Request

CORE_STATIC = Path(__file__).parent / "static"
_COMPRESSIBLE = ("text/", "application/javascript", "application/json", "image/svg+xml")
_TYPES = {".js": "text/javascript", ".mjs": "text/javascript", ".svg": "image/svg+xml", ".wasm": "application/wasm"}


@dataclass(frozen=True, slots=True)
class Asset:
    """One static file: its bytes, the same compressed where that helps, and its media type."""

    body: bytes
    compressed: bytes | None
    content_type: str


class AssetStore:
    """All static files of an installation by path, such as `chat/seeker.js`.

    They share one version, a hash over all of them: modules import each other by relative addresses, so that one page
    never mixes two releases. In development files are read again when they change.
    """

    def __init__(self, folders: Iterable[Path], watch: bool) -> None:
        """`folders` each hold one folder per owner (`core/`, `<plugin>/`). `watch` reads changed files again."""
        self._folders = tuple(folders)
        self._watch = watch
        self._assets = {path: _read(file) for path, file in self._files()}
        self.version = fingerprint(b"".join(path.encode() + a.body for path, a in sorted(self._assets.items())))[:12]

    def _files(self) -> Iterable[tuple[str, Path]]:
        for folder in self._folders:
            for file in sorted(folder.rglob("*")):
                if file.is_file():
                    yield file.relative_to(folder).as_posix(), file

    def find(self, path: str) -> Asset | None:
        """The asset with this path, or None."""
        if self._watch:
            return next((_read(file) for known, file in self._files() if known == path), None)
        return self._assets.get(path)

    def url(self, path: str) -> str:
        """The address of an asset. Raises LookupError for one that does not exist: a template names a wrong file."""
        if path not in self._assets and not (self._watch and self.find(path)):
            raise LookupError(f"no static file {path}")
        return f"/static/{self.version}/{path}"


def _read(file: Path) -> Asset:
    body = file.read_bytes()
    content_type = _TYPES.get(file.suffix) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    compressible = content_type.startswith(_COMPRESSIBLE)
    return Asset(body, gzip.compress(body, 9, mtime=0) if compressible else None, content_type)


def serve_asset(request: Request) -> Response:
    """Answers a static file. An old version answers the file of today: a page open during an update keeps working."""
    store: AssetStore = request.registry["luwte.assets"]
    asset = store.find(request.matchdict["path"])
    if asset is None:
        raise HTTPNotFound
    current = (
        request.matchdict["version"] == store.version and request.installation.configuration.environment == "production"
    )
    return asset_response(request, asset, immutable=current)


def asset_response(request: Request, asset: Asset, immutable: bool) -> Response:
    """A response with an asset's bytes, compressed when the browser takes that."""
    squeezed = asset.compressed is not None and _takes_gzip(request)
    response = Response(body=asset.compressed if squeezed else asset.body, content_type=asset.content_type)
    response.charset = "utf-8" if asset.content_type.startswith("text/") else None
    if squeezed:
        response.content_encoding = "gzip"
    response.vary = ("Accept-Encoding",)
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if immutable else "no-cache"
    return response


def _takes_gzip(request: Request) -> bool:
    """Only who asks for it: whoever says nothing may be a program that cannot undo it."""
    asked = request.accept_encoding
    return isinstance(asked, AcceptEncodingValidHeader) and bool(asked.acceptable_offers(["gzip"]))
