"""Database time is bounded while a plugin is asked, and what it leaves broken is mended."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from time import perf_counter
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import aliased

from core.database.deadline import Deadline, OutOfTime, put_in_force
from core.tenancy.session import TenantSession, tenant_session
from core.testing.example_models import ExamplePet
from tests.core.database.conftest import Zoo


@contextmanager
def within(seconds: float) -> Iterator[Deadline]:
    """A deadline for one piece of work, as the plugin host sets it."""
    deadline = Deadline(seconds)
    deadline.until = perf_counter() + seconds
    outer = put_in_force(deadline)
    try:
        yield deadline
    except BaseException:
        deadline.settle(went_well=False)
        raise
    else:
        deadline.settle(went_well=True)
    finally:
        put_in_force(outer)


def _endless() -> Any:
    """A statement of pets alone that works for minutes: each joins each other, eight times over."""
    pets = [aliased(ExamplePet) for _ in range(8)]
    counted = select(func.count()).select_from(pets[0])
    for before, pet in pairwise(pets):
        counted = counted.join(pet, pet.name != before.name)
    return counted


def _crowd(zoo: Zoo) -> None:
    with tenant_session(zoo.engine, zoo.a) as session, session.begin():
        session.add_all(ExamplePet(name=f"pet {n}") for n in range(40))


def _names(session: TenantSession) -> int:
    return len(session.scalars(select(ExamplePet.name)).all())


def test_a_statement_is_stopped_and_the_transaction_goes_on(zoo: Zoo) -> None:
    _crowd(zoo)
    with tenant_session(zoo.engine, zoo.a) as session, session.begin():
        before = _names(session)
        began = perf_counter()
        with pytest.raises(OperationalError), within(0.2):
            session.execute(_endless())
        assert perf_counter() - began < 5
        assert _names(session) == before, "the page goes on with the same transaction"


def test_after_the_deadline_nothing_is_sent(zoo: Zoo) -> None:
    with tenant_session(zoo.engine, zoo.a) as session, session.begin():
        with within(5) as deadline:
            _names(session)
            deadline.until = perf_counter() - 1
            with pytest.raises(OutOfTime):
                _names(session)
        assert _names(session) == 2


def test_what_goes_well_is_kept_and_the_bounds_are_gone(zoo: Zoo) -> None:
    with tenant_session(zoo.engine, zoo.a) as session, session.begin(), within(5):
        session.add(ExamplePet(name="hare"))
        session.flush()
    _crowd(zoo)
    with tenant_session(zoo.engine, zoo.a) as session, session.begin():
        assert _names(session) == 43


def test_a_failed_statement_leaves_no_broken_transaction(zoo: Zoo) -> None:
    with tenant_session(zoo.engine, zoo.a) as session, session.begin():
        with pytest.raises(SQLAlchemyError), within(5):
            session.execute(select(func.no_such_function(ExamplePet.name)))
        session.add(ExamplePet(name="hare"))
        session.flush()
        assert _names(session) == 3


def test_without_a_deadline_statements_are_as_ever(zoo: Zoo) -> None:
    assert put_in_force(None) is None
    with tenant_session(zoo.engine, zoo.a) as session, session.begin():
        assert _names(session) == 2
