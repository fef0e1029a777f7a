"""The navigation shows what a visitor may follow, in order, and nothing of plugins that are off."""

import pytest

from core.web.layout import NavigationLink, navigation
from core.web.request import Request
from tests.core.web.house import LIVE, WITHOUT, House, site, switch, work


@pytest.fixture(name="links")
def _links(house: House, monkeypatch: pytest.MonkeyPatch) -> list[list[NavigationLink]]:
    """Collects the navigation of each page that is asked for."""
    seen: list[list[NavigationLink]] = []

    def collecting(request: Request) -> list[NavigationLink]:
        seen.append(navigation(request))
        return seen[-1]

    monkeypatch.setattr("core.web.layout.navigation", collecting)
    return seen


def _shown(
    house: House, host: str, path: str, cookie: str, links: list[list[NavigationLink]]
) -> list[tuple[str, bool]]:
    links.clear()
    answer = house.ask(host, path, Cookie=cookie)
    assert answer.status_int == 200
    assert links, "the page shows a navigation"
    for link in links[-1]:
        assert f'href="{link.url}"' in answer.text
    return [(link.url, link.current) for link in links[-1] if link.url.startswith("/tea")]


@pytest.mark.parametrize(
    "roles, expected",
    [
        (["helper"], ["/tea/drink", "/tea/both"]),
        (["coordinator"], ["/tea/brew", "/tea/both"]),
        (["coordinator", "helper"], ["/tea/drink", "/tea/brew", "/tea/both"]),
        (["editor"], ["/tea/both"]),
    ],
    ids=" ".join,
)
def test_the_navigation_follows_permissions_in_order(
    house: House, links: list[list[NavigationLink]], roles: list[str], expected: list[str]
) -> None:
    cookie = house.sign_in(LIVE, *roles)
    shown = _shown(house, work(LIVE), "/", cookie, links)
    assert [url for url, _ in shown] == expected
    assert not any(current for _, current in shown)


def test_plugins_that_are_off_are_not_in_it(house: House, links: list[list[NavigationLink]]) -> None:
    assert _shown(house, work(WITHOUT), "/", house.sign_in(WITHOUT, "helper"), links) == []
    switch(house, LIVE, "tea", on=False)
    assert _shown(house, work(LIVE), "/", house.sign_in(LIVE, "helper"), links) == []


def test_a_site_shows_nothing_of_the_workplace(house: House) -> None:
    page = house.ask(site(LIVE), "/").text
    for url in ("/tea/drink", "/tea/brew", "/aanmelden"):
        assert f'href="{url}"' not in page


def test_start_actions_come_from_plugins_that_are_on(house: House) -> None:
    assert 'href="/tea"' in house.ask(site(LIVE)).text
    assert 'href="/tea"' not in house.ask(site(WITHOUT)).text
