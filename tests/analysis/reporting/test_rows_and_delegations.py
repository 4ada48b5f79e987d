"""Every row of every table of the HTML report leads to the delegations that it counts."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from common.records.extraction import EnrichedSessions
from common.text.formatting import NO_DATA
from tests.builders.reports import from_transcripts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.builders.reports import Made

SAMPLE = Path(__file__).parents[3] / "data" / "sample"

COUNTS = {
    "agents": ["delegations", "without work", "failed", "not judged"],
    "models": ["delegations"],
    "projects": ["delegations"],
    "weekdays": ["delegations"],
    "hours": ["delegations"],
    "days": ["delegations"],
    "periods": ["delegations"],
    "tasks": ["delegations"],
    "marathons": ["delegations"],
    "dear_sessions": ["delegations"],
    "outcomes": ["delegations"],
    "links": ["delegations"],
    "chart_weeks": ["delegations"],
    "chart_times": ["delegations"],
    "chart_tokens": ["delegations"],
    "rules": ["tasks that match", "suspected"],
    "evidence": ["made none", "edited files", "ran tests or a build", "used, for certain"],
    "following": ["stopped by the user", "plan sent back", "tool stopped", "went on", "no recorded end", "tried again"],
    "stopped": ["delegations", "tried again"],
    "role_play": ["times", "could be called instead"],
    "agent_shares": ["share, earlier", "share, later"],
    "transitions": ["times"],
    "loops": ["times"],
    "paying": ["pays for certain", "open", "certainly not"],
    "model_pins": ["delegations"],
    "review_loops": ["loops"],
}
"""Columns that count delegations, by table: a number, or the hits of a rate. The cell or its row's head leads there."""

SUMS = {
    "cost_by_agent": ["priced", "without a price"],
    "chart_overview": ["succeeded", "without work", "failed", "stopped", "no recorded end"],
}
"""Columns that count the delegations of the row together."""

SINGLE = {"misroutes": "delegation", "steps": "place", "chart_timeline": "delegation"}
"""Tables of single delegations, with the column that leads to the card."""

SPENDING = {"spending_by_place", "spending_by_model", "spending_by_project", "spending_by_period", "spending_by_day"}

WITHOUT_COUNT = {
    "comparison": "a measure of two periods: both values lead to the delegations of their period",
    "chart_costs": "dollars of an agent on a model: the sum leads to its priced delegations",
}
"""Tables whose rows count no delegations, but lead to those behind them."""

WITHOUT_DELEGATIONS = {
    "workflows": "counts agents that no delegation started; the run's id is the folder of their transcripts",
    "workflow_phases": "counts agents of the workflows in the table above it",
    "as_if": "p-values and intervals of the measures in the comparison above it",
    "unpriced": "counts messages of a model, of main threads too",
    "lines": "counts lines of transcripts",
    "places": "names lines of transcripts",
    "reconciliation": "compares sums of the whole report with those of the extraction",
}


@dataclass(frozen=True)
class Shown:
    """A cell as the page shows it."""

    text: str
    href: str | None

    @property
    def number(self) -> int:
        """The number, or the hits of the rate; 0 where there is none."""
        found = re.match(r"[\d,]+", self.text)
        return int(found[0].replace(",", "")) if found else 0


class Page:
    """The tables of a page, and the cards that each address shows."""

    def __init__(self, page: str) -> None:
        self.page = page
        self.cards: dict[str, set[int]] = defaultdict(set)
        for anchor, text in re.findall(r'<details id="(g\d+)" class="group">(.*?)</details>', page, re.DOTALL):
            for first, last in re.findall(r'href="#d(\d+)"(?: data-to="(\d+)")?', text):
                self.cards[anchor] |= set(range(int(first), int(last or first) + 1))
        for part in page.split('<div class="session" ')[1:]:
            anchor = part[4 : part.index('"', 4)]
            self.cards[anchor] = {int(number) for number in re.findall(r'<details class="card" id="d(\d+)"', part)}
            self.cards |= {f"d{number}": {number} for number in self.cards[anchor]}

    def rows(self) -> Iterator[tuple[str, dict[str, Shown]]]:
        """Yield the name of the table and the cells by their heads, row by row."""
        for name, table in re.findall(r'<table id="table-([a-z_]+)[-\d]*"(.*?)</table>', self.page, re.DOTALL):
            heads = re.findall(r"<th [^>]*>(.*?)</th>", table)
            for row in re.findall(r"<tr[^>]*>(<td.*?)</tr>", table, re.DOTALL):
                cells = re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)
                yield name, {head: shown(cell) for head, cell in zip(heads, cells, strict=True)}


def shown(cell: str) -> Shown:
    link = re.search(r'href="#([^"]+)"', cell)
    return Shown(unescape(re.sub(r"<[^>]*>", "", cell)), link[1] if link else None)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return from_transcripts(tmp_path_factory.mktemp("sample"), SAMPLE)


