"""The book in a real browser: no other host, WCAG 2 AA, phones and 400% zoom, no dead link."""

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import Browser, Page

AXE = """(rules) => axe.run(document, {runOnly: rules}).then((result) => result.violations.flatMap(
  (broken) => broken.nodes.map((node) => `${broken.id}: ${node.html.slice(0, 200)} `
    + (node.any[0]?.message ?? ""))))"""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
# What sticks out of the page, and is in no box that scrolls; the theme parks its drawers outside.
CUT_OFF = """() => {
  const width = document.documentElement.clientWidth;
  const scrolls = (node) => node && node !== document.body
    && (["auto", "scroll"].includes(getComputedStyle(node).overflowX)
      || scrolls(node.parentElement));
  const wide = [...document.querySelectorAll("body *")].filter((node) => {
    const box = node.getBoundingClientRect();
    const shown = box.width > 1 && box.height > 1
      && node.checkVisibility({visibilityProperty: true});
    return shown && (box.right > width + 1 || box.left < -1)
      && !node.closest(".sidebar-drawer, .toc-drawer, .skip-to-content") && !scrolls(node);
  });
  const page = document.documentElement.scrollWidth > width ? ["the page scrolls sideways"] : [];
  return [...page, ...wide.map((node) => node.outerHTML.slice(0, 200))];
}"""


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(60_000)
    yield page
    page.close()


def settle(page: Page) -> None:
    """Wait until the page's own script has looked at a new layout."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)))")


def test_no_page_asks_another_host_or_fails_to_load_a_part(
    open_page: Page, pages: list[Path]
) -> None:
    asked: list[str] = []
    failed: list[str] = []
    open_page.on("request", lambda request: asked.append(request.url))
    open_page.on("requestfailed", lambda request: failed.append(request.url))
    open_page.on("pageerror", lambda error: failed.append(str(error)))
    for path in pages:
        open_page.goto(path.as_uri(), wait_until="load")
    assert len(asked) > 3 * len(pages), "style sheets and scripts were asked for"
    assert [url for url in asked if urlsplit(url).scheme not in ("file", "data", "blob")] == []
    assert failed == []


def test_formulas_are_drawn_by_the_browser(open_page: Page, site: Path) -> None:
    open_page.goto((site / "equations.html").as_uri())
    heights = open_page.locator("div.formula math").evaluate_all(
        "(all) => all.map((formula) => formula.getBoundingClientRect().height)"
    )
    assert len(heights) >= 10
    assert min(heights) > 10
    assert "$" not in open_page.locator("article").inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_passes_axe(
    browser: Browser, pages: list[Path], scheme: str, request: pytest.FixtureRequest
) -> None:
    package = importlib.util.find_spec("axe_playwright_python")
    if package is None or package.origin is None:
        pytest.skip("axe-core comes with axe-playwright-python, which is not installed")
    script = Path(package.origin).with_name("axe.min.js")
    page = browser.new_page(color_scheme=scheme, viewport={"width": 390, "height": 844})
    request.addfinalizer(page.close)
    found = []
    # Some eighty listings of source code differ in their text alone: three stand for all of them.
    listings = [path for path in pages if "_modules" in path.parts]
    for path in [path for path in pages if path not in listings[3:]]:
        page.goto(path.as_uri())
        page.add_script_tag(path=script)
        settle(page)
        found += [f"{path.name}: {problem}" for problem in page.evaluate(AXE, RULES)]
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor") != "rgb(255, 255, 255)"
    assert dark == (scheme == "dark")
    assert found == []


@pytest.mark.parametrize("width", [390, 320], ids=["phone", "zoom-400%"])
def test_nothing_is_cut_off(open_page: Page, pages: list[Path], width: int) -> None:
    open_page.set_viewport_size({"width": width, "height": 800})
    cut = []
    for path in pages:
        open_page.goto(path.as_uri())
        open_page.evaluate(
            "document.querySelectorAll('details').forEach((d) => { d.open = true; })"
        )
        settle(open_page)
        cut += [f"{path.name}: {problem}" for problem in open_page.evaluate(CUT_OFF)]
    assert cut == []


def test_the_animation_plays_without_a_kernel(open_page: Page, site: Path) -> None:
    lessons = [p for p in (site / "notebooks").glob("*.html") if "cance-player" in p.read_text()]
    assert lessons
    for path in lessons:
        open_page.goto(path.as_uri())
        player = open_page.locator("figure.cance-player").first
        picture, slider = player.locator("img"), player.locator("input")
        before = picture.get_attribute("src")
        player.locator("button").click()
        open_page.wait_for_function("(slider) => +slider.value > 1", arg=slider.element_handle())
        assert picture.get_attribute("src") != before


def test_every_internal_link_leads_somewhere(open_page: Page, pages: list[Path]) -> None:
    targets: dict[Path, set[str]] = {}
    links: list[tuple[Path, str]] = []
    for path in pages:
        open_page.goto(path.as_uri())
        ids = open_page.locator("[id]").evaluate_all("(all) => all.map((node) => node.id)")
        targets[path] = set(ids)
        found = open_page.locator("a[href]").evaluate_all("(all) => all.map((link) => link.href)")
        links += [(path, link) for link in found if urlsplit(link).scheme == "file"]
    dead = []
    for path, link in links:
        target = Path(unquote(urlsplit(link).path))
        fragment = unquote(urlsplit(link).fragment)
        if not target.is_file() or (fragment and fragment not in targets.get(target, {fragment})):
            dead.append(f"{path.name} -> {link}")
    assert len(links) > 10 * len(pages)
    assert dead == []
