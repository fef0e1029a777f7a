"""Declarations of work: jobs by the clock, commands, reports."""

from collections.abc import Iterable
from typing import Protocol

from core.hookspecs.markers import hookspec
from core.hookspecs.values import Command, Job, Report


class WorkDeclarations(Protocol):
    """What a plugin does besides answering requests."""

    @hookspec
    def declare_jobs(self) -> Iterable[Job]:
        """What the plugin does by the clock.

        When: once at start-up. Result: jobs named `<plugin>.…`, run by the worker in child processes.
        Errors: a name without prefix, a period or a limit of nothing. Since API 1.
        """

    @hookspec
    def declare_commands(self) -> Iterable[Command]:
        """The plugin's commands for whoever runs the installation: `luwte <plugin> <name>`.

        When: once at start-up. Result: commands named `<plugin>.<name>`. Errors: a name without prefix. Since API 1.
        """

    @hookspec
    def declare_reports(self) -> Iterable[Report]:
        """The figures that the plugin can show over a period.

        When: once at start-up. Result: reports named `<plugin>.…`, each with a permission.
        Errors: a name without prefix, a permission that nobody declared. Since API 1.
        """
