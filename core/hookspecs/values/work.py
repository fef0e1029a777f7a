"""What a plugin does besides answering requests: jobs by the clock, commands, reports."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

OpenSession = Callable[[UUID], AbstractContextManager[Any]]
"""`with open_session(tenant_id) as session:` gives that organisation's session, in a transaction that commits."""


@dataclass(frozen=True, slots=True)
class JobContext:
    """What a job works with. `tenant_id` is None for a job of the network; it may open `tenant_ids` one by one.

    A job of one organisation finds that one alone in `tenant_ids`.
    """

    now: datetime
    tenant_id: UUID | None
    tenant_ids: tuple[UUID, ...]
    open_session: OpenSession


@dataclass(frozen=True, slots=True)
class Job:
    """Work by the clock, `every` so often, once for the network or once per organisation with the plugin switched on.

    It runs in a child process, never twice at a time, and is ended when it takes longer than `limit`.
    """

    name: str
    every: timedelta
    scope: Literal["network", "tenant"]
    run: Callable[[JobContext], None]
    limit: timedelta = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class CommandCall:
    """A command as it was typed: its arguments, a way to say something, the organisations with the plugin by slug."""

    arguments: tuple[str, ...]
    say: Callable[[str], None]
    tenants: dict[str, UUID]
    open_session: OpenSession


@dataclass(frozen=True, slots=True)
class Command:
    """A command line of the plugin: `chat.clean` is typed `luwte chat clean`. LuwteError ends it with its sentence."""

    name: str
    help: str
    run: Callable[[CommandCall], None]


@dataclass(frozen=True, slots=True)
class ReportTable:
    """A report's answer: column heads (already translated) and rows of texts and whole numbers."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str | int, ...], ...]


@dataclass(frozen=True, slots=True)
class Report:
    """Figures over a period. `run(session, first, last)` counts both days in; who has `permission` may see it."""

    name: str
    label_key: str
    label: str
    permission: str
    run: Callable[[Any, date, date], ReportTable]
