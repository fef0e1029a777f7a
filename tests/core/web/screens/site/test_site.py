"""An organisation's own pages, asked from outside: whose they are, what always stands on them, what they weigh."""

import gzip
import re

import pytest

from core.testing.server import RunningServer

BRANDS = (
    "luisterboom",
    "thuisanker",
    "thuisanker-noord",
    "thuisanker-midden",
    "thuisanker-zuid",
    "hulpbaken",
    "vlechtwerk",
)
FILE = re.compile(r'(?:href|src)="(/(?:static|brand)/[^"]+)"')
IMPORT = re.compile(r'from "\./([^"]+)"')
LIGHTEST_PROMISE = 60 * 1024


def page(server: RunningServer, host: str, path: str = "/", status: int = 200) -> str:
    response, body = server.get(f"{host}.localhost", path)
    assert response.status == status, (host, path)
    return body.decode()


@pytest.mark.parametrize("brand", BRANDS)
@pytest.mark.parametrize("path", ["/", "/over-deze-site", "/nergens"])
def test_the_way_out_and_the_emergency_line_stand_on_every_page(
    shared_server: RunningServer, brand: str, path: str
) -> None:
    html = page(shared_server, brand, path, 404 if path == "/nergens" else 200)
    assert 'href="/weg" data-leave' in html
    assert 'href="tel:112"' in html
    assert " style=" not in html
    assert not re.search(r"<script(?![^>]*\bsrc=)", html)


@pytest.mark.parametrize("brand", BRANDS)
def test_a_fictional_organisation_says_so(shared_server: RunningServer, brand: str) -> None:
    html = page(shared_server, brand)
    assert "Deze organisatie bestaat niet." in html
    assert "Een dienst van " in html


@pytest.mark.parametrize("brand", BRANDS)
def test_the_first_page_is_light_even_on_a_slow_line(shared_server: RunningServer, brand: str) -> None:
    html = page(shared_server, brand)
    files, weight = list(dict.fromkeys(FILE.findall(html))), len(gzip.compress(html.encode()))
    for file in files:  # grows while scripts name the modules that they need
        body = page(shared_server, brand, file)
        weight += len(gzip.compress(body.encode()))
        folder = file.rpartition("/")[0]
        files += [name for name in (f"{folder}/{name}" for name in IMPORT.findall(body)) if name not in files]
    assert len(files) >= 5, "too few files were found: it is the search that broke"
    assert weight <= LIGHTEST_PROMISE


def test_where_no_service_is_switched_on_the_phone_is_the_way_to_a_human(shared_server: RunningServer) -> None:
    without = page(shared_server, "hulpbaken")
    assert 'class="start"' not in without
    assert 'class="call-number" href="tel:0700345678"' in without


def test_two_organisations_share_no_colour_of_their_own(shared_server: RunningServer) -> None:
    accents = set()
    for brand in BRANDS:
        (css,) = [
            file for file in FILE.findall(page(shared_server, brand)) if file.endswith(".css") and "/brand/" in file
        ]
        accents.add(re.findall(r"--luwte-accent:(#[0-9a-f]{6});", page(shared_server, brand, css))[0])
    assert len(accents) == len(BRANDS)


def test_reading_is_there_in_both_languages(shared_server: RunningServer) -> None:
    assert "Het is niet jouw schuld" in page(shared_server, "luisterboom", "/lezen/pesten")
    english = page(shared_server, "luisterboom", "/lezen/pesten?taal=en")
    assert 'lang="en"' in english
    assert "It is not your fault" in english
    assert "Leave now" in english
    page(shared_server, "luisterboom", "/lezen/veiligheidsplan", 404)


def test_flemish_readers_get_flemish_pages_and_the_dutch_frame(shared_server: RunningServer) -> None:
    html = page(shared_server, "vlechtwerk")
    assert 'lang="nl-BE"' in html
    assert "Samen maken we onlinehulp beter." in html
    assert "Snel weg" in html


def test_a_brand_is_kept_for_ever_only_under_its_own_address(shared_server: RunningServer) -> None:
    html = page(shared_server, "luisterboom")
    css = next(file for file in FILE.findall(html) if file.startswith("/brand/") and file.endswith(".css"))
    current, body = shared_server.get("luisterboom.localhost", css)
    assert "immutable" in (current.getheader("Cache-Control") or "")
    old, same = shared_server.get("luisterboom.localhost", "/brand/0123456789abcdef0123.css")
    assert "immutable" not in (old.getheader("Cache-Control") or "")
    assert same == body
    foreign, other = shared_server.get("thuisanker.localhost", css)
    assert "immutable" not in (foreign.getheader("Cache-Control") or "")
    assert other != body


def test_a_logo_is_a_picture_and_nothing_else(shared_server: RunningServer) -> None:
    html = page(shared_server, "luisterboom")
    logo = next(file for file in FILE.findall(html) if file.endswith("logo.svg"))
    response, body = shared_server.get("luisterboom.localhost", logo)
    assert response.getheader("Content-Type") == "image/svg+xml; charset=utf-8"
    policy = response.getheader("Content-Security-Policy") or ""
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert response.getheader("X-Content-Type-Options") == "nosniff"
    assert b"<script" not in body
