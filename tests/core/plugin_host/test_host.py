"""What a plugin may not declare, and who is asked on which occasion."""

from collections.abc import Callable
from textwrap import dedent

import pytest

from core.errors import LuwteError
from core.plugin_host.host import PluginHost
from core.testing.throwaway import Workshop

HEAD = """\
from datetime import timedelta
from core.api import (NavigationItem, Permission, Realtime, RealtimeEvent, Retention, Route, Setting, StartAction,
    TenantModel, hookimpl)

async def handler(call, payload): ...

"""

PERMISSION = 'Permission("tea.drink", frozenset({"helper"}), "Drink.")'


def _hooks(name: str, values: str) -> str:
    """A hooks module that declares values, with the permission that they may need."""
    text = f"{HEAD}@hookimpl\ndef declare_{name}():\n    return {values}\n"
    if name != "permissions":
        text += f"\n@hookimpl\ndef declare_permissions():\n    return ({PERMISSION},)\n"
    return text


def _event(**changes: str) -> str:
    values = {"name": '"tea.sip"', "subjects": 'frozenset({"seeker"})', "permission": "None"} | changes
    arguments = (values["name"], "object", "handler", values["subjects"], values["permission"])
    return f"Realtime(events=(RealtimeEvent({', '.join(arguments)}),))"


def test_what_is_right_is_registered_with_its_plugin(workshop: Workshop) -> None:
    card = workshop.plugin("tea", _hooks("routes", '(Route("tea.page", "/tea", handler, public=True),)'))
    host = PluginHost([card])
    tea = host.plugins["tea"]
    assert [route.name for route in tea.routes] == ["tea.page"]
    assert [permission.name for permission in tea.permissions] == ["tea.drink"]
    assert (tea.models, tea.navigation, tea.settings, tea.retention, tea.realtime.events) == ((), (), (), (), ())


def test_events_are_found_by_name_with_their_plugin(workshop: Workshop) -> None:
    host = PluginHost([workshop.plugin("tea", _hooks("realtime", _event()))])
    plugin, event = host.events["tea.sip"]
    assert (plugin.name, event.name, list(host.events)) == ("tea", "tea.sip", ["tea.sip"])


@pytest.mark.parametrize(
    "kind, values, said",
    [
        (
            "routes",
            '(Route("milk.page", "/", handler, public=True),)',
            "route milk.page: its name must start with 'tea.'",
        ),
        ("routes", '(Route("teapot", "/", handler, public=True),)', "must start with 'tea.'"),
        ("routes", '(Route("tea.a", "/", handler, public=True),) * 2', "the route tea.a twice"),
        ("routes", '(Route("tea.a", "/", handler),)', "needs either a permission or public=True"),
        ("routes", '(Route("tea.a", "/", handler, public=True, permission="tea.drink"),)', "not both"),
        ("routes", '(Route("tea.a", "tea", handler, public=True),)', "must start with '/'"),
        ("routes", '(Route("tea.a", "/", handler, public=True, methods=()),)', "names no method"),
        ("routes", '(Route("tea.a", "/", handler, public=True, places=()),)', "every host is for the core only"),
        ("routes", '(Route("tea.a", "/", handler, public=True, when_closed=True),)', "is when_closed"),
        (
            "routes",
            '(Route("tea.a", "/", handler, permission="tea.dirnk"),)',
            "tea.dirnk, a permission that it does not",
        ),
        ("routes", "None", "declare_routes must return a tuple of values, not NoneType"),
        ("routes", '"tea.a"', "declare_routes must return a tuple of values, not str"),
        ("routes", '("tea.a",)', "declare_routes holds something that is not a Route"),
        ("routes", "1 / 0", "declare_routes failed: ZeroDivisionError"),
        ("permissions", '(Permission("drink", frozenset(), ""),)', "permission drink: its name must start with"),
        ("permissions", '(Permission("core.be_present", frozenset(), ""),)', "must start with 'tea.'"),
        ("permissions", f"({PERMISSION},) * 2", "the permission tea.drink twice"),
        ("settings", '(Setting("a", bool, True, ""), "b")', "declare_settings holds something that is not a Setting"),
        ("retention", '(Retention("cups", "", timedelta(), handler),)', "rule cups: its name must start with 'tea.'"),
        ("retention", '(Retention("tea.a", "", timedelta(), handler),) * 2', "the retention rule tea.a twice"),
        (
            "navigation",
            '(NavigationItem("tea.none", "k", "K"),)',
            "leads to tea.none, which is no route of its workplace",
        ),
        ("models", "(object,)", "declare_models holds something that is not a model of TenantModel"),
        ("realtime", "()", "declare_realtime must return a Realtime value"),
        ("realtime", _event(name='"sip"'), "realtime event sip: its name must start with 'tea.'"),
        ("realtime", _event(subjects="frozenset()"), "names nobody in subjects"),
        ("realtime", _event(permission='"tea.drink"'), "needs a permission exactly when staff may send it"),
        ("realtime", _event(subjects='frozenset({"staff"})'), "needs a permission exactly when staff may send it"),
        (
            "realtime",
            _event(subjects='frozenset({"staff"})', permission='"tea.dirnk"'),
            "event tea.sip asks for tea.dirnk, a permission that it does not declare",
        ),
    ],
)
def test_what_is_not_right_stops_the_start_with_its_sentence(
    workshop: Workshop, kind: str, values: str, said: str
) -> None:
    with pytest.raises(LuwteError) as error:
        PluginHost([workshop.plugin("tea", _hooks(kind, values))])
    assert said in str(error.value)
    assert "tea" in str(error.value).split(":")[0], "the sentence says whose fault it is"
    assert "\n" not in str(error.value)


