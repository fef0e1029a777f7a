"""A solved challenge counts for what it was made for, and nothing can be shifted, changed or made up."""

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.crypto import KeyRing
from core.crypto.proof_of_work import LONGEST_PAYLOAD, Purpose, make_challenge, solve, solved
from core.testing.clocks import FixedClock

pytestmark = pytest.mark.promise_p13

HERE, THERE = uuid4().bytes, uuid4().bytes
CLOCK = FixedClock()
LATER = CLOCK() + timedelta(minutes=10)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> KeyRing:
    return KeyRing(tmp_path_factory.mktemp("work") / "keys")


@pytest.fixture(scope="module")
def work(keys: KeyRing) -> str:
    """A solved challenge for the chat of an organisation."""
    return solve(make_challenge(keys, Purpose(HERE, "chat.start", LATER), 16))


def opened(payload: str) -> Any:
    return json.loads(base64.b64decode(payload))


def closed(content: Any) -> str:
    return base64.b64encode(json.dumps(content).encode()).decode()


def test_it_counts_for_its_organisation_action_and_time_alone(keys: KeyRing, work: str, tmp_path: Path) -> None:
    name = solved(keys, HERE, "chat.start", work, CLOCK())
    assert name is not None
    assert solved(keys, HERE, "chat.start", work, LATER - timedelta(seconds=1)) == name
    assert solved(keys, HERE, "chat.start", work, LATER) is None
    assert solved(keys, THERE, "chat.start", work, CLOCK()) is None
    assert solved(keys, HERE, "forum.post", work, CLOCK()) is None
    assert solved(KeyRing(tmp_path / "other"), HERE, "chat.start", work, CLOCK()) is None


def _later(data: dict[str, Any]) -> None:
    data["until"] += 3600


def _shifted(data: dict[str, Any]) -> None:
    """The splice: a digit of one part becomes the first of the next."""
    text = str(data["until"])
    data["until"], data["once"] = int(text[:-1]), text[-1] + data["once"]


def _renamed(data: dict[str, Any]) -> None:
    data["once"] = "another"


def _of_another(data: dict[str, Any]) -> None:
    data["for"] = "0" * 64


@pytest.mark.parametrize("change", [_later, _shifted, _renamed, _of_another])
def test_no_part_of_it_can_be_changed_or_shifted(
    keys: KeyRing, work: str, change: Callable[[dict[str, Any]], None]
) -> None:
    content = opened(work)
    change(content["challenge"]["parameters"]["data"])
    assert solved(keys, HERE, "chat.start", closed(content), CLOCK()) is None


def test_an_easier_challenge_or_none_is_not_enough(keys: KeyRing, work: str) -> None:
    for name, value in (
        ("cost", 1),
        ("keyPrefix", ""),
        ("keyPrefix", "0"),
        ("algorithm", "SHA-256"),
        ("keySignature", None),
    ):
        content = opened(work)
        content["challenge"]["parameters"][name] = value
        assert solved(keys, HERE, "chat.start", closed(content), CLOCK()) is None, name
    for name, value in (("derivedKey", "00"), ("derivedKey", 7), ("derivedKey", None)):
        content = opened(work)
        content["solution"][name] = value
        assert solved(keys, HERE, "chat.start", closed(content), CLOCK()) is None
    unsolved = {"challenge": opened(work)["challenge"], "solution": {"counter": 0, "derivedKey": "00" * 32}}
    assert solved(keys, HERE, "chat.start", closed(unsolved), CLOCK()) is None


def test_two_cannot_be_spliced_into_one(keys: KeyRing, work: str) -> None:
    other = opened(solve(make_challenge(keys, Purpose(THERE, "chat.start", LATER), 16)))
    mine = opened(work)
    for whose, part in ((mine, other), (other, mine)):
        for name in ("data", "nonce", "salt", "keySignature", "keyPrefix"):
            content = json.loads(json.dumps(whose))
            content["challenge"]["parameters"][name] = part["challenge"]["parameters"][name]
            assert solved(keys, HERE, "chat.start", closed(content), CLOCK()) is None
        assert solved(keys, HERE, "chat.start", closed({**whose, "solution": part["solution"]}), CLOCK()) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda it: st.lists(it) | st.dictionaries(st.text(), it)
)


@settings(max_examples=40, deadline=None)
@given(
    noise=st.text(max_size=80) | st.binary(max_size=80).map(lambda it: base64.b64encode(it).decode()) | JSON.map(closed)
)
def test_noise_is_nothing(keys: KeyRing, noise: str) -> None:
    assert solved(keys, HERE, "chat.start", noise, CLOCK()) is None


@settings(max_examples=40, deadline=None)
@given(
    noise=JSON, place=st.sampled_from(["challenge", "solution", "parameters", "data", "signature", "algorithm", "cost"])
)
def test_noise_within_a_real_one_is_nothing(keys: KeyRing, work: str, noise: Any, place: str) -> None:
    content = opened(work)
    inner = {
        "challenge": content,
        "solution": content,
        "parameters": content["challenge"],
        "signature": content["challenge"],
    }.get(place, content["challenge"]["parameters"])
    if inner.get(place) != noise:
        inner[place] = noise
        assert solved(keys, HERE, "chat.start", closed(content), CLOCK()) is None


def test_a_giant_is_not_even_read(keys: KeyRing) -> None:
    assert solved(keys, HERE, "chat.start", "A" * (LONGEST_PAYLOAD + 1), CLOCK()) is None
