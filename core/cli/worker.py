"""`luwte worker`: periodic work as a process of its own, for production."""

import signal
import threading

import click

from core.cli.context import CommandContext
from core.cli.logging import set_up_logging
from core.cli.preparation import prepare
from core.metrics.listener import start_metrics
from core.worker.worker import Worker


@click.command()
@click.pass_obj
def worker(context: CommandContext) -> None:
    """Forget by the clock until told to stop."""
    set_up_logging()
    installation = context.installation()
    prepare(installation)
    installation.directory.start()
    running = Worker(installation)
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    running.start()
    start_metrics(installation)
    stopped.wait()
    running.stop()
    installation.directory.stop()
    installation.engine.dispose()
