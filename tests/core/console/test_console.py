"""The console's pages: for network admins only, what they tell of careless plugins, tables that sort by the address."""

import re
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from core.events.models import OutboxEvent
from core.tenancy.session import network_session, tenant_session
from core.worker.models import JobLease
from tests.core.web.careless import LIVE, site, work
from tests.core.web.house import House

CONSOLE = "console.localhost"
PATH = "/plug-ins"


def ask(house: House, path: str = PATH) -> str:
    answer = house.ask(CONSOLE, path, Cookie=house.sign_in("console", "network_admin"))
    assert answer.status_int == 200
    return str(answer.text)


def column(page: str, number: int) -> list[str]:
    """The plain texts of one column of the first table."""
    rows = re.findall(r"<tr>\n(.*?)</tr>", page[: page.index('id="faults"')], re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)[number] for row in rows]
    return [re.sub(r"<[^>]+>", "", cell) for cell in cells]


@pytest.mark.parametrize("path", ["/", PATH])
def test_only_network_admins_see_the_console(careless_house: House, path: str) -> None:
    assert careless_house.ask(CONSOLE, path).status_int == 303
    assert careless_house.ask(site(LIVE), PATH).status_int == 404
    helper = careless_house.sign_in(LIVE, "helper", "coordinator")
    assert careless_house.ask(work(LIVE), PATH, Cookie=helper).status_int == 404
    assert careless_house.ask(CONSOLE, path, Cookie=helper).status_int == 303


def test_a_quiet_installation_says_what_to_do_first(careless_house: House) -> None:
    page = ask(careless_house)
    assert "Er is nog geen plug-in iets gevraagd" in page
    assert "Er ging niets mis" in page
    assert "Geen plug-in krijgt iets verteld van een andere" in page
    assert "Er heeft nog geen taak gedraaid" in page


def test_the_first_page_counts_organisations_and_leads_on(careless_house: House) -> None:
    page = ask(careless_house, "/")
    assert "<dt>Organisaties open</dt><dd>2</dd>" in page
    assert "<dt>Plug-ins aanwezig</dt><dd>4</dd>" in page
    assert 'href="/plug-ins">Plug-ins' in page
    assert "Rusten nu even" not in page


def test_who_rests_stands_there_with_the_reason_and_the_time(careless_house: House) -> None:
    for _ in range(4):
        careless_house.ask(site(LIVE))
    assert "Rusten nu even, omdat ze haperden of te traag waren: raising, scripted, slow." in ask(careless_house, "/")
    page = ask(careless_house)
    until = (careless_house.clock() + timedelta(seconds=299)).astimezone()
    assert re.search(r"Rust tot \d\d\.\d\d uur", page), until
    assert "Hij haperde: RuntimeError." in page
    assert "Hij haperde: NotFit." in page
    assert "Hij was te traag." in page
    assert "Werkt" in page


def test_faults_are_told_by_kind_and_line_and_never_by_their_words(careless_house: House) -> None:
    for _ in range(2):
        careless_house.ask(site(LIVE))
    page = ask(careless_house)
    faults = page[page.index('id="faults"') : page.index('id="jobs"')]
    assert re.search(r"raising</th><td>add_home_blocks</td><td>RuntimeError</td><td>hooks\.py:\d+</td>", faults)
    assert re.search(r"slow</th><td>add_home_blocks</td><td>te traag</td>", faults)
    assert f"({LIVE})" in faults
    for secret in ("a secret", "203.0.113.9", "evil.example"):
        assert secret not in page


def test_the_table_sorts_by_what_the_address_says(careless_house: House) -> None:
    careless_house.ask(site(LIVE))
    names = column(ask(careless_house, f"{PATH}?sorteer=plugin&richting=op"), 0)
    assert names == sorted(names)
    assert len(set(names)) == 4
    assert column(ask(careless_house, f"{PATH}?sorteer=plugin&richting=af"), 0) == names[::-1]
    hooks = column(ask(careless_house, f"{PATH}?sorteer=hook"), 1)
    assert hooks == sorted(hooks)


