"""The application starts from the ini file that is shipped, says in one sentence what is wrong, and hides no view."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import pytest
from pyramid.interfaces import IRoutesMapper, ISecurityPolicy
from pyramid.security import NO_PERMISSION_REQUIRED
from webob import Request

from core.access.policy import StaffSecurityPolicy
from core.app import Application, build_installation, main, make_pages
from core.configuration import read_configuration
from core.console import routes as console
from core.developer import routes as developer
from core.hookspecs.values import Route
from core.installation import Installation
from core.testing.clocks import FixedClock
from core.testing.installations import make_installation
from core.testing.organisations import add_tenant
from core.testing.sqlite import open_copy
from core.web import screens

ROOT = Path(__file__).resolve().parents[2]


def _shipped(home: Path) -> dict[str, str]:
    """The settings of development.ini, with a home of this test's own."""
    ini = ConfigParser({"here": str(ROOT)})
    ini.read(ROOT / "development.ini")
    settings = {key: value for key, value in ini["app:main"].items() if key.startswith("luwte.")}
    return settings | {"luwte.home": str(home)}


@pytest.fixture
def installation(tmp_path: Path, sqlite_template: Path, clock: FixedClock) -> Iterator[Installation]:
    """All that is installed, over an empty database."""
    database = open_copy(sqlite_template, tmp_path / "luwte.db")
    database.close()
    settings = _shipped(tmp_path / "var") | {"luwte.database": database.url}
    made = make_installation(read_configuration(settings), clock)
    yield made
    made.engine.dispose()


@pytest.fixture
def registry(installation: Installation) -> Any:
    """What Pyramid knows of the application."""
    return make_pages(installation).registry


def _declared(installation: Installation) -> dict[str, tuple[str | None, Route]]:
    """Every declared route by name, with the plugin that it belongs to."""
    own: dict[str, tuple[str | None, Route]] = {
        route.name: (None, route) for route in (*screens.all_routes(), *console.ROUTES, *developer.ROUTES)
    }
    for plugin in installation.plugins.plugins.values():
        own |= {route.name: (plugin.name, route) for route in plugin.routes}
    return own


