"""The WSGI application, as a table of contents."""

import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyramid.config import Configurator
from sqlalchemy.exc import SQLAlchemyError

from core.anonymity.headers import KnownHost
from core.anonymity.logs import set_up_logging
from core.anonymity.middleware import AnonymityWsgi
from core.anonymity.waitress_answers import make_waitress_strict
from core.clock import utc_now
from core.configuration import Configuration, read_configuration
from core.console import routes as console
from core.console.faults import FaultBook
from core.crypto.keyring import KeyRing
from core.database.engine import make_engine
from core.developer import routes as developer
from core.developer.recording import record_requests
from core.errors import LuwteError
from core.events.emit import EmitRelay
from core.hookspecs.values import NavigationItem, Route, Setting
from core.i18n.catalog import CORE_LOCALE, Catalog
from core.installation import Installation
from core.metrics.listener import start_metrics
from core.plugin_host.host import PluginHost
from core.realtime.redis_emit import RedisEmit
from core.tenancy.directory import Directory
from core.web import screens
from core.web.assets import CORE_STATIC, AssetStore
from core.web.headers import SecurityHeadersWsgi
from core.web.introspection import refuse_undeclared
from core.web.plugins import load_plugins
from core.web.request import Request
from core.web.routing import add_routes


@dataclass(frozen=True, slots=True)
class Application:
    """The whole WSGI application, with the installation that it works for, for the server that runs it."""

    wsgi: Any
    installation: Installation

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answers one request."""
        answer: Iterable[bytes] = self.wsgi(environ, start_response)
        return answer


def main(global_config: Mapping[str, str], **settings: str) -> Application:
    """Makes the application from the ini file's settings. A fault in them ends the process with one sentence."""
    set_up_logging()
    try:
        application = make_application(build_installation(read_configuration(settings)))
        if application.installation.configuration.environment == "production":
            _follow_changes(application.installation)
            start_metrics(application.installation)
        return application
    except LuwteError as error:
        sys.exit(f"luwte: {error}")


def _follow_changes(installation: Installation) -> None:
    """In production pages run under any server, which knows nothing of organisations that change.

    In development the embedded server does it, after it has migrated the database.
    """
    try:
        installation.directory.start()
    except SQLAlchemyError:
        raise LuwteError(
            "The database cannot be read: see that it runs, that luwte.database names it, and run `luwte migrate`."
        ) from None


def build_installation(configuration: Configuration) -> Installation:
    """Everything that one process shares. Raises LuwteError for what an operator must mend first."""
    _make_home(configuration.home)
    plugins = load_plugins(configuration, _console(configuration)[0])
    engine = make_engine(configuration.database)
    return Installation(
        configuration=configuration,
        engine=engine,
        directory=Directory(engine, configuration, utc_now, setting_declarations(plugins)),
        plugins=plugins,
        keys=KeyRing(configuration.home / "keys", _credentials()),
        catalog=Catalog([CORE_LOCALE, *(plugin.card.folder / "locale" for plugin in plugins.plugins.values())]),
        clock=utc_now,
        emit=EmitRelay(RedisEmit(configuration.redis) if configuration.redis else None),
    )


def _console(configuration: Configuration) -> tuple[tuple[Route, ...], tuple[NavigationItem, ...]]:
    """Addresses and links of the console. The developers' page is one of them only where the settings ask for it."""
    if configuration.developers_page:
        return (*console.ROUTES, *developer.ROUTES), (*console.NAVIGATION, *developer.NAVIGATION)
    return console.ROUTES, console.NAVIGATION


def _credentials() -> Path | None:
    """Where systemd or Docker lays secrets for this process; None where the installation keeps its own."""
    given = os.environ.get("CREDENTIALS_DIRECTORY")
    return Path(given) if given else None


def _make_home(home: Path) -> None:
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise LuwteError(
            f"The folder {home} of luwte.home cannot be made ({reason}): mend it in the ini file."
        ) from None


def setting_declarations(plugins: PluginHost) -> dict[str, tuple[Setting, ...]]:
    """What each plugin lets an organisation choose."""
    return {name: plugin.settings for name, plugin in plugins.plugins.items()}


def make_application(installation: Installation) -> Application:
    """The pages, behind strict headers, behind the anonymity middleware, which is outermost."""
    make_waitress_strict()
    configuration = installation.configuration
    pages = make_pages(installation)
    headed = SecurityHeadersWsgi(pages, configuration, _known_hosts(installation))
    anonymous = AnonymityWsgi(
        headed,
        installation.tags,
        configuration.trusted_proxies,
        scheme=configuration.public_scheme,
        carrier=installation.carrier,
    )
    return Application(anonymous, installation)


def _known_hosts(installation: Installation) -> KnownHost:
    def known(host: str) -> bool:
        try:
            return installation.directory.find_host(host) is not None
        except SQLAlchemyError:  # nothing was read yet: the answer that says so must get out, with its headers
            return False

    return known


def make_pages(installation: Installation) -> Any:
    """The Pyramid application."""
    settings = {
        "tm.manager_hook": "pyramid_tm.explicit_manager",
        "tm.commit_veto": "pyramid_tm.default_commit_veto",
        # Else it asks who is there before every answer, static files included, outside the error pages.
        "tm.annotate_user": False,
        "retry.attempts": 3,
        "jinja2.undefined": "strict",
        "jinja2.trim_blocks": True,
        "jinja2.lstrip_blocks": True,
    }
    with Configurator(settings=settings, request_factory=Request) as config:
        config.registry["luwte.installation"] = installation
        config.include("pyramid_tm")
        config.include("pyramid_retry")
        config.include("pyramid_jinja2")
        for part in ("gate", "csrf", "security", "layout", "errors", "readable"):
            config.include(f"core.web.{part}")
        routes, links = _console(installation.configuration)
        own_routes = (*screens.all_routes(), *routes)
        plugins = installation.plugins.plugins.values()
        every_route = (*own_routes, *(route for plugin in plugins for route in plugin.routes))
        if installation.configuration.developers_page:
            record_requests(config, every_route)
        add_routes(config, own_routes)
        config.registry["luwte.navigation"] = (*screens.all_navigation(), *links)
        _add_plugins(config, installation)
        refuse_undeclared(config, every_route)
        return config.make_wsgi_app()


def _add_plugins(config: Configurator, installation: Installation) -> None:
    folders = [plugin.card.folder for plugin in installation.plugins.plugins.values()]
    own = (screens.TEMPLATES, console.TEMPLATES, developer.TEMPLATES)
    for templates in (*own, *(folder / "templates" for folder in folders)):
        config.add_jinja2_search_path(str(templates), name=".jinja2")
    config.registry["luwte.assets"] = AssetStore(
        [CORE_STATIC, *(folder / "static" for folder in folders)],
        watch=installation.configuration.environment == "development",
    )
    for plugin in installation.plugins.plugins.values():
        add_routes(config, plugin.routes, plugin.name)
    config.registry["luwte.last_start_actions"] = {}
    config.registry["luwte.faults"] = _fault_book(installation)


def _fault_book(installation: Installation) -> FaultBook:
    folders = {name: plugin.card.folder for name, plugin in installation.plugins.plugins.items()}
    book = FaultBook(installation.clock, folders)
    installation.plugins.budgets.hear(book.hear)
    return book
