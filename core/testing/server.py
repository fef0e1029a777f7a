"""A real embedded server, in a process, a home and on ports of its own, for tests from outside.

Load it with `pytest_plugins = ["core.testing.server"]` in the conftest.py at the root. `shared_server` serves a whole
test run; `running_server` is made for one test, which may stop, kill and restart it.
"""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 180.0
"""Seconds that a server may take to its first answer; a busy machine is slow."""

_RUN = "from core.cli.main import main; main()"
_INI = """[app:main]
use = egg:luwte
{settings}
[server:main]
use = egg:luwte#embedded
host = 127.0.0.1
port = {pages_port}
realtime_port = {realtime_port}
"""


@dataclass(slots=True)
class RunningServer:
    """One embedded server: `luwte run` on an ini file of its own. Everything that it writes lies in `folder`."""

    folder: Path
    pages_port: int
    realtime_port: int
    settings: Mapping[str, str] = field(default_factory=dict)
    """More `luwte.` settings for the ini file."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """More environment variables for the process."""
    _process: subprocess.Popen[bytes] | None = None

    @property
    def home(self) -> Path:
        """The installation's state: database, keys."""
        return self.folder / "var"

    @property
    def log(self) -> Path:
        """All that the process wrote to stdout and stderr, over every start."""
        return self.folder / "server.log"

    @property
    def temporary(self) -> Path:
        """The process's folder for temporary files."""
        return self.folder / "tmp"

    @property
    def pid(self) -> int:
        """The process. Raises LookupError when there is none."""
        if self._process is None:
            raise LookupError("the server is not running")
        return self._process.pid

    def address(self, host: str, path: str = "/") -> str:
        """The address of a page, for a browser: Chromium finds *.localhost by itself."""
        return f"http://{host}:{self.pages_port}{path}"

    def get(
        self, host: str, path: str = "/", headers: Mapping[str, str] | None = None, method: str = "GET", body: str = ""
    ) -> tuple[http.client.HTTPResponse, bytes]:
        """Asks the pages for something, on 127.0.0.1 with a Host header; redirects are not followed."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.pages_port, timeout=20)) as connection:
            named = {"Host": f"{host}:{self.pages_port}", **(headers or {})}
            connection.request(method, path, body=body or None, headers=named)
            response = connection.getresponse()
            return response, response.read()

    def start(self) -> None:
        """Starts it and waits for its first answer. Raises RuntimeError, with the log's end, when there is none."""
        self.temporary.mkdir(exist_ok=True)
        ini = self._write_ini()
        environment = {**os.environ, "TMPDIR": str(self.temporary), "PYTHONUNBUFFERED": "1", **self.environment}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _RUN, "--config", str(ini), "run"],
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._wait()

    def stop(self) -> int:
        """Asks it to stop (SIGTERM) and waits; returns its exit code."""
        return self._end(signal.SIGTERM)

    def kill9(self) -> None:
        """Kills it on the spot (SIGKILL), as a power cut would."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """Stops it if it runs, and starts it again on the same home and ports."""
        if self._process is not None:
            self.stop()
        self.start()

    def _write_ini(self) -> Path:
        values = {
            "luwte.home": str(self.home),
            "luwte.tenants_folder": str(ROOT / "tenants"),
            "luwte.pages_port": str(self.pages_port),
            "luwte.realtime_port": str(self.realtime_port),
            "luwte.strict_plugins": "true",
            **self.settings,
        }
        lines = "\n".join(f"{key} = {value}" for key, value in values.items())
        ini = self.folder / "server.ini"
        ini.write_text(_INI.format(settings=lines, pages_port=self.pages_port, realtime_port=self.realtime_port))
        return ini

    def _wait(self) -> None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if self._process is None or self._process.poll() is not None:
                break
            if _answers(self.pages_port) and _answers(self.realtime_port):
                return
            time.sleep(0.05)
        end = self.log.read_text(errors="replace")[-4000:]
        self.kill9()
        raise RuntimeError(f"the server did not start:\n{end}")

    def _end(self, signum: int) -> int:
        process, self._process = self._process, None
        if process is None:
            return 0
        process.send_signal(signum)
        try:
            return process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise RuntimeError("the server did not stop within 20 seconds") from None


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on at this moment."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(it.getsockname()[1]) for it in sockets]
    for it in sockets:
        it.close()
    return ports


def make_server(
    folder: Path, settings: Mapping[str, str] | None = None, like: RunningServer | None = None
) -> RunningServer:
    """A server that is not started yet. `like` is one that was stopped, whose state is copied to save the set-up."""
    pages_port, realtime_port = free_ports(2)
    if like is not None:
        shutil.copytree(like.home, folder / "var")
    return RunningServer(folder, pages_port, realtime_port, settings or {})


@pytest.fixture(scope="session")
def prepared_server(tmp_path_factory: pytest.TempPathFactory) -> RunningServer:
    """A server that was set up once and stopped; others are copied from it."""
    server = make_server(tmp_path_factory.mktemp("prepared-server"))
    server.start()
    server.stop()
    return server


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory: pytest.TempPathFactory, prepared_server: RunningServer) -> Iterator[RunningServer]:
    """One server for all tests that only look at it from outside."""
    server = make_server(tmp_path_factory.mktemp("shared-server"), like=prepared_server)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def module_server(tmp_path_factory: pytest.TempPathFactory, prepared_server: RunningServer) -> Iterator[RunningServer]:
    """A server for the tests of one file, which see nothing of what other files left behind."""
    server = make_server(tmp_path_factory.mktemp("module-server"), like=prepared_server)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def running_server(tmp_path: Path, prepared_server: RunningServer) -> Iterator[RunningServer]:
    """A server for this test alone: it may be stopped, killed and restarted."""
    server = make_server(tmp_path, like=prepared_server)
    server.start()
    yield server
    server.stop()


def _answers(port: int) -> bool:
    try:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
            connection.request("GET", "/", headers={"Host": "localhost"})
            connection.getresponse().read()
            return True
    except (OSError, http.client.HTTPException):
        return False
