"""What is exported is read back to the same values."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.configuration import Configuration
from core.errors import LuwteError
from core.plugin_host.discovery import find_plugins
from core.plugin_host.host import PluginHost
from core.tenancy.changes import set_value, switch_plugin
from core.tenancy.directory import Directory
from core.tenancy.exporting import export_tenant
from core.tenancy.folder import read_tenant, read_tenants
from core.tenancy.importing import import_tenants
from core.tenancy.session import network_session
from core.tenancy.toml_writing import write_toml
from core.testing.clocks import FixedClock
from core.testing.database import Database
from tests.core.tenancy.conftest import DECLARATIONS, TenantsFolder
from tests.core.tenancy.demo import demo_tenants

LEAVES = st.booleans() | st.integers(-(2**60), 2**60) | st.text(max_size=20) | st.lists(st.text(max_size=5), max_size=3)


@given(st.recursive(LEAVES, lambda inner: st.dictionaries(st.text(max_size=8), inner, min_size=1, max_size=3)).filter(
    lambda value: isinstance(value, dict)
))  # fmt: skip
def test_toml_is_read_back_the_same(table: dict[str, object]) -> None:
    assert tomllib.loads(write_toml(table)) == table


def test_toml_cannot_hold_everything() -> None:
    with pytest.raises(TypeError):
        write_toml({"x": object()})


def test_demo_organisations_make_the_round(database: Database, tmp_path: Path) -> None:
    plugins = PluginHost(find_plugins()).plugins
    declarations = {name: plugin.settings for name, plugin in plugins.items()}
    demo = demo_tenants(tmp_path, plugins)
    import_tenants(database.engine, demo, plugins, declarations)
    written = tmp_path / "out" / "tenants"
    for tenant in read_tenants(demo):
        export_tenant(database.engine, tenant.slug, written)
    for before, after in zip(read_tenants(demo), read_tenants(written), strict=True):
        assert (before.slug, before.values, before.pages) == (after.slug, after.values, after.pages)
        assert (before.plugins, before.settings) == (after.plugins, after.settings)
    report = import_tenants(database.engine, written, plugins, declarations)
    assert (report.created, report.updated, report.kept) == ([], [], [])


def test_changes_made_here_are_exported(
    database: Database, configuration: Configuration, folder: TenantsFolder, tmp_path: Path
) -> None:
    import_tenants(database.engine, folder.path, ("chat",), DECLARATIONS)
    boom = Directory(database.engine, configuration, FixedClock()).by_slug("boom")
    assert boom is not None
    with network_session(database.engine, "test") as session, session.begin():
        set_value(session, boom.id, "name", 'Van "ons"\n☂')
        set_value(session, boom.id, "phone.number", None)
        set_value(session, boom.id, "phone.note", None)
        set_value(session, boom.id, "lock.chat.ask_age", "below")
        switch_plugin(session, boom.id, "chat", on=False)
    out = read_tenant(export_tenant(database.engine, "boom", tmp_path / "out"))
    assert out.values["name"] == 'Van "ons"\n☂'
    assert "phone.number" not in out.values
    assert out.values["lock.chat.ask_age"] == "below"
    assert out.plugins == ()


def test_nothing_is_overwritten_and_nobody_invented(database: Database, folder: TenantsFolder) -> None:
    import_tenants(database.engine, folder.path, ("chat",), DECLARATIONS)
    with pytest.raises(LuwteError, match="is there already"):
        export_tenant(database.engine, "boom", folder.path)
    for slug in ("nobody", "console"):
        with pytest.raises(LuwteError, match="There is no organisation"):
            export_tenant(database.engine, slug, folder.path)
