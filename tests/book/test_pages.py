"""The book in a real browser: no other host, WCAG 2 AA, phones and 400% zoom, no dead link."""

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.book.visits import SCHEMES, SCREENS, Source, Visit, axe_script, visit

BROKEN = """<!DOCTYPE html><html lang="en"><title>Broken</title><body style="background: #fff">
<style>@media (prefers-color-scheme: dark) { .dark { color: #eee } }</style>
<main class="content" style="overflow-x: auto">
<h1>Broken</h1><img src="https://other.invalid/a.png"><p class="dark">Pale in the dark only</p>
<p style="width: 350px">As wide as a phone</p><a href="none.html">A page that is not there</a>
<script>undefined.x</script></main></body></html>"""


def test_no_page_asks_another_host_or_fails_to_load_a_part(visits: dict[Path, Visit]) -> None:
    asked = [url for seen in visits.values() for url in seen.asked]
    assert len(asked) > 3 * len(visits), "style sheets and scripts were asked for"
    assert other_hosts(asked) == []
    assert by_page({path: seen.failed for path, seen in visits.items()}) == []


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_page_passes_axe(visits: dict[Path, Visit], scheme: str) -> None:
    looked_at = {path: seen for path, seen in visits.items() if seen.violations}
    assert len(looked_at) >= 15
    assert by_page({path: seen.violations[scheme] for path, seen in looked_at.items()}) == []
    for seen in looked_at.values():
        assert (seen.background[scheme] == "rgb(255, 255, 255)") == (scheme == "light")


@pytest.mark.parametrize("screen", SCREENS)
def test_nothing_is_cut_off(visits: dict[Path, Visit], screen: str) -> None:
    looked_at = {path: seen for path, seen in visits.items() if seen.cut_off}
    assert len(looked_at) >= 15
    assert by_page({path: seen.cut_off[screen] for path, seen in looked_at.items()}) == []


def test_every_internal_link_leads_somewhere(visits: dict[Path, Visit]) -> None:
    assert sum(len(seen.links) for seen in visits.values()) > 10 * len(visits)
    assert dead_links(visits) == []


def test_every_page_can_be_reached_from_the_first(visits: dict[Path, Visit], site: Path) -> None:
    reached, waiting = set(), [site / "index.html"]
    while waiting:
        path = waiting.pop()
        if path in visits and path not in reached:
            reached.add(path)
            waiting += [target(link) for link in visits[path].links]
    # The search box leads to the page of results; Sphinx's own indices stand beside the book.
    alone = {"search.html", "genindex.html", "py-modindex.html", "_modules/index.html"}
    assert {path.relative_to(site).as_posix() for path in set(visits) - reached} == alone


def test_the_checks_notice_what_is_broken(page: Page, needed: None, tmp_path: Path) -> None:
    path = tmp_path / "broken.html"
    path.write_text(BROKEN, encoding="utf-8")
    seen = visit(page, path, axe_script())
    assert other_hosts(seen.asked) == ["https://other.invalid/a.png"]
    assert len(seen.failed) == 2, "the picture, and the script"
    assert [problem.split(":")[0] for problem in seen.violations["light"]] == ["image-alt"]
    assert [problem.split(":")[0] for problem in seen.violations["dark"]] == ["color-contrast"]
    assert seen.cut_off["phone"] == []
    assert any("350px" in problem for problem in seen.cut_off["zoom-400%"])
    assert len(dead_links({path: seen})) == 1


def test_the_source_of_a_page_says_the_same_as_a_visit(
    visits: dict[Path, Visit], site: Path, tmp_path: Path
) -> None:
    for path in (site / "api").glob("*.html"):
        if visits[path].cut_off:  # a browser has been there
            seen, read = visits[path], Source(path).found
            assert seen.ids == read.ids
            assert local_links(seen) == local_links(read) != set()
            assert set(read.asked) <= set(seen.asked)
    broken = tmp_path / "broken.html"
    broken.write_text(BROKEN.replace("https://other.invalid/a.png", "gone.png"), encoding="utf-8")
    read = Source(broken).found
    assert [url.rpartition("/")[2] for url in read.failed] == ["gone.png"]
    assert len(dead_links({broken: read})) == 1


def local_links(found: Visit) -> set[str]:
    """Return a page's links into the book; one to its own top is its address."""
    return {link.removesuffix("#") for link in found.links if link.startswith("file:")}


def test_formulas_are_drawn_by_the_browser(page: Page, site: Path) -> None:
    page.goto((site / "equations.html").as_uri())
    heights = page.locator("div.formula math").evaluate_all(
        "(all) => all.map((formula) => formula.getBoundingClientRect().height)"
    )
    assert len(heights) >= 10
    assert min(heights) > 10
    assert "$" not in page.locator("article").inner_text()


