"""Each start-up check has its own sentence, which names the plugin, the thing and the mend."""

from pathlib import Path
from textwrap import dedent

import pytest

from core.errors import LuwteError
from core.hookspecs.values import Route
from core.plugin_host.checks import NO_HOUSE
from core.plugin_host.host import PluginHost
from core.plugin_host.house import House
from core.plugin_host.left_out import LeftOut
from core.testing.throwaway import Workshop

HEAD = dedent("""
    from dataclasses import dataclass
    from datetime import timedelta
    from core.api import *
    from core.api import hookimpl
    from core.testing.example_models import ExamplePet

    def work(*_): ...

    @dataclass(frozen=True)
    class Poured:
        cups: int

    @dataclass
    class Spilt:
        cups: int

    class Kettle: ...

""")
CORE = House(
    routes=(
        Route("site.home", "/", print, public=True),
        Route("assets.file", "/static/{path}", print, (), public=True),
    ),
    roles=frozenset({"helper", "editor"}),
    permissions=frozenset({"core.be_present"}),
)


def hooks(**declared: str) -> str:
    """A hooks module that declares these values."""
    return HEAD + "".join(f"@hookimpl\ndef declare_{kind}():\n    return {text}\n\n" for kind, text in declared.items())


def sentence(workshop: Workshop, text: str, house: House = CORE, name: str = "tea") -> str:
    """Why a plugin with these hooks is refused."""
    with pytest.raises(LuwteError) as error:
        PluginHost([workshop.plugin(name, text)], house=house)
    said = str(error.value)
    assert said.startswith(f"Plugin {name}")
    assert "\n" not in said
    return said


@pytest.mark.parametrize(
    "declared, said",
    [
        ({"settings": '(Setting("a", bool, True, ""), Setting("a", bool, True, ""))'}, "the setting a twice"),
        ({"settings": '(Setting("cups", int, "many", ""),)'}, "the default of setting cups does not fit its type"),
        ({"settings": '(Setting("cups", Kettle, None, ""),)'}, "setting cups has a type that pydantic cannot check"),
        ({"events": '(EventType("poured", 1, Poured),)'}, "event poured in version 1: its name must start with 'tea.'"),
        ({"events": '(EventType("tea.poured", 1, Spilt),)'}, "event tea.poured needs a frozen dataclass"),
        ({"events": '(EventType("tea.poured", 0, Poured),)'}, "has version 0: begin with 1"),
        ({"events": '(EventType("tea.poured", 1, Poured),) * 2'}, "event tea.poured in version 1 twice"),
        ({"subscriptions": '(Subscription("tea.spilt", 1, work),)'}, "which plugin tea does not declare"),
        ({"subscriptions": '(Subscription("milk.gone", 1, work, timedelta()),)'}, "needs a limit above nothing"),
        ({"jobs": '(Job("clean", timedelta(1), "network", work),)'}, "job clean: its name must start with 'tea.'"),
        ({"jobs": '(Job("tea.clean", timedelta(), "network", work),)'}, "job tea.clean needs a period and a limit"),
        ({"commands": '(Command("pour", "", work),)'}, "command pour: its name must start with 'tea.'"),
        ({"commands": '(Command("tea.pour", "", work),) * 2'}, "the command tea.pour twice"),
        ({"guards": '(Guard("sieve", work),)'}, "guard sieve: its name must start with 'tea.'"),
        ({"reports": '(Report("tea.cups", "tea.k", "K", "tea.count", work),)'}, "report tea.cups asks for tea.count"),
        ({"services": '(Service("kettle", work),)'}, "a service's interface must be a class, not str"),
        ({"services": "(Service(Kettle, work),) * 2"}, "offers the service Kettle twice"),
        (
            {"personal_data": '(PersonalData("tea.pets", "", (ExamplePet,), work, work),)'},
            "personal data tea.pets names ExamplePet, which declare_models does not",
        ),
        (
            {"permissions": '(Permission("tea.drink", frozenset({"guest"}), ""),)'},
            "permission tea.drink is given to guest, a role that does not exist: choose of editor, helper",
        ),
        ({"routes": '(Route("tea.a", "/", work, public=True),)'}, "address /, which the core has already (site.home)"),
        (
            {"routes": '(Route("tea.a", "/static/{x}", work, places=("workplace",), public=True),)'},
            "which the core has already (assets.file)",
        ),
        (
            {"routes": '(Route("tea.a", "/t/{x}", work, public=True), Route("tea.b", "/t/{y}", work, public=True))'},
            "route tea.b has the address /t/{y}, which this plugin has already (tea.a)",
        ),
        ({"routes": '(Route("tea.a", "/t", work, permission="core.everything"),)'}, "core.everything, a permission"),
        ({"navigation": '(NavigationItem("tea.a", "tea.k", "K"),)'}, "the navigation leads to tea.a"),
    ],
)
def test_what_is_declared_wrongly_is_told(workshop: Workshop, declared: dict[str, str], said: str) -> None:
    assert said in sentence(workshop, hooks(**declared))


