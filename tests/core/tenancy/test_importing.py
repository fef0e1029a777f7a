"""`luwte tenants import`: what the folder says arrives, what was changed here stays, absent plugins are told."""

import time
from pathlib import Path

import pytest

from core.configuration import Configuration
from core.errors import LuwteError
from core.tenancy.changes import set_page, set_value, switch_plugin
from core.tenancy.directory import Directory
from core.tenancy.importing import ImportReport, import_tenants
from core.tenancy.session import network_session
from core.tenancy.tenant import Tenant
from core.testing.clocks import FixedClock
from core.testing.database import Database
from tests.core.tenancy.conftest import DECLARATIONS, PAGE, TENANT, TenantsFolder, tokens
from tests.core.tenancy.demo import demo_tenants


class Network:
    """Imports the folder and looks at the result."""

    def __init__(self, database: Database, configuration: Configuration, folder: TenantsFolder) -> None:
        self.engine, self.folder = database.engine, folder
        self.directory = Directory(database.engine, configuration, FixedClock(), DECLARATIONS)

    def take(self, plugins: tuple[str, ...] = ("chat", "forum")) -> ImportReport:
        report = import_tenants(self.engine, self.folder.path, plugins, DECLARATIONS)
        self.directory.refresh()
        return report

    def tenant(self, slug: str = "boom") -> Tenant:
        self.directory.refresh()
        found = self.directory.by_slug(slug)
        assert found is not None
        return found

    def change(self, key: str, value: object) -> None:
        with network_session(self.engine, "test") as session, session.begin():
            set_value(session, self.tenant().id, key, value)

    def switch(self, plugin: str, *, on: bool) -> None:
        with network_session(self.engine, "test") as session, session.begin():
            switch_plugin(session, self.tenant().id, plugin, on=on)

    def change_page(self, page: dict[str, object] | None) -> None:
        with network_session(self.engine, "test") as session, session.begin():
            set_page(session, self.tenant().id, "nl", "lezen", page)


@pytest.fixture
def network(database: Database, configuration: Configuration, folder: TenantsFolder) -> Network:
    return Network(database, configuration, folder)


def test_everything_in_the_folder_arrives(network: Network) -> None:
    report = network.take()
    boom = network.tenant()
    assert (report.created, report.updated, report.kept, report.missing_plugins) == (["boom"], [], [], [])
    assert (boom.name, boom.languages, boom.operator, boom.state) == ("Boom", ("nl", "en"), "Stichting Boom", "live")
    assert boom.phone is not None
    assert boom.phone.number == "0800 1"
    assert (boom.country, boom.emergency, boom.demo, boom.leave_url) == ("NL", "112", False, None)
    assert boom.plugins == {"chat"}
    assert boom.settings == {"chat": {"ask_age": True, "themes": ()}}
    assert boom.texts == {"nl": {"chat.start": "Begin"}}
    assert boom.brand.tokens["ink"] == "#000000"
    assert boom.brand.logo_svg is not None
    page = boom.page("lezen", "en")
    assert page is not None
    assert (page.title, page.order, page.html) == ("Lezen", 2, "<h2>Kop</h2>\n<p>Tekst.</p>\n")


def test_the_network_itself_is_a_tenant(network: Network) -> None:
    network.take()
    assert network.directory.network == network.tenant("console")
    assert network.tenant("console").kind == "network"
    assert network.tenant("console").site_hosts == ()


def test_second_import_changes_nothing(network: Network) -> None:
    network.take()
    before = network.tenant()
    assert network.take() == ImportReport()
    assert network.tenant() is before


def test_folder_is_followed(network: Network) -> None:
    network.take()
    network.folder.change('"Boom"', '"Eik"')
    network.folder.change("[phone]", "[hosts]\nsite = ['www.boom.example']\n[phone]")
    network.folder.change("Tekst", "Meer tekst", "boom/content/nl/lezen.md")
    network.folder.write("boom/content/en/lezen.md", PAGE)
    (network.folder.path / "boom/locale/nl.toml").unlink()
    assert network.take().updated == ["boom"]
    boom = network.tenant()
    assert (boom.name, boom.site_hosts[0], boom.texts) == ("Eik", "www.boom.example", {})
    assert "Meer tekst" in boom.pages[1].body
    assert [page.language for page in boom.pages] == ["en", "nl"]


def test_what_was_changed_here_stays_and_is_listed(network: Network) -> None:
    network.take()
    network.change("name", "Van ons")
    network.change("phone.number", None)
    network.change_page({"title": "Van ons", "summary": "", "order": 1, "body": "x"})
    network.folder.change('"Boom"', '"Eik"')
    network.folder.change("Tekst", "Anders", "boom/content/nl/lezen.md")
    network.folder.change("live", "draft")
    for report in (network.take(), network.take()):
        assert report.kept == [
            "boom: name was changed here and stays as it is.",
            "boom: phone.number was changed here and stays as it is.",
            "boom: the page nl/lezen was changed here and stays as it is.",
        ]
    boom = network.tenant()
    assert (boom.name, boom.phone, boom.state, boom.pages[0].title) == ("Van ons", None, "draft", "Van ons")


