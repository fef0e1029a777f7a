"""Passwords at a low cost, because tests hash many."""

import pytest
from argon2 import PasswordHasher

from core.crypto import passwords


@pytest.fixture
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash passwords fast, the one for unknown names too."""
    cheap = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", cheap)
    monkeypatch.setattr(passwords, "_NOBODY", cheap.hash("nobody's"))
