"""A report's page as a colleague opens it: from a mail, without a network."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from dermdash.reporting.report import Report, render
from tests.support.reports import MARK, nasty_report, sample_report


@contextmanager
def opened(browser: Browser, report: Report, folder: Path, **context: object) -> Iterator[Page]:
    """The page, offline; at the end nothing may have been asked for or complained of."""
    path = folder / "report.html"
    path.write_bytes(render(report, "html"))
    asked: list[str] = []
    said: list[str] = []
    held = browser.new_context(offline=True, **context)  # type: ignore[arg-type]
    page = held.new_page()
    page.on("request", lambda request: asked.append(request.url.partition(",")[0]))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: said.append(dialog.message))
    page.goto(path.as_uri())
    yield page
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    assert said == []
    held.close()


def draw_all(page: Page) -> None:
    """Go down to each figure until it is drawn."""
    for figure in page.locator("figure.drawing").all():
        figure.scroll_into_view_if_needed()
        expect(figure).to_have_attribute("data-state", "drawn")


@pytest.mark.parametrize("make", [sample_report, nasty_report])
def test_it_opens_offline_and_draws_its_figures(
    browser: Browser, tmp_path: Path, make: type
) -> None:
    """Lost: a colleague on a train would see an empty page; or a name would run."""
    with opened(browser, make(), tmp_path, viewport={"width": 1440, "height": 900}) as page:
        draw_all(page)
        expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible()
        assert page.locator("figure.drawing img.still:visible").count() == 0
        ribbon = page.locator(".ribbon")
        expect(ribbon).to_have_text(MARK)
        page.mouse.wheel(0, 100_000)
        expect(ribbon).to_be_in_viewport()
        assert page.evaluate("document.documentElement.scrollWidth") == 1440
        curve = page.locator("#live-2")
        curve.scroll_into_view_if_needed()
        curve.locator(".nsewdrag").hover()
        expect(curve.locator(".hoverlayer text").first).to_be_visible()


def test_figures_follow_light_and_dark(browser: Browser, tmp_path: Path) -> None:
    """Lost: black letters on black paper in the evening."""
    with opened(browser, sample_report(), tmp_path, color_scheme="dark") as page:
        draw_all(page)
        paper, letters = page.locator("body"), page.locator("#live-2 .xtick text").first
        expect(paper).to_have_css("background-color", "rgb(21, 21, 26)")
        expect(letters).to_have_css("fill", "rgb(233, 231, 226)")
        page.emulate_media(color_scheme="light")
        expect(paper).to_have_css("background-color", "rgb(253, 252, 250)")
        expect(letters).to_have_css("fill", "rgb(37, 36, 43)")


def test_it_fits_a_phone(browser: Browser, tmp_path: Path) -> None:
    """Lost: on a phone the page would have to be pushed sideways to be read."""
    phone = {"width": 390, "height": 844}
    with opened(browser, nasty_report(), tmp_path, viewport=phone, has_touch=True) as page:
        draw_all(page)
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        contents = page.locator("nav.contents")
        expect(contents.locator("a").first).to_be_hidden()
        contents.locator("summary").click()
        contents.get_by_text("Provenance").click()
        expect(page.locator("#section-3")).to_be_in_viewport()


def test_without_scripts_and_on_paper_the_pictures_stand_in(
    browser: Browser, tmp_path: Path
) -> None:
    """Lost: a mail program's preview, or a printer, would show empty boxes."""
    with opened(browser, sample_report(), tmp_path, java_script_enabled=False) as page:
        for still in page.locator("img.still").all():
            expect(still).to_be_visible()
            assert (still.bounding_box() or {"height": 0})["height"] > 100
        expect(page.locator(".picture:not(figure)").first).to_be_hidden()
    with opened(browser, sample_report(), tmp_path) as page:
        draw_all(page)
        page.emulate_media(media="print")
        expect(page.locator("figure.drawing img.still").first).to_be_visible()
        expect(page.locator(".live").first).to_be_hidden()
        assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")


def test_what_it_carries_can_be_saved(browser: Browser, tmp_path: Path) -> None:
    """Lost: the numbers and the picture could be seen and not taken."""
    report = sample_report()
    with opened(browser, report, tmp_path, accept_downloads=True) as page:
        draw_all(page)
        figure = page.locator("#figure-02")
        with page.expect_download() as numbers:
            figure.get_by_text("Numbers (CSV)").click()
        assert numbers.value.suggested_filename == "figure-02.csv"
        read = pd.read_csv(numbers.value.path()).drop(columns="report_mark")
        drawn = report.contents[0].blocks[5].data  # type: ignore[union-attr]
        pd.testing.assert_frame_equal(read, drawn)
        with page.expect_download() as picture:
            figure.get_by_text("Picture (SVG)").click()
        assert picture.value.suggested_filename == "figure-02.svg"
        assert b'id="mark"' in picture.value.path().read_bytes()


def test_a_script_that_somebody_adds_does_not_run(browser: Browser, tmp_path: Path) -> None:
    """Lost: the page's policy would be words only."""
    path = tmp_path / "changed.html"
    own = render(sample_report(), "html")
    added = b"<img src=x onerror='document.title=1'><script>document.title = 2</script></body>"
    path.write_bytes(own.replace(b"</body>", added))
    page = browser.new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    page.goto(path.as_uri())
    assert page.title() == f"Firming serum: active · {MARK}"
    assert len([text for text in refused if "Content Security Policy" in text]) >= 2
    page.close()


def test_the_drawing_has_the_colours_of_its_numbers(browser: Browser, tmp_path: Path) -> None:
    """Lost: the heatmap on the page could be blank, and no other test would see it."""
    with opened(browser, sample_report(), tmp_path, color_scheme="light") as page:
        draw_all(page)
        shot = page.locator("#live-1").screenshot()
        image = Image.open(io.BytesIO(shot)).convert("RGB")
        width, height = image.size
        red, _, blue = image.getpixel((width // 4, height // 8))  # type: ignore[misc]
        assert red > blue + 80  # grade 1.6 is orange, white paper is not
