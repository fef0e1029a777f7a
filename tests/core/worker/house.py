"""An installation with a plugin that is told events and has jobs; handlers write down what they were told."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select
from structlog.testing import capture_logs

from core.clock import Clock, utc_now
from core.configuration import Configuration
from core.database.engine import make_engine
from core.events.models import OutboxCounter, OutboxEvent
from core.events.outbox import tell
from core.installation import Installation
from core.tenancy.session import tenant_session
from core.testing.installations import make_installation
from core.testing.organisations import add_tenant
from core.testing.throwaway import Workshop, workshop_in

TELLING = """
from dataclasses import dataclass
from core.api import EventType, hookimpl


@dataclass(frozen=True)
class Happened:
    number: int


@hookimpl
def declare_events():
    return (EventType("teller.happened", 1, Happened),)
"""

LISTENING = """
import os, sys, time
from datetime import timedelta
from pathlib import Path
from core.api import Job, Subscription, hookimpl
from core.testing.example_models import ExampleOwner

DIARY = Path(DIARY_PATH)
RAISES, SLEEPS, DIES, PRINTS = 1000, 2000, 3000, 4000


def write(*words):
    with DIARY.open("a") as diary:
        diary.write(" ".join(map(str, words)) + "\\n")


def hear(session, told):
    number = told.value.number
    write("NAME", session.tenant_id, number, told.id)
    session.add(ExampleOwner(name=f"NAME {number}"))
    session.flush()
    if number >= PRINTS:
        print("{not json", sys.stdin.read())
    elif number >= DIES:
        os._exit(3)
    elif number >= SLEEPS:
        time.sleep(60)
    elif number >= RAISES and not Path(str(DIARY) + ".mended").exists():
        raise ValueError("a secret")


@hookimpl
def declare_subscriptions():
    return (Subscription("teller.happened", 1, hear, timedelta(seconds=LIMIT)),)
"""


@dataclass(frozen=True)
class House:
    """Organisations `a` and `b` with the plugins `teller`, `left` and `right`, and a diary of what was told."""

    installation: Installation
    diary: Path
    tenants: dict[str, UUID]

    def tell(self, *numbers: int, at: str = "a") -> None:
        """Lets something happen, each in a transaction of its own."""
        for number in numbers:
            with tenant_session(self.installation.engine, self.tenants[at]) as session, session.begin():
                tell(session, self.happened(number))

    def happened(self, number: int) -> Any:
        """The value of an event."""
        return self.installation.plugins.plugins["teller"].events[0].schema(number)

    def lines(self) -> list[list[str]]:
        """What handlers wrote down: plugin, organisation, number, id of the event."""
        return [line.split() for line in self.diary.read_text().splitlines()] if self.diary.exists() else []

    def heard(self, plugin: str = "left", at: str = "a") -> list[int]:
        """Which events a plugin was told, in order, repeats included."""
        return [int(line[2]) for line in self.lines() if line[:2] == [plugin, str(self.tenants[at])]]

    def waiting(self, at: str = "a") -> list[OutboxEvent]:
        """What is still to be told at an organisation."""
        with tenant_session(self.installation.engine, self.tenants[at], writes=False) as session, session.begin():
            return list(session.scalars(select(OutboxEvent).order_by(OutboxEvent.position)))

    def mend(self) -> None:
        """From now on nothing raises any more."""
        Path(f"{self.diary}.mended").touch()


def happened_so_far(installation: Installation, tenant_id: UUID) -> int:
    """How many events were committed, by the database's own count: a place for each of the two that subscribe."""
    with tenant_session(installation.engine, tenant_id, writes=False) as session, session.begin():
        return (session.scalars(select(OutboxCounter.last)).first() or 0) // 2


def until(condition: Callable[[], Any], seconds: float = 150) -> None:
    """Waits for something to come true. Raises AssertionError when it does not."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.05)


def listening(workshop: Workshop, name: str, diary: Path, limit: float, more: str = "") -> Any:
    """A plugin that is told what happens."""
    text = LISTENING + more
    text = text.replace("DIARY_PATH", repr(str(diary))).replace("NAME", name).replace("LIMIT", str(limit))
    return workshop.plugin(name, text)


@contextmanager
def house_of(
    configuration: Configuration, folder: Path, *, limit: float = 10, clock: Clock = utc_now, more: str = ""
) -> Iterator[House]:
    """A house on an empty database. `more` is added to the hooks of `left`."""
    diary = folder / "diary"
    with workshop_in(folder / "plugins") as workshop, capture_logs():
        cards = [
            workshop.plugin("teller", TELLING),
            listening(workshop, "left", diary, limit, more),
            listening(workshop, "right", diary, limit),
        ]
        engine = make_engine(configuration.database)
        for slug in ("a", "b"):
            add_tenant(engine, slug, plugins=("teller", "left", "right"))
        engine.dispose()
        installation = make_installation(configuration, clock, cards)
        yield House(installation, diary, {tenant.slug: tenant.id for tenant in installation.directory.all()})
        installation.engine.dispose()


def alive(pid: int) -> bool:
    """Whether a process lives."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
