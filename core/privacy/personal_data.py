"""Handing over and erasing what is held about people: by plugins, as they declare it, and by the core's own rooms.

It passes the gate of a switched-off plugin: its rows are still there. Each deed stands on the organisation's record.
"""

import base64
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import Engine, func, select
from sqlalchemy.exc import IntegrityError

from core.audit.record import OPERATOR, record
from core.clock import Clock, utc_now
from core.crypto.keyring import KeyRing
from core.database.base import TenantModel
from core.database.sweeping import sweep
from core.errors import LuwteError
from core.events.telling import forget_plugin
from core.hookspecs.values import PersonalData, Retention
from core.privacy.own_rooms import OwnRooms
from core.tenancy.sealing import erase_days, sealing_ids
from core.tenancy.session import TenantSession, tenant_session
from core.tenancy.tenant import Tenant


class Holder(Protocol):
    """Who holds personal data: a plugin, or the core (`own_rooms`)."""

    @property
    def name(self) -> str:
        """Its name on record."""

    @property
    def personal_data(self) -> tuple[PersonalData, ...]:
        """What it holds, in the order in which it is erased."""

    @property
    def retention(self) -> tuple[Retention, ...]:
        """The rules by which it goes of itself."""


@dataclass(frozen=True, slots=True)
class Erased:
    """How many rows of a kind went, and what of its tables is still there (which should be nothing)."""

    kind: str
    rows: int
    left: int


@dataclass(frozen=True, slots=True)
class Desk:
    """Where personal data is handed over and erased, in somebody's name (by default the operator's)."""

    engine: Engine
    keys: KeyRing
    clock: Clock = utc_now
    who: UUID = OPERATOR

    def export_lines(self, tenants: Sequence[Tenant], holders: Sequence[Holder]) -> Iterator[str]:
        """All personal data of these holders at these organisations, one JSON object a line.

        The record comes first: an export that broke off is on record, one that is not was never made.
        """
        for tenant in tenants:
            self._note(tenant, "privacy.exported", [f"data:{holder.name}" for holder in holders])
            for holder in holders:
                with tenant_session(self.engine, tenant.id, writes=False) as session, session.begin():
                    for kind in _handed_over(holder):
                        yield from _lines(tenant, holder, kind, kind.export(session))

    def export_person_lines(self, tenant: Tenant, holders: Sequence[Holder], staff_id: UUID) -> Iterator[str]:
        """What these holders know of one member of staff. Kinds that cannot tell it are in `unasked`."""
        self._note(tenant, "privacy.person_exported", [f"staff:{staff_id}"])
        for holder in holders:
            with tenant_session(self.engine, tenant.id, writes=False) as session, session.begin():
                for kind in _handed_over(holder):
                    if kind.export_person is not None:
                        yield from _lines(tenant, holder, kind, kind.export_person(session, staff_id))

    def erase(self, tenant: Tenant, holder: Holder) -> list[Erased]:
        """Erases all personal data of a holder at an organisation, and what is still to be told to it: all or nothing.

        The keys of its days go too, so that what it had sealed by the day is gone from every backup. Raises LuwteError
        where rows of somebody else still point at what should go.
        """
        erased = self._erase_rows(tenant, holder)
        with tenant_session(self.engine, tenant.id, writes=False) as session, session.begin():
            owners = sealing_ids(session)
        erase_days(self.keys, owners, (rule.name for rule in holder.retention))
        sweep(self.engine)
        return erased

    def _erase_rows(self, tenant: Tenant, holder: Holder) -> list[Erased]:
        with tenant_session(self.engine, tenant.id) as session, session.begin():
            try:
                gone = [(kind, kind.erase(session)) for kind in holder.personal_data]
                forget_plugin(session, holder.name)
                session.flush()
            except IntegrityError:
                raise LuwteError(
                    f"What {holder.name} holds at {tenant.slug} cannot go yet, because rows of others point at it: "
                    "erase those first. A plugin that is gone or was left out is put back or mended before."
                ) from None
            record(session, self.who, "privacy.erased", f"data:{holder.name}", at=self.clock())
            return [Erased(kind.name, rows, _left(session, kind.models)) for kind, rows in gone]

    def erase_person(self, tenant: Tenant, holders: Sequence[Holder], staff_id: UUID) -> list[Erased]:
        """Erases what these holders know of one member of staff: all or nothing."""
        with tenant_session(self.engine, tenant.id) as session, session.begin():
            kinds = [kind for holder in holders for kind in holder.personal_data]
            gone = [Erased(kind.name, kind.erase_person(session, staff_id), 0) for kind in kinds if kind.erase_person]
            record(session, self.who, "privacy.person_erased", f"staff:{staff_id}", at=self.clock())
        sweep(self.engine)
        return gone

    def note_removal(self, tenants: Iterable[Tenant], plugin: str) -> None:
        """Puts on record that a plugin is taken away, before it is."""
        for tenant in tenants:
            self._note(tenant, "plugins.removed", [f"plugin:{plugin}"])

    def _note(self, tenant: Tenant, action: str, subjects: Sequence[str]) -> None:
        with tenant_session(self.engine, tenant.id) as session, session.begin():
            for subject in subjects:
                record(session, self.who, action, subject, at=self.clock())


def unasked(holders: Sequence[Holder], *, erasing: bool) -> list[str]:
    """The kinds that cannot be handed over, or erased, for one member of staff alone."""
    kinds = [kind for holder in holders for kind in (holder.personal_data if erasing else _handed_over(holder))]
    return [kind.name for kind in kinds if (kind.erase_person if erasing else kind.export_person) is None]


def _handed_over(holder: Holder) -> tuple[PersonalData, ...]:
    return (*holder.personal_data, *(holder.stays if isinstance(holder, OwnRooms) else ()))


def _lines(tenant: Tenant, holder: Holder, kind: PersonalData, rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for row in rows:
        line = {"organisation": tenant.slug, "plugin": holder.name, "kind": kind.name, "row": dict(row)}
        yield json.dumps(line, default=_plain, ensure_ascii=False)


def _left(session: TenantSession, models: Sequence[type]) -> int:
    tables = (model for model in models if issubclass(model, TenantModel))
    return sum(session.scalar(select(func.count()).select_from(table)) or 0 for table in tables)


def _plain(value: object) -> Any:
    """A value as JSON can hold it: moments by ISO 8601, bytes in base64."""
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, frozenset | set):
        return sorted(value)
    raise TypeError(f"a {type(value).__name__} cannot be exported")
