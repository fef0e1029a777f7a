"""Each occasion, with the very code that docs/hooks.md shows. Each test is named after its hook."""

from types import SimpleNamespace
from typing import Any

from core.hookspecs.values import Badge, FooterLink, Refusal, StartAction
from core.plugin_host.asking import Contribution
from tests.core.hookspecs.conftest import Asking, Host


def added(host: Host, occasion: str, asking: Asking) -> Any:
    (found,) = host(occasion).contributions(occasion, asking, request=asking)
    assert isinstance(found, Contribution)
    assert host(occasion).contributions(occasion, Asking(plugins=frozenset()), request=asking) == []
    return found.value


def test_add_start_action(host: Host, asking: Asking) -> None:
    assert added(host, "add_start_action", asking) == StartAction("Write", "Only you read it.", "/diary", 50)


def test_add_home_blocks(host: Host, asking: Asking) -> None:
    (block,) = added(host, "add_home_blocks", asking)
    assert block.html == "<h2>Diary</h2><p>A diary helps you to see a day from a distance.</p>"


def test_add_footer_links(host: Host, asking: Asking) -> None:
    assert added(host, "add_footer_links", asking) == (FooterLink("How the diary works", "/diary/how"),)


def test_add_workbench_panels(host: Host, asking: Asking) -> None:
    (panel,) = added(host, "add_workbench_panels", asking)
    assert (panel.key, panel.title, panel.html) == ("diary.bench", "Diaries", "<p>3</p>")


def test_add_dashboard_panels(host: Host, asking: Asking) -> None:
    (panel,) = added(host, "add_dashboard_panels", asking)
    assert (panel.key, panel.title, panel.html) == ("diary.today", "Diaries", "<p>3</p>")


def test_add_badges(host: Host, asking: Asking) -> None:
    assert added(host, "add_badges", asking) == {"diary.read": Badge("3", "3 new pages")}


def test_allow_seeker_to_start(host: Host, asking: Asking) -> None:
    loaded = host("allow_seeker_to_start")
    assert loaded.first_refusal("allow_seeker_to_start", asking, request=asking) is None
    asking.tenant = SimpleNamespace(state="suspended")
    refusal = loaded.first_refusal("allow_seeker_to_start", asking, request=asking)
    assert refusal == Refusal("diary.closed", "We are closed for a while. You can still read.")


def test_allow_shift_to_end(host: Host, asking: Asking) -> None:
    loaded = host("allow_shift_to_end")
    asking.staff = SimpleNamespace(alias="Sem")
    assert loaded.first_refusal("allow_shift_to_end", asking, request=asking) is None
    asking.staff = SimpleNamespace(alias="Noor")
    refusal = loaded.first_refusal("allow_shift_to_end", asking, request=asking)
    assert refusal == Refusal("diary.page_open", "A page is still open. Close it first.")


def test_on_seeker_leaves(host: Host, asking: Asking) -> None:
    loaded = host("on_seeker_leaves")
    assert loaded.collect("on_seeker_leaves", asking.plugins, request=asking, seeker_key="k") == []
    assert asking.sent == [("diary.desk", "diary.closed", {"seeker": "k"})]
