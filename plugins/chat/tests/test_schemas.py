"""What events carry: any bytes come through as they are; everything else is refused before it is decoded."""

import base64
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from ..schemas import LONGEST_BODY, Join, Nothing, Resume, Sealed, Send, Typing

LONGEST_BYTES = LONGEST_BODY * 3 // 4


def _text(body: bytes) -> str:
    return base64.urlsafe_b64encode(body).rstrip(b"=").decode()


def _sealed(body: object, **changes: object) -> dict[str, Any]:
    return {"client_id": str(uuid4()), "version": 1, "body": body} | changes


def _faults(schema: Any, data: object) -> set[str]:
    with pytest.raises(ValidationError) as error:
        schema.model_validate(data)
    return {str(detail["type"]) for detail in error.value.errors()}


@given(st.binary(min_size=1, max_size=400))
@example(bytes(range(256)))
@example(b"\xfb\xff\xfe")
def test_any_bytes_come_through_as_they_are(body: bytes) -> None:
    assert Sealed.model_validate(_sealed(_text(body))).body == body
    padded = base64.urlsafe_b64encode(body).decode()
    assert Sealed.model_validate(_sealed(padded)).body == body


def test_the_longest_body_fits_and_one_byte_more_does_not() -> None:
    assert len(Sealed.model_validate(_sealed(_text(b"x" * LONGEST_BYTES))).body) == LONGEST_BYTES
    assert _faults(Sealed, _sealed(_text(b"x" * (LONGEST_BYTES + 1)))) == {"too_long"}
    assert _faults(Sealed, _sealed("é" * (LONGEST_BODY + 1))) == {"too_long"}


def test_an_empty_body_is_told_as_empty() -> None:
    assert _faults(Sealed, _sealed("")) == {"too_short"}
    assert _faults(Send, {"conversation": str(uuid4()), "entry": _sealed("")}) == {"too_short"}


@given(st.text(max_size=60))
@example("A")
@example("====")
@example("QQ=A")
@example("é")
@example("\x00")
@example("QQ\n")
@example("\ud800")
def test_any_text_is_either_read_or_refused(text: str) -> None:
    try:
        body = Sealed.model_validate(_sealed(text)).body
    except ValidationError:
        return
    assert len(body) >= 1


@pytest.mark.parametrize(
    "body", ["a b", "a\nb", "QQ=A", "AAAAA", "<script>", "ééé", "\x00\x00", 7, None, ["QQ"], {"a": 1}, True, 1.5]
)
def test_what_is_no_base64url_is_malformed(body: object) -> None:
    kinds = _faults(Sealed, _sealed(body))
    assert not any(kind.endswith(("too_short", "too_long")) for kind in kinds)


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "x"},
        {"client_id": None},
        {"version": -1},
        {"version": 0},
        {"version": "one"},
        {"sender": "helper"},
        {"seq": 1},
        {"at": "2026-01-01"},
    ],
    ids=str,
)
def test_nothing_else_fits_into_a_sealed_body(changes: dict[str, object]) -> None:
    assert _faults(Sealed, _sealed("QQ", **changes))


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=9), st.lists, max_leaves=5))
def test_odd_payloads_of_any_kind_are_refused_calmly(data: object) -> None:
    for schema in (Join, Send, Resume, Typing):
        assert _faults(schema, data)
        assert _faults(schema, {"conversation": data, "entry": data, "after": data, "on": data, "danger": data})


def test_where_a_page_goes_on_is_a_place() -> None:
    conversation = str(uuid4())
    assert Resume.model_validate({"conversation": conversation, "after": 0}).after == 0
    for after in (-1, 2**53 + 1, 1.5, "x", None, float("inf"), float("nan")):
        assert _faults(Resume, {"conversation": conversation, "after": after})


def test_an_event_without_content_carries_nothing() -> None:
    assert Nothing.model_validate({}).model_dump() == {}
    assert _faults(Nothing, {"conversation": str(uuid4())}) == {"extra_forbidden"}
