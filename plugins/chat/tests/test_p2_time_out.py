"""P2: a time-out without an identity. Pages, sockets and queue of a whole installation, on both databases."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from core.testing.app import OTHER, WITH, App, site
from core.testing.clocks import FixedClock
from core.testing.people import deeds
from core.testing.rows import everything_of
from core.testing.sockets import Socket, Sockets

from ..models import Conversation
from .live.people import some_entry

pytestmark = pytest.mark.promise_p2

HOME, SCHOOL = "127.0.0.1", "203.0.113.9"
"""Addresses: that of the sockets of a test, and another."""
SENTENCE = "Je krijgt een pauze tot 16.45 uur, omdat er werd gescholden. Daarna ben je weer welkom."


class House:
    """People at one organisation, each with a browser session of their own."""

    def __init__(self, app: App, sockets: Sockets) -> None:
        self.app, self.sockets = app, sockets
        self.helper = sockets.staff(WITH, "helper")
        self.at(HOME)

    def at(self, address: str) -> None:
        """From here the next requests for pages come."""
        self.app.pages.extra_environ["REMOTE_ADDR"] = address

    def ask_for_place(self, cookie: str, danger: str = "no", slug: str = WITH) -> Any:
        return self.app.ask(site(slug), "/hier/wachten", "POST", cookie, danger=danger).json

    def join(self, cookie: str) -> tuple[Socket, str]:
        """Somebody waits, and their page is there."""
        place = self.ask_for_place(cookie)
        socket = self.sockets.seeker(WITH, cookie)
        joined = socket.ask("chat.join", {"intake": some_entry(place["conversation"])})
        assert joined["conversation"] == place["conversation"]
        return socket, place["conversation"]

    def time_out(self, conversation: str, **given: Any) -> Any:
        payload = {"conversation": conversation, "minutes": 15, "reason": "swearing", **given}
        return self.helper.ask("chat.time_out", payload)

    def talk_and_give(self, cookie: str) -> Socket:
        """Somebody swears at the helper."""
        socket, conversation = self.join(cookie)
        assert "error" not in self.helper.ask("chat.take", {"conversation": conversation})
        assert self.time_out(conversation) == {"state": "ended"}
        return socket

    def row(self, conversation: str) -> Conversation:
        found = self.app.do(WITH, lambda session: session.find(Conversation, UUID(conversation)))
        assert found is not None
        return found


@pytest.fixture
def house(app: App, sockets: Sockets) -> House:
    return House(app, sockets)


def cookie() -> str:
    """A new browser session."""
    return f"seeker={uuid4().hex}{'y' * 11}"


def test_the_session_is_refused_everywhere_to_the_end_and_only_it_can_see_why(
    house: House, clock: FixedClock, promise_report: Callable[[str], None]
) -> None:
    anna, other = cookie(), cookie()
    talking = house.talk_and_give(anna)
    assert talking.hear("chat.state", lambda news: news["state"] == "ended")["by"] == "timeout"
    tried = 0
    for seconds in (0, 1, 14 * 60 + 58):
        clock.advance(seconds=seconds)
        page = house.app.ask(site(WITH), "/hier", cookie=anna)
        assert SENTENCE in page.text
        assert "seeker.js" not in page.text
        assert page.html.select('a[href="tel:112"]')
        for danger in ("no", "yes"):
            assert house.ask_for_place(anna, danger) == {"refused": SENTENCE}
        with pytest.raises(ConnectionError):
            house.sockets.seeker(WITH, anna)
        assert house.app.ask(site(WITH), "/", cookie=anna).status_int == 200, "reading stays open"
        for stranger in ("", other):
            assert "Even pauze" not in house.app.ask(site(WITH), "/hier", cookie=stranger).text
        tried += 4
    assert "conversation" in house.ask_for_place(anna, slug=OTHER), "another organisation knows nothing of it"
    clock.advance(seconds=1)
    assert "Even pauze" not in house.app.ask(site(WITH), "/hier", cookie=anna).text
    assert "conversation" in house.ask_for_place(anna)
    house.sockets.seeker(WITH, anna)
    promise_report(f"{tried} tries by page, place and socket until the end: all refused, with reason, end and phone")


def test_others_at_that_address_wait_at_most_two_minutes_longer_and_nobody_in_danger(
    house: House, clock: FixedClock, promise_report: Callable[[str], None]
) -> None:
    house.talk_and_give(cookie())
    others, conversation = house.join(cookie())
    latest = clock() + timedelta(minutes=2)
    assert clock() < house.row(conversation).joined_at <= latest
    assert others.ask("chat.hello")["ahead"] == 0, "it is the ordinary waiting room"
    assert house.helper.ask("chat.watch")["queue"] == {"total": 0, "waiting": []}
    assert house.helper.ask("chat.take", {"conversation": conversation})["error"] == "away"

    assert house.row(house.ask_for_place(cookie(), "yes")["conversation"]).joined_at == clock(), "in danger"
    house.at(SCHOOL)
    assert house.row(house.ask_for_place(cookie())["conversation"]).joined_at == clock(), "another address"
    house.at(HOME)

    clock.advance(minutes=2)
    shown = [one["conversation"] for one in house.helper.ask("chat.watch")["queue"]["waiting"] if one["present"]]
    assert shown == [conversation]
    assert "error" not in house.helper.ask("chat.take", {"conversation": conversation})
    clock.advance(minutes=13)
    assert house.row(house.ask_for_place(cookie())["conversation"]).joined_at == clock(), "over with the time-out"
    promise_report("another browser there: 90 s later, in danger or elsewhere: at once")


def test_only_the_helper_of_the_conversation_can_give_one_and_it_is_on_record_without_a_trace(
    house: House, sockets: Sockets
) -> None:
    anna = cookie()
    socket, conversation = house.join(anna)
    assert house.time_out(conversation) == {"error": "not_found"}, "nobody took it yet"
    assert "error" not in house.helper.ask("chat.take", {"conversation": conversation})
    colleague = sockets.staff(WITH, "helper")
    given = {"conversation": conversation, "minutes": 15, "reason": "swearing"}
    assert colleague.ask("chat.time_out", given) == {"error": "not_found"}
    assert socket.ask("chat.time_out", given) == {"error": "not_found"}, "a help seeker gives none"
    assert house.time_out(conversation, minutes=16) == {"error": "not_offered"}
    assert house.time_out(conversation, reason="because of what she said") == {"error": "malformed"}

    assert house.time_out(conversation) == house.time_out(conversation) == {"state": "ended"}
    done = [action for _, action in house.app.do(WITH, deeds) if action.startswith("chat.")]
    assert done == ["chat.conversation_taken", "chat.conversation_ended", "chat.time_out_given"] or sorted(done) == [
        "chat.conversation_ended",
        "chat.conversation_taken",
        "chat.time_out_given",
    ], "once, though the page asked twice"
    stored = " ".join(_stored(house.app)["audit_record"])
    key = house.row(conversation).seeker_key
    for trace in (anna.partition("=")[2], key, conversation, UUID(conversation).hex, "swearing", HOME):
        assert trace not in stored


def test_who_swears_and_runs_gets_one_too_until_ten_minutes_later(house: House, clock: FixedClock) -> None:
    anna = cookie()
    socket, conversation = house.join(anna)
    assert "error" not in house.helper.ask("chat.take", {"conversation": conversation})
    assert socket.ask("chat.end", {"conversation": conversation}) == {"state": "ended"}
    clock.advance(minutes=9)
    assert house.time_out(conversation) == {"state": "ended"}
    assert "refused" in house.ask_for_place(anna)
    assert house.row(house.ask_for_place(cookie())["conversation"]).joined_at > clock(), "the address is known still"


def test_where_the_tags_are_away_people_get_in(house: House, clock: FixedClock, monkeypatch: Any) -> None:
    class Away:
        def __getattr__(self, name: str) -> Any:
            raise OSError("away")

    anna = cookie()
    monkeypatch.setattr(house.app.installation.tags, "_store", Away())
    house.talk_and_give(anna)
    assert "refused" in house.ask_for_place(anna), "the session is refused by its row"
    assert house.row(house.ask_for_place(cookie())["conversation"]).joined_at == clock()


def test_no_tag_is_in_the_database(house: House) -> None:
    house.talk_and_give(cookie())
    house.join(cookie())
    kept = house.app.installation.tags._store._kept  # type: ignore[attr-defined]
    tags = {value for value, _ in kept.values() if len(value) == 8}
    tags |= {bytes.fromhex(name.partition(":")[2]) for name in kept if name.startswith("marked:")}
    assert tags
    stored = repr(_stored(house.app))
    for tag in tags:
        assert tag.hex() not in stored
        assert repr(tag)[2:-1] not in stored


def _stored(app: App) -> dict[str, list[str]]:
    return dict(everything_of(app.installation.engine, app.tenant(WITH).id))
