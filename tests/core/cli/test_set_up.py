"""What a start brings up to date, what it says of it, and what it leaves to the operator."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.app import build_installation
from core.cli.demo import read_sign_ins
from core.cli.set_up import set_up
from core.configuration import Configuration
from core.errors import LuwteError
from core.installation import Installation
from core.plugin_host.discovery import find_plugins
from tests.core.tenancy.demo import demo_tenants


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with one organisation of the demo network."""
    demo_tenants(tmp_path, [card.name for card in find_plugins()], "luisterboom")
    return tmp_path


@pytest.fixture
def installation(home: Path) -> Iterator[Installation]:
    """An installation of that organisation, of which nothing is set up yet."""
    settings = {"home": home / "var", "tenants_folder": home / "tenants", "start_tenant": "luisterboom"}
    made = build_installation(Configuration.model_validate(settings))
    yield made
    made.engine.dispose()


def test_first_start_does_all_and_says_so(installation: Installation) -> None:
    said: list[str] = []
    set_up(installation, said.append)
    assert said == [
        "Bringing the database up to date",
        f"Reading the organisations in {installation.configuration.tenants_folder}",
        "  new: luisterboom",
        "Looking after the demo accounts",
    ]
    assert installation.directory.by_slug("luisterboom") is not None
    assert read_sign_ins(installation).keys() == {"luisterboom", "console"}


def test_a_start_site_that_is_nobodys_is_told(installation: Installation) -> None:
    changed = installation.configuration.model_copy(update={"start_tenant": "elders"})
    said: list[str] = []
    set_up(replace(installation, configuration=changed), said.append)
    assert (
        "  luwte.start_tenant names elders, which is no organisation here: "
        "http://localhost:6543 shows nothing until you mend it in the ini file."
    ) in said


def test_second_start_changes_nothing(installation: Installation) -> None:
    set_up(installation, lambda line: None)
    before, said = read_sign_ins(installation), list[str]()
    set_up(installation, said.append)
    assert [line for line in said if line.startswith(" ")] == []
    assert read_sign_ins(installation) == before


def test_organisation_goes_on_without_an_absent_plugin_and_that_is_said(home: Path, installation: Installation) -> None:
    card = home / "tenants" / "luisterboom" / "tenant.toml"
    text, others = card.read_text("utf-8"), installation.plugins.plugins.keys()
    card.write_text(re.sub(r"(?m)^plugins = .*$", f"plugins = {['juggling', *others]}", text), "utf-8")
    said: list[str] = []
    set_up(installation, said.append)
    assert [line for line in said if "juggling" in line and "luisterboom" in line and "not installed" in line]
    tenant = installation.directory.by_slug("luisterboom")
    assert tenant is not None
    assert tenant.plugins == others


def test_mistake_in_a_folder_is_one_sentence(home: Path, installation: Installation) -> None:
    (home / "tenants" / "luisterboom" / "tenant.toml").write_text("nme = 'x'\n", "utf-8")
    with pytest.raises(LuwteError) as caught:
        set_up(installation, lambda line: None)
    assert "luisterboom" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_in_production_the_operator_migrates(home: Path) -> None:
    configuration = Configuration(
        home=home / "var",
        tenants_folder=home / "tenants",
        environment="production",
        trusted_proxies=("127.0.0.1",),
        network_domain="hulp.example.org",
    )
    installation = build_installation(configuration)
    with pytest.raises(LuwteError, match="run `luwte migrate` first"):
        set_up(installation, lambda line: None)
    installation.engine.dispose()