@pytest.fixture(scope="module")
def page(made: Made) -> Page:
    return Page(made.html())


def test_every_table_is_tested_or_named_with_its_reason(page: Page) -> None:
    groups = [set(COUNTS), set(SUMS), set(SINGLE), SPENDING, set(WITHOUT_COUNT), set(WITHOUT_DELEGATIONS)]
    tested = set().union(*groups, {"positions", "sightings"})
    assert {name for name, _ in page.rows()} | {"unpriced"} == tested


def test_a_number_of_delegations_leads_to_as_many_cards(page: Page) -> None:
    wrong = []
    for name, row in page.rows():
        head = next(iter(row.values()))
        for column in COUNTS.get(name, ()):
            href = row[column].href or head.href
            number = row[column].number
            if number and (href is None or len(page.cards[href]) != number):
                wrong.append(f"{name} {head.text}: {column} {number}, leads to {len(page.cards[href or ''])}")
    assert wrong == []


def test_numbers_of_a_row_that_sum_up_lead_to_all_of_them(page: Page) -> None:
    wrong = []
    for name, row in page.rows():
        head = next(iter(row.values()))
        if name in SUMS and len(page.cards[head.href or ""]) != sum(row[column].number for column in SUMS[name]):
            wrong.append(f"{name} {head.text}")
    assert wrong == []


def test_a_row_of_one_delegation_leads_to_its_card(page: Page) -> None:
    found = [(name, row[SINGLE[name]]) for name, row in page.rows() if name in SINGLE]
    assert len({name for name, _ in found}) == len(SINGLE)
    assert [(name, cell.text) for name, cell in found if len(page.cards[cell.href or ""]) != 1] == []


def test_a_place_in_the_session_leads_to_judged_and_others_alike(page: Page) -> None:
    rows = [row for name, row in page.rows() if name == "positions"]
    totals = [int(row["success"].text.split(" of ")[1].split()[0].replace(",", "")) for row in rows]
    expected = [total + row["not judged"].number for total, row in zip(totals, rows, strict=True)]
    assert [len(page.cards[row["success"].href or ""]) for row in rows] == expected


def test_an_agent_that_is_sighted_leads_to_its_delegations(page: Page) -> None:
    rows = [row for name, row in page.rows() if name == "sightings" and row["what"].text == "agent"]
    assert rows
    assert [row["times"].number for row in rows] == [len(page.cards[row["name"].href or ""]) for row in rows]


@pytest.mark.parametrize("name", sorted(WITHOUT_COUNT))
def test_a_row_without_a_count_leads_to_delegations_too(page: Page, name: str) -> None:
    rows = [row for table, row in page.rows() if table == name]
    assert rows
    for row in rows:
        hrefs = [cell.href for cell in row.values() if cell.href]
        assert hrefs or {row["earlier"].text, row["later"].text} == {NO_DATA}
        assert all(page.cards[href] for href in hrefs)


def test_a_row_of_costs_leads_to_the_delegations_whose_runs_spent_it(made: Made, page: Page) -> None:
    data = msgspec.json.decode((made.folder / "enriched.json").read_bytes(), type=EnrichedSessions)
    expected: dict[tuple[str, str], set[str]] = defaultdict(set)
    for session in data.sessions:
        for delegation in session.delegations:
            for day in delegation.run.tokens_by_day if delegation.run else ():
                expected["spending_by_model", day.model or ""].add(delegation.tool_use_id)
                expected["spending_by_day", day.day or ""].add(delegation.tool_use_id)
                expected["spending_by_place", "runs of subagents"].add(delegation.tool_use_id)
    rows = [(name, next(iter(row.values()))) for name, row in page.rows() if name in SPENDING]
    counted = {"spending_by_model", "spending_by_day", "spending_by_place"}
    found = {(name, head.text): len(page.cards[head.href or ""]) for name, head in rows if name in counted}
    assert found == {key: len(expected[key]) for key in found}
    assert all(page.cards[head.href or ""] for name, head in rows if name not in counted)


def test_no_group_is_empty(page: Page) -> None:
    groups = [anchor for anchor in re.findall(r'<details id="(g\d+)"', page.page) if not page.cards[anchor]]
    assert groups == []


def test_a_group_says_what_its_delegations_have_in_common(page: Page) -> None:
    said = re.findall(r'class="group"><summary>(.*?)</summary>', page.page)
    titles = {re.sub(r"<[^>]*>", "", title) for title in said}
    assert [title for title in titles if re.search(r" :|  |^ ", title)] == []
    stopped = next(title for title in titles if title.startswith("stopped by the user: "))
    assert re.fullmatch(r"stopped by the user: \d+ delegations?", stopped)
    assert any(re.fullmatch(r"ended by the user: \d+ delegations", title) for title in titles)
    assert any(re.fullmatch(r"tried again after .+: \d+ delegations?", title) for title in titles)
