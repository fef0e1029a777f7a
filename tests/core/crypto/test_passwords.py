"""Passwords are hashed with Argon2id, two at a time; a name that nobody has costs as much as a wrong password."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.low_level import Type

from core.crypto import hash_password, needs_rehash, passwords, verify_password


def test_the_right_password_is_right_and_others_are_not() -> None:
    stored = hash_password("wilg molen zes")
    assert verify_password(stored, "wilg molen zes")
    assert not verify_password(stored, "wilg molen zeven")
    assert not verify_password(stored, "")


def test_the_same_password_gives_another_hash_each_time_and_is_not_in_it() -> None:
    one, two = hash_password("wilg"), hash_password("wilg")
    assert one != two
    assert "wilg" not in one
    assert extract_parameters(one).type is Type.ID


def test_two_spellings_of_an_accent_are_one_password() -> None:
    assert verify_password(hash_password("caf\u00e9"), "cafe\u0301")


def test_nobodys_password_is_never_right_and_costs_the_same() -> None:
    assert not verify_password(None, "x")
    assert extract_parameters(passwords._NOBODY) == extract_parameters(hash_password("x"))


def test_a_damaged_hash_is_a_wrong_password() -> None:
    assert not verify_password("$argon2id$broken", "x")


def test_an_older_cost_asks_for_a_new_hash() -> None:
    assert needs_rehash(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("x"))
    assert not needs_rehash(hash_password("x"))


def test_at_most_two_hashes_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    counter = _Counter()
    monkeypatch.setattr(passwords, "_hasher", counter)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: verify_password(None, "x"), range(8)))
    assert counter.calls == 8
    assert counter.most == 2


class _Counter:
    """Stands in for the hasher: counts how many are inside; the barrier keeps two in until both are."""

    def __init__(self) -> None:
        self.calls = self.inside = self.most = 0
        self._lock, self._pair = threading.Lock(), threading.Barrier(2)

    def verify(self, *_: Any) -> None:
        with self._lock:
            self.calls += 1
            self.inside += 1
            self.most = max(self.most, self.inside)
        self._pair.wait(5)
        with self._lock:
            self.inside -= 1
