"""Staff's browsers remember which list of keys they saw: nobody leads them back or astray, over a refresh or a day."""

import json
from typing import Any

import pytest
from playwright.sync_api import Page, Route

from core.clock import utc_now
from core.crypto.sealing import KeysDocument, SigningKey, Succession
from core.database.engine import make_engine
from core.testing.browser import Visit
from core.testing.server import RunningServer
from core.testing.staff import tenant_id

pytestmark = pytest.mark.browser

READ = """async ({ address, tenant, remember, hours }) => {
  const clock = Date.now;
  Date.now = () => clock() + hours * 3600000;
  try {
    const own = document.querySelector("script[src*='core/']").src;
    const { readTrust } = await import(own.replace(/[^/]+$/, "keys/list.js"));
    return (await readTrust({ tenant, address, remember })).version;
  } catch (error) {
    return error.code || error.constructor.name;
  } finally {
    Date.now = clock;
  }
}"""


class Lists:
    """What the pages' origin hands out, as a test says it."""

    def __init__(self, page: Page, server: RunningServer) -> None:
        """On the page of an organisation's workplace."""
        engine = make_engine(f"sqlite:///{server.home / 'luwte.db'}")
        self.tenant = tenant_id(engine, "luisterboom")
        engine.dispose()
        self.now = int(utc_now().timestamp())
        self.files: dict[str, str] = {}
        self.page, self.address = page, f"/keys/{self.tenant}/"
        page.route("**/keys/*/*.json", self._answer)
        page.goto(server.address("luisterboom-werk.localhost", "/aanmelden"))

    def _answer(self, route: Route) -> None:
        text = self.files.get(route.request.url.rpartition("/")[2])
        route.fulfill(status=200 if text else 404, body=text or "", content_type="application/json")

    def lay(self, *documents: KeysDocument, waiting: KeysDocument | None = None) -> None:
        """These versions, the last of them the newest."""
        self.files = {f"{document.version}.json": document.to_json() for document in documents}
        found: dict[str, Any] = {"version": documents[-1].version, "waiting": waiting.version if waiting else None}
        self.files["newest.json"] = json.dumps(found)
        if waiting:
            self.files["waiting.json"] = waiting.to_json()

    def read(self, *, remember: bool = True, hours: float = 0) -> int | str:
        """The version that is believed, or why none is, so many hours from now."""
        asked = {"address": self.address, "tenant": str(self.tenant), "remember": remember, "hours": hours}
        found: int | str = self.page.evaluate(READ, asked)
        return found

    def first(self, root: SigningKey, **changes: Any) -> KeysDocument:
        """A first list under a key."""
        return KeysDocument(
            **{"tenant": self.tenant, "version": 1, "issued": self.now, "root": root.public, **changes}
        ).signed(root)

    def next(self, before: KeysDocument, root: SigningKey, **changes: Any) -> KeysDocument:
        """The list that follows on one."""
        follows = {"version": before.version + 1, "previous": before.digest, "successions": before.successions}
        return self.first(root, **{**follows, **changes})


@pytest.fixture
def lists(module_server: RunningServer, visit: Visit) -> Lists:
    return Lists(visit(), module_server)


def test_what_was_seen_once_is_followed_from_there(lists: Lists) -> None:
    root = SigningKey.new()
    one = lists.first(root)
    two, three = (second := lists.next(one, root)), lists.next(second, root)
    assert lists.read() == "NoList"
    lists.lay(one)
    assert lists.read() == 1
    lists.lay(one, two, three)
    assert lists.read() == 3
    lists.lay(one, two)
    assert lists.read() == "rolled_back"
    assert lists.read(remember=False) == 2
    lists.lay(one, two, lists.next(two, root, issued=lists.now + 1))
    assert lists.read() == "forked"
    lists.files["3.json"] = three.to_json().replace(str(lists.now), str(lists.now + 9), 1)
    assert lists.read() == "false_document"
    lists.lay(one, two, three)
    lists.files["newest.json"] = json.dumps({"version": 4, "waiting": None})
    lists.files["4.json"] = three.to_json()
    assert lists.read() == "false_document"


def test_a_new_key_counts_at_once_when_the_old_one_signed_it_and_a_day_later_when_nobody_did(lists: Lists) -> None:
    old, new, stranger = SigningKey.new(), SigningKey.new(), SigningKey.new()
    one = lists.first(old)
    lists.lay(one)
    assert lists.read() == 1
    vouched = (Succession(old.public, new.public, lists.now).signed(lists.tenant, old),)
    two = lists.next(one, new, successions=vouched)
    lists.lay(one, two)
    assert lists.read() == 2
    ghost = lists.next(two, stranger, successions=())
    lists.lay(one, two, ghost)
    assert lists.read() == "root_waits"
    assert lists.read(hours=23.9) == "root_waits"
    assert lists.read(hours=24.1) == 3


def test_the_wait_begins_when_the_new_key_is_first_seen_waiting(lists: Lists) -> None:
    old, stranger = SigningKey.new(), SigningKey.new()
    one = lists.first(old)
    ghost = lists.next(one, stranger)
    lists.lay(one, waiting=ghost)
    assert lists.read() == 1
    lists.lay(one, ghost)
    assert lists.read(hours=24.1) == 2


def test_help_seekers_pages_leave_nothing_behind(lists: Lists) -> None:
    lists.lay(lists.first(SigningKey.new()))
    assert lists.read(remember=False) == 1
    assert lists.page.evaluate("async () => (await indexedDB.databases()).map((one) => one.name)") == []
