"""What is registered without having been declared stops the start."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pyramid.config import Configurator
from pyramid.events import NewRequest
from pyramid.response import Response

from core.errors import LuwteError
from core.hookspecs.values import Route
from core.web.introspection import refuse_undeclared

DECLARED = (Route("tea.page", "/tea", print, public=True),)


def view(_request: Any) -> Response:
    return Response("tea")


def tween(handler: Any, _registry: Any) -> Any:
    return handler


@pytest.fixture
def config() -> Iterator[Configurator]:
    with Configurator(package="core", settings={"tm.manager_hook": "pyramid_tm.explicit_manager"}) as opened:
        for name in ("pyramid_tm", "pyramid_retry"):
            opened.include(name)
        opened.add_route("tea.page", "/tea")
        opened.add_view(view, route_name="tea.page")
        opened.add_exception_view(view, context=Exception)
        yield opened


def test_what_was_declared_passes(config: Configurator) -> None:
    refuse_undeclared(config, DECLARED)


@pytest.mark.parametrize(
    "register, said",
    [
        (lambda config: config.add_route("milk.page", "/milk"), "The route milk.page is registered"),
        (lambda config: config.add_view(view, name="milk"), "A view without a declared route"),
        (lambda config: config.add_subscriber(view, NewRequest), "Among the subscribers is one of"),
        (lambda config: config.add_tween("tests.core.web.test_introspection.tween"), "Among the tweens is one of"),
        (lambda config: config.add_renderer("milk", view), "Among the renderer factories is one of"),
    ],
    ids=["route", "view", "subscriber", "tween", "renderer"],
)
def test_what_nobody_declared_is_refused(
    config: Configurator, register: Callable[[Configurator], None], said: str
) -> None:
    register(config)
    with pytest.raises(LuwteError, match=said):
        refuse_undeclared(config, DECLARED)
