"""What holds at an organisation, out of what it, its portals and the network chose and locked."""

from typing import Annotated, Any, Literal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import AfterValidator, Field

from core.configuration import Configuration
from core.errors import LuwteError
from core.hookspecs.values import Setting
from core.tenancy.changes import set_text, set_value
from core.tenancy.directory import Directory
from core.tenancy.session import network_session
from core.tenancy.settings import Standing, checked_settings, standing, typed_settings, way_up
from core.testing.clocks import FixedClock
from core.testing.database import Database
from core.testing.organisations import add_tenant

MINUTES = Setting("minutes", Annotated[int, Field(ge=1, le=9)], 5, "How long.")
ALONE = Setting("alone", int, 5, "Own only.", inherit=False)


def level(value: Any = None, lock: str | None = None, name: str = "minutes") -> dict[str, Any]:
    facts = {f"plugin.tea.{name}": value, f"lock.tea.{name}": lock}
    return {key: fact for key, fact in facts.items() if fact is not None}


def test_own_value_then_the_portals_then_the_networks_then_the_default() -> None:
    ways = [
        ([level(2), level(3), level(4)], 2, 0),
        ([level(), level(3), level(4)], 3, 1),
        ([level(), level(), level(4)], 4, 2),
        ([level(), level(), level()], 5, None),
    ]
    for levels, value, source in ways:
        assert standing(MINUTES, "tea", levels) == Standing(value, source, None, source == 0)


def test_a_lock_above_decides_and_the_highest_one_most() -> None:
    assert standing(MINUTES, "tea", [level(2), level(3, "below"), level(4)]) == Standing(3, 1, 1, True)
    assert standing(MINUTES, "tea", [level(2), level(3, "below"), level(4, "below")]) == Standing(4, 2, 2, True)
    assert standing(MINUTES, "tea", [level(2), level(None, "below"), level(4)]) == Standing(4, 2, 1, True)
    assert standing(MINUTES, "tea", [level(2), level(None, "below")]) == Standing(5, None, 1, True)


def test_a_lock_for_those_below_leaves_oneself_free() -> None:
    assert standing(MINUTES, "tea", [level(2, "below"), level(3)]).locked_by is None
    assert standing(MINUTES, "tea", [level(2, "here"), level(3)]) == Standing(2, 0, 0, True)
    assert standing(MINUTES, "tea", [level(2), level(3, "here")]) == Standing(3, 1, 1, True)


def test_what_is_not_inherited_knows_itself_alone() -> None:
    levels = [level(name="alone"), level(3, "below", "alone")]
    assert standing(ALONE, "tea", levels) == Standing(5, None, None, False)
    assert standing(ALONE, "tea", [level(2, "here", "alone"), *levels]).locked_by == 0


def test_a_value_that_no_longer_fits_is_passed_over_and_named() -> None:
    assert standing(MINUTES, "tea", [level(77), level(3)]) == Standing(3, 1, None, True, (0,))
    assert standing(MINUTES, "tea", [level(77), level("x")]) == Standing(5, None, None, True, (0, 1))
    assert standing(MINUTES, "tea", [level(2), level("x", "below")]) == Standing(5, None, 1, True, (1,))


def test_a_lock_that_is_no_lock_holds_nothing() -> None:
    for odd in ("below ", "", True, ["below"], {"here": 1}):
        levels = [{"lock.tea.minutes": odd}, {"lock.tea.minutes": odd}]
        assert standing(MINUTES, "tea", levels).locked_by is None


def test_a_type_whose_own_check_breaks_breaks_no_page() -> None:
    def check(value: int) -> int:
        raise ZeroDivisionError(value)

    broken = Setting("minutes", Annotated[int, AfterValidator(check)], 5, "How long.")
    assert standing(broken, "tea", [level(2)]) == Standing(5, None, None, True, (0,))


VALUES = st.sampled_from([None, 1, 2, 9, 10, "3", "x", [1]])
LOCKS = st.sampled_from([None, None, None, "below", "here", "odd"])


def told(levels: list[dict[str, Any]], inherit: bool) -> tuple[int, bool]:
    """A second way to say what holds: from the top down, each level handing on value and lock to the next."""
    value, locked = 5, False
    for at, facts in enumerate(reversed(levels)):
        if not inherit and at == len(levels) - 1:
            value, locked = 5, False
        own, lock = facts.get("plugin.tea.minutes"), facts.get("lock.tea.minutes")
        fits = own in (1, 2, 9, "3")
        if not locked and fits:
            value = int(own)
        locked = locked or lock in (("here",) if at == len(levels) - 1 else ("below", "here"))
    return value, locked


