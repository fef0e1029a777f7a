"""`luwte realtime`: the realtime side as a process of its own, for production."""

import click

from core.cli.context import CommandContext
from core.cli.embedded import make_realtime
from core.cli.logging import set_up_logging
from core.cli.preparation import prepare
from core.errors import LuwteError
from core.metrics.listener import start_metrics
from core.realtime.runner import make_server


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=6544, show_default=True, help="Port to listen on.")
@click.pass_obj
def realtime(context: CommandContext, host: str, port: int) -> None:
    """Serve the sockets until told to stop."""
    set_up_logging()
    installation = context.installation()
    if installation.configuration.redis is None:
        raise LuwteError("Several processes find each other through Redis: set luwte.redis in the ini file.")
    prepare(installation)
    installation.directory.start()
    start_metrics(installation)
    try:
        make_server(make_realtime(installation), host, port).run()
    finally:
        installation.directory.stop()
        installation.engine.dispose()
