"""For the contract: what a plugin's realtime events tell, show or do to another organisation. It should be nothing."""

import time
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import uuid4

from core.api import RealtimeEvent
from core.identity.roles import ORGANISATION_ROLES
from core.plugin_host.host import Plugin
from core.testing.app import OTHER, WITH, WITHOUT, App
from core.testing.examples import examples_of
from core.testing.rows import everything_of
from core.testing.schemas import payload
from core.testing.sockets import Socket, Sockets

NEVER = "never.was"
"""An event that no plugin has."""
QUIET = 1.5
"""Seconds in which what is told at most once a second would be told."""
WITHIN = 60.0
"""Seconds after which one no longer waits for silence."""

People = tuple[Socket, ...]
Ids = dict[str, str]


def event_faults(plugin: Plugin, app: App, sockets: Sockets) -> list[str]:
    """What is amiss where people of one organisation send each event with ids of another. Empty: nothing."""
    strangers, attackers = _people(sockets, OTHER), _people(sockets, WITH)
    used, waiting = _ids(app, plugin, OTHER), _ids(app, plugin, OTHER)
    unanswered = _send_at_home(plugin, strangers, used)
    _settle((*strangers, *attackers))
    before = everything_of(app.installation.engine, app.tenant(OTHER).id)
    for person in (*strangers, *attackers):
        person.heard.clear()
    tried = list(_attacks(plugin, attackers, [*used.values(), *waiting.values()]))
    _settle((*strangers, *attackers))
    after = everything_of(app.installation.engine, app.tenant(OTHER).id)
    theirs = {*used.values(), *waiting.values()}
    return [
        *(f"Event {name}: its own example gets no answer at home, so nothing is proved." for name in unanswered),
        *tried,
        *(f"Rows of {table} changed at the other organisation." for table in after if after[table] != before[table]),
        *(f"The other organisation was told {dict(it.heard)}." for it in strangers if it.heard),
        *(f"Somebody was told of another organisation's things: {dict(it.heard)}." for it in attackers
          if any(one in str(it.heard) for one in theirs)),
    ]  # fmt: skip


def faults_where_off(plugin: Plugin, app: App, sockets: Sockets) -> list[str]:
    """A line for each event that answers otherwise than one that never was, where the plugin is switched off."""
    ids, people = _ids(app, plugin, WITHOUT), _people(sockets, WITHOUT)
    return [
        f"Event {event.name} answers where {plugin.name} is switched off."
        for event in plugin.realtime.events
        for person in people
        if person.ask(event.name, _payload(event, ids)) != person.ask(NEVER)
    ]


def _people(sockets: Sockets, slug: str) -> People:
    """A help seeker, and somebody who may do everything there."""
    return sockets.seeker(slug), sockets.staff(slug, *ORGANISATION_ROLES)


def _ids(app: App, plugin: Plugin, slug: str) -> Ids:
    """One new example of each thing of the plugin's own, and of what of the core its events name."""
    named = {name for event in plugin.realtime.events for name in event.ids.values()}
    own = examples_of(plugin.card).keys() - examples_of(None).keys()
    return {name: app.make(slug, plugin.name, name) for name in sorted(own | named)}


def _payload(event: RealtimeEvent, ids: Ids) -> dict[str, Any]:
    return payload(event.schema, {field: ids[name] for field, name in event.ids.items()})


def _send_at_home(plugin: Plugin, people: People, ids: Ids) -> list[str]:
    """Everybody sends each event with ids of their own organisation, in the order declared; the unanswered ones.

    One that takes no id may go unanswered: it may ask for something that was done on a page before.
    """
    unanswered = []
    for event in plugin.realtime.events:
        answers = [person.ask(event.name, _payload(event, ids)) for person in people]
        if event.ids and all("error" in (answer or {}) for answer in answers):
            unanswered.append(event.name)
    return unanswered


def _attacks(plugin: Plugin, attackers: People, theirs: Sequence[str]) -> Iterator[str]:
    """Each event by everybody with each foreign id in each place of one; a line for what differs from no id at all."""
    for event in plugin.realtime.events:
        for person in attackers:
            for foreign in theirs if event.ids else ("",):
                answer, never = (_answer(person, event, one) for one in (foreign, str(uuid4())))
                if event.ids and answer != never:
                    yield f"Event {event.name} tells another organisation's id from none: {answer} and {never}."
                if any(one in answer for one in theirs):
                    yield f"Event {event.name} shows another organisation's id: {answer}."


def _answer(person: Socket, event: RealtimeEvent, one: str) -> str:
    """The answer to an event with this id, as text without it."""
    answer = person.ask(event.name, payload(event.schema, dict.fromkeys(event.ids, one)))
    return str(answer).replace(one, "<asked>") if one else str(answer)


def _settle(people: People) -> None:
    """Waits until nobody is told anything any more. An answer comes after all that was told before it."""
    until = time.monotonic() + WITHIN
    while time.monotonic() < until:
        told = [_told(person) for person in people]
        time.sleep(QUIET)
        for person in people:
            person.ask(NEVER)
        if [_told(person) for person in people] == told:
            return


def _told(person: Socket) -> int:
    return sum(len(news) for news in person.heard.values())
