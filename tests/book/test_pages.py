"""The book in a real browser: no other host, WCAG 2 AA, phones and 400% zoom, no dead link."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from playwright.sync_api import Browser, Page

from tests.book.visits import Visit, axe_script, visit


def by_page(found: dict[Path, list[str]]) -> list[str]:
    """Return what was found on any page, with the page's name before it."""
    return [f"{path.name}: {problem}" for path, problems in found.items() for problem in problems]


def test_no_page_asks_another_host_or_fails_to_load_a_part(visits: dict[Path, Visit]) -> None:
    asked = [url for seen in visits.values() for url in seen.asked]
    assert len(asked) > 3 * len(visits), "style sheets and scripts were asked for"
    assert [url for url in asked if urlsplit(url).scheme not in ("file", "data", "blob")] == []
    assert by_page({path: seen.failed for path, seen in visits.items()}) == []


def test_every_page_passes_axe_in_light_and_dark(visits: dict[Path, Visit]) -> None:
    looked_at = {path: seen for path, seen in visits.items() if seen.violations}
    assert len(looked_at) > 30
    for scheme in ("light", "dark"):
        assert by_page({path: seen.violations[scheme] for path, seen in looked_at.items()}) == []
    for seen in looked_at.values():
        assert seen.background["light"] == "rgb(255, 255, 255)"
        assert seen.background["dark"] != seen.background["light"]


def test_nothing_is_cut_off_on_a_phone_or_at_400_percent(visits: dict[Path, Visit]) -> None:
    for screen in ("phone", "zoom-400%"):
        assert by_page({path: seen.cut_off[screen] for path, seen in visits.items()}) == []


def test_every_internal_link_leads_somewhere(visits: dict[Path, Visit], site: Path) -> None:
    links = [
        (path, urlsplit(link))
        for path, seen in visits.items()
        for link in seen.links
        if urlsplit(link).scheme == "file"
    ]
    assert len(links) > 10 * len(visits)
    dead = []
    for path, link in links:
        target, fragment = Path(unquote(link.path)), unquote(link.fragment)
        known = visits[target].ids if target in visits else {fragment}
        if not target.is_file() or (fragment and fragment not in known):
            dead.append(f"{path.name} -> {target.relative_to(site)}#{fragment}")
    assert dead == []


def test_the_checks_notice_what_is_broken(browser: Browser, tmp_path: Path) -> None:
    broken = tmp_path / "broken.html"
    broken.write_text(
        '<html><body><img src="nowhere.png"><p style="width: 2000px">cut off</p>'
        '<p style="color: #ccc; background: #fff">pale</p></body></html>'
    )
    page = browser.new_page()
    seen = visit(page, broken, axe_script())
    page.close()
    assert seen.failed
    assert all(seen.cut_off.values())
    found = " ".join(seen.violations["light"])
    assert "image-alt" in found
    assert "color-contrast" in found


def test_formulas_are_drawn_by_the_browser(open_page: Page, site: Path) -> None:
    open_page.goto((site / "equations.html").as_uri())
    heights = open_page.locator("div.formula math").evaluate_all(
        "(all) => all.map((formula) => formula.getBoundingClientRect().height)"
    )
    assert len(heights) >= 10
    assert min(heights) > 10
    assert "$" not in open_page.locator("article").inner_text()


def test_the_animations_play_without_a_kernel(open_page: Page, site: Path) -> None:
    lessons = [p for p in (site / "notebooks").glob("*.html") if "cance-player" in p.read_text()]
    assert len(lessons) >= 2
    for path in lessons:
        open_page.goto(path.as_uri())
        player = open_page.locator("figure.cance-player").first
        picture, slider = player.locator("img"), player.locator("input")
        before = picture.get_attribute("src")
        player.locator("button").click()
        open_page.wait_for_function("(slider) => +slider.value > 1", arg=slider.element_handle())
        assert picture.get_attribute("src") != before
