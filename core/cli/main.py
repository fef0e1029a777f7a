"""The command ``luwte``: a table of its commands, each in a file of its own that is read when it is asked for."""

import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import click

from core.cli.context import CommandContext
from core.errors import LuwteError

COMMANDS = {
    "backup": "Write a backup of database and files.",
    "demo": "The demo accounts: luwte demo sign-ins.",
    "doctor": "Print the digits of all keys, after checking every public list.",
    "keys": "Change the root key of what is sealed at rest; drop the old one.",
    "limits": "Show and choose how long things stay.",
    "migrate": "Bring the database up to this version.",
    "plugins": "List plugins and their errors; remove one, with what it holds.",
    "privacy": "Hand over or erase what plugins and Luwte itself hold about people.",
    "realtime": "The sockets, as a process of its own (production).",
    "restore": "Put a backup into an empty installation.",
    "run": "Set up what is not set up yet, start everything, and say where it is.",
    "staff": "Add, list and disable staff accounts.",
    "tenants": "Import, export and list organisations.",
    "worker": "Periodic work, as a process of its own (production).",
}
"""Name of each command, which is also its file in this folder and its function there, and what it does."""


class LazyGroup(click.Group):
    """A group that imports a command only to run it, so that ``luwte run`` does not wait for the others."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command with this name, or None."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"core.cli.{cmd_name}"), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands from the table, without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl(sorted(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--config",
    "ini",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("development.ini"),
    envvar="LUWTE_CONFIG",
    show_default=True,
    show_envvar=True,
    help="The ini file of the installation.",
)
@click.pass_context
def luwte(context: click.Context, ini: Path) -> None:
    """Luwte: anonymous online help, shared by a network of welfare organisations."""
    context.obj = CommandContext(ini)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command; what a person can mend is said in one sentence, and the exit code is 1."""
    try:
        luwte.main(args=arguments, prog_name="luwte")
    except LuwteError as error:
        sys.exit(f"luwte: {error}")
