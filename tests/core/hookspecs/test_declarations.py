"""Each declaration, with the very code that docs/hooks.md shows. Each test is named after its hook."""

import subprocess
import sys
from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from core.crypto.keyring import KeyRing
from core.errors import LuwteError
from core.hookspecs.values import CommandCall, GuardedText, JobContext
from core.plugin_host.host import Plugin
from core.plugin_host.meeting import find_service
from core.testing.throwaway import Workshop
from tests.core.hookspecs.conftest import Asking, Host
from tests.core.hookspecs.documentation import PAGE, documented


def diary(host: Host, hook: str) -> Plugin:
    return host(hook).plugins["diary"]


APART = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from core.plugin_host.card import read_card
from core.plugin_host.host import PluginHost
diary = PluginHost([read_card(Path(sys.argv[1]) / sys.argv[2])]).plugins["diary"]
print([model.__tablename__ for model in diary.models], [rule.name for rule in diary.retention],
      [(data.name, [model.__name__ for model in data.models]) for data in diary.personal_data])
"""


def loaded_apart(workshop: Workshop, hook: str) -> str:
    """What a plugin with models declares, in a process of its own: its tables may not stay in this one."""
    card = documented(PAGE.read_text("utf-8"))[hook].plugin(workshop)
    command = [sys.executable, "-c", APART, str(card.folder.parent), card.folder.name]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout.strip()


def test_declare_routes(host: Host, asking: Asking) -> None:
    (route,) = diary(host, "declare_routes").routes
    assert (route.name, route.path, route.public, route.places) == ("diary.page", "/diary", True, ("site",))
    assert route.view(asking) == {"title": "Diary"}


def test_declare_permissions(host: Host) -> None:
    (permission,) = diary(host, "declare_permissions").permissions
    assert (permission.name, permission.roles) == ("diary.read", frozenset({"helper", "coordinator"}))


def test_declare_navigation(host: Host) -> None:
    plugin = diary(host, "declare_navigation")
    assert [(item.route, item.place) for item in plugin.navigation] == [("diary.read", "workplace")]


def test_declare_models(workshop: Workshop) -> None:
    assert loaded_apart(workshop, "declare_models") == "['diary_page'] [] []"


def test_declare_settings(host: Host) -> None:
    (setting,) = diary(host, "declare_settings").settings
    assert (setting.name, setting.default, setting.who, setting.secret) == ("longest", 2000, "coordinator", False)


def test_declare_retention(workshop: Workshop) -> None:
    assert loaded_apart(workshop, "declare_retention") == "['diary_page'] ['diary.pages'] []"


def test_declare_personal_data(workshop: Workshop) -> None:
    found = loaded_apart(workshop, "declare_personal_data")
    assert found == "['diary_page'] ['diary.pages'] [('diary.pages', ['DiaryPage'])]"


async def _turned(event: Any) -> Any:
    return await event.handler(None, event.schema(page=3))


async def test_realtime_answers(host: Host) -> None:
    (event,) = diary(host, "declare_realtime").realtime.events
    assert await _turned(event) == {"page": 3}


def test_declare_realtime(host: Host) -> None:
    loaded = host("declare_realtime")
    plugin, event = loaded.events["diary.turn"]
    assert (plugin.name, event.subjects, event.permission) == ("diary", frozenset({"seeker"}), None)


def test_declare_services(host: Host, asking: Asking) -> None:
    session = SimpleNamespace(tenant_id=uuid4())
    loaded = host("declare_services")
    assert isinstance(find_service(loaded, KeyRing, asking, session), KeyRing)
    assert find_service(loaded, KeyRing, Asking(plugins=frozenset()), session) is None


def test_declare_events(host: Host) -> None:
    (event,) = diary(host, "declare_events").events
    assert (event.name, event.version) == ("diary.written", 1)
    assert event.schema(page=uuid4())


def test_declare_subscriptions(host: Host) -> None:
    (wish,) = diary(host, "declare_subscriptions").subscriptions
    assert (wish.event, wish.version, wish.limit) == ("elsewhere.ended", 1, timedelta(seconds=10))
    wish.handler(None, None)  # type: ignore[arg-type]  # it looks at neither


def test_declare_guards(host: Host) -> None:
    (guard,) = diary(host, "declare_guards").guards
    texts = ("call 0612345678", "hello")
    verdicts = [guard.look(GuardedText(text, "forum.post", "nl", uuid4())).kind for text in texts]
    assert verdicts == ["hold", "pass"]


def test_declare_jobs(host: Host) -> None:
    (job,) = diary(host, "declare_jobs").jobs
    opened: list[Any] = []

    def open_session(tenant_id: Any) -> Any:
        opened.append(tenant_id)
        return nullcontext()

    tenant_id = uuid4()
    job.run(JobContext(datetime.now(UTC), tenant_id, (tenant_id,), open_session))
    assert (job.name, job.scope, opened) == ("diary.tidy", "tenant", [tenant_id])


def test_declare_commands(host: Host) -> None:
    (command,) = diary(host, "declare_commands").commands
    said: list[str] = []
    command.run(CommandCall((), said.append, {"luisterboom": uuid4()}, lambda _: nullcontext()))
    assert (command.name, said) == ("diary.count", ["1 organisations keep diaries."])
    with pytest.raises(LuwteError, match="takes no arguments"):
        command.run(CommandCall(("all",), said.append, {}, lambda _: nullcontext()))


def test_declare_reports(host: Host) -> None:
    (report,) = diary(host, "declare_reports").reports
    table = report.run(None, date(2026, 11, 1), date(2026, 11, 2))
    assert (report.permission, table.columns, table.rows) == ("diary.figures", ("day", "pages"), (("2026-11-01", 0),))
