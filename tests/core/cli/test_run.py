"""`luwte run`: which server it starts, and what it says when all is ready."""

import socket
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from core.cli.banner import banner, site_lines
from core.cli.context import CommandContext
from core.cli.listening import Listening
from core.cli.main import main
from core.cli.run import listening
from core.configuration import Configuration
from core.errors import LuwteError

EMBEDDED = "use = egg:luwte#embedded\n"


def ini(folder: Path, server: str, settings: str = "") -> CommandContext:
    path = folder / "some.ini"
    text = f"[app:main]\nuse = egg:luwte\nluwte.home = %(here)s/var\n{settings}[server:main]\n{server}"
    path.write_text(text, "utf-8")
    return CommandContext(path)


def tenant(slug: str, name: str, state: str = "live", hosts: tuple[str, ...] | None = None) -> Any:
    return SimpleNamespace(slug=slug, name=name, state=state, site_hosts=hosts or (f"{slug}.localhost",))


def test_ports_come_from_the_ini_file(tmp_path: Path) -> None:
    ports = "luwte.pages_port = 7000\nluwte.realtime_port = 7001\n"
    assert listening(ini(tmp_path, EMBEDDED + "host = 127.0.0.2\n", ports)) == Listening("127.0.0.2", 7000, 7001)
    assert listening(ini(tmp_path, EMBEDDED)) == Listening("127.0.0.1", 6543, 6544)


def test_behind_a_proxy_it_listens_elsewhere_than_browsers_ask(tmp_path: Path) -> None:
    proxied = "luwte.pages_port = 443\nluwte.realtime_port =\nluwte.trusted_proxies = 127.0.0.1\n"
    context = ini(tmp_path, EMBEDDED + "port = 7000\nrealtime_port = 7001\n", proxied)
    assert listening(context) == Listening("127.0.0.1", 7000, 7001)


@pytest.mark.parametrize(
    "server,expected",
    [
        ("use = egg:waitress#main\n", "names another: run pserve"),
        (EMBEDDED + "port = zes\n", "port in .server:main. must be a number from 1 to 65535"),
        (EMBEDDED + "realtime_port = 99999\n", "realtime_port in .server:main. must be a number from 1 to 65535"),
        (EMBEDDED + "prt = 6543\n", "unknown setting prt: did you mean port"),
        (EMBEDDED + "threads = 6\n", "unknown setting threads: remove it"),
        (EMBEDDED + "port = 7000\n", "would not find Luwte: remove port from .server:main., and set luwte.pages_port"),
        (EMBEDDED + "realtime_port = 6543\n", "realtime_port in .server:main. is 6543 and luwte.realtime_port is 6544"),
    ],
)
def test_what_it_cannot_start_is_one_sentence(tmp_path: Path, server: str, expected: str) -> None:
    with pytest.raises(LuwteError, match=expected):
        listening(ini(tmp_path, server))


def test_used_port_stops_the_start_before_anything_is_made(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        context = ini(tmp_path, EMBEDDED, f"luwte.pages_port = {taken.getsockname()[1]}\n")
        with pytest.raises(SystemExit) as stopped:
            main(["--config", str(context.ini), "run"])
    said = str(stopped.value.code)
    assert "is in use: stop what listens there" in said
    assert said.endswith(f"choose another port: luwte.pages_port in {context.ini}.")
    assert not (tmp_path / "var").exists()


def test_sites_are_listed_start_site_first_and_drafts_left_out() -> None:
    tenants = [
        tenant("boom", "Boom"),
        tenant("hulpbaken", "Hulp"),
        tenant("later", "Later", "draft"),
        tenant("a", "Aa"),
    ]
    assert site_lines(tenants, Configuration()) == [
        "  Hulp  http://localhost:6543",
        "  Aa    http://a.localhost:6543",
        "  Boom  http://boom.localhost:6543",
    ]


def test_banner_says_where_and_who_and_how_long() -> None:
    text = banner([tenant("boom", "Boom")], Configuration(), ["noor (helper)  a b c d"], 1.234)
    assert text.splitlines() == [
        "",
        "Sites",
        "  Boom  http://boom.localhost:6543",
        "",
        "Workplaces and demo accounts",
        "  noor (helper)  a b c d",
        "",
        "Luwte is ready (in 1.2 s). Ctrl-C stops it.",
    ]


def test_empty_network_says_what_to_do() -> None:
    text = banner([], Configuration(), [], 1)
    assert "luwte tenants import" in text
    assert "demo accounts" not in text