@given(st.lists(st.tuples(VALUES, LOCKS), min_size=1, max_size=5), st.booleans())
@example([(1, None), (2, "below"), (9, "below")], True)
def test_values_and_locks_agree_with_a_model(levels: list[tuple[Any, str | None]], inherit: bool) -> None:
    facts = [level(value, lock) for value, lock in levels]
    setting = Setting("minutes", Annotated[int, Field(ge=1, le=9)], 5, "How long.", inherit=inherit)
    found = standing(setting, "tea", facts)
    assert (found.value, found.locked_by is not None) == told(facts, inherit)
    known = facts if inherit else facts[:1]
    if found.source is not None:
        assert known[found.source]["plugin.tea.minutes"] in (found.value, str(found.value))
        assert found.source >= (found.locked_by or 0)
    assert all(known[at]["plugin.tea.minutes"] in (10, "x", [1]) for at in found.unfit)
    assert found.own == ("plugin.tea.minutes" in facts[0])


def test_the_way_up_ends_at_the_network_and_walks_no_circle() -> None:
    parents = {"region": "portal", "portal": "top"}
    assert way_up("region", parents.get, "network") == ["region", "portal", "top", "network"]
    assert way_up("network", parents.get, "network") == ["network"]
    assert way_up("region", parents.get, None) == ["region", "portal", "top"]
    circle = {"a": "b", "b": "a"}
    assert way_up("a", circle.get, "network") == ["a", "b", "network"]
    assert way_up("a", {"a": "a"}.get, "network") == ["a", "network"]


def test_secret_settings_are_not_in_memory_and_not_in_a_folder() -> None:
    secret = Setting("key", str, "", "A key.", secret=True)
    assert typed_settings("tea", (secret, MINUTES), [{"plugin.tea.key": "geheim"}]) == {"minutes": 5}
    with pytest.raises(LuwteError, match=r"plugin\.tea\.key is secret and does not belong in a file"):
        checked_settings({"key": "geheim"}, (secret,), "tea", "tenant.toml")


THEME = Setting("theme", Literal["rain", "sun"] | None, "sun", "Weather.")


@pytest.fixture
def directory(database: Database, configuration: Configuration) -> Directory:
    """A network with a portal and its region, whose plugin has two settings."""
    add_tenant(database.engine, "console", kind="network")
    add_tenant(database.engine, "portal")
    add_tenant(database.engine, "region", parent="portal")
    return Directory(database.engine, configuration, FixedClock(), {"tea": (MINUTES, THEME)})


def say(directory: Directory, database: Database, slug: str, key: str, value: Any) -> None:
    tenant = directory.by_slug(slug)
    assert tenant
    with network_session(database.engine, "test") as session, session.begin():
        set_value(session, tenant.id, key, value)
    directory.refresh()


def at(directory: Directory, slug: str, name: str = "minutes") -> Any:
    tenant = directory.by_slug(slug)
    assert tenant
    return tenant.settings["tea"][name]


def test_pages_see_what_is_inherited_and_locked(database: Database, directory: Directory) -> None:
    assert [at(directory, slug) for slug in ("console", "portal", "region")] == [5, 5, 5]
    say(directory, database, "console", "plugin.tea.minutes", 2)
    assert [at(directory, slug) for slug in ("console", "portal", "region")] == [2, 2, 2]
    say(directory, database, "portal", "plugin.tea.minutes", 3)
    say(directory, database, "region", "plugin.tea.minutes", 4)
    assert [at(directory, slug) for slug in ("console", "portal", "region")] == [2, 3, 4]
    say(directory, database, "portal", "lock.tea.minutes", "below")
    assert [at(directory, slug) for slug in ("console", "portal", "region")] == [2, 3, 3]
    say(directory, database, "console", "lock.tea.minutes", "below")
    assert [at(directory, slug) for slug in ("console", "portal", "region")] == [2, 2, 2]
    say(directory, database, "console", "lock.tea.minutes", None)
    say(directory, database, "portal", "lock.tea.minutes", None)
    assert at(directory, "region") == 4, "what was chosen there was not lost"


def test_nothing_at_all_can_be_a_choice(database: Database, directory: Directory) -> None:
    tenant = directory.by_slug("region")
    assert tenant
    say(directory, database, "portal", "plugin.tea.theme", "rain")
    with network_session(database.engine, "test") as session, session.begin():
        set_text(session, tenant.id, "plugin.tea.theme", "null")
    directory.refresh()
    assert at(directory, "region", "theme") is None
    say(directory, database, "region", "plugin.tea.theme", None)
    assert at(directory, "region", "theme") == "rain"
