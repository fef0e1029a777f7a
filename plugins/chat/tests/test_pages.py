"""The chat's pages in a whole installation: where it is on, who may refuse, and beside a plugin that does all wrong."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from structlog.testing import capture_logs

from core.api import TenantSession
from core.testing.app import WITH, WITHOUT, App, open_app, site, workplace
from core.testing.clocks import FixedClock
from core.testing.database import Database
from core.testing.throwaway import workshop_in

from ..models import Conversation

WAIT = "/hier/wachten"
SOMEBODY = f"seeker={'s' * 43}"
SENTENCE = {"nl": "We zijn even dicht. Lezen kan wel.", "en": "We are closed for a while. You can still read."}
HEAD = "from core.api import Refusal, hookimpl\n\nopen_now = []\n\n"
CLOSED = f"""
@hookimpl
def allow_seeker_to_start(request):
    return None if open_now else Refusal("beside.closed", "{SENTENCE["en"]}")
"""
RAISING = "\n".join(
    f"@hookimpl\ndef {name}(request):\n    raise RuntimeError('a secret')\n"
    for name in (
        "add_start_action",
        "add_home_blocks",
        "add_footer_links",
        "add_workbench_panels",
        "add_dashboard_panels",
        "add_badges",
        "allow_seeker_to_start",
    )
)
Open = Callable[[str], App]


@pytest.fixture
def opened(database: Database, configuration: Any, clock: FixedClock, tmp_path: Path) -> Iterator[Open]:
    """Opens the application with one more plugin, switched on beside the chat."""
    engines = []
    with workshop_in(tmp_path / "plugins") as workshop, capture_logs():

        def open_with(hooks: str) -> App:
            card = workshop.plugin("beside", HEAD + hooks)
            workshop.translate(card, beside__closed=(SENTENCE["en"], SENTENCE["nl"]))
            app = open_app(database, configuration, clock, beside=[card])
            engines.append(app.installation.engine)
            return app

        yield open_with
    for engine in engines:
        engine.dispose()


def ask_for_place(app: App, slug: str = WITH, cookie: str = SOMEBODY, language: str = "nl", **fields: str) -> Any:
    """Asks to wait, as the page's script does."""
    return app.ask(site(slug), f"{WAIT}?taal={language}", "POST", cookie, **(fields or {"danger": "no"}))


def waiting(app: App, slug: str = WITH) -> int:
    """How many conversations there are."""
    count = select(func.count()).select_from(Conversation)

    def work(session: TenantSession) -> int:
        return session.scalar(count) or 0

    return app.do(slug, work)


def open_the_door(app: App) -> None:
    """From now on the other plugin refuses nobody."""
    hooks = app.installation.plugins.plugins["beside"].card.hooks_module
    __import__(hooks, fromlist=["open_now"]).open_now.append(True)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_who_is_refused_reads_why_and_whom_to_call_and_does_not_wait(opened: Open, language: str) -> None:
    app = opened(CLOSED)
    assert ask_for_place(app, language=language).json == {"refused": SENTENCE[language]}
    assert waiting(app) == 0
    page = app.ask(site(WITH), f"/hier?taal={language}")
    assert f'"refused": "{SENTENCE[language]}"' in page.text, "told before anybody answers questions for nothing"
    assert len(page.html.select('[data-step="refused"] [data-refusal]')) == 1


def test_who_waits_keeps_the_place_when_the_house_closes(opened: Open) -> None:
    app = opened(CLOSED)
    open_the_door(app)
    assert '"refused": ""' in app.ask(site(WITH), "/hier").text
    place = ask_for_place(app).json
    assert waiting(app) == 1
    hooks = app.installation.plugins.plugins["beside"].card.hooks_module
    __import__(hooks, fromlist=["open_now"]).open_now.clear()
    assert ask_for_place(app).json == place
    assert "refused" in ask_for_place(app, cookie=f"seeker={'t' * 43}").json


def test_one_that_fails_to_answer_refuses_calmly_and_is_asked_no_more_after_three_times(opened: Open) -> None:
    app = opened(RAISING)
    for _ in range(3):
        assert ask_for_place(app).json == {"refused": "Dit lukt nu even niet. Probeer het zo nog eens."}
    assert "conversation" in ask_for_place(app).json


def test_what_is_asked_wrongly_lets_nobody_wait(opened: Open) -> None:
    app = opened("")
    assert ask_for_place(app, danger="perhaps").status_int == 400
    assert ask_for_place(app, other="no").status_int == 400
    assert app.ask(site(WITH), WAIT, "POST").status_int == 403, "a form of somebody else's"
    assert app.ask(site(WITHOUT), WAIT, "POST", SOMEBODY, danger="no").status_int == 404
    assert waiting(app) == 0


def test_the_pages_stand_beside_a_plugin_that_raises_in_every_hook(opened: Open) -> None:
    app = opened(RAISING)
    helper = app.sign_in(WITH, "helper", "coordinator")
    for host, path, cookie in (
        (site(WITH), "/", ""),
        (site(WITH), "/hier", ""),
        (workplace(WITH), "/", helper),
        (workplace(WITH), "/chat", helper),
    ):
        answer = app.ask(host, path, cookie=cookie)
        assert answer.status_int == 200, path
        assert "a secret" not in answer.text


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_the_button_is_there_only_where_the_chat_is_switched_on(opened: Open) -> None:
    app = opened("")
    assert "Start de chat" in app.ask(site(WITH)).text
    assert "Start de chat" not in app.ask(site(WITHOUT)).text
