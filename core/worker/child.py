"""A child process of the worker: it tells events and runs jobs of plugins, one at a time, and is killed at a limit.

It is a fresh interpreter (`python -m core.worker.child`) that shares nothing with its parent but two pipes: lines of
JSON come in on stdin, lines of JSON go out on what stdout was. When the parent is gone the next line never comes, and
the child ends. Its own alarm ends it at the limit too, so that no killed parent leaves a hanging child behind.
"""

import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import configure_mappers

from core.anonymity.logs import describe_error, set_up_logging
from core.clock import utc_now
from core.configuration import Configuration
from core.database.engine import make_engine
from core.errors import LuwteError
from core.events.outbox import Outbox, with_outbox
from core.events.telling import ToldAlready, drop_row, tell_row
from core.hookspecs.values import EventType, JobContext
from core.plugin_host.card import read_card
from core.plugin_host.host import PluginHost
from core.tenancy.directory import Directory
from core.tenancy.session import TenantSession, network_session, tenant_session
from core.worker.alarm import Alarm

Json = dict[str, Any]
_GRACE = 1.0
"""Seconds that the parent gets to kill a child before the child's own alarm does."""


class Workplace:
    """What a child works with: the parent's configuration and plugins, a connection of its own."""

    def __init__(self, start: Json) -> None:
        """`start` is the parent's first line. Raises LuwteError when a plugin cannot be loaded any more."""
        configuration = Configuration.model_validate(start["configuration"])
        self._plugins = PluginHost([read_card(Path(folder)) for folder in start["plugins"]])
        engine = make_engine(configuration.database)
        self._alarm = Alarm(engine)
        declared = {name: plugin.settings for name, plugin in self._plugins.plugins.items()}
        self._directory = Directory(engine, configuration, utc_now, declared)
        outbox = Outbox(self._plugins, self._directory, utc_now)
        self._woken: set[UUID] = set()
        outbox.listen(self._woken.add)
        self._engine = with_outbox(engine, outbox)
        self._warm_up()

    def _warm_up(self) -> None:
        """Does what only the first piece of work would do: a handler's limit is for the handler."""
        configure_mappers()
        with network_session(self._engine, "warming up", writes=False) as session, session.begin():
            session.execute(select(1))
        self._directory.refresh()

    def do(self, task: Json) -> Json:
        """Does one piece of work; says how it went, and which organisations have something new to tell."""
        self._woken.clear()
        self._alarm.set(task["limit"] + _GRACE)
        try:
            self._directory.refresh()
            (self._tell if task["do"] == "tell" else self._run)(task)
            answer: Json = {"ok": True}
        except ToldAlready:
            answer = {"ok": True}
        except Exception as error:  # noqa: BLE001 - whatever a plugin raises is an answer
            answer = {"ok": False, "error": describe_error(error)}
        finally:
            self._alarm.stop()
        return answer | {"woken": [str(tenant_id) for tenant_id in self._woken]}

    def _tell(self, task: Json) -> None:
        plugin, row_id = self._plugins.plugins[task["plugin"]], UUID(task["row"])
        wanted = next((it for it in plugin.subscriptions if it.event == task["event"]), None)
        # Reading at first: a handler that only looks something up holds no write lock on SQLite.
        with tenant_session(self._engine, UUID(task["tenant"]), writes=False) as session, session.begin():
            if wanted is None:  # a newer version of the plugin does not want to hear it any more
                drop_row(session, row_id)
            else:
                tell_row(session, row_id, self._kind(task["event"]), wanted)

    def _kind(self, name: str) -> EventType:
        """The declared type; an event whose plugin is gone is told as it was stored."""
        kinds = (kind for plugin in self._plugins.plugins.values() for kind in plugin.events)
        return next((kind for kind in kinds if kind.name == name), EventType(name, 0, dict))

    def _run(self, task: Json) -> None:
        name, plugin = task["job"], self._plugins.plugins[task["plugin"]]
        job = next(job for job in plugin.jobs if job.name == name)
        tenant_ids = tuple(UUID(tenant) for tenant in task["tenants"])
        tenant_id = tenant_ids[0] if job.scope == "tenant" else None

        @contextmanager
        def open_session(wanted: UUID) -> Iterator[TenantSession]:
            if wanted not in tenant_ids:
                raise LuwteError(f"The job {name} may not open that organisation: the plugin is not switched on there.")
            # Reading at first, as above
            with tenant_session(self._engine, wanted, writes=False) as session, session.begin():
                yield session

        job.run(JobContext(datetime.fromisoformat(task["now"]), tenant_id, tenant_ids, open_session))


def main() -> None:
    """Serves the parent until it hangs up."""
    requests, answers = _pipes()
    set_up_logging()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's business, which then hangs up
    workplace = Workplace(json.loads(requests.readline()))
    _say(answers, {"ready": True})
    for line in requests:
        _say(answers, workplace.do(json.loads(line)))


def _pipes() -> tuple[TextIO, TextIO]:
    """The pipes to the parent, put where a plugin that prints or reads does not meet them."""
    requests, answers = os.fdopen(os.dup(0)), os.fdopen(os.dup(1), "w")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    return requests, answers


def _say(answers: TextIO, answer: Json) -> None:
    try:
        answers.write(json.dumps(answer) + "\n")
        answers.flush()
    except BrokenPipeError:  # the parent is gone; what was done is done
        os._exit(0)


if __name__ == "__main__":
    try:
        main()
    except LuwteError as error:
        sys.exit(f"luwte: {error}")
