"""A changed byte, another purpose, another key or a late hour: a signed token is refused."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.crypto import choose, digest, equal, fingerprint, new_token, read, sign

KEY = b"k" * 32
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SOON = NOW + timedelta(seconds=60)
FROZEN = "cece05c463a5ee5ff1347b8914f9285fde1cfac98707326fe43e3d0cc0055cb0"
parts = st.lists(st.text(max_size=8) | st.binary(max_size=8), max_size=4)


def _as_bytes(items: list[str | bytes]) -> list[bytes]:
    return [item.encode() if isinstance(item, str) else item for item in items]


@given(parts, parts)
def test_a_digest_tells_its_parts_apart(left: list[str | bytes], right: list[str | bytes]) -> None:
    same = _as_bytes(left) == _as_bytes(right)
    assert (digest(KEY, "p", *left) == digest(KEY, "p", *right)) is same


def test_a_digest_depends_on_key_and_purpose() -> None:
    assert len({digest(KEY, "a", "x"), digest(KEY, "b", "x"), digest(b"q" * 32, "a", "x")}) == 3


def test_a_digest_stays_the_same_over_versions() -> None:
    """Cookies and rows made by an earlier version must still be found."""
    assert digest(KEY, "session", "a", b"b").hex() == FROZEN


@given(st.dictionaries(st.text(max_size=5), st.none() | st.booleans() | st.integers() | st.text(max_size=9)))
def test_claims_come_back_until_the_token_expires(claims: dict[str, object]) -> None:
    token = sign(KEY, "p", claims, SOON)
    assert read(KEY, "p", token, SOON - timedelta(microseconds=1)) == claims
    assert read(KEY, "p", token, SOON) is None


@given(st.data())
def test_any_changed_character_is_refused(data: st.DataObject) -> None:
    token = sign(KEY, "p", {"tenant": "a", "n": 1}, SOON)
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters().filter(lambda character: character != token[place]))
    assert read(KEY, "p", token[:place] + other + token[place + 1 :], NOW) is None


@given(st.text(st.characters()) | st.just("\ud800.\udfff") | st.binary().map(lambda raw: raw.decode("latin-1")))
def test_any_other_text_is_refused(text: str) -> None:
    assert read(KEY, "p", text, NOW) is None


def test_a_cut_or_lengthened_token_is_refused() -> None:
    token = sign(KEY, "p", {}, SOON)
    assert all(read(KEY, "p", token[:end], NOW) is None for end in range(len(token)))
    assert all(read(KEY, "p", token + more, NOW) is None for more in ("=", ".", "A", "\n", " "))


def test_a_token_is_good_for_its_purpose_and_key_only() -> None:
    token = sign(KEY, "realtime", {"a": 1}, SOON)
    assert read(KEY, "other", token, NOW) is None
    assert read(b"q" * 32, "realtime", token, NOW) is None


def test_new_tokens_are_long_url_safe_and_never_the_same() -> None:
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert all(len(token) == 43 and token.replace("-", "").replace("_", "").isalnum() for token in tokens)


def test_choosing_reaches_every_option() -> None:
    assert {choose("abc") for _ in range(200)} == set("abc")


def test_equal_takes_text_and_bytes() -> None:
    assert equal("é", "é")
    assert equal("a", b"a")
    assert not equal("a", "b")
    assert not equal("a", "ab")


def test_a_fingerprint_is_the_common_sha256() -> None:
    assert fingerprint(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