def test_personal_data_needs_a_retention_rule_for_each_model(workshop: Workshop) -> None:
    declared = {
        "models": "(ExamplePet,)",
        "personal_data": '(PersonalData("example.pets", "", (ExamplePet,), work, work),)',
    }
    said = sentence(workshop, hooks(**declared), name="example")
    assert "personal data example.pets is kept in ExamplePet without a retention rule" in said
    rule = '(Retention("example.pets", "", timedelta(1), work, (ExamplePet,)),)'
    host = PluginHost([workshop.plugin("example", hooks(**declared, retention=rule))], house=CORE)
    assert [data.name for data in host.plugins["example"].personal_data] == ["example.pets"]


@pytest.mark.parametrize("bounds", ["timedelta(2), work, longest=timedelta(1)", "timedelta(-1), work"])
def test_a_rule_keeps_for_something_and_no_longer_than_its_own_longest(workshop: Workshop, bounds: str) -> None:
    said = sentence(workshop, hooks(retention=f'(Retention("tea.cups", "", {bounds}),)'))
    assert "the retention rule tea.cups keeps for less than nothing, or by default for longer than its" in said


@pytest.mark.parametrize(
    "route",
    [
        'Route("tea.a", "/", work, places=("workplace",), public=True)',
        'Route("tea.a", "/", work, methods=("POST",), public=True)',
        'Route("tea.a", "/tea", work, permission="core.be_present")',
    ],
)
def test_another_place_method_or_path_is_another_address(workshop: Workshop, route: str) -> None:
    host = PluginHost([workshop.plugin("tea", hooks(routes=f"({route},)"))], house=CORE)
    assert [route.name for route in host.plugins["tea"].routes] == ["tea.a"]


TOLD = 'name = "tea"\nentry_point = "PACKAGE"\nversion = "1"\napi_version = 1\n[addresses]\nsite = ["/t"]\n'


@pytest.mark.parametrize("path, more", [("/tea", ""), ("/tt", ""), ("/t/a", ', places=("workplace",)'), ("/{t}", "")])
def test_a_card_that_names_addresses_names_all_of_them(workshop: Workshop, path: str, more: str) -> None:
    good = 'Route("tea.t", "/t/{x}", work, public=True)'
    text = hooks(routes=f'({good}, Route("tea.a", "{path}", work, public=True{more}))')
    with pytest.raises(LuwteError) as error:
        PluginHost([workshop.plugin("tea", text, card=TOLD)])
    place = "workplace" if more else "site"
    assert str(error.value) == (
        f"Plugin tea: route tea.a has the address {path}, which is below none that plugin.toml names for the {place}: "
        "name it under [addresses]."
    )


