"""The front door: all that a plugin may import of the core (besides `core.testing` in its tests).

Hooks and values say what a plugin is; the rest is what its views, handlers, services and models work with. Names are
only ever added here; one that goes is announced a minor version before.
"""

from core.anonymity.passing import Passing
from core.anonymity.time_outs import REASONS as TIME_OUT_REASONS
from core.anonymity.time_outs import Break, give_time_out
from core.anonymity.time_outs import Reason as TimeOutReason
from core.api.asking import service, starting_refused, verdict
from core.audit.record import conversation_subject, record
from core.clock import Clock
from core.crypto.at_rest import Forgotten, NotOpened
from core.crypto.keyring import KeyRing
from core.database.base import TenantModel
from core.database.migration_operations import create_tenant_table
from core.database.tenant_tables import tenant_foreign_key, tenant_index, tenant_relationship, tenant_unique
from core.database.types import UtcDateTime
from core.errors import LuwteError
from core.events.outbox import tell
from core.events.telling import repeatable_id
from core.hookspecs.markers import hookimpl
from core.hookspecs.values import (
    Badge,
    Command,
    CommandCall,
    EventTold,
    EventType,
    FooterLink,
    Guard,
    GuardedText,
    HomeBlock,
    Job,
    JobContext,
    NavigationItem,
    Panel,
    Permission,
    PersonalData,
    Realtime,
    RealtimeEvent,
    Refusal,
    Report,
    ReportTable,
    Retention,
    Route,
    Service,
    Setting,
    StartAction,
    Subject,
    Subscription,
    Verdict,
)
from core.i18n.formats import DEFAULT_ZONE as ZONE
from core.identity.staff_identity import StaffIdentity
from core.keys.services.shifts import ShiftCertificateForm, shift_of
from core.realtime.call import Call, RealtimeContext, Refused
from core.realtime.journal import JournalRefused, Receipt
from core.realtime.models import Stream, StreamEntry
from core.realtime.streams import PAGE, close_stream, delete_stream, entries_after, open_stream
from core.settings.reading import secret_setting, setting
from core.tenancy.sealing import open_sealed, seal_by_day
from core.tenancy.session import TenantSession
from core.tenancy.tenant import Tenant
from core.web.door import work_first
from core.web.request import Request
from core.web.screens.keys.public import keys_address
from core.web.time_outs import extra_wait, release_tag, time_out

__all__ = [
    "PAGE",
    "TIME_OUT_REASONS",
    "ZONE",
    "Badge",
    "Break",
    "Call",
    "Clock",
    "Command",
    "CommandCall",
    "EventTold",
    "EventType",
    "FooterLink",
    "Forgotten",
    "Guard",
    "GuardedText",
    "HomeBlock",
    "Job",
    "JobContext",
    "JournalRefused",
    "KeyRing",
    "LuwteError",
    "NavigationItem",
    "NotOpened",
    "Panel",
    "Passing",
    "Permission",
    "PersonalData",
    "Realtime",
    "RealtimeContext",
    "RealtimeEvent",
    "Receipt",
    "Refusal",
    "Refused",
    "Report",
    "ReportTable",
    "Request",
    "Retention",
    "Route",
    "Service",
    "Setting",
    "ShiftCertificateForm",
    "StaffIdentity",
    "StartAction",
    "Stream",
    "StreamEntry",
    "Subject",
    "Subscription",
    "Tenant",
    "TenantModel",
    "TenantSession",
    "TimeOutReason",
    "UtcDateTime",
    "Verdict",
    "close_stream",
    "conversation_subject",
    "create_tenant_table",
    "delete_stream",
    "entries_after",
    "extra_wait",
    "give_time_out",
    "hookimpl",
    "keys_address",
    "open_sealed",
    "open_stream",
    "record",
    "release_tag",
    "repeatable_id",
    "seal_by_day",
    "secret_setting",
    "service",
    "setting",
    "shift_of",
    "starting_refused",
    "tell",
    "tenant_foreign_key",
    "tenant_index",
    "tenant_relationship",
    "tenant_unique",
    "time_out",
    "verdict",
    "work_first",
]
