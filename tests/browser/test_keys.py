"""A coordinator's way in a real browser: the first key, a second coordinator, the sheet, helpers, another key."""

from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from core.clock import utc_now
from core.crypto.sealing import KeysDocument, fingerprint
from core.database.engine import make_engine
from core.identity.roles import COORDINATOR, HELPER
from core.keys.lists import PublicLists
from core.keys.services.checking import checked_history
from core.testing.accessible import faint_in_focus, violations_at_each_width
from core.testing.browser import Visit
from core.testing.organisations import add_tenant
from core.testing.server import RunningServer
from core.testing.staff import signed_in_staff, tenant_id

pytestmark = pytest.mark.browser


class Office:
    """An organisation that has just come to a running server, and has no key."""

    def __init__(self, server: RunningServer, slug: str) -> None:
        """`slug` is new."""
        self.server, self.slug, self.host = server, slug, f"{slug}-werk.localhost"
        engine = make_engine(f"sqlite:///{server.home / 'luwte.db'}")
        add_tenant(engine, slug)
        self.tenant: UUID = tenant_id(engine, slug)
        engine.dispose()
        self.lists = PublicLists(server.home / "public-keys", demo=True)

    def cookie(self, name: str, *roles: str) -> str:
        """A session of a new colleague."""
        return signed_in_staff(self.server, self.slug, [name], frozenset(roles))[0]

    def open(self, page: Page, cookie: str, path: str) -> Page:
        """A page of the workplace, in somebody's session."""
        page.context.clear_cookies()
        page.context.add_cookies([{"name": "staff", "value": cookie, "url": self.server.address(self.host)}])
        page.goto(self.server.address(self.host, path))
        return page

    def document(self) -> KeysDocument:
        """The newest list."""
        found = self.lists.read(self.tenant, int(utc_now().timestamp()))
        assert found
        return found


def step(page: Page, name: str) -> Any:
    return page.locator(f"[data-step={name}]")


def take_words(page: Page) -> str:
    """Reads the words that are shown, and types them."""
    expect(step(page, "words")).to_be_visible()
    words = page.inner_text("[data-words]")
    page.fill("#repeat", words)
    page.click("[data-form=repeat] button[type=submit]")
    expect(step(page, "desk")).to_be_visible()
    return words


def unlock(page: Page, words: str) -> None:
    page.fill("#unlock", words)
    page.click("[data-form=unlock] button[type=submit]")
    expect(page.locator("[data-with-key]").first).to_be_visible()


def accessible(page: Page) -> None:
    assert violations_at_each_width(page) == []
    assert faint_in_focus(page) == []


def test_from_no_key_to_a_helper_who_may_begin_and_on_to_another_key(
    module_server: RunningServer, visit: Visit
) -> None:
    office = Office(module_server, "nieuwland")
    anke, bas = (office.cookie(name, COORDINATOR) for name in ("anke", "bas"))
    page, helper = visit(locale="nl", bypass_csp=True), visit(locale="nl")
    office.open(page, anke, "/sleutels")
    ankes = make_first_key(page)
    assert page.inner_text("[data-digits]") == fingerprint(office.document().root)
    office.open(helper, office.cookie("noor", HELPER), "/dienst")
    noors = enrol(helper)
    page.reload()
    refuse_wrong_words(page)
    unlock(page, ankes)
    approve(page, helper.inner_text("[data-digits]"))
    begin(helper, noors)
    words_of_bas = make_copies(page)
    office.open(page, bas, "/sleutels")
    replace_key(page, office, words_of_bas)
    office.open(page, anke, "/sleutels")
    expect(page.locator("[data-locked-out]")).to_be_visible()
    helper.reload()
    expect(step(helper, "open")).to_be_visible()
    assert [document.version for document in checked_history(office.lists, office.tenant)] == [1, 2, 3]


def make_first_key(page: Page) -> str:
    expect(step(page, "none")).to_be_visible()
    accessible(page)
    page.click("[data-make-first]")
    accessible(page)
    words = take_words(page)
    assert len(words.split()) == 6
    expect(page.locator("[data-few-copies]")).to_be_visible()
    return words


def refuse_wrong_words(page: Page) -> None:
    expect(page.locator("[data-form=unlock]")).to_be_visible()
    page.fill("#unlock", "niet de woorden")
    page.click("[data-form=unlock] button[type=submit]")
    expect(page.locator("[data-fault-of=unlock]")).to_be_visible()


