"""The waits: none at first, never shrinking, never endless; and a name is counted by a digest that only we can make."""

from pathlib import Path
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from core.crypto import KeyRing
from core.identity.services.throttle import FREE_ATTEMPTS, LONGEST_WAIT, name_digest, wait_after


@given(st.integers(0, 10_000))
def test_waits_never_shrink_and_never_pass_the_longest(attempts: int) -> None:
    assert wait_after(attempts) <= wait_after(attempts + 1) <= LONGEST_WAIT


def test_the_first_attempts_are_free_and_many_cost_the_longest_wait() -> None:
    assert not any(wait_after(attempts) for attempts in range(FREE_ATTEMPTS))
    assert wait_after(FREE_ATTEMPTS)
    assert wait_after(1000) == LONGEST_WAIT


def test_one_name_is_counted_as_one_however_typed_and_apart_per_organisation(tmp_path: Path) -> None:
    keys, here, there = KeyRing(tmp_path), uuid4(), uuid4()
    assert name_digest(keys, here, "noor") == name_digest(keys, here, " NOOR ")
    digests = {
        name_digest(keys, here, "noor"),
        name_digest(keys, there, "noor"),
        name_digest(keys, here, "noo"),
        name_digest(KeyRing(tmp_path / "other"), here, "noor"),
    }
    assert len(digests) == 4