def test_page_taken_away_here_stays_away(network: Network) -> None:
    network.take()
    network.change_page(None)
    network.folder.change("Tekst", "Anders", "boom/content/nl/lezen.md")
    assert network.take().kept == ["boom: the page nl/lezen was changed here and stays as it is."]
    assert network.tenant().pages == ()


def test_changed_back_it_follows_again(network: Network) -> None:
    network.take()
    network.change("name", "Van ons")
    network.change("name", "Boom")
    network.folder.change('"Boom"', '"Eik"')
    assert network.take().kept == []
    assert network.tenant().name == "Eik"


def test_plugin_newly_named_is_switched_on(network: Network) -> None:
    network.take()
    network.folder.change('["chat"]', '["chat", "forum"]')
    network.take()
    assert network.tenant().plugins == {"chat", "forum"}
    network.folder.change('["chat", "forum"]', '["forum"]')
    network.take()
    assert network.tenant().plugins == {"forum"}


def test_plugin_switched_off_here_stays_off(network: Network) -> None:
    network.take()
    network.switch("chat", on=False)
    assert network.take().kept == ["boom: the plugin chat was switched off here and stays off."]
    assert network.tenant().plugins == frozenset()
    network.switch("chat", on=True)
    assert network.take().kept == []
    assert network.tenant().plugins == {"chat"}


def test_plugin_switched_on_here_stays_on(network: Network) -> None:
    network.take()
    network.switch("forum", on=True)
    network.take()
    assert network.tenant().plugins == {"chat", "forum"}


def test_absent_plugin_is_told_and_the_rest_goes_on(network: Network) -> None:
    report = network.take(plugins=())
    assert report.missing_plugins == [
        "tenants/boom/tenant.toml names the plugin chat, which is not installed: boom goes on without it."
    ]
    assert network.tenant().plugins == frozenset()
    assert network.take().missing_plugins == []
    assert network.tenant().plugins == {"chat"}


def test_a_plugin_that_could_not_be_started_keeps_switch_and_settings(network: Network) -> None:
    network.take()
    report = import_tenants(network.engine, network.folder.path, (), {}, left_out=["chat"])
    assert report.kept == ["boom: the plugin chat could not be started; its settings stay as they are."]
    assert network.tenant().plugins == {"chat"}
    assert network.tenant().settings["chat"]["ask_age"] is True
    assert network.take().kept == []


@pytest.mark.parametrize(
    "old,new,sentence",
    [
        ("ask_age = true", "ask_agee = true", "the plugin chat has no setting ask_agee: did you mean ask_age?"),
        ("ask_age = true", 'ask_age = "perhaps"', "plugin.chat.ask_age (it says 'perhaps') should be a valid boolean"),
    ],
)
def test_wrong_setting_is_told_and_nothing_is_imported(network: Network, old: str, new: str, sentence: str) -> None:
    network.folder.change(old, new)
    with pytest.raises(LuwteError) as caught:
        network.take()
    assert str(caught.value).startswith("tenants/boom/tenant.toml: ")
    assert sentence in str(caught.value)
    assert network.directory.all() == ()


def test_region_takes_what_it_lacks_of_the_brand_from_its_portal(network: Network) -> None:
    region = TENANT.replace('"Boom"', '"Boom Noord"') + "\n"
    network.folder.write("boom-noord/tenant.toml", region.replace("plugins", 'parent = "boom"\nplugins'))
    network.take()
    portal, north = network.tenant(), network.tenant("boom-noord")
    assert north.parent_id == portal.id
    assert (north.brand.tokens, north.brand.logo_svg) == (portal.brand.tokens, portal.brand.logo_svg)
    network.folder.write("boom-noord/tokens.toml", tokens().replace("#000000", "#111111"))
    network.take()
    assert network.tenant("boom-noord").brand.tokens["ink"] == "#111111"
    assert network.tenant("boom-noord").brand.hash != portal.brand.hash


def test_two_organisations_cannot_have_one_host(network: Network) -> None:
    hosts = '\n[hosts]\nsite = ["www.x.example"]\n'
    network.folder.write("eik/tenant.toml", TENANT + hosts)
    network.folder.write("boom/tenant.toml", TENANT + hosts)
    with pytest.raises(LuwteError, match=r"www\.x\.example, which boom has already"):
        network.take()


def test_demo_organisations_are_imported_and_quick_when_nothing_changed(
    database: Database, configuration: Configuration, tmp_path: Path
) -> None:
    from core.plugin_host.discovery import find_plugins
    from core.plugin_host.host import PluginHost

    plugins = PluginHost(find_plugins()).plugins
    declarations = {name: plugin.settings for name, plugin in plugins.items()}
    demo = demo_tenants(tmp_path, plugins)
    first = import_tenants(database.engine, demo, plugins, declarations)
    assert len(first.created) == 7
    assert first.missing_plugins == []
    started = time.process_time()
    assert import_tenants(database.engine, demo, plugins, declarations) == ImportReport()
    # 85 ms were measured; a machine under load may take longer, but not so much of its processor.
    assert time.process_time() - started < 1
    directory = Directory(database.engine, configuration, FixedClock(), declarations)
    assert {tenant.slug for tenant in directory.all() if tenant.demo} == set(first.created)
    for tenant in directory.all():
        assert all(page.html for page in tenant.pages)
