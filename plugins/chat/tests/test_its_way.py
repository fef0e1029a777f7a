"""The developers' page shows the way of the chat's own requests: view, hook, service, SQL, template."""

from typing import Any

from structlog.testing import capture_logs

from core.testing.app import WITH, App, open_app, site, workplace
from core.testing.clocks import FixedClock
from core.testing.database import Database
from core.testing.developers_page import steps_of, ways_on


def test_the_way_to_the_first_page_goes_by_the_chats_button_to_its_service_and_its_table(
    database: Database, configuration: Any, clock: FixedClock
) -> None:
    with capture_logs():
        app = open_app(database, configuration.model_copy(update={"developers_page": True}), clock)
        assert app.ask(site(WITH)).status_int == 200
        assert app.ask(workplace(WITH), "/chat", cookie=app.sign_in(WITH, "helper")).status_int == 200
        helper, first = _ways(app)
        app.installation.engine.dispose()
    steps = steps_of(first)
    view, hook, service, template = (
        steps.index(step)
        for step in (
            "View core.web.screens.site.views.home",
            "  Hook chat.add_start_action",
            "    Dienst plugins.chat.services.find.count_waiting",
            "Sjabloon site/home.html.jinja2",
        )
    )
    assert view < hook < service < template
    asked = [step for step in steps[service + 1 : template] if "FROM chat_conversation WHERE" in step]
    assert len(asked) == 1
    assert asked[0].startswith("      SQL SELECT count(*)"), "within the service, within the hook, within the view"
    assert "View plugins.chat.views.helper.workbench" in steps_of(helper)
    assert "Sjabloon chat/helper.html.jinja2" in steps_of(helper)
    assert any(step.startswith("Dienst core.identity.services.") for step in steps_of(helper)), "who is there"


def _ways(app: App) -> list[str]:
    page = app.ask("console.localhost", "/verzoeken", cookie=app.sign_in("console", "network_admin"))
    return ways_on(page.text)
