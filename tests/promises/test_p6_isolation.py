"""P6 on the pages: at an organisation's hosts nothing of another one exists, whatever is asked, how and by whom."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from pyramid.config import Configurator

from core.hookspecs.values import Route
from core.identity.roles import NETWORK_ADMIN
from core.identity.services.staff import add_staff
from core.tenancy.session import tenant_session
from core.testing.clocks import FixedClock
from core.testing.database import Database
from core.testing.examples import parts_of, routes_of
from core.web import gate
from tests.core.database.test_defences import without_filter, without_guard
from tests.promises.isolation import (
    CANARY,
    CONSOLE,
    NEVER_COOKIE,
    REGION,
    ROLES,
    WITHOUT,
    A,
    Answer,
    B,
    Network,
    never_was,
    open_network,
)

pytestmark = pytest.mark.promise_p6

METHODS = ("GET", "HEAD", "POST", "DELETE")
"""Those that some route has, and one that none has: to the router each of the others is the same."""
SITE, WORK = f"{A}.localhost", f"{A}-werk.localhost"
OWN_HOSTS = (SITE, WORK, "localhost", "console.localhost", "kalender.localhost", "nobody.localhost")
"""a's site and workplace, its site under the network's own name, the console, the neutral page, nobody's host."""
OFF_HOSTS = (f"{WITHOUT}.localhost", f"{WITHOUT}-werk.localhost")
STRANGERS = (B, REGION)


class Person(NamedTuple):
    """Somebody who asks: which cookie they show, and of which organisation it is."""

    name: str
    kind: str
    """The cookie's name; `form`: no session, only that of a form that was opened."""
    of: str = ""
    """The organisation that gave it; empty: nobody did."""
    role: str = ""


NOBODY = Person("nobody", "form")
OWN = (NOBODY, Person("seeker", "seeker", A), *(Person(role, "staff", A, role) for role in ROLES))
NEVER = {"seeker": Person("never a seeker", "seeker"), "staff": Person("never staff", "staff")}
FOREIGN = (
    Person("seeker of b", "seeker", B),
    *(Person(f"{role} of {slug}", "staff", slug, role) for slug in STRANGERS for role in ROLES),
    Person("network admin", "staff", CONSOLE, NETWORK_ADMIN),
)
EVERYBODY = (*OWN, *NEVER.values(), *FOREIGN)
FEW = tuple(person for person in EVERYBODY if person.name in {"helper", "never staff", f"helper of {B}"})
"""Who asks where no role is looked at: at addresses that are not there for anybody, and by HEAD, which is GET."""


@pytest.fixture
def network(database: Database, tmp_path: Path, clock: FixedClock) -> Iterator[Network]:
    with open_network(database, tmp_path, clock) as opened:
        yield opened


def asked(network: Network, person: Person, host: str, method: str, path: str) -> Answer:
    """The answer to somebody whose form's token is right."""
    value = _cookie(network, person, method)
    return network.ask(host, method, path, f"{person.kind}={value}", network.form_token(host, value))


def _cookie(network: Network, person: Person, method: str) -> str:
    """A session; what staff post at home may end it, so they get a new one for that."""
    if not person.of:
        return NEVER_COOKIE
    if person.kind == "seeker":
        return person.of[0] * 43
    return network.cookie(person.of, person.role, new=method == "POST" and person in OWN)


def patterns(network: Network) -> dict[str, list[Route]]:
    """Every pattern of the running application, with its routes."""
    found: dict[str, list[Route]] = {}
    for _, route in routes_of(network.installation.plugins):
        found.setdefault(route.path, []).append(route)
    router: Any = network.application.wsgi._app._app
    known = {item["introspectable"]["pattern"] for item in router.registry.introspector.get_category("routes")}
    assert known == set(found)
    return found


def filled(pattern: str, routes: list[Route], ids: Callable[[str], str]) -> str:
    """The pattern with an id in each of its parts; parts that are no ids get a fixed word."""
    path = pattern.replace("{path:.*}", "core/base.css").replace("{version}", "1").replace("{hash}", "0" * 20)
    for part in {part for route in routes for part in parts_of(route)}:
        path = path.replace(f"{{{part}}}", ids(part))
    return path


class Tally(Counter[str]):
    """How much was asked."""


