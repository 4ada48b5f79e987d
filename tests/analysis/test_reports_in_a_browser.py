"""The HTML report in a real Chromium: nothing foreign runs, nothing is asked of the network, own script works."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.analysis.attacks import PAYLOADS, everywhere
from tests.analysis.test_generate_routing_report import sessions
from tests.builders.records import enriched, full
from tests.builders.reports import Made, from_records, from_sessions
from tests.tools.waiting import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]

expect.set_options(timeout=1000 * PATIENCE)

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed on this machine")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET, timeout=1000 * PATIENCE)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    made = from_sessions(tmp_path_factory.mktemp("data"), *sessions(28, each=24))
    made.html()
    return made


class Watched:
    """A page, with what it asked for, what the console said, and what the policy refused."""

    def __init__(self, browser: Browser, path: Path, **options: object) -> None:
        self.page: Page = browser.new_context(**options).new_page()  # type: ignore[arg-type] # playwright's many
        self.page.set_default_timeout(1000 * PATIENCE)
        self.requests: list[str] = []
        self.messages: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.messages.append(message.text))
        self.page.on("pageerror", lambda error: self.messages.append(str(error)))
        self.page.on("dialog", lambda dialog: self.messages.append(dialog.message))
        self.url = path.as_uri()
        self.page.goto(self.url)

    def settle(self) -> None:
        """Let the page do what it was about to do: two frames, then all tasks that waited."""
        frame = "new Promise(done => requestAnimationFrame(() => setTimeout(done)))"
        for _ in range(2):
            self.page.evaluate(frame)


def _planted(text: str, number: int) -> str:
    return f"{PAYLOADS[number]}{text[:12]}"


@pytest.mark.parametrize("redact", [True, False])
def test_no_payload_in_any_field_runs_and_nothing_is_asked_for(
    browser: Browser, tmp_path: Path, *, redact: bool
) -> None:
    made = sessions(len(PAYLOADS), each=6)
    chosen, every = everywhere(enriched(*made), full(*made), _planted)
    from_records(tmp_path, chosen, every, marathon_over=5).html(redact=redact)
    watched = Watched(browser, tmp_path / "routing_report.html")
    watched.page.evaluate("for (const part of document.querySelectorAll('details')) part.open = true")
    watched.page.evaluate("location.hash = 'd100'")
    expect(watched.page.locator("#d100")).to_have_attribute("open", "")
    watched.settle()
    assert watched.page.evaluate("window.hit") is None
    assert watched.requests == [watched.url]
    assert watched.messages == []
    texts = watched.page.locator(".card pre").all_text_contents()
    names = watched.page.locator("#table-agents code").all_text_contents()
    for payload in PAYLOADS:
        assert any(text.startswith(payload) for text in texts), payload
        assert any(name.startswith(payload[:40]) for name in names), payload


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 768, 1600])
def test_the_page_fits_every_width_in_light_and_dark(browser: Browser, made: Made, width: int, scheme: str) -> None:
    size = {"width": width, "height": 900}
    watched = Watched(browser, made.folder / "routing_report.html", viewport=size, color_scheme=scheme)
    assert watched.page.evaluate("document.documentElement.scrollWidth") <= width
    assert (watched.requests, watched.messages) == ([watched.url], [])
    background = watched.page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert (background == "rgb(21, 23, 26)") == (scheme == "dark")
    fill = watched.page.locator("#chart-times circle").first.evaluate("node => getComputedStyle(node).fill")
    assert fill == ("rgb(227, 229, 232)" if scheme == "dark" else "rgb(31, 35, 40)")


def test_a_click_on_a_head_sorts_and_a_second_turns_it(browser: Browser, made: Made) -> None:
    page = Watched(browser, made.folder / "routing_report.html").page
    head = page.locator("#table-agents th").nth(1)
    cells = page.locator("#table-agents tbody tr td:nth-child(2)")
    head.locator("button").click()
    assert cells.all_inner_texts() == ["448", "224"]
    assert head.get_attribute("aria-sort") == "descending"
    head.locator("button").press("Enter")
    assert cells.all_inner_texts() == ["224", "448"]


def test_rows_are_filtered_and_all_of_them_can_be_shown(browser: Browser, made: Made) -> None:
    page = Watched(browser, made.folder / "routing_report.html").page
    page.locator("#costs summary", has_text="By day").click()
    table = page.locator("#table-spending_by_day")
    rows = table.locator("tbody tr")
    assert rows.count() == 28
    assert rows.filter(visible=True).count() == 10
    table.locator("xpath=ancestor::div[@class='table']").locator("input.filter").fill("2026-03-2")
    assert rows.filter(visible=True).count() == 9
    page.locator("label[for=more-table-spending_by_day]").click()


def test_a_number_leads_to_its_delegations_and_back(browser: Browser, made: Made) -> None:
    page = Watched(browser, made.folder / "routing_report.html").page
    page.locator("#table-agents tbody tr", has_text="reviewer").locator("td:nth-child(5) a").click()
    shown = page.locator(".card").filter(visible=True)
    expect(shown).to_have_count(112)
    expect(page.locator("#filtered")).to_contain_text("reviewer, failed: 112 delegations")
    page.locator("#filtered a").click()
    expect(shown).to_have_count(672)
    page.go_back()
    expect(shown).to_have_count(112)


def test_an_address_of_a_card_opens_it(browser: Browser, made: Made) -> None:
    watched = Watched(browser, made.folder / "routing_report.html")
    watched.page.evaluate("location.hash = 'd300'")
    expect(watched.page.locator("#d300")).to_have_attribute("open", "")
    expect(watched.page.locator("#d300 dl")).to_be_visible()


def test_without_any_script_the_page_says_the_same(browser: Browser, made: Made) -> None:
    path = made.folder / "routing_report.html"
    page = Watched(browser, path, java_script_enabled=False).page
    assert page.locator("section").count() == 12
    assert page.locator("#table-agents tbody tr").count() == 2
    assert page.locator("input.filter").count() == 0


def test_it_prints_without_contents_and_cards(browser: Browser, made: Made) -> None:
    page = Watched(browser, made.folder / "routing_report.html").page
    page.emulate_media(media="print")
    assert not page.locator("nav").is_visible()
    assert not page.locator("#delegations").is_visible()
    assert page.locator("#chart-overview svg.drawing").is_visible()
