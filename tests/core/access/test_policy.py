"""A permission holds for staff of this very organisation, on a host for staff, and nowhere else."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from core.access.policy import StaffSecurityPolicy
from core.access.table import Permissions
from core.identity.staff_identity import StaffIdentity

STAFF = StaffIdentity(uuid4(), uuid4(), "noor", "Noor", frozenset({"helper"}), uuid4())
POLICY = StaffSecurityPolicy(Permissions())


def _request(staff: StaffIdentity | None = STAFF, place: str = "workplace", tenant_id: Any = STAFF.tenant_id) -> Any:
    return SimpleNamespace(staff=staff, place=place, tenant=SimpleNamespace(id=tenant_id))


@pytest.mark.parametrize("place", ["workplace", "console"])
def test_staff_may_work_on_the_hosts_for_staff(place: str) -> None:
    assert POLICY.permits(_request(place=place), None, "core.be_present")


@pytest.mark.parametrize("place", ["site", "neutral", None])
def test_a_session_counts_nowhere_else(place: Any) -> None:
    assert not POLICY.permits(_request(place=place), None, "core.be_present")


def test_staff_of_another_organisation_may_nothing_here() -> None:
    assert not POLICY.permits(_request(tenant_id=uuid4()), None, "core.be_present")


def test_who_is_not_signed_in_or_locked_may_nothing() -> None:
    assert not POLICY.permits(_request(None), None, "core.be_present")
    assert not POLICY.permits(_request(replace(STAFF, locked=True)), None, "core.be_present")


def test_an_unknown_permission_is_refused() -> None:
    assert not POLICY.permits(_request(), None, "core.everything")


def test_the_user_id_is_the_accounts_id_and_absent_while_locked() -> None:
    assert POLICY.authenticated_userid(_request()) == str(STAFF.id)
    assert POLICY.authenticated_userid(_request(replace(STAFF, locked=True))) is None
    assert POLICY.authenticated_userid(_request(None)) is None
