"""What a declared route becomes: methods, permissions, forms' tokens, storing."""

import pytest
from pyramid.config import Configurator

from core.errors import LuwteError
from core.hookspecs.values import Route
from core.web.routing import add_routes
from tests.core.web.house import LIVE, House, site, work


def _view(request: object) -> None:
    """Never called."""


@pytest.mark.parametrize(
    "route",
    [
        Route("core.open", "/a", _view),
        Route("core.both", "/a", _view, public=True, permission="core.be_present"),
        Route("core.path", "a", _view, public=True),
        Route("core.mute", "/a", _view, public=True, methods=()),
    ],
    ids=lambda route: route.name,
)
def test_even_the_core_says_who_may_see_a_view(route: Route) -> None:
    with pytest.raises(LuwteError, match=f"core: route {route.name}"):
        add_routes(Configurator(), [route])


def test_other_methods_than_the_routes_own_are_not_there(house: House) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"):
        assert house.ask(site(LIVE), "/tea", method).status_int == 404, method
    assert house.ask(site(LIVE), "/tea/free").status_int == 404


def test_head_answers_as_get_without_the_body(house: House) -> None:
    for path in ("/tea", "/", "/over-deze-site", "/no-such-address"):
        get, head = house.ask(site(LIVE), path), house.ask(site(LIVE), path, "HEAD")
        assert (head.status_int, head.body) == (get.status_int, b""), path
        assert head.content_type == get.content_type
    assert house.ask(site(LIVE), "/tea/free", "HEAD").status_int == 404


def test_permissions_are_asked_and_denied_by_default(house: House) -> None:
    helper = house.sign_in(LIVE, "helper")
    nobody = house.sign_in(LIVE, "editor")
    locked = house.sign_in(LIVE, "helper", locked=True)
    assert house.ask(work(LIVE), "/tea/drink", Cookie=helper).text == "drunk"
    assert house.ask(work(LIVE), "/tea/brew", Cookie=helper).status_int == 403
    assert house.ask(work(LIVE), "/tea/drink", Cookie=nobody).status_int == 403
    for cookie, goal in (("staff=x", "/aanmelden"), (locked, "/vergrendeld")):
        answer = house.ask(work(LIVE), "/tea/drink", Cookie=cookie)
        assert answer.status_int == 303
        assert answer.headers["Location"].split("?")[0].endswith(goal)


def test_staff_are_nobody_on_the_site(house: House) -> None:
    cookie = house.sign_in(LIVE, "helper")
    assert house.ask(site(LIVE), "/tea/inside", Cookie=cookie).status_int == 403


def test_a_form_needs_its_token_unless_the_route_says_otherwise(house: House) -> None:
    assert house.ask(site(LIVE), "/tea/pour", "POST").status_int == 403
    assert house.ask(site(LIVE), "/tea/free", "POST").text == "free"


def test_private_answers_are_not_stored_and_open_ones_are_asked_for_again(house: House) -> None:
    assert house.ask(site(LIVE), "/tea").headers["Cache-Control"] == "no-store"
    assert house.ask(site(LIVE)).headers["Cache-Control"] in {"no-cache", "no-store"}


def test_a_redirect_goes_out_as_it_is_and_a_view_may_return_nothing(house: House) -> None:
    answer = house.ask(site(LIVE), "/tea/move")
    assert (answer.status_int, answer.headers["Location"]) == (302, "http://boom.localhost:6543/tea")
    assert house.ask(site(LIVE), "/tea/nothing").text == "{}"
