"""The look in a browser: accessible in every brand, light and dark; whole at 320 px and 400 %; the way out in reach."""

import pytest

from core.testing.accessible import faint_in_focus, violations
from core.testing.browser import Visit
from core.testing.server import RunningServer

pytestmark = pytest.mark.browser

BRANDS = {
    "luisterboom": "/lezen/pesten",
    "thuisanker": "/lezen/veiligheidsplan",
    "thuisanker-noord": "/",
    "thuisanker-midden": "/",
    "thuisanker-zuid": "/",
    "hulpbaken": "/over-deze-site",
    "vlechtwerk": "/lezen/kwaliteit",
}
NARROW = {"width": 320, "height": 568}
ZOOMED = {"width": 320, "height": 256}
"""A window of 1280 by 1024 at 400 %."""

SMALL_TARGETS = """() => [...document.querySelectorAll("a, button, summary")]
  .filter((it) => it.getClientRects().length && !it.closest("p, article") && !it.matches(".skip"))
  .map((it) => [it.textContent.trim(), it.matches(".tile a") ? 44 : it.getBoundingClientRect().height])
  .filter(([, height]) => height < 43.5)"""
WIDER_THAN_WINDOW = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"
LEAVE_IN_REACH = """() => {
  const box = document.querySelector("[data-leave]").getBoundingClientRect();
  const hit = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  return Boolean(hit && hit.closest("[data-leave]"));
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("brand", BRANDS)
def test_every_brand_is_accessible(visit: Visit, shared_server: RunningServer, brand: str, scheme: str) -> None:
    page = visit(color_scheme=scheme, bypass_csp=True, viewport=NARROW)
    for path in dict.fromkeys(("/", BRANDS[brand])):
        page.goto(shared_server.address(f"{brand}.localhost", path))
        assert violations(page) == []
        assert faint_in_focus(page) == []


@pytest.mark.parametrize("window", [NARROW, ZOOMED], ids=["320 px", "400 %"])
@pytest.mark.parametrize("brand", ["luisterboom", "thuisanker-midden", "vlechtwerk"])
def test_small_windows_show_all_of_it(
    visit: Visit, shared_server: RunningServer, brand: str, window: dict[str, int]
) -> None:
    page = visit(viewport=window)
    for path in ("/", BRANDS[brand], "/over-deze-site", "/veilig-bezoek", "/nergens"):
        page.goto(shared_server.address(f"{brand}.localhost", path))
        assert not page.evaluate(WIDER_THAN_WINDOW), path
        assert page.evaluate(SMALL_TARGETS) == []
        for share in (0, 0.5, 1):
            page.evaluate("(share) => scrollTo(0, share * document.documentElement.scrollHeight)", share)
            assert page.evaluate(LEAVE_IN_REACH), (path, share)


def test_focus_is_seen(visit: Visit, shared_server: RunningServer) -> None:
    page = visit()
    page.goto(shared_server.address("luisterboom.localhost"))
    for _ in range(6):
        page.keyboard.press("Tab")
        width, style = page.evaluate(
            "() => { const it = getComputedStyle(document.activeElement); return [it.outlineWidth, it.outlineStyle]; }"
        )
        assert (width, style) == ("3px", "solid")


def test_text_is_large_and_lines_are_short(visit: Visit, shared_server: RunningServer) -> None:
    page = visit(viewport={"width": 1920, "height": 1080})
    page.goto(shared_server.address("luisterboom.localhost", "/lezen/pesten"))
    size, letters = page.evaluate(
        """() => {
          const it = document.querySelector("article p:not(.back):not(.lead)");
          const width = it.getBoundingClientRect().width;
          const probe = document.createElement("span");
          probe.textContent = it.textContent;
          probe.style.whiteSpace = "nowrap";
          it.append(probe);
          const letter = probe.getBoundingClientRect().width / probe.textContent.length;
          return [parseFloat(getComputedStyle(it).fontSize), width / letter];
        }"""
    )
    assert size >= 18
    assert 45 <= letters <= 67  # a line of 65 letters, give or take the width of this font's letters
