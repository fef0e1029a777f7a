"""Brings an installation to where it can serve: database, organisations, demo accounts; it says what it is doing."""

from collections.abc import Callable

from core.app import setting_declarations
from core.cli.demo import make_demo_staff
from core.cli.preparation import prepare
from core.installation import Installation
from core.tenancy.importing import ImportReport, import_tenants

Say = Callable[[str], None]


def set_up(installation: Installation, say: Say) -> None:
    """Migrate, import the organisations' folder and make the demo accounts, as far as that is not done yet.

    In production these are the operator's deeds: there it only makes sure that the database is up to date.
    Raises LuwteError with one sentence for what has to be mended first.
    """
    say("Bringing the database up to date")
    prepare(installation)
    if installation.configuration.environment == "production":
        return
    say(f"Reading the organisations in {installation.configuration.tenants_folder}")
    for line in _outcome(_import(installation)):
        say(f"  {line}")
    _tell_of_start_tenant(installation, say)
    say("Looking after the demo accounts")
    make_demo_staff(installation)


def _tell_of_start_tenant(installation: Installation, say: Say) -> None:
    configuration = installation.configuration
    if installation.directory.by_slug(configuration.start_tenant) is None:
        say(
            f"  luwte.start_tenant names {configuration.start_tenant}, which is no organisation here: "
            f"{configuration.address(configuration.network_domain)} shows nothing until you mend it in the ini file."
        )


def _import(installation: Installation) -> ImportReport:
    report = import_tenants(
        installation.engine,
        installation.configuration.tenants_folder,
        known_plugins=installation.plugins.plugins.keys(),
        setting_declarations=setting_declarations(installation.plugins),
        clock=installation.clock,
        left_out=installation.plugins.left_out.keys(),
    )
    installation.directory.refresh()
    return report


def _outcome(report: ImportReport) -> list[str]:
    """What an operator should know of an import: new and changed organisations, and every sentence of the report."""
    new = [f"new: {', '.join(sorted(report.created))}"] if report.created else []
    changed = [f"changed: {', '.join(sorted(report.updated))}"] if report.updated else []
    return [*new, *changed, *report.kept, *report.missing_plugins]
