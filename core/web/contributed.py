"""Cleans the HTML that plugins contribute to the core's screens; docs/decisions/contributed-html.md says why so.

Plugins are trusted, yet a careless one must harm only itself: what it hands over cannot run, cannot send a form, cannot
dress up as a part of the page, and cannot be found by the scripts of the page that it stands on.
"""

from dataclasses import dataclass

from markupsafe import Markup

LARGEST = 64 * 1024
"""Characters that one contribution may have; more is a fault, not a screen."""

_TEXT = """a abbr b bdi blockquote br caption code dd del details dfn div dl dt em figcaption figure hr i ins kbd li
    mark meter ol p pre progress q s samp small span strong sub summary sup table tbody td tfoot th thead time tr u ul
    var wbr""".split()
_CLASSES = frozenset("bare button count lead links note number plain quiet small stack table-frame tile tiles".split())
"""Classes that dress text; none that places anything over the page, or that one of its scripts or texts goes by."""
_ATTRIBUTES = {
    "*": {"dir", "lang", "title"},
    "a": {"href", "hreflang"},
    "details": {"open"},
    "meter": {"value", "min", "max", "low", "high", "optimum", "aria-label"},
    "ol": {"start"},
    "progress": {"value", "max", "aria-label"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "time": {"datetime"},
}
_SCHEMES = {"https", "http", "tel", "mailto"}
_GONE_WITH_CONTENT = {
    "button", "embed", "form", "iframe", "math", "noscript", "object", "script", "select", "style", "svg", "template",
    "textarea", "title",
}  # fmt: skip


class TooLarge(ValueError):
    """A contribution that is longer than any screen."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The spot where HTML is put: which headings fit there, and whether links leave the page as it is."""

    headings: tuple[str, ...]
    new_window: bool = False


HOME = Frame(("h2", "h3", "h4"))
"""A block of a site's first page, below its h1."""
PANEL = Frame(("h3", "h4"))
"""A panel that has its heading from the core."""
BENCH = Frame(("h3", "h4"), new_window=True)
"""A panel beside opened text: a link there may not take the conversation away."""


def clean(html: object, frame: Frame) -> Markup:
    """The HTML with nothing but text, tables and links left in it.

    Raises TooLarge for more than LARGEST characters.
    """
    import nh3  # loaded at the first contribution, not at the start

    text = str(html)
    if len(text) > LARGEST:
        raise TooLarge
    tags = {*_TEXT, *frame.headings}
    links = {"target": "_blank"} if frame.new_window else {}
    cleaned = nh3.clean(
        text,
        tags=tags,
        clean_content_tags=_GONE_WITH_CONTENT,
        attributes=_ATTRIBUTES,
        attribute_filter=_own_or_safe,
        allowed_classes={tag: set(_CLASSES) for tag in tags},
        set_tag_attribute_values={"a": links} if links else None,
        url_schemes=_SCHEMES,
        link_rel="noopener noreferrer",
    )
    return Markup(cleaned)  # noqa: S704 - nothing is left in it that could do harm


def own_address(url: str) -> bool:
    """Whether this is the address of a page on the same host."""
    return url.startswith("/") and not url.startswith(("//", "/\\"))


def _own_or_safe(_tag: str, attribute: str, value: str) -> str | None:
    away = value.startswith(("https://", "http://", "tel:", "mailto:"))
    return value if attribute != "href" or away or own_address(value) else None
