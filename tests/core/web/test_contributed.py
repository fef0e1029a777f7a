"""What is left of contributed HTML: text, and nothing that runs, sends, covers the page or passes for a part of it."""

import pytest

from core.web.contributed import BENCH, HOME, LARGEST, PANEL, TooLarge, clean, own_address

GONE = {
    "a script": ("<script>steal()</script>Words", "Words"),
    "a script of a file": ('<script src="/static/x/x.js"></script>Words', "Words"),
    "a style": ("<style>body{display:none}</style>Words", "Words"),
    "an inline style": ('<p style="position:fixed">Words</p>', "<p>Words</p>"),
    "an event": ('<p onclick="steal()">Words</p>', "<p>Words</p>"),
    "an id": ('<p id="main">Words</p>', "<p>Words</p>"),
    "a script's hook": ("<p data-leave data-messages>Words</p>", "<p>Words</p>"),
    "a role": ('<p role="alert" aria-hidden="true">Words</p>', "<p>Words</p>"),
    "a form": ('<form action="/x"><input name="q"><button>Go</button></form>Words', "Words"),
    "a frame": ('<iframe src="/"></iframe>Words', "Words"),
    "a picture": ('<img src="/x" onerror="steal()">Words', "Words"),
    "a drawing": ("<svg><script>steal()</script></svg>Words", "Words"),
    "a class over the page": ('<p class="safety note">Words</p>', '<p class="note">Words</p>'),
    "an end of somebody else's part": ("</div></main>Words", "Words"),
    "what was left open": ("<ul><li><b>Words", "<ul><li><b>Words</b></li></ul>"),
    "a comment": ("<!-- seen by nobody -->Words", "Words"),
}


@pytest.mark.parametrize("frame", [HOME, PANEL, BENCH])
@pytest.mark.parametrize("given, left", GONE.values(), ids=GONE)
def test_nothing_harmful_is_left(given: str, left: str, frame: object) -> None:
    assert clean(given, frame) == left  # type: ignore[arg-type]


@pytest.mark.parametrize("url", ["javascript:steal()", "data:text/html,x", "//evil.example", "/\\evil.example", "x:y"])
def test_a_link_leads_to_a_page_or_nowhere(url: str) -> None:
    assert "href" not in clean(f'<a href="{url}">Words</a>', HOME)
    assert not own_address(url)


@pytest.mark.parametrize("url", ["/dagboek", "https://example.org/", "tel:0800", "mailto:post@example.org"])
def test_links_that_people_follow_stay(url: str) -> None:
    assert f'href="{url}"' in clean(f'<a href="{url}">Words</a>', HOME)


def test_a_link_beside_a_conversation_opens_a_window_of_its_own() -> None:
    assert 'target="_blank"' in clean('<a href="/x" target="_top">Words</a>', BENCH)
    assert "target" not in clean('<a href="/x" target="_top">Words</a>', HOME)


def test_headings_begin_below_the_one_above_them() -> None:
    html = "<h1>One</h1><h2>Two</h2><h3>Three</h3>"
    assert clean(html, HOME) == "One<h2>Two</h2><h3>Three</h3>"
    assert clean(html, PANEL) == "OneTwo<h3>Three</h3>"


def test_tables_bars_and_lists_stay_as_they_are() -> None:
    html = (
        '<table class="figures"><tbody><tr><th scope="row">Monday</th><td><meter value="4" max="9" aria-label="4 of 9">'
        '</meter></td></tr></tbody></table><details open=""><summary>More</summary><ol start="2"><li>x</li></ol>'
        "</details>"
    )
    assert clean(html, PANEL) == html.replace(' class="figures"', ' class=""')


def test_what_no_screen_could_hold_is_refused() -> None:
    assert len(clean("x" * LARGEST, HOME)) == LARGEST
    with pytest.raises(TooLarge):
        clean("x" * (LARGEST + 1), HOME)
