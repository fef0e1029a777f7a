"""The frozen values that plugins hand to the core, by theme. They hold no behaviour: the host registers what they say.

This room lies below the organisations' sessions: a `session` here is a `core.api.TenantSession`.
"""

from core.hookspecs.values.meeting import EventTold, EventType, Guard, GuardedText, Service, Subscription, Verdict
from core.hookspecs.values.pages import NavigationItem, Permission, Place, Route, View
from core.hookspecs.values.privacy import PersonalData, Retention
from core.hookspecs.values.realtime import Realtime, RealtimeEvent, Subject
from core.hookspecs.values.screens import Badge, FooterLink, HomeBlock, Panel, Refusal, StartAction
from core.hookspecs.values.settings import Setting, WhoSets
from core.hookspecs.values.work import Command, CommandCall, Job, JobContext, OpenSession, Report, ReportTable

__all__ = [
    "Badge",
    "Command",
    "CommandCall",
    "EventTold",
    "EventType",
    "FooterLink",
    "Guard",
    "GuardedText",
    "HomeBlock",
    "Job",
    "JobContext",
    "NavigationItem",
    "OpenSession",
    "Panel",
    "Permission",
    "PersonalData",
    "Place",
    "Realtime",
    "RealtimeEvent",
    "Refusal",
    "Report",
    "ReportTable",
    "Retention",
    "Route",
    "Service",
    "Setting",
    "StartAction",
    "Subject",
    "Subscription",
    "Verdict",
    "View",
    "WhoSets",
]
