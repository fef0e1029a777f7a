"""`make plugin`: from the template to a plugin that works here, and the same folder as a distribution of its own."""

import http.client
import os
import shutil
import subprocess
import time
import tomllib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from core.errors import LuwteError
from core.plugin_host.card import read_card
from core.testing.browser import Visit
from core.testing.server import free_ports
from scripts.plugin import check_name, copy_template, switch_on
from scripts.without import copy_without, install
from tests.tooling.copies import ROOT, copy_tree, make_environment, run

INI = """[app:main]
use = egg:luwte
luwte.home = {home}
luwte.tenants_folder = {tenants}
luwte.pages_port = {pages}
luwte.realtime_port = {sockets}
luwte.strict_plugins = true
[server:main]
use = egg:luwte#embedded
host = 127.0.0.1
port = {pages}
realtime_port = {sockets}
"""


@pytest.mark.parametrize(
    "name, said",
    [
        ("", "Say how the plugin is called: make plugin name=dagboek."),
        ("Dagboek", "A plugin cannot be named Dagboek: choose 2 to 31 small letters and digits, a letter first."),
        ("my-diary", "A plugin cannot be named my-diary: choose 2 to 31 small letters and digits, a letter first."),
        ("../x", "A plugin cannot be named ../x: choose 2 to 31 small letters and digits, a letter first."),
        ("core", "A plugin cannot be named core: that name is Luwte's own, choose another."),
    ],
)
def test_a_name_that_cannot_be_is_told_in_one_sentence(name: str, said: str) -> None:
    with pytest.raises(LuwteError) as error:
        check_name(name)
    assert str(error.value) == said


def test_the_name_is_put_everywhere(tmp_path: Path) -> None:
    copy_tree(tmp_path / "tree")
    folder = copy_template("dagboek", tmp_path / "tree")
    switch_on("dagboek", tmp_path / "tree")
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert len(files) >= 20
    left = [str(path) for path in files if "noticeboard" in (str(path) + path.read_text("utf-8")).lower()]
    assert left == []
    assert (folder / "templates" / "dagboek" / "site.html.jinja2").is_file()
    card = tomllib.loads((tmp_path / "tree/tenants/luisterboom/tenant.toml").read_text("utf-8"))
    assert card["plugins"][-1] == "dagboek"
    with pytest.raises(LuwteError, match="There is a plugin dagboek already, in plugins/dagboek/: choose another"):
        check_name("dagboek", tmp_path / "tree")


def test_one_command_makes_a_plugin_whose_own_tests_pass(tmp_path: Path) -> None:
    tree = copy_tree(tmp_path / "tree")
    python = make_environment(tree / ".venv")
    said = run(python, "-m", "scripts.plugin", "dagboek", cwd=tree)
    assert "Plugin dagboek lies in plugins/dagboek/ and is switched on for luisterboom." in said
    report = run(python, "-m", "pytest", "plugins/dagboek", "-q", "-p", "no:cacheprovider", cwd=tree)
    assert " passed" in report
    assert "failed" not in report


@pytest.fixture
def apart(tmp_path: Path) -> tuple[Path, Path]:
    """An environment with two wheels, Luwte's and the new plugin's, and the folder of organisations for it."""
    tree, wheels = copy_tree(tmp_path / "tree"), tmp_path / "wheels"
    moved = tmp_path / "repository-of-its-own"
    shutil.move(copy_template("dagboek", tree), moved)
    switch_on("dagboek", tree)
    python = make_environment(tmp_path / "clean")
    for folder in (tree, moved):
        run(python, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", str(wheels), str(folder))
    found = sorted(wheels.glob("*.whl"))
    assert [path.name.split("-")[0] for path in found] == ["luwte", "luwte_dagboek"]
    run(python, "-m", "pip", "install", "-q", "--no-deps", "--no-index", *map(str, found))
    tenants = tmp_path / "tenants"
    shutil.move(tree / "tenants", tenants)
    shutil.rmtree(tree)
    return python, tenants


@contextmanager
def serving(python: Path, tenants: Path, folder: Path) -> Iterator[int]:
    """`luwte run` of an environment, on free ports; gives the pages' port."""
    pages, sockets = free_ports(2)
    ini = folder / "server.ini"
    ini.write_text(INI.format(home=folder / "var", tenants=tenants, pages=pages, sockets=sockets), "utf-8")
    with (folder / "server.log").open("wb") as log:
        command = [str(python.with_name("luwte")), "--config", str(ini), "run"]
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
    try:
        _wait(process, pages, folder / "server.log")
        yield pages
    finally:
        process.terminate()
        process.wait(20)


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until and process.poll() is None:
        try:
            status(port, "luisterboom.localhost", "/")
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"it did not start:\n{log.read_text(errors='replace')[-4000:]}")


def status(port: int, host: str, path: str) -> int:
    """What a page answers."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        connection.request("GET", path, headers={"Host": f"{host}:{port}"})
        return connection.getresponse().status


@pytest.mark.browser
def test_as_a_wheel_of_its_own_it_works_where_it_is_on_and_nowhere_else(
    apart: tuple[Path, Path], tmp_path: Path, visit: Visit
) -> None:
    with serving(*apart, tmp_path) as port:
        page = visit()
        page.goto(f"http://luisterboom.localhost:{port}/dagboek")
        assert page.locator("h1").inner_text() == "Prikbord"
        assert page.locator("main").inner_text().endswith("Er hangt hier nog niets.")
        answer = page.goto(f"http://vlechtwerk.localhost:{port}/dagboek")
        assert answer is not None
        assert answer.status == 404
        assert status(port, "vlechtwerk.localhost", "/") == 200


PLUGINS = sorted(card.parent for card in (ROOT / "plugins").glob("[!_]*/plugin.toml"))
PART = ("tests/core/plugin_host/test_discovery.py", "tests/core/cli/test_set_up.py", "tests/careless")
"""What once stood on a plugin, a short part of it. All of it: `make test-without-chat`."""


def test_without_its_plugins_the_product_starts_and_passes_its_tests(tmp_path: Path) -> None:
    tree = copy_without(tmp_path / "tree", *(folder.name for folder in PLUGINS))
    assert list((tree / "plugins").glob("[!_]*")) == []
    python = install(tree)
    with serving(python, tree / "tenants", tmp_path) as port:
        for host in ("luisterboom", "hulpbaken"):
            for path in ("/", "/over-deze-site", "/veilig-bezoek"):
                assert status(port, f"{host}.localhost", path) == 200
            for folder in PLUGINS:
                for path in read_card(folder).supposed_addresses["site"]:
                    assert status(port, f"{host}.localhost", path) == 404
        assert status(port, "luisterboom-werk.localhost", "/aanmelden") == 200
    report = run(python, "-m", "pytest", *PART, "-q", "-p", "no:cacheprovider", "-k", "not postgresql", cwd=tree)
    assert " passed" in report
    assert "failed" not in report
