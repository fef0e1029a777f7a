"""What the hooks' tests work with: the page's own code as a plugin, and a request that is enough for it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from core.plugin_host.host import PluginHost
from core.testing.throwaway import Workshop, workshop_in
from tests.core.hookspecs.documentation import PAGE, documented

Host = Callable[[str], PluginHost]


@dataclass
class Asking:
    """A request, as far as the page's code looks at it; and the organisation that it is for."""

    slug: str = "luisterboom"
    plugins: frozenset[str] = frozenset({"diary"})
    tenant: Any = field(default_factory=lambda: SimpleNamespace(state="live"))
    staff: Any = None
    sent: list[tuple[Any, ...]] = field(default_factory=list)

    def t(self, _key: str, english: str) -> str:
        """The English."""
        return english

    def emit_after_commit(self, *news: Any) -> None:
        """Keeps what was sent."""
        self.sent.append(news)


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Workshop]:
    """Makes plugins in a folder of this test."""
    with workshop_in(tmp_path / "plugins") as opened:
        yield opened


@pytest.fixture
def host(workshop: Workshop) -> Host:
    """Loads the code that the page shows for a hook, with every check."""
    from core.web.plugins import core_house

    pieces = documented(PAGE.read_text("utf-8"))
    return lambda name: PluginHost([pieces[name].plugin(workshop)], house=core_house())


@pytest.fixture
def asking() -> Asking:
    """Somebody's request."""
    return Asking()
