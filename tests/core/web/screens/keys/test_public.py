"""The public lists: where they are served, and where they are as if they never were."""

from uuid import uuid4

import pytest

from core.identity.roles import HELPER
from core.keys.lists import PublicLists
from core.testing.app import OTHER, WITH, App, site, workplace
from core.testing.keys import give_shift
from core.testing.organisations import add_tenant
from core.testing.people import add_helper

REGION = "rietland"


@pytest.fixture
def app(sqlite_app: App) -> App:
    """Two organisations and a region of the first, each with a list."""
    engine = sqlite_app.installation.engine
    add_tenant(engine, REGION, clock=sqlite_app.clock, parent=WITH)
    sqlite_app.installation.directory.refresh()
    for slug in (WITH, OTHER, REGION):
        helper = sqlite_app.do(slug, lambda session: add_helper(session, clock=sqlite_app.clock))
        give_shift(sqlite_app.installation, sqlite_app.tenant(slug).id, helper.id)
    return sqlite_app


def statuses(app: App, host: str, slug: str) -> list[int]:
    files = ("newest.json", "1.json", "2.json", "waiting.json", "01.json", "x.json")
    return [app.ask(host, f"/keys/{app.tenant(slug).id}/{file}").status_int for file in files]


def test_each_host_of_an_organisation_and_of_its_portal_has_its_list_and_nobody_elses(app: App) -> None:
    here, none = [200, 200, 404, 404, 404, 404], [404] * 6
    assert statuses(app, site(WITH), WITH) == here
    assert statuses(app, workplace(WITH), WITH) == here
    assert statuses(app, site(WITH), REGION) == here
    assert statuses(app, workplace(WITH), REGION) == here
    assert statuses(app, site(REGION), REGION) == here
    assert statuses(app, site(REGION), WITH) == none
    assert statuses(app, site(WITH), OTHER) == none
    assert statuses(app, site(OTHER), WITH) == none
    assert statuses(app, "console.localhost", WITH) == none


def test_a_strangers_list_is_as_one_that_never_was(app: App) -> None:
    for host in (site(WITH), workplace(WITH)):
        foreign = app.ask(host, f"/keys/{app.tenant(OTHER).id}/1.json")
        never = app.ask(host, f"/keys/{uuid4()}/1.json")
        odd = app.ask(host, f"/keys/{str(app.tenant(WITH).id).upper()}/1.json")
        assert foreign.status_int == never.status_int == odd.status_int == 404
        assert foreign.text == never.text


def test_a_version_may_be_kept_for_ever_and_the_newest_may_not(app: App) -> None:
    tenant = app.tenant(WITH).id
    version, newest = (app.ask(site(WITH), f"/keys/{tenant}/{file}.json") for file in ("1", "newest"))
    assert version.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert newest.headers["Cache-Control"] == "no-cache"
    assert newest.json == {"version": 1, "waiting": None}
    assert version.content_type == "application/json"
    assert "Set-Cookie" not in version.headers
    assert version.body == PublicLists.of(app.installation.configuration).text(tenant, 1)


def test_nobody_but_helpers_has_a_shift(app: App) -> None:
    for role, status in ((HELPER, 200), ("coordinator", 403), ("editor", 403)):
        cookie = app.sign_in(WITH, role)
        assert app.ask(workplace(WITH), "/dienst", cookie=cookie).status_int == status
        assert app.ask(workplace(WITH), "/dienst/stand", cookie=cookie).status_int == status
    assert app.ask(workplace(WITH), "/dienst").status_int == 303
    assert app.ask(site(WITH), "/dienst").status_int == 404


def test_a_refusal_is_a_sentence(app: App) -> None:
    cookie = app.sign_in(WITH, HELPER)
    answer = app.ask(workplace(WITH), "/dienst/begin", "POST", cookie, certificate="{}")
    assert answer.status_int == 409
    assert answer.json["error"] == "malformed"
    assert (
        answer.json["sentence"]
        == "Dat lukte niet. Er is niets veranderd. Open deze pagina opnieuw en probeer het nog eens."
    )
    answer = app.ask(workplace(WITH), "/dienst/sleutel", "POST", cookie, public="x", wrapped="y")
    assert (answer.status_int, answer.json["error"]) == (409, "malformed")
    assert app.ask(workplace(WITH), "/dienst/stop", "POST", cookie).json == {}
