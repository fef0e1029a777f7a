"""The contract: what every plugin must keep to, as tests that a plugin gets with one line.

    from core.testing.contract import contract_of

    TestContract = contract_of("dagboek")

It needs the plugin to be installed, and the fixtures that `core.testing.app` tells how to load. What may not mix
between organisations is tried with the ids of the plugin's `examples.py`.
"""

from collections.abc import Iterator
from typing import ClassVar
from uuid import uuid4

import pytest
from webtest import TestResponse

from core.api import PersonalData, Route, TenantSession
from core.database.inspection import differences, isolation_faults
from core.database.migration import MigrationSource
from core.i18n.catalog import Catalog
from core.i18n.extraction import complaints, find_uses
from core.identity.roles import NETWORK_ADMIN, ORGANISATION_ROLES
from core.plugin_host.checks_files import LANGUAGE
from core.plugin_host.discovery import find_plugins
from core.plugin_host.host import Plugin, PluginHost
from core.testing.app import OTHER, WITH, WITHOUT, App, site, workplace
from core.testing.browser import Visit
from core.testing.contract_events import event_faults, faults_where_off
from core.testing.contract_pages import faults_of_page, header_faults, pages_of, path_of, served
from core.testing.database import Database
from core.testing.examples import examples_of, faults, opened_elsewhere, parts_of
from core.testing.installations import HOUSE
from core.testing.sockets import Sockets

REQUIRED = (
    "__init__.py",
    "hooks.py",
    "plugin.toml",
    "pyproject.toml",
    "README.md",
    f"locale/{LANGUAGE}/messages.po",
    "tests",
)
"""What lies in a plugin's folder. `tests` stays behind where the plugin is installed from a wheel."""


def contract_of(name: str) -> type["Contract"]:
    """The tests of the contract for an installed plugin."""
    return type(f"TestContractOf{name.title()}", (Contract,), {"name": name, "__test__": True})