def _start(settings: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Starts the application as pserve does, in a process of its own: it sets up the logs of the whole process."""
    program = "import sys; from core.app import main; main({}, **dict(a.split('=', 1) for a in sys.argv[1:]))"
    arguments = [f"{key}={value}" for key, value in settings.items()]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-c", program, *arguments], env=environment, capture_output=True, text=True, check=False
    )


def test_it_starts_from_the_ini_file_that_is_shipped(tmp_path: Path) -> None:
    done = _start(_shipped(tmp_path / "var"))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / "var").stat().st_mode & 0o777 == 0o700, "nobody else may look into an installation's state"


PRODUCTION = {
    "luwte.environment": "production",
    "luwte.trusted_proxies": "127.0.0.1",
    "luwte.developers_page": "false",
}


def test_in_production_the_pages_follow_what_changes_under_any_server(
    tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.app.set_up_logging", lambda: None)
    database = open_copy(sqlite_template, tmp_path / "luwte.db")
    settings = _shipped(tmp_path / "var") | PRODUCTION | {"luwte.database": database.url}
    application = main({}, **settings)
    directory = application.installation.directory
    changed = threading.Event()
    directory.listen(changed.set)
    directory.start()  # as the embedded server does too; one look each half second is enough
    assert sum(thread.name == "directory" for thread in threading.enumerate()) == 1
    add_tenant(database.engine, "boom")
    assert changed.wait(10)
    answer = Request.blank("/", headers={"Host": "boom.localhost"}).get_response(application)
    assert answer.status_int == 200
    directory.stop()
    for engine in (application.installation.engine, database.engine):
        engine.dispose()


def test_in_production_a_database_that_was_not_migrated_ends_the_start(tmp_path: Path) -> None:
    done = _start(_shipped(tmp_path / "var") | PRODUCTION)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert done.stderr.startswith("luwte: The database cannot be read")


def test_in_production_the_developers_page_ends_the_start(tmp_path: Path) -> None:
    done = _start(_shipped(tmp_path / "var") | PRODUCTION | {"luwte.developers_page": "true"})
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert done.stderr.startswith("luwte: The setting luwte.developers_page is for development alone")
    assert not (tmp_path / "var").exists(), "nothing was begun"


def test_a_wrong_setting_ends_the_start_with_one_sentence_and_no_traceback(tmp_path: Path) -> None:
    done = _start(_shipped(tmp_path / "var") | {"luwte.pages_port": "many"})
    assert done.returncode == 1
    assert done.stderr.startswith("luwte: The setting luwte.pages_port should be a number from 1 to 65535")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "key, value, said",
    [
        ("hme", "x", "unknown setting luwte.hme: did you mean luwte.home?"),
        ("home", "{file}", "luwte.home cannot be made"),
        ("home", "{file}/deeper", "luwte.home cannot be made"),
        ("database", "nonsense", "luwte.database should be an address such as"),
        ("database", "postgresql://role:secret@host:port/name", "luwte.database should be an address such as"),
        ("database_owner", "nonsense", "luwte.database_owner should be an address such as"),
        ("database", "mysql://role:secret@host/name", "works on SQLite and PostgreSQL"),
        ("redis", "nonsense", "luwte.redis should be an address such as redis://"),
        ("redis", "redis://127.0.0.1:secret/0", "luwte.redis should be an address such as redis://"),
        ("neutral_url", "javascript:alert(1)", "luwte.neutral_url should be the address of a page"),
        ("environment", "production", "luwte.trusted_proxies must name the proxy"),
        ("environment", "play", "luwte.environment should be"),
        ("strict_plugins", "maybe", "luwte.strict_plugins"),
        ("developers_page", "maybe", "luwte.developers_page"),
    ],
)
def test_each_fault_has_its_sentence_without_the_value(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str, value: str, said: str
) -> None:
    monkeypatch.setattr("core.app.set_up_logging", lambda: None)
    (tmp_path / "file").write_text("no folder")
    settings = _shipped(tmp_path / "var") | {f"luwte.{key}": value.format(file=tmp_path / "file")}
    with pytest.raises(SystemExit) as ended:
        main({}, **settings)
    sentence = str(ended.value)
    assert sentence.startswith("luwte: ")
    assert said in sentence
    assert "\n" not in sentence
    assert "secret" not in sentence


def test_every_registered_route_was_declared_and_every_declared_one_is_there(
    installation: Installation, registry: Any
) -> None:
    registered = {route.name for route in registry.getUtility(IRoutesMapper).get_routes()}
    assert registered == set(_declared(installation))
    assert len(registered) >= 15


def test_no_view_is_without_a_permission_or_openly_public(installation: Installation, registry: Any) -> None:
    views = [item["introspectable"] for item in registry.introspector.get_category("views") or ()]
    pages = {view["route_name"]: view for view in views if view["context"] is None or view["route_name"]}
    declared = _declared(installation)
    assert set(pages) - {None, ""} == set(declared)
    for name, (plugin, route) in declared.items():
        permission = _permission(registry, name)
        assert permission == (NO_PERMISSION_REQUIRED if route.public else route.permission), name
        assert route.public != (route.permission is not None)
        assert pages[name]["luwte_plugin"] == plugin, "the gate knows whose view it is"


def _permission(registry: Any, route_name: str) -> str | None:
    found = [item["introspectable"] for item in registry.introspector.get_category("permissions") or ()]
    needed = {item["value"] for item in found if _is_of(registry, item, route_name)}
    assert len(needed) <= 1
    return str(needed.pop()) if needed else None


def _is_of(registry: Any, permission: Any, route_name: str) -> bool:
    related = registry.introspector.related(permission) or ()
    return any(other.category_name == "views" and other["route_name"] == route_name for other in related)


def test_every_permission_that_is_asked_for_is_in_the_table(installation: Installation, registry: Any) -> None:
    policy = registry.getUtility(ISecurityPolicy)
    assert isinstance(policy, StaffSecurityPolicy)
    for name, (_, route) in _declared(installation).items():
        assert route.permission is None or policy._permissions.knows(route.permission), name


def test_the_anonymity_middleware_is_outermost(installation: Installation) -> None:
    from core.anonymity.middleware import AnonymityWsgi
    from core.app import make_application

    application: Application = make_application(installation)
    assert type(application.wsgi) is AnonymityWsgi
    answer = Request.blank("/", headers={"Host": "nobody.example"}).get_response(application)
    assert answer.status_int == 404
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_secrets_come_from_the_credentials_that_are_laid_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = tmp_path / "credentials"
    given.mkdir()
    (given / "realtime-tokens.key").write_bytes(b"k" * 32)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(given))
    made = build_installation(read_configuration(_shipped(tmp_path / "var")))
    made.engine.dispose()
    assert made.keys.secret("realtime-tokens") == b"k" * 32
    assert not (tmp_path / "var" / "keys" / "realtime-tokens.key").exists()