def isolation_faults(
    network: Network, people: tuple[Person, ...] = EVERYBODY, tally: Tally | None = None, under: str = "/"
) -> list[str]:
    """A line for each answer by which something of a stranger shows. Empty: organisations never mix."""
    tally = Tally() if tally is None else tally
    faults: list[str] = []
    wanted = {pattern: routes for pattern, routes in patterns(network).items() if pattern.startswith(under)}
    for host in (*OWN_HOSTS, *OFF_HOSTS):
        for pattern, routes in wanted.items():
            for method in METHODS:
                is_here = _is_here(network, host, method, routes)
                if not is_here and network.installation.engine.dialect.name == "postgresql":
                    continue  # that nothing is there, no database is asked: SQLite has shown it
                here = people if is_here else FEW
                address = Address(host, method, pattern, routes)
                faults += _faults_by_id(network, address, here, tally)
                faults += _faults_by_cookie(network, address, here, tally)
    return faults


class Address(NamedTuple):
    """Where and how is asked."""

    host: str
    method: str
    pattern: str
    routes: list[Route]

    def path(self, ids: Callable[[str], str]) -> str:
        """The pattern with these ids."""
        return filled(self.pattern, self.routes, ids)


def _is_here(network: Network, host: str, method: str, routes: list[Route]) -> bool:
    """Whether some route of this kind of host names this method."""
    match = network.installation.directory.find_host(host)
    place = match.place if match else None
    return any(method in route.methods and (not route.places or place in route.places) for route in routes)


def _faults_by_id(network: Network, at: Address, people: tuple[Person, ...], tally: Tally) -> Iterator[str]:
    if not any(parts_of(route) for route in at.routes):
        return
    for person in people:
        for slug in STRANGERS if people != FEW else (B,):
            ids = network.ids[slug]
            unknown = {part: never_was(known) for part, known in ids.items()}
            foreign = asked(network, person, at.host, at.method, at.path(ids.__getitem__))
            never = asked(network, person, at.host, at.method, at.path(unknown.__getitem__))
            tally.update({"requests": 2, "foreign ids": 1})
            where = f"{at.method} {at.host}{at.path(ids.__getitem__)} by {person.name}"
            if foreign != never:
                yield f"{where}: {foreign.status} for what is {slug}'s, {never.status} for what never was"
            yield from _seen(network, foreign, where)


def _faults_by_cookie(network: Network, at: Address, people: tuple[Person, ...], tally: Tally) -> Iterator[str]:
    path = at.path(lambda part: network.ids[A][part])
    answers = {person: asked(network, person, at.host, at.method, path) for person in people}
    tally["requests"] += len(answers)
    for person, answer in answers.items():
        where = f"{at.method} {at.host}{path} by {person.name}"
        yield from _seen(network, answer, where)
        at_home = person.of == CONSOLE and at.host.startswith("console")
        if person in FOREIGN and not at_home and answer != answers[NEVER[person.kind]]:
            yield f"{where}: the cookie counts"


def _seen(network: Network, answer: Answer, where: str) -> Iterator[str]:
    said = f"{answer.headers} {answer.body}"
    if answer.status >= 500:
        yield f"{where}: {answer.status}"
    for slug in STRANGERS:
        for word in network.strange(slug):
            if word in said:
                yield f"{where}: shows {word} of {slug}"


def test_every_address_answers_a_strangers_id_and_cookie_as_ones_that_never_were(
    network: Network, promise_report: Callable[[str], None]
) -> None:
    for person in FOREIGN:
        _cookie(network, person, "GET")  # signed in before, so that from here on nothing of theirs changes
    before = {slug: network.everything_of(slug) for slug in STRANGERS}
    tally = Tally()
    assert isolation_faults(network, tally=tally) == []
    assert {slug: network.everything_of(slug) for slug in STRANGERS} == before
    promise_report(
        f"pages on {network.installation.engine.dialect.name}: {len(patterns(network))} addresses × {len(METHODS)} "
        f"methods × {len(OWN_HOSTS + OFF_HOSTS)} hosts × {len(EVERYBODY)} people = {tally['requests']} requests, "
        f"{tally['foreign ids']} with a foreign id: each answered as one that never was"
    )


