"""What plugins add to the core's screens, each apart: one that fails leaves a gap that nobody sees, and a report."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar
from uuid import UUID

from markupsafe import Markup

from core.hookspecs.values import Badge, FooterLink, HomeBlock, Panel, StartAction
from core.plugin_host.asking import Contribution
from core.web.contributed import BENCH, HOME, PANEL, Frame, clean, own_address
from core.web.request import Request

Made = TypeVar("Made")
_Button = tuple[UUID, str, str]
"""Organisation, language and plugin of a start button."""

LONGEST_TITLE = 80
LONGEST_BADGE = 12
_KEY = re.compile(r"[a-z][a-z0-9]*(\.[a-z0-9_]+)+")


class NotFit(ValueError):
    """A contribution that cannot be shown as it is: the sentence says what is amiss with it."""


@dataclass(frozen=True, slots=True)
class ShownPanel:
    """A panel as a template shows it."""

    id: str
    title: str
    html: Markup


@dataclass(frozen=True, slots=True)
class ShownPanels:
    """The panels of one screen, in order, and how many plugins could not add theirs."""

    panels: tuple[ShownPanel, ...]
    gaps: int


def start_actions(request: Request) -> list[StartAction]:
    """The big buttons of a site's first page.

    They are the way to a human: a plugin that fails to answer keeps the button that it showed last, without its line of
    state, which may not be true any more. While nobody may begin, each says why: else somebody would come in vain.
    """
    shown, missing = _by_plugin(request)
    last: dict[_Button, StartAction] = request.registry["luwte.last_start_actions"]
    here = (request.tenant.id, request.language)
    for plugin in request.tenant.plugins - missing:
        last.pop((*here, plugin), None)
    last.update({(*here, plugin): replace(action, note="") for plugin, action in shown.items()})
    kept = [last[(*here, plugin)] for plugin in missing if (*here, plugin) in last]
    actions = sorted([*shown.values(), *kept], key=lambda action: action.order)
    refused = actions and request.installation.plugins.first_refusal(
        "allow_seeker_to_start", request.tenant, request=request
    )
    return (
        [replace(action, note=request.t(refused.key, refused.sentence)) for action in actions] if refused else actions
    )


def _by_plugin(request: Request) -> tuple[dict[str, StartAction], set[str]]:
    """Each plugin's button, and the plugins that failed."""
    host, shown, missing = request.installation.plugins, dict[str, StartAction](), set[str]()
    for answer in host.contributions("add_start_action", request.tenant, request=request):
        if isinstance(answer, Contribution) and _fits(request, answer):
            shown[answer.plugin] = answer.value
        else:
            missing.add(answer.plugin)
    return shown, missing


def _fits(request: Request, answer: Contribution) -> bool:
    try:
        _check_link(answer.value.label, answer.value.url)
    except Exception as error:  # noqa: BLE001 - whatever a plugin handed over, the page goes on without it
        _report(request, answer.plugin, "add_start_action", error)
        return False
    return True


def _report(request: Request, plugin: str, occasion: str, error: Exception) -> None:
    budgets = request.installation.plugins.budgets
    budgets.raised(budgets.account(plugin, occasion), request.tenant.slug, 0.0, error)


def home_blocks(request: Request) -> list[Markup]:
    """The blocks of a site's first page. A visitor sees nothing of those that failed."""
    return _collected(request, "add_home_blocks", _home_block)[0]


def footer_links(request: Request) -> list[FooterLink]:
    """The links at the foot of a site's pages."""
    return _collected(request, "add_footer_links", _footer_link)[0]


def dashboard_panels(request: Request) -> ShownPanels:
    """The panels of the workplace's first page."""
    panels, gaps = _collected(request, "add_dashboard_panels", lambda panel: _panel(panel, PANEL))
    return ShownPanels(tuple(panels), gaps)


def workbench_panels(request: Request) -> ShownPanels:
    """The panels beside a conversation: HTML without script, for the page holds opened text."""
    panels, gaps = _collected(request, "add_workbench_panels", lambda panel: _panel(panel, BENCH))
    return ShownPanels(tuple(panels), gaps)


def badges(request: Request) -> Mapping[str, Badge]:
    """The marks beside links of the navigation, by route; the host sees to it that a plugin marks its own only."""
    return dict(_collected(request, "add_badges", _badge)[0])


def _collected(request: Request, occasion: str, made: Callable[[Any], tuple[int, Made]]) -> tuple[list[Made], int]:
    """What the organisation's plugins add, made fit to show, in order; and how many plugins failed.

    All that a plugin adds on an occasion is shown, or nothing of it.
    """
    host = request.installation.plugins
    shown: list[tuple[int, Made]] = []
    gaps = 0
    for answer in host.contributions(occasion, request.tenant, request=request):
        if not isinstance(answer, Contribution):
            gaps += 1
            continue
        try:
            shown += [made(item) for item in _items(answer.value)]
        except Exception as error:  # noqa: BLE001 - whatever a plugin handed over, the page goes on without it
            _report(request, answer.plugin, occasion, error)
            gaps += 1
    return [value for _, value in sorted(shown, key=lambda pair: pair[0])], gaps


def _items(value: Any) -> Iterable[Any]:
    if isinstance(value, Mapping):
        return value.items()
    return value if isinstance(value, tuple) else (value,)


def _footer_link(link: FooterLink) -> tuple[int, FooterLink]:
    _check_link(link.label, link.url)
    return link.order, link


def _badge(mark: tuple[str, Badge]) -> tuple[int, tuple[str, Badge]]:
    _, badge = mark
    _check_words(badge.text, LONGEST_BADGE)
    _check_words(badge.title, LONGEST_TITLE)
    return 0, mark


def _home_block(block: HomeBlock) -> tuple[int, Markup]:
    return block.order, clean(block.html, HOME)


def _panel(panel: Panel, frame: Frame) -> tuple[int, ShownPanel]:
    if not _KEY.fullmatch(panel.key):
        raise NotFit("the key of a panel is words in small letters with dots between them")
    _check_words(panel.title, LONGEST_TITLE)
    return panel.order, ShownPanel(f"panel-{panel.key.replace('.', '-')}", panel.title, clean(panel.html, frame))


def _check_link(label: str, url: str) -> None:
    _check_words(label, LONGEST_TITLE)
    if not own_address(url):
        raise NotFit("a link that leads to no page of this site")


def _check_words(text: object, longest: int) -> None:
    if not isinstance(text, str) or not text.strip() or len(text) > longest:
        raise NotFit(f"words of 1 to {longest} characters are needed")
