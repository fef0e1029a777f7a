"""The machine under a measurement: two cores kept apart, programs on one of them, and what those cost by /proc."""

import os
import resource
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

CLIENT_CORE, SERVER_CORE = 0, 1
FILES = 6000
"""Open files that the largest measurement needs in one process: a socket each, and room to spare."""

_TICKS = os.sysconf("SC_CLK_TCK")


class Unfit(Exception):
    """The machine cannot be measured on; the sentence says why."""


def ensure_fit() -> None:
    """Takes the client's core for this process. Raises Unfit with a sentence where something is missing."""
    cores = os.sched_getaffinity(0)
    if not {CLIENT_CORE, SERVER_CORE} <= cores:
        raise Unfit(
            f"Two cores are needed, {CLIENT_CORE} for the client and {SERVER_CORE} for the servers; here: {cores}."
        )
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most != resource.RLIM_INFINITY and most < FILES:
        raise Unfit(
            f"The limit on open files is {most} and {FILES} are needed: 2,000 clients have a socket each. "
            f"Raise it (`ulimit -Hn {FILES}` as root, or LimitNOFILE= of the service) and try again."
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES if most == resource.RLIM_INFINITY else most, most))
    os.sched_setaffinity(0, {CLIENT_CORE})


def load_now() -> float:
    """How many processes wanted a core during the last minute."""
    return os.getloadavg()[0]


@dataclass(slots=True)
class Programs:
    """The programs of one system under measurement, their children included, all on the servers' core."""

    folder: Path
    _started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def log(self) -> Path:
        """What the programs said."""
        return self.folder / "programs.log"

    def start(self, command: Sequence[str], environment: Mapping[str, str] | None = None, user: str = "") -> None:
        """Starts a program; `user` where it must not run as root."""
        pinned = ["taskset", "--cpu-list", str(SERVER_CORE), *command]
        with self.log.open("ab") as log:
            self._started.append(
                subprocess.Popen(
                    pinned,
                    env={**os.environ, **(environment or {})},
                    stdout=log,
                    stderr=log,
                    stdin=subprocess.DEVNULL,
                    user=user or None,
                    start_new_session=True,
                )
            )

    def stop(self) -> None:
        """Asks each to stop, the last started first, and waits."""
        while self._started:
            program = self._started.pop()
            program.send_signal(signal.SIGINT if "postgres" in str(program.args) else signal.SIGTERM)
            try:
                program.wait(timeout=30)
            except subprocess.TimeoutExpired:
                program.kill()
                program.wait()

    def wait_until(self, ready: Callable[[], bool], patience: float = 120.0) -> None:
        """Waits until `ready()`. Raises Unfit with the end of the log where a program ends, or nothing comes."""
        until = time.monotonic() + patience
        while time.monotonic() < until and all(program.poll() is None for program in self._started):
            if ready():
                return
            time.sleep(0.05)
        raise Unfit(f"A program did not start:\n{self.log.read_text(errors='replace')[-3000:]}")

    def seconds(self) -> float:
        """Processor time so far, user and system, of all programs and their children, dead ones included."""
        return sum(self._ticks_of(pid) for pid in self._pids()) / _TICKS

    def kibibytes(self) -> int:
        """Memory now, each page that several processes share divided between them (PSS)."""
        return sum(_pss_of(pid) for pid in self._pids())

    @staticmethod
    def _ticks_of(pid: int) -> int:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return 0
        return sum(int(value) for value in fields[11:15])  # its own, and what its dead children had used

    def _pids(self) -> Iterator[int]:
        todo = [program.pid for program in self._started]
        while todo:
            pid = todo.pop()
            yield pid
            todo += _children_of(pid)


def listens(port: int) -> bool:
    """Whether somebody answers at this port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _children_of(pid: int) -> list[int]:
    found: list[int] = []
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += map(int, children.read_text().split())
        except OSError:
            continue
    return found


def _pss_of(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