def test_two_plugins_cannot_have_one_address_or_offer_one_service(workshop: Workshop) -> None:
    route = '(Route("NAME.a", "/drinks", work, public=True),)'
    cards = [workshop.plugin(name, hooks(routes=route.replace("NAME", name))) for name in ("milk", "tea")]
    with pytest.raises(LuwteError, match=r"Plugin tea: .* which plugin milk has already \(milk.a\)"):
        PluginHost(cards)
    cards = [workshop.plugin(name, hooks(services="(Service(KeyRing, work),)")) for name in ("milk", "tea")]
    with pytest.raises(LuwteError, match="Plugin tea offers the service KeyRing, and so does plugin milk"):
        PluginHost(cards)


@pytest.mark.parametrize(
    "template, text, said",
    [
        ("tea/page", "<p>Hi</p><script>alert(1)</script>", "page.html.jinja2 holds a script within the page"),
        ("tea/page", '<script src="https://cdn.example/x.js"></script>', "holds a script of another site"),
        ("tea/page", '<a href="#" onclick="x()">x</a>', "holds a script in an attribute"),
        ("tea/page", '<a href="javascript:x()">x</a>', "holds a javascript: address"),
        ("tea/page", '<p style="color: red">x</p>', "holds a style within the page"),
        ("tea/panel_cups", "<script src=\"{{ asset('tea/x.js') }}\"></script>", "of a panel holds a script"),
        ("site/home", "<p>mine</p>", "templates/site must lie in templates/tea/"),
        ("tea/page", '{{ t("tea.hi", "Hello") }}', "tea.hi is missing in nl"),
    ],
)
def test_what_lies_in_the_folder_wrongly_is_told(workshop: Workshop, template: str, text: str, said: str) -> None:
    card = workshop.plugin("tea", hooks())
    path = card.folder / "templates" / f"{template}.html.jinja2"
    path.parent.mkdir(parents=True)
    path.write_text(text, "utf-8")
    with pytest.raises(LuwteError) as error:
        PluginHost([card])
    assert str(error.value).startswith("Plugin tea: ")
    assert said in str(error.value)
    path.write_text("{# <script>not shown</script> #}<p>Fine</p>", "utf-8")
    if path.parent.name == "tea":
        assert PluginHost([card]).plugins


def _speak(folder: Path, key: str) -> None:
    (folder / "locale" / "nl").mkdir(parents=True)
    header = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'
    text = f'{header}msgctxt "{key}"\nmsgid "Hello"\nmsgstr "Hoi"\n'
    (folder / "locale" / "nl" / "messages.po").write_text(text, "utf-8")


def test_a_text_has_a_key_of_the_plugins_own(workshop: Workshop) -> None:
    card = workshop.plugin("tea", hooks())
    _speak(card.folder, "core.hi")
    with pytest.raises(LuwteError, match=r"Plugin tea: the text core.hi must have a key that starts with 'tea.'"):
        PluginHost([card])


BAD = "def declare_nothing_known(): ...\n" + '@hookimpl\ndef declare_routes():\n    return "none"\n'


def test_in_production_a_plugin_that_is_not_right_is_left_out(workshop: Workshop) -> None:
    needs = 'name = "milk"\nentry_point = "PACKAGE"\nversion = "1"\napi_version = 1\nrequires = ["tea"]\n'
    cards = [
        workshop.plugin("tea", HEAD + BAD),
        workshop.plugin("milk", hooks(), card=needs),
        workshop.plugin("sugar", hooks(subscriptions='(Subscription("water.hot", 1, work),)')),
        workshop.plugin("water", hooks(routes='(Route("water.a", "/water", work, public=True),)')),
    ]
    host = PluginHost(cards, house=NO_HOUSE, left_out={"salt": LeftOut("Plugin salt cannot be found.", {})})
    assert list(host.plugins) == ["water"]
    assert {name: one.sentence for name, one in host.left_out.items()} == {
        "salt": "Plugin salt cannot be found.",
        "tea": "Plugin tea: declare_routes must return a tuple of values, not str.",
        "milk": "Plugin milk requires plugin tea, which had to be left out: mend that first.",
        "sugar": "Plugin sugar subscribes to water.hot in version 1, which plugin water does not declare: "
        "mend name or version.",
    }
    assert host.collect("add_start_action", frozenset({"tea", "water"}), request=1) == []
