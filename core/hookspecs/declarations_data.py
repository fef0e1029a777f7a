"""Declarations of data: tables, choices of organisations, and what is about people."""

from collections.abc import Iterable
from typing import Protocol

from core.hookspecs.markers import hookspec
from core.hookspecs.values import PersonalData, Retention, Setting


class DataDeclarations(Protocol):
    """What a plugin keeps."""

    @hookspec
    def declare_models(self) -> Iterable[type]:
        """The plugin's database models.

        When: once at start-up. Result: subclasses of `TenantModel` with tables named `<plugin>_…`.
        Errors: another kind of class, a table without prefix. Since API 1.
        """

    @hookspec
    def declare_settings(self) -> Iterable[Setting]:
        """What an organisation may choose for the plugin; the form is made from this.

        When: once at start-up. Result: settings, whose names need no prefix.
        Errors: a name twice, a default that does not fit its type. Since API 1.
        """

    @hookspec
    def declare_retention(self) -> Iterable[Retention]:
        """How long the plugin keeps each kind of personal data.

        When: once at start-up; the rules are applied to organisations that switched the plugin off too.
        Result: rules named `<plugin>.…`. Errors: a name without prefix, or twice. Since API 1.
        """

    @hookspec
    def declare_personal_data(self) -> Iterable[PersonalData]:
        """What the plugin holds about people: how it is exported, and how it is erased.

        When: once at start-up; export and erasure pass the gate of a switched-off plugin.
        Result: kinds of data named `<plugin>.…`. Errors: a model that no retention rule names. Since API 1.
        """
