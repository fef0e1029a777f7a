"""Static files: on every host, by one version for all, compressed for who asks, and nothing but static files."""

import gzip
from pathlib import Path

import pytest

from core.testing.clocks import FixedClock
from core.testing.throwaway import workshop_in
from core.web.assets import AssetStore
from tests.core.web.house import CLOSED, LIVE, House, open_house, site, work

CSS = "core/base.css"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the files of one owner."""
    owner = tmp_path / "static" / "tea"
    owner.mkdir(parents=True)
    (owner / "cup.js").write_text("export const cup = 1;\n" * 50)
    (owner / "leaf.svg").write_text("<svg/>")
    (owner / "pot.bin").write_bytes(bytes(range(256)))
    (tmp_path / "secret.txt").write_text("no static file")
    return tmp_path / "static"


def test_every_host_has_them_even_one_that_is_nobodys(house: House) -> None:
    works = [work(LIVE), work(CLOSED), "console.localhost", "kalender.localhost", "nobody.example"]
    for host in (site(LIVE), site(CLOSED), *works):
        page = house.ask(host, "/" if host == "kalender.localhost" else "/no-such-address")
        link = str(page.html.find_all("link", rel="stylesheet")[0]["href"])
        answer = house.ask(host, link)
        assert (answer.status_int, answer.content_type, answer.charset) == (200, "text/css", "utf-8"), host
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_development_asks_again_each_time(house: House) -> None:
    answer = house.ask(site(LIVE), _url_in_page(house))
    assert answer.headers["Cache-Control"] == "no-cache"


def _url_in_page(house: House, host: str = site(LIVE)) -> str:
    links = [str(link["href"]) for link in house.ask(host).html.find_all("link", rel="stylesheet")]
    return next(link for link in links if link.endswith(CSS))


def test_in_production_the_current_version_is_kept_for_ever_and_an_older_address_still_answers(
    tmp_path: Path, sqlite_template: Path, clock: FixedClock
) -> None:
    settings = {"environment": "production", "trusted_proxies": ("127.0.0.1",)}
    with workshop_in(tmp_path / "plugins") as workshop:
        house = open_house(tmp_path, sqlite_template, clock, workshop, **settings)
    url = _url_in_page(house)
    old = "/static/000000000000/" + url.split("/", 3)[3]
    current, older = house.ask(site(LIVE), url), house.ask(site(LIVE), old)
    assert current.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert (older.status_int, older.headers["Cache-Control"], older.body) == (200, "no-cache", current.body)
    house.installation.engine.dispose()


def test_who_asks_for_gzip_gets_it(house: House) -> None:
    url = _url_in_page(house)
    plain = house.ask_raw(site(LIVE), url)
    for asked in ("gzip", "br, gzip;q=0.5", "*", "deflate, GZIP"):
        squeezed = house.ask_raw(site(LIVE), url, Accept_Encoding=asked)
        assert squeezed.headers["Content-Encoding"] == "gzip", asked
        assert len(squeezed.body) < len(plain.body)
        assert gzip.decompress(squeezed.body) == plain.body


def test_who_does_not_ask_gets_the_bytes_as_they_are(house: House) -> None:
    url = _url_in_page(house)
    for asked in (None, "", "br", "gzip;q=0", "identity", "gzip;q=zero", "\xff"):
        headers = {} if asked is None else {"Accept_Encoding": asked}
        answer = house.ask_raw(site(LIVE), url, **headers)
        assert "Content-Encoding" not in answer.headers, asked
        assert answer.text.startswith(("/*", ":root", "@", "html"))
        assert "Accept-Encoding" in answer.headers["Vary"]


ODD_PATHS = [
    "core/none.css",
    "core",
    "core/",
    "",
    "../web/assets.py",
    "core/../../assets.py",
    "core/%2e%2e/%2e%2e/assets.py",
    "%2e%2e%2fassets.py",
    "..%5cassets.py",
    "/etc/passwd",
    "//etc/passwd",
    "core/base.css/",
    "core/base.css%00",
    "core//base.css",
    "./core/base.css",
    "CORE/BASE.CSS",
]


def test_nothing_but_a_static_files_own_path_is_answered(house: House) -> None:
    for path in ODD_PATHS:
        assert house.ask(site(LIVE), f"/static/x/{path}").status_int == 404, path


def test_versions_change_with_any_file(folder: Path) -> None:
    first = AssetStore([folder], watch=False)
    assert AssetStore([folder], watch=False).version == first.version
    (folder / "tea" / "cup.js").write_text("export const cup = 2;\n")
    second = AssetStore([folder], watch=False)
    assert second.version != first.version
    (folder / "tea" / "new.js").write_text("")
    assert AssetStore([folder], watch=False).version != second.version
    assert first.url("tea/cup.js") == f"/static/{first.version}/tea/cup.js"


def test_files_have_their_own_types_and_only_texts_are_compressed(folder: Path) -> None:
    store = AssetStore([folder], watch=False)
    found = {path: store.find(f"tea/{path}") for path in ("cup.js", "leaf.svg", "pot.bin")}
    types = {path: (asset.content_type, asset.compressed is not None) for path, asset in found.items() if asset}
    assert types == {
        "cup.js": ("text/javascript", True),
        "leaf.svg": ("image/svg+xml", True),
        "pot.bin": ("application/octet-stream", False),
    }


def test_while_watched_a_changed_and_a_new_file_are_seen(folder: Path) -> None:
    watched, fixed = AssetStore([folder], watch=True), AssetStore([folder], watch=False)
    (folder / "tea" / "leaf.svg").write_text("<svg>new</svg>")
    (folder / "tea" / "new.css").write_text("a{}")
    bodies = [asset.body if asset else None for asset in (watched.find("tea/leaf.svg"), fixed.find("tea/leaf.svg"))]
    assert bodies == [b"<svg>new</svg>", b"<svg/>"]
    assert watched.url("tea/new.css")
    with pytest.raises(LookupError, match=r"no static file tea/new\.css"):
        fixed.url("tea/new.css")
    assert watched.find("../secret.txt") is None
