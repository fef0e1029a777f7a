"""What people wrote becomes safe to show: Markdown and SVG lose whatever could act."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import LuwteError
from core.tenancy.markup import reduce_svg, render

SVG = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
POISONS = [
    "<script>alert(1)</script>",
    '<path d="M0 0" onload="alert(1)"/>',
    '<path d="M0 0" style="background:url(//x.example)"/>',
    "<style>*{fill:url(//x.example)}</style>",
    '<image href="https://x.example/pixel.png"/>',
    '<use href="https://x.example/a.svg#b"/>',
    '<use xlink:href="//x.example/a.svg#b"/>',
    '<a href="javascript:alert(1)"><path d="M0 0"/></a>',
    "<foreignObject><body xmlns='http://www.w3.org/1999/xhtml'><script>1</script></body></foreignObject>",
    '<path d="M0 0" fill="url(https://x.example/a#b)"/>',
    '<path d="M0 0" fill="url( //x.example )"/>',
    '<set attributeName="href" to="javascript:alert(1)"/>',
    '<animate attributeName="d" values="javascript:1"/>',
    "<!-- --><?xml-stylesheet href='//x.example/a.css'?>",
    "<x:script xmlns:x='http://www.w3.org/2000/svg'>alert(1)</x:script>",
]
SUSPECT = (
    "script",
    "x.example",
    "onload",
    "style",
    "javascript",
    "foreignObject",
    "image",
    "<a",
    "<?",
    "<!--",
    "animate",
)


@pytest.mark.parametrize("poison", POISONS)
def test_svg_keeps_nothing_that_acts_or_calls_out(poison: str) -> None:
    made = reduce_svg(f'<svg {SVG} viewBox="0 0 1 1">{poison}<circle r="1"/></svg>'.encode(), "logo.svg")
    assert not [word for word in SUSPECT if word in made]
    assert '<circle r="1"' in made


def test_svg_keeps_what_draws() -> None:
    drawing = (
        f'<svg {SVG} viewBox="0 0 9 9" role="img"><title>Boom &amp; blad</title><defs><linearGradient id="g">'
        '<stop offset="0" stop-color="#fff"/></linearGradient></defs><g fill="url(#g)" transform="scale(2)">'
        '<path d="M0 0h9"/><use href="#g"/></g></svg>'
    )
    made = reduce_svg(drawing.encode(), "logo.svg")
    for part in (
        "viewBox",
        "<title>Boom &amp; blad</title>",
        'fill="url(#g)"',
        'href="#g"',
        "linearGradient",
        "scale(2)",
    ):
        assert part in made
    assert reduce_svg(made.encode(), "logo.svg") == made


@pytest.mark.parametrize(
    "content,sentence",
    [
        (b"<!DOCTYPE svg [<!ENTITY a 'b'>]><svg/>", "document type"),
        (b"<svg", "cannot be read as SVG"),
        (b"<html/>", "is no SVG"),
        (b"<svg/>", "is no SVG"),
        (b" " * 70_000, "larger than 64 KiB"),
        ("<!DOCTYPE svg><svg/>".encode("utf-16"), "not UTF-8"),
        (b'<svg xmlns="http://www.w3.org/2000/svg">' + b"<g>" * 8000 + b"</g>" * 8000 + b"</svg>", "50 deep"),
    ],
)
def test_what_is_no_plain_svg_is_refused(content: bytes, sentence: str) -> None:
    with pytest.raises(LuwteError, match=r"^logo\.svg ") as caught:
        reduce_svg(content, "logo.svg")
    assert sentence in str(caught.value)


def test_markdown_becomes_text_elements() -> None:
    html = render("# Kop\n\nEen *woord*, een [link](/lezen/x) en\n\n- een lijst\n\n| a | b |\n| - | - |\n| 1 | 2 |\n")
    assert "<h2>Kop</h2>" in html
    assert '<a href="/lezen/x" rel="noopener noreferrer">link</a>' in html
    assert "<h1" not in html
    assert "<td>1</td>" in html


@pytest.mark.parametrize(
    "markdown",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "![x](https://x.example/pixel.png)",
        "[x](data:text/html,<script>)",
        '<a href="/" style="position:fixed" onclick="x()">x</a>',
        "[x](https://a.example \"t\" onmouseover='x')",
        "<iframe src=//x.example>",
    ],
)
def test_markdown_holds_nothing_that_acts(markdown: str) -> None:
    assert acting_tags(render(markdown)) == []


@given(st.text(alphabet="<>[]()!\"'`=/ax:#\n -", max_size=60))
def test_no_markdown_makes_an_attribute_that_acts(markdown: str) -> None:
    assert acting_tags(render(markdown)) == []


def acting_tags(html: str) -> list[str]:
    """The tags that a browser would do something with; what is escaped is no tag."""
    acting = re.compile(
        r"<(script|img|iframe|style|svg|object)|\son\w+=|\sstyle=|\ssrc=|(javascript|data):", re.IGNORECASE
    )
    return [tag for tag in re.findall(r"<[a-zA-Z/][^>]*>", html) if acting.search(tag)]


def test_the_search_for_acting_tags_finds_them() -> None:
    assert len(acting_tags("<p onclick=x><a href='javascript:1'><script><b>")) == 3
