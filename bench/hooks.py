"""What it costs to ask all hooks for a page, against the same calls as plain functions: `make bench-hooks`.

Ten plugins answer every occasion of a page as small plugins do: a text, a value, some HTML. Each organisation has its
own set of plugins object, as the directory makes them. Written to build/bench/hooks.json.
"""

import gc
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from textwrap import dedent
from time import thread_time
from types import ModuleType
from typing import Any

from core.plugin_host.host import PluginHost
from core.testing.throwaway import workshop_in

PLUGINS = 10
TENANTS = (10, 10_000)
PAGES = 2_000
"""Pages of a round: for organisations spread over all that there are."""
ROUNDS = 5
PAGE = ("add_start_action", "add_home_blocks", "add_footer_links", "add_workbench_panels", "add_dashboard_panels",
        "add_badges", "allow_seeker_to_start")  # fmt: skip
"""Every occasion that a page may ask; no page asks all of them."""

HOOKS = dedent("""
    from markupsafe import Markup
    from core.api import Badge, FooterLink, HomeBlock, Panel, StartAction, hookimpl

    BLOCK = Markup("<h2>{}</h2><p>{}</p>")
    TEXTS = {"NAME.title": "Een titel"}

    def said(key, english):
        return TEXTS.get(key, english)

    @hookimpl
    def add_start_action(request):
        return StartAction(said("NAME.title", "A title"), said("NAME.note", "A note"), "/NAME")

    @hookimpl
    def add_home_blocks(request):
        return (HomeBlock(BLOCK.format(said("NAME.title", "A title"), "text")),)

    @hookimpl
    def add_footer_links(request):
        return (FooterLink(said("NAME.title", "A title"), "/NAME"),)

    @hookimpl
    def add_workbench_panels(request):
        return (Panel("NAME.bench", said("NAME.title", "A title"), BLOCK.format("a", "b")),)

    @hookimpl
    def add_dashboard_panels(request):
        return (Panel("NAME.today", said("NAME.title", "A title"), BLOCK.format("a", "b")),)

    @hookimpl
    def add_badges(request):
        return {"NAME.page": Badge("3", said("NAME.title", "A title"))}

    @hookimpl
    def allow_seeker_to_start(request):
        return None
""")


@dataclass(frozen=True)
class Organisation:
    """As much of an organisation as the host looks at."""

    slug: str
    plugins: frozenset[str]


def main() -> None:
    """Measures, prints a table and writes the figures."""
    with TemporaryDirectory() as folder, workshop_in(Path(folder)) as workshop:
        names = [f"plugin{chr(97 + n)}" for n in range(PLUGINS)]
        host = PluginHost([workshop.plugin(name, HOOKS.replace("NAME", name)) for name in names])
        modules = [sys.modules[plugin.card.hooks_module] for plugin in host.plugins.values()]
        figures = {key: value for count in TENANTS for key, value in measured(host, modules, names, count).items()}
    for name, value in figures.items():
        print(f"{name:32} {value:10.3f}")
    path = Path("build/bench/hooks.json")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(figures, indent=2) + "\n", "utf-8")
    sys.exit(0 if all(figures[f"hooks_ratio_{count}"] <= 2 for count in TENANTS) else 1)


def measured(host: PluginHost, modules: list[ModuleType], names: list[str], count: int) -> dict[str, float]:
    """The figures with so many organisations, each page for the next of them."""
    tenants = [Organisation(f"tenant{n}", frozenset(names)) for n in range(count)]
    functions = [[getattr(module, occasion) for module in modules] for occasion in PAGE]
    pages = [tenants[n * 7919 % count] for n in range(PAGES)]

    def plain(_tenant: Organisation) -> None:
        for several in functions:
            _ = [function(request=None) for function in several]

    def asked(tenant: Organisation) -> None:
        for occasion in PAGE[:-1]:
            host.contributions(occasion, tenant, request=None)
        host.first_refusal(PAGE[-1], tenant, request=None)

    rounds = [(per_page(plain, pages), per_page(asked, pages)) for _ in range(ROUNDS)]
    return {
        f"plain_microseconds_{count}": median(plain for plain, _ in rounds),
        f"hooks_microseconds_{count}": median(asked for _, asked in rounds),
        f"hooks_ratio_{count}": median(asked / plain for plain, asked in rounds),
    }


def per_page(work: Callable[[Any], None], pages: list[Organisation]) -> float:
    """Microseconds of this thread's processor time for one page: other programs on the machine do not count."""
    gc.collect()
    began = thread_time()
    for tenant in pages:
        work(tenant)
    return 1e6 * (thread_time() - began) / len(pages)


if __name__ == "__main__":
    main()
