"""P6: no route, event or table is left out of the proof."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal
from uuid import UUID

import pytest
from pydantic import UUID4, BaseModel, Field

from core.plugin_host.discovery import find_plugins
from core.plugin_host.host import PluginHost
from core.testing.examples import NO_IDS, examples_of, faults, parts_of, routes_of
from core.testing.schemas import payload, uuid_fields
from core.testing.throwaway import workshop_in

pytestmark = pytest.mark.promise_p6


def test_each_id_of_a_route_or_event_has_an_example(promise_report: Callable[[str], None]) -> None:
    plugins = PluginHost(find_plugins())
    assert faults(plugins) == []
    parts = sum(len(parts_of(route)) for _, route in routes_of(plugins))
    events = [event for _, event in plugins.events.values()]
    fields = sum(len(event.ids) for event in events)
    promise_report(f"{parts} ids in addresses, {fields} in {len(events)} realtime events: each has an example")


def test_each_event_can_be_sent() -> None:
    for _, event in PluginHost(find_plugins()).events.values():
        payload(event.schema, {})


def test_reviewed_parts_exist() -> None:
    known = {
        (route.name, part) for _, route in routes_of(PluginHost(find_plugins())) for part in route_parts(route.path)
    }
    assert set(NO_IDS) <= known


def route_parts(path: str) -> list[str]:
    return [piece.split("}")[0].split(":")[0] for piece in path.split("{")[1:]]


HOOKS = """
from uuid import UUID
from pydantic import BaseModel
from core.api import Permission, Realtime, RealtimeEvent, Route, hookimpl


class About(BaseModel):
    thing: UUID
    client_id: UUID


async def nothing(call, payload):
    return {{}}


@hookimpl
def declare_routes():
    return (Route("lax.thing", "{path}", dict, public=True),)


@hookimpl
def declare_realtime():
    return Realtime(events=(RealtimeEvent("lax.thing", About, nothing, frozenset({{"seeker"}}), ids={ids}),))
"""
EXAMPLES = "EXAMPLES = {'thing': lambda session: 'x'}"


@pytest.mark.parametrize(
    ("path", "ids", "examples", "said"),
    [
        ("/lax/{thing}", {"thing": "thing"}, EXAMPLES, []),
        ("/lax", {"thing": "thing"}, EXAMPLES, []),
        ("/lax/{thing}", {"thing": "thing"}, "EXAMPLES = {}", ["Route lax.thing", "Event lax.thing"]),
        ("/lax/{other:[a-z]+}", {"thing": "thing"}, EXAMPLES, ["Route lax.thing: there is no example of {other}"]),
        ("/lax/*rest", {"thing": "thing"}, EXAMPLES, ["Route lax.thing: there is no example of {rest}"]),
        ("/lax", {}, EXAMPLES, ["Event lax.thing: thing is a UUID"]),
        ("/lax", {"thing": "thing", "no": "thing"}, EXAMPLES, ["Event lax.thing: its `ids` name no"]),
        ("/lax/{thing}", {"thing": "thing"}, None, ["Route lax.thing", "Event lax.thing"]),
    ],
)
def test_an_id_without_an_example_fails_the_build(
    path: str, ids: Mapping[str, str], examples: str | None, said: list[str], tmp_path: Path
) -> None:
    with workshop_in(tmp_path) as workshop:
        files = {} if examples is None else {"examples": examples}
        card = workshop.plugin("lax", HOOKS.format(path=path, ids=ids), **files)
        found = faults(PluginHost([card]))
    assert len(found) == len(said), found
    for sentence, beginning in zip(found, said, strict=True):
        assert sentence.startswith(beginning)


class Deep(BaseModel):
    """A model within a model, and within itself."""

    deep: UUID
    again: "Deep | None" = None


@dataclass
class Data:
    """No model, but known to pydantic."""

    held: UUID


class Cat(BaseModel):
    """One of two."""

    kind: Literal["cat"]
    cat: UUID4


class Dog(BaseModel):
    """The other of two."""

    kind: Literal["dog"]
    dog: list[UUID]


class Schema(BaseModel):
    """UUIDs in every kind of place, and what is none."""

    plain: UUID
    maybe: UUID | None
    many: list[Annotated[UUID, Field(title="one")]]
    keys: dict[UUID, int]
    pairs: tuple[int, UUID]
    inner: Deep
    data: Data
    animal: Annotated[Cat | Dog, Field(discriminator="kind")]
    number: Annotated[int, Field(ge=3)]
    text: Annotated[str, Field(min_length=6)]
    words: Annotated[list[str], Field(min_length=1)]
    choice: Literal["x", "y"]


def test_ids_are_found_wherever_they_lie_in_a_payload() -> None:
    deep = ["animal.cat", "animal.dog", "data.held", "inner.deep", "keys", "many", "maybe", "pairs", "plain"]
    assert uuid_fields(Schema) == deep


def test_a_payload_carries_the_ids_that_it_is_given() -> None:
    class Usual(BaseModel):
        about: UUID
        inner: Deep
        number: Annotated[int, Field(ge=3)]
        words: Annotated[list[str], Field(min_length=1)]
        choice: Literal["x", "y"]
        on: bool

    given = "00000000-0000-4000-8000-000000000001"
    made = Usual.model_validate(payload(Usual, {"about": given, "inner.deep": given}))
    assert (str(made.about), str(made.inner.deep)) == (given, given)
    assert payload(Usual, {})["about"] != payload(Usual, {})["about"]


def test_a_plugins_examples_stand_beside_the_cores(tmp_path: Path) -> None:
    with workshop_in(tmp_path) as workshop:
        card = workshop.plugin("lax", examples=EXAMPLES)
        assert set(examples_of(card)) == {*examples_of(None), "thing"}
