"""The writer against a model that a child could follow: whatever groups come, both hold the same entries."""

from dataclasses import dataclass, field
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.realtime.journal_writer import Entry
from tests.core.realtime.writing import Desk, make_entry, seqs

_IDS = [UUID(int=number) for number in range(1, 6)]
"""Few, so that repeats and clashes are common."""


@dataclass
class Model:
    """What a stream is, in the simplest words."""

    rows: dict[UUID, list[Entry]] = field(default_factory=dict)
    closed: set[UUID] = field(default_factory=set)

    def write(self, entry: Entry, is_own: bool) -> int | str:
        """The place that the entry gets, or the word of its refusal."""
        rows = self.rows[entry.stream_id] if is_own else []
        for place, known in enumerate(rows, start=1):
            if (known.sender, known.client_id) == (entry.sender, entry.client_id):
                return place if known.body == entry.body else "client_id_reused"
        if not is_own or entry.stream_id in self.closed:
            return "ended"
        rows.append(entry)
        return len(rows)


@dataclass(frozen=True)
class Step:
    """One entry to write: in which of the streams, by whom, with which id and body; or a stream to close before."""

    stream: int
    foreign: bool
    sender: str
    client_id: UUID
    body: bytes
    closes: bool


_STEPS = st.builds(
    Step,
    stream=st.integers(0, 2),
    foreign=st.sampled_from([False] * 7 + [True]),
    sender=st.sampled_from(["seeker", "helper"]),
    client_id=st.sampled_from(_IDS),
    body=st.sampled_from([b"a", b"b"]),
    closes=st.sampled_from([False] * 15 + [True]),
)
_GROUPS = st.lists(st.lists(_STEPS, min_size=1, max_size=8), min_size=1, max_size=6)


@pytest.mark.parametrize("examples", [40])
def test_any_groups_give_what_the_model_gives(desk: Desk, examples: int) -> None:
    @settings(max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(groups=_GROUPS)
    def run(groups: list[list[Step]]) -> None:
        # Streams 0 and 1 are here, 2 is the other organisation's; new ones for each example.
        streams = [desk.open(), desk.open(), desk.open(desk.there)]
        model = Model({stream: [] for stream in streams})
        for group in groups:
            _close(desk, model, streams, group)
            _write(desk, model, streams, group)
        _compare(desk, model, streams)

    run()


def _close(desk: Desk, model: Model, streams: list[UUID], group: list[Step]) -> None:
    for step in group:
        if step.closes and step.stream < 2:
            desk.close(streams[step.stream])
            model.closed.add(streams[step.stream])


def _write(desk: Desk, model: Model, streams: list[UUID], group: list[Step]) -> None:
    entries, own = [], []
    for step in group:
        owner = desk.there if step.stream == 2 else desk.here
        stranger = desk.here if step.stream == 2 else desk.there
        tenant = stranger if step.foreign else owner
        entries.append(
            make_entry(tenant, streams[step.stream], step.body, sender=step.sender, client_id=step.client_id)
        )
        own.append(not step.foreign)
    expected = [model.write(entry, is_own) for entry, is_own in zip(entries, own, strict=True)]
    assert seqs(desk.write(*entries)) == expected


def _compare(desk: Desk, model: Model, streams: list[UUID]) -> None:
    for number, stream in enumerate(streams):
        tenant = desk.there if number == 2 else desk.here
        rows = [(place, entry.sender, entry.body) for place, entry in enumerate(model.rows[stream], start=1)]
        assert desk.stored(stream, tenant) == rows
        assert desk.last_seq(stream, tenant) == len(rows)