def test_what_is_ones_own_is_there(network: Network) -> None:
    stream, page = network.ids[A]["stream"], network.ids[A]["page"]
    helper = next(person for person in OWN if person.role == "helper")
    assert asked(network, NOBODY, SITE, "GET", f"/nosy/{stream}").body == "example 1"
    assert asked(network, NOBODY, "localhost", "GET", f"/nosy/{stream}").body == "example 1"
    assert asked(network, helper, WORK, "GET", f"/nosy/{stream}").body == "example 1"
    assert asked(network, NOBODY, SITE, "GET", f"/lezen/{page}").status == 200
    assert asked(network, helper, WORK, "GET", "/").status == 200
    assert asked(network, helper, WORK, "POST", "/verbinding").status == 200
    assert asked(network, NOBODY, SITE, "POST", f"/nosy/{stream}").body == "changed"
    assert CANARY in network.ask(f"{B}.localhost", "GET", "/").body
    assert network.ask(f"{B}.localhost", "GET", f"/nosy/{network.ids[B]['stream']}").body == "example 1"


def test_where_a_plugin_is_off_its_addresses_are_as_ones_that_never_were(network: Network) -> None:
    assert gate_faults(network) == []


def gate_faults(network: Network) -> list[str]:
    """A line for each address of a plugin that shows where the plugin is off."""
    faults = []
    for card, route in routes_of(network.installation.plugins):
        if card is None:
            continue
        path = filled(route.path, [route], lambda part: network.ids[WITHOUT][part])
        for host in OFF_HOSTS:
            for method in METHODS:
                for person in (NOBODY, Person("helper", "staff", WITHOUT, "helper"), Person("b", "staff", B, "helper")):
                    known, never = (asked(network, person, host, method, one) for one in (path, "/never" + path[6:]))
                    if known != never:
                        faults.append(f"{method} {host}{path} by {person.name}: {known.status}")
    return faults


def test_a_form_token_of_another_organisation_is_none(network: Network) -> None:
    for host, kind, other in ((SITE, "seeker", f"{B}.localhost"), (WORK, "staff", f"{B}-werk.localhost")):
        value = network.cookie(A, "helper") if kind == "staff" else "a" * 43
        foreign, wrong, right = network.form_token(other, value), "0" * 64, network.form_token(host, value)
        answers = [network.ask(host, "POST", "/verbinding", f"{kind}={value}", token) for token in (foreign, wrong)]
        assert answers[0] == answers[1]
        assert answers[0].status == 403
        assert network.ask(host, "POST", "/verbinding", f"{kind}={value}", right).status == 200


def test_a_name_and_password_of_another_organisation_are_as_unknown_ones(network: Network) -> None:
    installation, password = network.installation, "vier woorden van b"
    with tenant_session(installation.engine, network.tenant(B).id) as session, session.begin():
        add_staff(session, "bekende", "B", frozenset({"helper"}), password, installation.clock())
    signed_in = _sign_in(network, f"{B}-werk.localhost", "bekende", password)
    assert signed_in.status == 303
    foreign, unknown = (_sign_in(network, WORK, name, password) for name in ("bekende", "vreemde"))
    assert foreign._replace(body=foreign.body.replace("bekende", "vreemde")) == unknown
    assert unknown.status == 422


def _sign_in(network: Network, host: str, name: str, password: str) -> Answer:
    token = network.form_token(host, "f" * 43)
    body = f"name={name}&password={password.replace(' ', '+')}"
    return network.ask(host, "POST", "/aanmelden", f"form={'f' * 43}", token, body)


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_without_guard_and_filter_the_pages_mix_and_it_is_seen(network: Network) -> None:
    with without_filter(), without_guard(network.guarded_engine):
        faults = isolation_faults(network, FEW, under="/nosy")
    assert any(f"{SITE}/nosy/" in fault and fault.startswith("GET") for fault in faults)
    assert any(f"{WORK}/nosy/" in fault and fault.startswith("POST") for fault in faults)


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_without_the_gate_what_is_off_shows_and_it_is_seen(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    def open_gate(config: Configurator) -> None:
        config.add_view_deriver(_no_gate, name="tenant_gate")
        config.add_route_predicate("luwte_places", gate.PlacePredicate)

    def _no_gate(view: Any, info: Any) -> Any:
        return view

    _no_gate.options = gate.tenant_gate.options  # type: ignore[attr-defined]
    monkeypatch.setattr(gate, "includeme", open_gate)
    faults = gate_faults(network)
    assert any(f"{WITHOUT}.localhost/nosy/" in fault for fault in faults)
    assert any(f"{WITHOUT}-werk.localhost/nosy/" in fault for fault in faults)
