"""The ini file's settings: what is accepted, and the one sentence for what is not."""

from pathlib import Path

import pytest

from core.configuration import Configuration, read_configuration
from core.errors import LuwteError

PRODUCTION = {
    "luwte.environment": "production",
    "luwte.network_domain": "hulp.example.org",
    "luwte.trusted_proxies": "127.0.0.1, 10.0.0.0/8",
    "luwte.public_scheme": "https",
    "luwte.pages_port": "443",
    "luwte.realtime_port": "",
}


def test_defaults_are_for_development(tmp_path: Path) -> None:
    configuration = read_configuration({"luwte.home": str(tmp_path), "pyramid.reload_templates": "true"})
    assert configuration.database == f"sqlite:///{tmp_path}/luwte.db"
    assert configuration.address("luisterboom.localhost") == "http://luisterboom.localhost:6543"
    assert configuration.realtime_address("luisterboom.localhost") == "http://luisterboom.localhost:6544"


def test_relative_folders_become_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    configuration = Configuration()
    assert configuration.home == tmp_path / "var"
    assert configuration.tenants_folder == tmp_path / "tenants"


def test_production_values() -> None:
    configuration = read_configuration(PRODUCTION)
    assert configuration.trusted_proxies == ("127.0.0.1", "10.0.0.0/8")
    assert configuration.realtime_port is None
    assert configuration.address("x.example.org") == "https://x.example.org"
    assert configuration.realtime_address("x.example.org") == "https://x.example.org"


@pytest.mark.parametrize("word,expected", [("true", True), ("Yes", True), ("off", False), ("0", False)])
def test_yes_or_no(word: str, expected: bool) -> None:
    assert read_configuration({"luwte.strict_plugins": word}).strict_plugins is expected


@pytest.mark.parametrize(
    "key,value,expected",
    [
        ("pages_port", "zes", "The setting luwte.pages_port should be a number from 1 to 65535"),
        ("pages_port", "70000", "The setting luwte.pages_port should be less than or equal to 65535"),
        ("environment", "test", "The setting luwte.environment should be 'development' or 'production'"),
        ("strict_plugins", "maybe", "The setting luwte.strict_plugins should be a valid boolean"),
        ("trusted_proxies", "the-proxy", "The setting luwte.trusted_proxies should hold addresses or networks only"),
        ("network_domain", "http://x", "The setting luwte.network_domain should be a name such as"),
        ("pages_prt", "1", "The ini file has an unknown setting luwte.pages_prt: did you mean luwte.pages_port?"),
        ("zzz", "1", "The ini file has an unknown setting luwte.zzz: remove it."),
        ("network_domain", "hulp.example.org", "luwte.environment is development, but luwte.network_domain is"),
    ],
)
def test_one_sentence_for_what_is_wrong(key: str, value: str, expected: str) -> None:
    with pytest.raises(LuwteError) as caught:
        read_configuration({f"luwte.{key}": value})
    assert str(caught.value).startswith(expected)
    assert "\n" not in str(caught.value)


def test_production_needs_a_named_proxy() -> None:
    without = {key: value for key, value in PRODUCTION.items() if key != "luwte.trusted_proxies"}
    with pytest.raises(LuwteError, match=r"luwte\.trusted_proxies must name the proxy"):
        read_configuration(without)


def test_the_developers_page_is_off_by_default_and_refused_in_production() -> None:
    assert read_configuration({}).developers_page is False
    assert read_configuration({"luwte.developers_page": "on"}).developers_page is True
    assert read_configuration(PRODUCTION).developers_page is False
    with pytest.raises(LuwteError, match=r"developers_page is for development alone.* Take it out of the ini file"):
        read_configuration(PRODUCTION | {"luwte.developers_page": "true"})


def test_secrets_are_neither_shown_nor_repeated_in_errors() -> None:
    secret = "postgresql://luwte:zeergeheim@127.0.0.1/luwte"
    configuration = Configuration(database=secret, database_owner=secret, redis="redis://:zeergeheim@127.0.0.1/0")
    assert "zeergeheim" not in repr(configuration)
    with pytest.raises(LuwteError) as caught:
        read_configuration({"luwte.pages_port": "zeergeheim"})
    assert "zeergeheim" not in str(caught.value)


def test_configuration_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Configuration().pages_port = 1
