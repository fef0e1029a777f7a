"""Makes what people wrote safe to show: Markdown becomes cleaned HTML, an SVG is reduced to what draws."""

import re
from functools import lru_cache
from xml.etree import ElementTree as ET

from core.errors import LuwteError

_TAGS = frozenset(
    """a abbr b blockquote br code dd dl dt em h2 h3 h4 hr i li ol p pre strong sub sup table tbody td th thead tr
    ul""".split()
)
_ATTRIBUTES = {"a": {"href", "hreflang"}, "abbr": {"title"}, "ol": {"start"}, "th": {"scope"}}
_SCHEMES = {"http", "https", "tel", "mailto"}

_SVG = "{http://www.w3.org/2000/svg}"
_SVG_BYTES = 65_536
_SVG_DEPTH = 50
_SVG_ELEMENTS = frozenset(
    """svg g defs symbol use title desc path rect circle ellipse line polyline polygon clipPath mask linearGradient
    radialGradient stop""".split()
)
_SVG_ATTRIBUTES = frozenset(
    """viewBox width height preserveAspectRatio id role aria-label aria-hidden d x y x1 y1 x2 y2 cx cy r rx ry fx fy
    points transform href fill fill-opacity fill-rule stroke stroke-width stroke-linecap stroke-linejoin
    stroke-miterlimit stroke-dasharray stroke-dashoffset stroke-opacity opacity clip-path clip-rule mask offset
    stop-color stop-opacity gradientUnits gradientTransform spreadMethod clipPathUnits
    maskUnits maskContentUnits color vector-effect""".split()
)
_OUTSIDE = re.compile(r"url\(\s*['\"]?(?!#)|[\\<>]|javascript:|data:|https?:|//", re.IGNORECASE)


@lru_cache(maxsize=512)
def render(markdown: str) -> str:
    """Return the HTML of a Markdown text: no script, no style, no image, no other element than text needs.

    Headings begin at h2, because the page's title is the h1. Links to elsewhere tell the other side nothing of where
    one was.
    """
    import nh3  # loaded at the first page that is read, not at the start
    from markdown_it import MarkdownIt

    html = MarkdownIt("commonmark", {"html": False}).enable("table").render(_lower_headings(markdown))
    return nh3.clean(
        html, tags=set(_TAGS), attributes=_ATTRIBUTES, url_schemes=_SCHEMES, link_rel="noopener noreferrer"
    )


def _lower_headings(markdown: str) -> str:
    """Turn a top heading into a second one outside code, so that a page has one h1."""
    lines, fenced = [], False
    for line in markdown.splitlines():
        fenced ^= line.lstrip().startswith(("```", "~~~"))
        lines.append("#" + line if line.startswith("# ") and not fenced else line)
    return "\n".join(lines)


def reduce_svg(content: bytes, file: str) -> str:
    """Return an SVG with nothing but elements and attributes that draw: no script, no style, no reference to outside.

    Raises LuwteError that names `file` when it is no SVG, holds a doctype, is larger than 64 KiB or nested too deeply.
    """
    if len(content) > _SVG_BYTES:
        raise LuwteError(f"{file} is larger than 64 KiB: simplify the drawing.")
    if re.search(rb"<!\s*(DOCTYPE|ENTITY)", content, re.IGNORECASE) or b"\0" in content:
        raise LuwteError(f"{file} holds a document type or is not UTF-8: save it as a plain SVG in UTF-8.")
    try:
        root = ET.fromstring(content)  # noqa: S314 - no doctype, no entities
    except ET.ParseError as error:
        raise LuwteError(f"{file} cannot be read as SVG: {error}. Save the drawing anew.") from None
    if root.tag != f"{_SVG}svg":
        raise LuwteError(f"{file} is no SVG: its first element should be <svg xmlns='http://www.w3.org/2000/svg'>.")
    if _is_deep(root):
        raise LuwteError(f"{file} holds groups in groups, more than {_SVG_DEPTH} deep: simplify the drawing.")
    ET.register_namespace("", _SVG[1:-1])
    return ET.tostring(_reduced(root), encoding="unicode")


def _is_deep(root: ET.Element) -> bool:
    """Whether elements lie deeper in each other than any drawing needs; found without going down by recursion."""
    level = [root]
    for _ in range(_SVG_DEPTH):
        level = [child for element in level for child in element]
    return bool(level)


def _reduced(element: ET.Element) -> ET.Element:
    kept = ET.Element(element.tag, dict(filter(None, map(_attribute, element.items()))))
    if element.tag in (f"{_SVG}title", f"{_SVG}desc"):
        kept.text = element.text
    kept.extend(_reduced(child) for child in element if _draws(child))
    return kept


def _draws(element: ET.Element) -> bool:
    return element.tag.startswith(_SVG) and element.tag.removeprefix(_SVG) in _SVG_ELEMENTS


def _attribute(item: tuple[str, str]) -> tuple[str, str] | None:
    name, value = item
    name = name.removeprefix("{http://www.w3.org/1999/xlink}")
    outside = not value.startswith("#") if name == "href" else bool(_OUTSIDE.search(value))
    return None if name not in _SVG_ATTRIBUTES or outside else (name, value)
