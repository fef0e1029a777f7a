"""A realtime token: for one organisation, one minute, one use; any change is refused."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.access.once import MemoryOnce
from core.access.realtime_tokens import RealtimeIdentity, TokenReader, issue
from core.crypto import KeyRing, sign

NOW = datetime(2026, 11, 23, 16, tzinfo=UTC)
TENANT, SESSION = uuid4(), uuid4()


class _Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> _Clock:
    return _Clock()


@pytest.fixture
def keys(tmp_path: Path) -> KeyRing:
    return KeyRing(tmp_path)


@pytest.fixture
def reader(keys: KeyRing, clock: _Clock) -> TokenReader:
    return TokenReader(keys, clock, MemoryOnce(clock))


def test_a_token_says_whose_socket_it_is(reader: TokenReader, keys: KeyRing, clock: _Clock) -> None:
    seeker = issue(keys, clock, TENANT, "seeker", "ab12", None)
    staff = issue(keys, clock, TENANT, "staff", "some-id", str(SESSION))
    assert reader.read(seeker) == RealtimeIdentity(TENANT, "seeker", "ab12", None)
    assert reader.read(staff) == RealtimeIdentity(TENANT, "staff", "some-id", SESSION)


def test_a_token_is_good_for_one_use(reader: TokenReader, keys: KeyRing, clock: _Clock) -> None:
    token = issue(keys, clock, TENANT, "seeker", "ab12", None)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(reader.read, [token] * 40))
    assert len([answer for answer in answers if answer is not None]) == 1
    clock.now += timedelta(seconds=59)
    assert reader.read(token) is None


def test_a_token_lives_a_minute(reader: TokenReader, keys: KeyRing, clock: _Clock) -> None:
    early, late = (issue(keys, clock, TENANT, "seeker", "ab12", None) for _ in range(2))
    clock.now = NOW + timedelta(seconds=59.9)
    assert reader.read(early)
    clock.now = NOW + timedelta(seconds=60)
    assert reader.read(late) is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_flipped_byte_is_refused_and_uses_nothing_up(
    reader: TokenReader, keys: KeyRing, clock: _Clock, data: st.DataObject
) -> None:
    token = issue(keys, clock, TENANT, "staff", "some-id", SESSION)
    raw = bytearray(token.encode())
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    assert reader.read(raw.decode("latin-1")) is None
    assert reader.read(token)


def test_a_token_of_another_installation_or_for_another_purpose_is_refused(
    reader: TokenReader, keys: KeyRing, clock: _Clock, tmp_path: Path
) -> None:
    foreign = issue(KeyRing(tmp_path / "elsewhere"), clock, TENANT, "seeker", "ab12", None)
    claims = {"tenant": str(UUID(int=1)), "subject": "staff", "key": "x", "session": None, "once": "y"}
    misused = sign(keys.secret("realtime-tokens"), "hand-over", claims, NOW + timedelta(seconds=60))
    assert reader.read(foreign) is None
    assert reader.read(misused) is None
