"""What a real browser finds on a page of the book: one visit answers every question about it."""

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urljoin, urlsplit

from playwright.sync_api import Page

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
AXE = """(rules) => axe.run(document, {
  preload: false, resultTypes: ["violations"], runOnly: rules}).then((result) =>
  result.violations.flatMap((broken) => broken.nodes.map((node) =>
    `${broken.id}: ${node.html.slice(0, 200)} ${node.any[0]?.message ?? ""}`)))"""
# A lesson has thousands of coloured words and formulas, the index thousands of entries: one of each
# kind stands for all of them, or axe-core takes half a minute a page.
THIN_OUT = """() => {
  const seen = new Set();
  const again = (kind) => seen.has(kind) || !seen.add(kind);
  for (const word of document.querySelectorAll("pre > span:not(:has(*))"))
    if (again(word.closest("pre").parentElement.parentElement.className + word.className))
      word.replaceWith(word.textContent);
  for (const formula of document.querySelectorAll("math"))
    if (again(formula.parentElement.parentElement.tagName)) formula.remove();
  for (const entry of document.querySelectorAll(".genindextable li"))
    if (again("entry" + entry.parentElement.parentElement.tagName)) entry.remove();
}"""
# What sticks out of the page, and is in no box of its own that scrolls. The column of all content,
# which the theme lets scroll, is no such box; drawers wait outside. A drawing shows what lies in
# its frame, and the frame is looked at: a point beyond a figure's axes is not drawn.
CUT_OFF = """() => {
  const width = document.documentElement.clientWidth;
  const scrolls = (node) => node && !node.matches("body, .content")
    && (["auto", "scroll"].includes(getComputedStyle(node).overflowX)
      || scrolls(node.parentElement));
  const wide = [...document.querySelectorAll("body *:not(svg *)")].filter((node) => {
    const box = node.getBoundingClientRect();
    const shown = box.width > 1 && box.height > 1
      && node.checkVisibility({visibilityProperty: true});
    return shown && (box.right > width + 1 || box.left < -1)
      && !node.closest(".sidebar-drawer, .toc-drawer, .skip-to-content") && !scrolls(node);
  });
  const page = document.documentElement.scrollWidth > width ? ["the page scrolls sideways"] : [];
  return [...page, ...wide.map((node) => node.outerHTML.slice(0, 200))];
}"""
UNFOLD = "document.querySelectorAll('details').forEach((folded) => { folded.open = true; })"
IDS = "[...document.querySelectorAll('[id]')].map((node) => node.id)"
LINKS = "[...document.querySelectorAll('a[href]')].map((link) => link.href)"
BACKGROUND = "getComputedStyle(document.body).backgroundColor"
SETTLED = "() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)))"
DESKTOP = {"width": 1280, "height": 1024}
# What zoom leaves of these pixels for the layout, and a phone.
SCREENS = {"zoom-400%": (320, 256), "phone": (390, 844)}
# The other rules do not ask for a colour.
SCHEMES = {"light": RULES, "dark": ["color-contrast", "link-in-text-block"]}


class Visit(NamedTuple):
    """What was found on a page."""

    asked: list[str]
    """The addresses that the browser asked for."""
    failed: list[str]
    """Those that it did not get, and the errors of scripts."""
    ids: set[str]
    """What a link can lead to."""
    links: list[str]
    """Where its links lead, as whole addresses."""
    cut_off: dict[str, list[str]]
    """What is cut off, by screen, with everything unfolded."""
    violations: dict[str, list[str]]
    """What breaks axe-core's rules, by colour scheme."""
    background: dict[str, str]
    """The page's colour, by colour scheme."""


def axe_script() -> Path:
    """Return axe-core; `axe_playwright_python` brings it."""
    package = importlib.util.find_spec("axe_playwright_python")
    assert package is not None
    assert package.origin is not None
    return Path(package.origin).with_name("axe.min.js")


def visit(page: Page, path: Path, script: Path) -> Visit:
    """Open a page, look at it on every screen and, by axe-core's script, in both schemes."""
    found = Visit([], [], set(), [], {}, {}, {})
    with watched(page, found):
        page.set_viewport_size(DESKTOP)
        page.emulate_media(color_scheme="light")
        page.goto(path.as_uri(), wait_until="load")
        found.ids.update(page.evaluate(IDS))
        found.links.extend(page.evaluate(LINKS))
        look(page, script, found)
    return found


class Source(HTMLParser):
    """A page without a browser: what its source names."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.address = path.as_uri()
        self.found = Visit([self.address], [], set(), [], {}, {}, {})
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value for name, value in attrs if value is not None}
        if "id" in values:
            self.found.ids.add(values["id"])
        if tag == "a" and "href" in values:
            self.found.links.append(urljoin(self.address, values["href"]))
        if tag == "link" and {"stylesheet", "icon"} & set(values.get("rel", "").split()):
            self.ask(values["href"])
        if tag in ("script", "img", "iframe") and "src" in values:
            self.ask(values["src"])

    def ask(self, name: str) -> None:
        """Note a part of the page, and whether it is there."""
        address = urljoin(self.address, name)
        self.found.asked.append(address)
        parts = urlsplit(address)
        if parts.scheme == "file" and not Path(unquote(parts.path)).is_file():
            self.found.failed.append(address)


@contextmanager
def watched(page: Page, found: Visit) -> Iterator[None]:
    """Note what is asked for and what fails, until the visit ends: a tab serves for many."""
    watch = {
        "request": lambda request: found.asked.append(request.url),
        "requestfailed": lambda request: found.failed.append(request.url),
        "pageerror": lambda error: found.failed.append(str(error)),
    }
    for event, note in watch.items():
        page.on(event, note)
    yield
    for event, note in watch.items():
        page.remove_listener(event, note)


def look(page: Page, script: Path, found: Visit) -> None:
    """Note what is cut off and what breaks axe-core's rules."""
    page.evaluate(UNFOLD)
    for screen, (width, height) in SCREENS.items():
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate(SETTLED)  # the page's own script has looked at the new layout
        found.cut_off[screen] = page.evaluate(CUT_OFF)
    page.evaluate(THIN_OUT)
    page.evaluate(script.read_text(encoding="utf-8"))
    for scheme, rules in SCHEMES.items():
        page.emulate_media(color_scheme=scheme)
        found.violations[scheme] = page.evaluate(AXE, rules)
        found.background[scheme] = page.evaluate(BACKGROUND)