def test_each_heading_leads_to_the_other_direction_of_itself(careless_house: House) -> None:
    careless_house.ask(site(LIVE))
    page = ask(careless_house, f"{PATH}?sorteer=asked&richting=af")
    assert (
        '<th scope="col" aria-sort="descending" class="figure"><a href="/plug-ins?sorteer=asked&amp;richting=op">'
        in page
    )
    assert page.count("aria-sort") == 1
    assert 'href="/plug-ins?sorteer=plugin&amp;richting=op"' in page


@pytest.mark.parametrize(
    "query", ["sorteer=nonsense", "richting=sideways", "sorteer=&richting=", "sorteer=%3Cscript%3E"]
)
def test_an_address_that_says_nothing_sensible_shows_the_slowest_first(careless_house: House, query: str) -> None:
    careless_house.ask(site(LIVE))
    page = ask(careless_house, f"{PATH}?{query}")
    worst = [float(cell.replace(".", "").replace(",", ".")) for cell in column(page, 6)]
    assert worst == sorted(worst, reverse=True)
    assert "<b>" not in page


def test_what_is_usual_stands_beside_the_slowest(careless_house: House) -> None:
    careless_house.ask(site(LIVE))
    account = careless_house.installation.plugins.budgets.account("tidy", "add_home_blocks")
    account.times.clear()
    for milliseconds in range(1, 1001):
        account.note(milliseconds / 1000)
    page = ask(careless_house, f"{PATH}?sorteer=median&richting=af")
    assert (column(page, 0)[0], column(page, 1)[0]) == ("tidy", "add_home_blocks")
    assert (column(page, 4)[0], column(page, 5)[0]) == ("744", "975")
    assert "Mediaan en 95 van 100 gaan over de laatste 512 antwoorden van elk" in page


def test_events_that_wait_or_were_set_aside_are_counted_over_all_organisations(careless_house: House) -> None:
    house, now = careless_house.installation, careless_house.clock()
    facts = {"name": "tidy.done", "version": 1, "payload": "{}", "at": now, "position": 1}
    for tenant in house.directory.all():
        with tenant_session(house.engine, tenant.id) as session, session.begin():
            session.add(OutboxEvent(event_id=uuid4(), plugin="gone", **facts))
            session.add(OutboxEvent(event_id=uuid4(), plugin="raising", **facts))
            session.add(OutboxEvent(event_id=uuid4(), plugin="slow", set_aside_at=now, attempts=8, **facts))
    many = len(house.directory.all())
    assert many > 1
    page = ask(careless_house)
    events = page[page.index('id="events"') : page.index('id="jobs"')]
    rows = re.findall(r'<tr><th scope="row">.*?</tr>', events, re.DOTALL)
    cells = [re.sub(r"<[^>]+>", " ", row).split() for row in rows]
    assert cells[0] == ["gone", str(many), "0", *"Is er niet, dus niemand vertelt het".split()]
    assert cells[1] == ["raising", str(many), "0", "Werkt"]
    assert cells[2][:3] == ["slow", "0", str(many)]
    assert "Herstel de plug-in, en doe dan: luwte plugins retry slow" in events


def test_jobs_are_told_with_their_last_run_and_their_failures(careless_house: House) -> None:
    now = careless_house.clock()
    with network_session(careless_house.installation.engine, "test") as session, session.begin():
        for number, error in enumerate((None, "OSError in jobs.py:7")):
            lease = JobLease(job="tidy.sweep", tenant_id=UUID(int=number), next_at=now, finished_at=now)
            lease.milliseconds, lease.failures, lease.error = 40 + number, 1 if error else 0, error
            session.add(lease)
    page = ask(careless_house)
    jobs = page[page.index('id="jobs"') :]
    assert "tidy.sweep" in jobs
    assert "Hapert bij 1 organisatie" in jobs
    assert "OSError in jobs.py:7" in jobs
    assert '<td class="figure">41</td>' in jobs