def test_no_formula_and_no_table_is_left_as_its_source(page: Page, site: Path) -> None:
    for path in (site / "notebooks").glob("*.html"):
        page.goto(path.as_uri())
        # A folded answer has text content, and no inner text.
        text = page.locator("article").evaluate(
            """(article) => {
                const copy = article.cloneNode(true)
                copy.querySelectorAll("pre, code, script, style, math, svg")
                    .forEach((node) => node.remove())
                return copy.textContent
            }"""
        )
        assert "$" not in text, path.name
        assert "|—" not in text, path.name
        assert "|--" not in text, path.name


def test_the_animations_play_without_a_kernel(page: Page, site: Path) -> None:
    lessons = [p for p in (site / "notebooks").rglob("*.html") if "cance-player" in p.read_text()]
    assert lessons
    for path in lessons:
        page.goto(path.as_uri())
        player = page.locator("figure.cance-player").first
        picture, slider = player.locator("img"), player.locator("input")
        before = picture.get_attribute("src")
        player.locator("button").click()
        page.wait_for_function("(slider) => +slider.value > 1", arg=slider.element_handle())
        assert picture.get_attribute("src") != before


HIDES_CODE = """() => [...document.querySelectorAll(".cell_input pre")].filter((code) =>
  code.checkVisibility() && code.scrollWidth > code.clientWidth).map((code) => code.textContent)"""


def test_on_a_phone_no_code_hides_half_of_its_lines(browser: Browser, site: Path) -> None:
    phone = browser.new_page(viewport={"width": 390, "height": 844})
    folded = 0
    for path in sorted((site / "notebooks").glob("*.html")):
        phone.goto(path.as_uri())
        assert phone.evaluate(HIDES_CODE) == [], path.name
        folded += phone.locator("details.code:not([open])").count()
        phone.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true })")
        assert phone.evaluate(HIDES_CODE) == [], path.name
    assert folded > 20
    phone.goto((site / "notebooks" / "05_noise_contrastive_estimation.html").as_uri())
    first = phone.locator("details.code").first
    expect(first.locator("pre")).to_be_hidden()
    first.get_by_text("Show the code").click()
    expect(first.locator("pre")).to_be_visible()
    phone.close()


def test_the_first_page_has_the_dial_and_a_card_for_each_lesson(page: Page, site: Path) -> None:
    page.goto((site / "index.html").as_uri())
    dial = page.locator(".kd-dial")
    dial.press("End")
    expect(page.locator(".k-dial [data-name=K]")).to_have_text("5.00")
    cards = page.locator("ol.cards li")
    assert cards.count() == len(list((site / "notebooks").glob("[0-9]*.html")))
    for card in cards.all():
        assert len(card.locator("p").inner_text()) > 30
        card.locator("img").scroll_into_view_if_needed()
        assert card.locator("img").evaluate("(picture) => picture.naturalWidth") == 320


def test_the_book_and_its_pictures_are_small(site: Path) -> None:
    assert sum(file.stat().st_size for file in site.rglob("*") if file.is_file()) < 25_000_000
    pictures = [*site.glob("_images/*"), *site.glob("_static/card-*")]
    assert len(pictures) > 50
    assert [file.name for file in pictures if file.stat().st_size > 300_000] == []
    for page in site.glob("notebooks/*.html"):
        for picture in re.findall(r"<svg class=\"ce-picture\".*?\n", page.read_text("utf-8")):
            assert len(picture) < 300_000, page.name


def test_a_search_finds_a_function_and_an_equation(page: Page, site: Path) -> None:
    page.goto((site / "search.html").as_uri() + "?q=lognormal_mode")
    page.wait_for_function("document.querySelectorAll('#search-results li').length > 1")
    results = page.locator("#search-results").inner_text()
    assert "cance_edu.method.lognormal.lognormal_mode" in results
    assert "Equations" in results


def test_a_constant_has_its_whole_docstring_and_no_value_of_many_lines(site: Path) -> None:
    source = (site / "api" / "cance_edu.experiments.systems.html").read_text(encoding="utf-8")
    text = re.sub("<[^>]*>", "", source)
    assert "Parameters of CANCE: where artificial low errors are drawn from." in text
    assert "DAGMM_NETWORK = {'column_scaling': 'given'" in text
    assert "SYSTEMS = " not in text
    assert len(source) < 100_000


def by_page(found: dict[Path, list[str]]) -> list[str]:
    """Return what was found on any page, with the page's name before it."""
    return [f"{path.name}: {problem}" for path, problems in found.items() for problem in problems]


def other_hosts(asked: list[str]) -> list[str]:
    return [url for url in asked if urlsplit(url).scheme not in ("file", "data", "blob")]


def dead_links(visits: dict[Path, Visit]) -> list[str]:
    dead = []
    for path, seen in visits.items():
        for link in seen.links:
            if urlsplit(link).scheme == "file":
                place, fragment = target(link), unquote(urlsplit(link).fragment)
                ids = visits[place].ids if place in visits else {fragment}
                if not place.is_file() or (fragment and fragment not in ids):
                    dead.append(f"{path.name} -> {link}")
    return dead


def target(link: str) -> Path:
    return Path(unquote(urlsplit(link).path))