def test_the_navigation_leads_only_to_a_place_where_the_route_is(workshop: Workshop) -> None:
    hooks = _hooks("navigation", '(NavigationItem("tea.page", "k", "K", place="workplace"),)')
    hooks += '\n@hookimpl\ndef declare_routes():\n    return (Route("tea.page", "/tea", handler, public=True),)\n'
    with pytest.raises(LuwteError, match=r"which is no route of its workplace"):
        PluginHost([workshop.plugin("tea", hooks)])


def test_tables_begin_with_the_plugins_name(workshop: Workshop) -> None:
    models = "from core.testing.example_models import ExamplePet\n"
    hooks = models + _hooks("models", "(ExamplePet,)")
    with pytest.raises(LuwteError, match="Plugin tea has the table example_pet"):
        PluginHost([workshop.plugin("tea", hooks)])
    assert (
        PluginHost(
            [
                workshop.plugin(
                    "example",
                    models
                    + HEAD
                    + dedent("""
        @hookimpl
        def declare_models():
            return (ExamplePet,)
    """),
                )
            ]
        )
        .plugins["example"]
        .models
    )


@pytest.mark.parametrize(
    "hooks, said",
    [
        ("@hookimpl\ndef declare_milk():\n    return ()\n", "implements a hook that does not exist as such"),
        ("@hookimpl\ndef declare_routes(config):\n    return ()\n", "implements a hook that does not exist as such"),
        ('@hookimpl(specname="add_start_action")\ndef sugar(request):\n    return 1\n', "sugar uses specname"),
        ("@hookimpl(wrapper=True)\ndef add_start_action(request):\n    return (yield)\n", "is a wrapper"),
        ("@hookimpl(hookwrapper=True)\ndef add_start_action(request):\n    yield\n", "is a wrapper"),
        ("import no_such_module_at_all\n", "there is no module no_such_module_at_all"),
        ("this is no python\n", "cannot be loaded: SyntaxError"),
        ("1 / 0\n", "cannot be loaded: ZeroDivisionError"),
    ],
)
def test_hooks_that_do_not_exist_or_reach_too_far_stop_the_start(workshop: Workshop, hooks: str, said: str) -> None:
    with pytest.raises(LuwteError) as error:
        PluginHost([workshop.plugin("tea", HEAD + hooks)])
    assert str(error.value).startswith("Plugin tea")
    assert said in str(error.value)


def test_a_plugin_without_hooks_is_told(workshop: Workshop) -> None:
    card = workshop.plugin("tea")
    (card.folder / "hooks.py").unlink()
    with pytest.raises(LuwteError, match=r"Plugin tea cannot be loaded: there is no module .*\.hooks"):
        PluginHost([card])


ASKED = HEAD + dedent("""
    asked = []

    @hookimpl
    def add_start_action(request):
        asked.append(request)
        return ANSWER
""")


@pytest.fixture
def three(workshop: Workshop) -> PluginHost:
    answers = {"milk": '"milk"', "sugar": "None", "tea": '"tea"'}
    return PluginHost([workshop.plugin(name, ASKED.replace("ANSWER", answer)) for name, answer in answers.items()])


def _asked(host: PluginHost) -> Callable[[str], list[object]]:
    import sys

    return lambda name: list(sys.modules[host.plugins[name].card.hooks_module].asked)


def test_only_enabled_plugins_are_asked_and_answer_in_order(three: PluginHost) -> None:
    asked = _asked(three)
    assert three.collect("add_start_action", frozenset({"milk", "tea"}), request=1) == ["milk", "tea"]
    assert three.collect("add_start_action", frozenset({"tea"}), request=2) == ["tea"]
    assert three.collect("add_start_action", frozenset(), request=3) == []
    assert (asked("milk"), asked("sugar"), asked("tea")) == ([1], [], [1, 2])


def test_none_adds_nothing(three: PluginHost) -> None:
    assert three.collect("add_start_action", frozenset({"sugar", "milk"}), request=1) == ["milk"]
    assert _asked(three)("sugar") == [1]


def test_a_plugin_that_is_not_installed_changes_nothing(three: PluginHost) -> None:
    with_absent = frozenset({"tea", "coffee"})
    assert three.collect("add_start_action", with_absent, request=1) == ["tea"]
    assert three.collect("add_start_action", frozenset({"coffee"}), request=1) == []


def test_callers_are_made_once_per_set_of_plugins(three: PluginHost) -> None:
    callers = [
        three._caller("add_start_action", enabled)
        for enabled in (frozenset({"tea"}), frozenset({"tea"}), frozenset({"tea", "coffee"}))
    ]
    assert callers[0] is callers[1] is callers[2]
    assert three._caller("add_start_action", frozenset({"milk"})) is not callers[0]
    assert three._caller("on_seeker_leaves", frozenset({"tea"})) is not callers[0]


def test_an_occasion_that_does_not_exist_is_an_error_of_the_core(three: PluginHost) -> None:
    with pytest.raises(AttributeError):
        three.collect("add_milk", frozenset({"tea"}), request=1)
