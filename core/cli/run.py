"""`luwte run`: set up what is not set up yet, start everything in one process, and say where it is."""

import time

import click

from core.cli.context import CommandContext
from core.cli.listening import Listening, read_listening
from core.errors import LuwteError

EMBEDDED = "egg:luwte#embedded"
_OF_THE_FILE = ("here", "__file__")


def listening(context: CommandContext) -> Listening:
    """Read [server:main]. Raises LuwteError where it names another server or ports that cannot be."""
    section = {name: value for name, value in context.section("server:main").items() if name not in _OF_THE_FILE}
    if section.pop("use", None) != EMBEDDED:
        raise LuwteError(
            f"luwte run starts the embedded server and {context.ini} names another: run pserve {context.ini} instead."
        )
    return read_listening(section, context.configuration(), str(context.ini))


@click.command()
@click.pass_obj
def run(context: CommandContext) -> None:
    """Set up what is not set up yet, start everything, and say where it is."""
    started = time.monotonic()
    configuration, where = context.configuration(), listening(context)
    where.ensure_free(str(context.ini))
    click.echo(f"Starting Luwte ({context.ini})")
    # Late: by now the quick questions are answered, and these take a second.
    from core.app import build_installation, make_application
    from core.cli.banner import banner
    from core.cli.demo import sign_in_lines
    from core.cli.embedded import EmbeddedServer
    from core.cli.set_up import set_up

    installation = build_installation(configuration)
    set_up(installation, click.echo)
    server = EmbeddedServer(make_application(installation), where)

    def ready() -> None:
        sign_ins = sign_in_lines(installation) if configuration.environment == "development" else []
        tenants = installation.directory.all()
        click.echo(banner(tenants, configuration, sign_ins, time.monotonic() - started))

    server.run(ready)
