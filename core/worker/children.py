"""The worker's child processes: started when there is work, killed at a limit, ended when there is none for a while."""

import json
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog

from core.installation import Installation
from core.worker.alarm import MOST_WRITING

log = structlog.get_logger("luwte.worker")

IDLE = 20.0
"""Seconds without work after which a child is ended."""
_START = 60.0
"""Seconds that a child may take to be ready."""
_TOO_LONG = "took longer than its limit"
_DIED = "its process died"
_ALARM = f"{_TOO_LONG}, or kept others from writing to the database for {MOST_WRITING:.0f} seconds"


@dataclass(frozen=True, slots=True)
class Answer:
    """How a piece of work went. `woken`: organisations in which it left something to tell."""

    ok: bool
    error: str | None = None
    woken: tuple[UUID, ...] = ()


class Children:
    """Runs pieces of work in children, each child one at a time. Any thread may ask."""

    def __init__(self, installation: Installation) -> None:
        """No process is started before there is work."""
        start = {
            "configuration": installation.configuration.model_dump(mode="json"),
            "plugins": [str(plugin.card.folder) for plugin in installation.plugins.plugins.values()],
        }
        self._start = json.dumps(start).encode() + b"\n"
        self._lock = threading.Lock()
        self._idle: list[Child] = []
        self._busy: set[Child] = set()
        self._stopped = False

    def run(self, task: dict[str, Any], limit: float) -> Answer:
        """Has a child do one piece of work, and waits for it. A child that takes longer than `limit` is killed."""
        child = self._take()
        try:
            return child.ask({**task, "limit": limit}, limit)
        finally:
            self._give_back(child)

    def _take(self) -> "Child":
        with self._lock:
            child = self._idle.pop() if self._idle else Child(self._start)
            self._busy.add(child)
            if self._stopped:
                child.kill()
        return child

    def _give_back(self, child: "Child") -> None:
        with self._lock:
            self._busy.discard(child)
            if child.alive and not self._stopped:
                self._idle.append(child)
            else:
                child.end()

    def end_idle(self, idle: float = IDLE) -> None:
        """Ends the children that have had nothing to do for a while."""
        with self._lock:
            over = [child for child in self._idle if time.monotonic() - child.used_at >= idle]
            self._idle = [child for child in self._idle if child not in over]
        for child in over:
            child.end()

    def stop(self) -> None:
        """Kills every child. What they were at is undone, and done again later."""
        with self._lock:
            self._stopped = True
            idle, self._idle = self._idle, []
            busy = list(self._busy)
        for child in busy:
            child.kill()  # whoever waits for its answer finds out, and tidies up
        for child in idle:
            child.end()

    @property
    def pids(self) -> list[int]:
        """The processes that live at this moment."""
        with self._lock:
            return [child.pid for child in (*self._idle, *self._busy) if child.alive]


class Child:
    """One child process."""

    def __init__(self, start: bytes) -> None:
        """Starts a fresh interpreter; nothing of this process is shared, no connection and no thread."""
        path = os.pathsep.join(part or os.getcwd() for part in sys.path)  # noqa: PTH109 - a text is needed
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "core.worker.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            env={**os.environ, "PYTHONPATH": path},
        )
        self._start: bytes | None = start
        self.used_at = time.monotonic()

    @property
    def alive(self) -> bool:
        """Whether the process can be asked again."""
        return self._process.poll() is None

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid

    def ask(self, task: dict[str, Any], limit: float) -> Answer:
        """Sends a piece of work and waits for the answer; kills the process when none comes in time."""
        try:
            if self._start is not None:
                self._write(self._start)
                self._start = None
                if self._read(_START) is None:
                    return self._killed("its process did not start")
            self._write(json.dumps(task).encode() + b"\n")
            answer = self._read(limit)
        except (OSError, EOFError):
            return self._killed(self._why_it_died())
        if answer is None:
            return self._killed(_TOO_LONG)
        self.used_at = time.monotonic()
        woken = tuple(UUID(tenant) for tenant in answer.get("woken", ()))
        return Answer(bool(answer["ok"]), answer.get("error"), woken)

    def _write(self, line: bytes) -> None:
        assert self._process.stdin is not None  # noqa: S101 - a pipe was asked for
        self._process.stdin.write(line)

    def _read(self, seconds: float) -> dict[str, Any] | None:
        """The next line; None when it does not come in time. Raises EOFError when the process is gone."""
        assert self._process.stdout is not None  # noqa: S101 - a pipe was asked for
        until, line = time.monotonic() + seconds, b""
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            while not line.endswith(b"\n"):
                if not selector.select(max(0.0, until - time.monotonic())):
                    return None
                part = self._process.stdout.read(65536)
                if not part:
                    raise EOFError
                line += part
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _why_it_died(self) -> str:
        try:
            code = self._process.wait(timeout=2)
        except subprocess.TimeoutExpired:  # it hung up and goes on
            return _DIED
        return _ALARM if code == -signal.SIGALRM else _DIED

    def _killed(self, error: str) -> Answer:
        self.kill()
        self._close()
        return Answer(False, error)

    def end(self) -> None:
        """Hangs up, so that the process ends by itself; kills it when it does not."""
        self._close()
        try:
            self._process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            log.warning("a child of the worker did not end and is killed")
            self.kill()

    def kill(self) -> None:
        """Ends the process on the spot; another thread may be waiting for its answer."""
        self._process.kill()
        self._process.wait()

    def _close(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None  # noqa: S101 - both were asked for
            pipe.close()
