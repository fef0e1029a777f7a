"""Whether a page is accessible, as far as a machine can tell: axe, at the widths that people use."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

NARROW = {"width": 320, "height": 568}
DESK = {"width": 1280, "height": 800}

_AXE = Axe()

_FAINT_IN_FOCUS = """() => {
  const rgb = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b]
    .map((part) => part / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
  const ground = (it) => {
    for (let at = it; at; at = at.parentElement) {
      const [r, g, b, alpha = 1] = rgb(getComputedStyle(at).backgroundColor);
      if (alpha === 1) return [r, g, b];
    }
    return [255, 255, 255];
  };
  const before = document.activeElement;
  const open = document.querySelector("dialog[open]") ?? document;
  const shown = [...open.querySelectorAll("button:enabled, a")].filter((it) => it.getClientRects().length);
  const faint = shown.filter((it) => {
    it.focus({ preventScroll: true });
    const [a, b] = [light(rgb(getComputedStyle(it).color)), light(ground(it))];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) < 4.5;
  });
  before?.focus({ preventScroll: true });
  return faint.map((it) => "faint in focus: " + it.outerHTML.slice(0, 120));
}"""


def violations(page: Page) -> list[str]:
    """What axe holds against the page as it stands, one line each.

    Where scripts are strict, axe is let in by the browser (`bypass_csp=True`), not by a hole in the page's policy.
    """
    found = _AXE.run(page).response["violations"]
    return [f"{rule['id']}: {node['html']}" for rule in found for node in rule["nodes"]]


def faint_in_focus(page: Page) -> list[str]:
    """Links and buttons whose words are hard to read while they have the focus; axe sees only the one that has it."""
    return [str(line) for line in page.evaluate(_FAINT_IN_FOCUS)]


def violations_at_each_width(page: Page) -> list[str]:
    """The same at 320 and at 1280 px; the window keeps the width that it had."""
    size, found = page.viewport_size, []
    for window in (NARROW, DESK):
        page.set_viewport_size(window)  # type: ignore[arg-type]
        found += [f"{window['width']} px: {line}" for line in violations(page)]
    if size is not None:
        page.set_viewport_size(size)
    return found