class Contract:
    """One test a clause. `name` is the plugin's."""

    __test__: ClassVar[bool] = False
    name: ClassVar[str]

    @pytest.fixture
    def plugins(self) -> PluginHost:
        """All installed plugins, checked against the core: a fault in a declaration ends every test here."""
        return PluginHost(find_plugins(), house=HOUSE)

    @pytest.fixture
    def plugin(self, plugins: PluginHost) -> Plugin:
        """The plugin itself."""
        assert self.name in plugins.plugins, f"Plugin {self.name} is not installed: install it (pip install -e .)."
        return plugins.plugins[self.name]

    def test_what_it_declares_is_right_and_its_folder_complete(self, plugin: Plugin) -> None:
        """Names, permissions, addresses and files: checked by the host as at each start, against the core's."""
        missing = [name for name in REQUIRED if not (plugin.card.folder / name).exists()]
        assert not missing, f"plugins/{self.name} lacks {', '.join(missing)}"

    def test_it_speaks_dutch_and_holds_no_text_too_many(self, plugin: Plugin) -> None:
        """Each text is there in Dutch, made from the English that the code has; none is left over."""
        folder = plugin.card.folder
        found = complaints(find_uses(folder), Catalog([folder / "locale"]), LANGUAGE)
        assert not found, "\n".join(found)

    def test_each_id_has_an_example(self, plugins: PluginHost) -> None:
        """Without one nobody could try whether it opens anything of another organisation."""
        found = [fault for fault in faults(plugins) if f" {self.name}." in fault]
        assert not found, "\n".join(found)

    def test_migrations_and_models_agree(
        self, plugin: Plugin, database: Database, migration_sources: tuple[MigrationSource, ...]
    ) -> None:
        """The tables that its migrations make are those that its models describe, and keep organisations apart."""
        source = next(source for source in migration_sources if source.name == self.name)
        found = differences(database.owner, source, migration_sources)
        assert not found, f"add a migration: {found}"
        apart = [fault for fault in isolation_faults(database.owner) if fault.startswith(f"{self.name}_")]
        assert not apart, "\n".join(apart)

    def test_what_is_personal_is_handed_over_and_erased(self, plugin: Plugin, app: App) -> None:
        """With its own examples: afterwards nothing is left here, and all that the other organisation had."""
        own = {name: made for name, made in examples_of(plugin.card).items() if name not in examples_of(None)}
        for slug in (WITH, OTHER):
            for made in own.values():
                app.do(slug, made)
        for data in plugin.personal_data:
            before = app.do(OTHER, lambda session, data=data: len(list(data.export(session))))  # type: ignore[misc]
            assert before, f"{data.name}: no example of examples.py shows in its export"
            nobodys = app.do(WITH, lambda session, data=data: _of_nobody(session, data))  # type: ignore[misc]
            assert nobodys == 0, f"{data.name}: asked about one person it tells or takes what is another's"
            app.do(WITH, data.erase)
            left = app.do(WITH, lambda session, data=data: list(data.export(session)))  # type: ignore[misc]
            assert left == [], f"{data.name}: its erase leaves something behind"
            after = app.do(OTHER, lambda session, data=data: len(list(data.export(session))))  # type: ignore[misc]
            assert after == before, f"{data.name}: its erase takes what another organisation has"

    def test_each_rule_forgets_without_a_fault(self, plugin: Plugin, app: App) -> None:
        """Far in the future nothing that a rule knows is left: asked again, it finds nothing."""
        for made in examples_of(plugin.card).values():
            app.do(WITH, made) if made not in examples_of(None).values() else None
        later = app.clock.advance(days=36500)
        for rule in plugin.retention:
            app.do(WITH, lambda session, rule=rule: rule.forget(session, later))  # type: ignore[misc]
            again = app.do(WITH, lambda session, rule=rule: rule.forget(session, later))  # type: ignore[misc]
            assert again == 0, f"{rule.name}: it finds again what it has forgotten"

    def test_where_it_is_off_its_addresses_never_were(self, plugin: Plugin, app: App) -> None:
        """For strangers and for staff of every role."""
        staff = app.sign_in(WITHOUT, *ORGANISATION_ROLES)
        for route, host, method in _places(plugin, WITHOUT):
            for cookie in ("", staff):
                status = app.ask(host, path_of(route), method, cookie).status_int
                assert status == 404, f"{route.name} answers {status} where {self.name} is switched off"

    def test_every_answer_has_the_strict_headers(self, plugin: Plugin, app: App) -> None:
        """Whoever asks, and whatever comes of it."""
        staff = app.sign_in(WITH, *ORGANISATION_ROLES)
        for route, host, method in _places(plugin, WITH):
            for cookie in ("", staff):
                found = header_faults(app.ask(host, path_of(route), method, cookie))
                assert not found, f"{route.name}: {', '.join(found)}"

    def test_what_needs_a_permission_opens_to_nobody_without(self, plugin: Plugin, app: App) -> None:
        """Nobody who is not signed in gets a page; nobody without the role either."""
        for route, host, method in _places(plugin, WITH):
            if route.permission is not None:
                status = app.ask(host, path_of(route), method).status_int
                assert status in {303, 403, 404}, f"{route.name} answers {status} to who is not signed in"
                wrong = app.sign_in(WITH, NETWORK_ADMIN)
                status = app.ask(host, path_of(route), method, wrong).status_int
                assert status in {403, 404}, f"{route.name} answers {status} to who lacks {route.permission}"

    def test_another_organisations_id_answers_as_one_that_never_was(self, plugin: Plugin, app: App) -> None:
        """By status and by every word of the page."""
        known, staff = examples_of(plugin.card), app.sign_in(WITH, *ORGANISATION_ROLES)
        for route, host, method in _places(plugin, WITH):
            for name in parts_of(route):
                theirs, never = str(app.do(OTHER, known[name])), str(uuid4())
                answers = [
                    _plain(app.ask(host, path_of(route, **{name: one}), method, staff), one) for one in (theirs, never)
                ]
                assert answers[0] == answers[1], f"{route.name} tells another organisation's {name} from none"

    def test_its_events_reach_and_tell_nothing_of_another_organisation(
        self, plugin: Plugin, app: App, sockets: Sockets
    ) -> None:
        """Sent with another's ids each answers as with ids that never were; where the plugin is off, as none."""
        if plugin.realtime.events:
            found = [*event_faults(plugin, app, sockets), *faults_where_off(plugin, app, sockets)]
            assert not found, "\n".join(found)

    @pytest.mark.browser
    def test_its_pages_are_open_to_all(self, plugin: Plugin, sqlite_app: App, visit: Visit) -> None:
        """Axe finds nothing on any page, those of an example included, light and dark, on a phone."""
        strangers = opened_elsewhere(plugin.card).keys() - {route.name for route in plugin.routes}
        assert not strangers, f"OPENED_ELSEWHERE names what is no route: {', '.join(sorted(strangers))}"
        staff = sqlite_app.sign_in(WITH, *ORGANISATION_ROLES)
        with served(sqlite_app):
            for name, host, path in pages_of(plugin, sqlite_app, WITH):
                found = faults_of_page(sqlite_app, visit, host, path, staff)
                assert not found, f"{name}: " + "\n".join(found)


def _places(plugin: Plugin, slug: str) -> Iterator[tuple[Route, str, str]]:
    """Each route of the plugin with each host of an organisation that has it, and each of its methods."""
    hosts = {"site": site(slug), "workplace": workplace(slug)}
    for route in plugin.routes:
        for place in route.places:
            if place in hosts:
                yield from ((route, hosts[place], method) for method in route.methods)


def _of_nobody(session: TenantSession, data: PersonalData) -> int:
    """How many rows a kind of personal data counts as of somebody who does not exist."""
    told = list(data.export_person(session, uuid4())) if data.export_person else []
    return len(told) + (data.erase_person(session, uuid4()) if data.erase_person else 0)


def _plain(response: TestResponse, asked: str) -> tuple[int, str]:
    return response.status_int, response.text.replace(asked, "<asked>")