def approve(page: Page, digits: str) -> None:
    assert page.inner_text("[data-key-digits]") == digits
    accessible(page)
    page.click("[data-approve]")
    expect(page.locator("[data-helpers] [data-state]")).to_contain_text("goedgekeurd tot en met")


def begin(page: Page, words: str) -> None:
    expect(step(page, "begin")).to_be_visible()
    page.fill("#begin", words)
    page.click("[data-step=begin] button[type=submit]")
    expect(step(page, "open")).to_be_visible()


def make_copies(page: Page) -> str:
    """Gives the second coordinator words, and makes the sheet."""
    page.click("[data-coordinators] button:visible")
    expect(step(page, "handover")).to_be_visible()
    accessible(page)
    words = page.inner_text("[data-their-words]")
    page.click("[data-step=handover] [data-done]")
    page.click("[data-make-paper]")
    expect(step(page, "paper")).to_be_visible()
    assert len(page.inner_text("[data-paper-words]").split()) == 8
    accessible(page)
    page.emulate_media(media="print")
    assert not page.is_visible(".bar")
    assert page.is_visible("[data-paper-words]")
    page.emulate_media(media="screen")
    page.click("[data-step=paper] [data-done]")
    expect(step(page, "desk")).to_be_visible()
    expect(page.locator("[data-few-copies]")).to_be_hidden()
    return words


def replace_key(page: Page, office: Office, words: str) -> None:
    """The second coordinator takes words of their own, then replaces the key."""
    unlock(page, words)
    page.click("[data-own-words]")
    assert take_words(page) != words
    old = office.document()
    page.click("[data-renew]")
    page.click("[data-dialog=renew] [data-confirm]")
    take_words(page)
    new = office.document()
    assert (new.version, new.successions[-1].old, new.successions[-1].new) == (old.version + 1, old.root, new.root)
    assert [(helper.id, helper.key) for helper in new.helpers] == [(helper.id, helper.key) for helper in old.helpers]


def test_a_helper_who_was_withdrawn_is_off_shift_and_enrols_anew(module_server: RunningServer, visit: Visit) -> None:
    office = Office(module_server, "herland")
    page, helper = visit(locale="nl"), visit(locale="nl")
    office.open(page, office.cookie("anke", COORDINATOR), "/sleutels")
    page.click("[data-make-first]")
    ankes = take_words(page)
    office.open(helper, office.cookie("noor", HELPER), "/dienst")
    words = enrol(helper)
    page.reload()
    unlock(page, ankes)
    page.click("[data-approve]")
    begin(helper, words)
    page.click("[data-helpers] [data-revoke]")
    page.click("[data-dialog=revoke] [data-confirm]")
    expect(page.locator("[data-helpers] [data-state]")).to_contain_text("ingetrokken")
    helper.reload()
    expect(helper.locator("[data-fault]")).to_contain_text("ingetrokken")
    assert enrol(helper) != words
    page.reload()
    unlock(page, ankes)
    page.click("[data-approve]")
    expect(step(helper, "begin")).to_be_visible()


def enrol(page: Page) -> str:
    expect(step(page, "make")).to_be_visible()
    words = page.inner_text("[data-words]")
    page.click("[data-written-down]")
    page.fill("#repeat", words)
    page.click("[data-step=repeat] button[type=submit]")
    expect(step(page, "wait")).to_be_visible()
    return words


def test_a_key_that_nobody_vouches_for_waits_all_staff_see_it_and_it_can_be_stopped(
    module_server: RunningServer, visit: Visit
) -> None:
    office = Office(module_server, "kwijtland")
    anke = office.cookie("anke", COORDINATOR)
    page, colleague = visit(locale="nl"), visit(locale="nl")
    office.open(page, anke, "/sleutels")
    page.click("[data-make-first]")
    take_words(page)
    before = office.document()
    page.click("[data-lost]")
    page.click("[data-dialog=lost] [data-confirm]")
    take_words(page)
    expect(page.locator("[data-waiting]")).to_be_visible()
    assert office.document() == before
    office.open(colleague, office.cookie("noor", HELPER), "/")
    assert "Er wacht een nieuwe sleutel waar niemand voor instaat." in colleague.inner_text("main")
    page.click("[data-withdraw]")
    expect(page.locator("[data-waiting]")).to_be_hidden()
    colleague.reload()
    assert "nieuwe sleutel" not in colleague.inner_text("main")
    assert office.lists.waiting(office.tenant) is None
