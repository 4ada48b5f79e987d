"""The section on whether delegating pays, its cards and its columns for spreadsheets."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

from msgspec import structs

from analysis import export_csv
from tests.analysis.strategies.test_paying import HAIKU, MAIN, call
from tests.builders.records import delegation, enriched, full, session
from tests.builders.reports import Made, from_records

if TYPE_CHECKING:
    from pathlib import Path

    from common.records.sessions import EnrichedDelegation

HEADS = (
    "agent | pays for certain | open | certainly not | unknown | breaks even at, median | first call, median"
    " | cold start | files that the caller also read"
)
PIN_HEADS = (
    "agent | ran on | asked for | asked by | as asked | delegations | cost"
    " | more if on the model asked for | more if on the caller's model"
)


def made_with(folder: Path, *delegations: EnrichedDelegation) -> Made:
    one = session("s", *delegations, days=[MAIN])
    return from_records(folder, enriched(one), full(one))


def rows(report: str, heads: str) -> list[list[str]]:
    """Return the cells of the Markdown table with these heads."""
    lines = report.split(f"| {heads} |\n", 1)[1].split("\n\n", 1)[0].splitlines()[1:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def several(agent: str, number: int, dollars: float) -> list[EnrichedDelegation]:
    return [call(f"{agent}{place}", agent, dollars=dollars) for place in range(number)]


def test_an_agent_is_certain_open_or_certainly_not_with_its_median(tmp_path: Path) -> None:
    read = {"files_read": 4, "files_read_by_caller": 1}
    report = made_with(
        tmp_path,
        call("t1", dollars=0.0, of_run=read),
        call("t2", dollars=0.2),
        call("t3", dollars=0.2),
        call("t4", dollars=0.7),
        call("t5", "b", context=None),
        delegation("t6", "c"),
    ).markdown()
    assert report.index("## Costs") < report.index("## Does it pay") < report.index("## Data quality")
    assert (
        "in no transcript. 1 delegation pays for certain: a single call of the calling thread would have cost more."
        " 1 delegation certainly does not pay: in the calling thread, all of the run's calls would have cost less."
        " 2 delegations are open. The break-even share of 2 is unknown.\n" in report
    )
    assert rows(report, HEADS) == [
        ["`a`", "1", "2", "1", "0", "50 %", "5.0 k", "1.8 %", "1 of 4 (25 %, 5–70 %)"],
        ["`b`", "0", "0", "0", "1", "–", "5.0 k", "0.5 %", "–"],
    ]


def test_a_sentence_needs_ten_delegations_and_says_the_median(tmp_path: Path) -> None:
    made = [*several("many", 10, 0.2), *several("few", 9, 0.2), *several("dear", 10, 0.7), *several("(none)", 10, 0.2)]
    report = made_with(tmp_path, *made).markdown()
    assert (
        "- `many` pays unless the calling thread would have needed fewer than 50 % of its calls"
        " (median of 10 delegations)." in report
    )
    assert (
        "- `dear` costs more than the same calls in the calling thread, in more than half of 10 delegations." in report
    )
    assert "`few` pays" not in report
    assert "`(none)` pays" not in report


def test_models_are_shown_with_the_money_of_the_difference(tmp_path: Path) -> None:
    named = structs.replace(call("t1", dollars=2.0), requested_model="claude-opus-4-5")
    alias = structs.replace(call("t2", dollars=2.0), requested_model="haiku")
    report = made_with(tmp_path, named, alias, call("t3", "b", dollars=1.0)).markdown()
    assert "Of 3 delegations whose model is known, 2 ask for a model" in report
    assert "; 1 ran on another one." in report
    assert rows(report, PIN_HEADS) == [
        ["`a`", f"`{HAIKU}`", "`claude-opus-4-5`", "the call", "no", "1", "$2.00", "$8.00", "$8.00"],
        ["`a`", f"`{HAIKU}`", "`haiku`", "the call", "yes", "1", "$2.00", "–", "$8.00"],
        ["`b`", f"`{HAIKU}`", "–", "–", "–", "1", "$1.00", "–", "$4.00"],
    ]


def test_the_columns_of_money_are_explained_only_if_one_has_a_figure(tmp_path: Path) -> None:
    report = made_with(tmp_path, delegation("t1", model=HAIKU)).markdown()
    assert "No call and no definition asks for a model.\n" in report
    priced = made_with(tmp_path, call("t1", "Explore", dollars=1.0)).markdown()
    assert "No call and no definition asks for a model. The last two columns say" in priced


def test_it_is_said_that_nothing_is_known(tmp_path: Path) -> None:
    report = made_with(tmp_path, delegation("t1", model=None)).markdown()
    assert "No delegation has a run whose context and price are known, so nothing can be said of whether" in report
    assert "Models asked for" not in report


def test_what_counts_nothing_is_not_said(tmp_path: Path) -> None:
    report = made_with(tmp_path, call("t1", dollars=0.2)).markdown()
    assert "in no transcript. 1 delegation is open.\n" in report
    asked = made_with(tmp_path, structs.replace(call("t1", dollars=0.2), requested_model="haiku")).markdown()
    assert "1 asks for a model, in the call or in the agent's definition. The last two columns" in asked


def test_a_share_above_all_of_the_calls_is_shown_as_it_is(tmp_path: Path) -> None:
    report = made_with(tmp_path, call("t1", dollars=0.7)).markdown()
    assert rows(report, HEADS)[0][5] == "150 %"


def test_a_row_with_all_delegations_of_an_agent_leads_to_the_agents_group(tmp_path: Path) -> None:
    html = made_with(tmp_path, call("t1", dollars=0.2), call("t2", dollars=0.3)).html()
    assert "agent, model that ran, model asked for:" not in html
    (row,) = re.findall(r'<table id="table-model_pins".*?</table>', html, re.DOTALL)
    (target,) = set(re.findall(r'href="#(g\d+)"', row))
    assert re.search(rf'id="{target}" class="group"><summary><code>a</code>: 2 delegations', html)


def test_a_number_leads_to_its_cards_and_a_card_says_its_share(tmp_path: Path) -> None:
    html = made_with(tmp_path, call("t1", dollars=0.2), call("t2", dollars=0.7), delegation("t3", "a")).html()
    section = html.split('<section id="paying"')[1].split("</section>")[0]
    targets = set(re.findall(r'href="#(g\d+)"', section))
    assert targets
    assert all(f'id="{target}"' in html for target in targets)
    assert "<dt>breaks even</dt><dd>at 50\N{NO-BREAK SPACE}% of its calls</dd>" in html
    assert "may pay: <code>a</code>: 1 delegation" in html
    assert "agent, model that ran, model asked for: <code>a</code> and <code>claude-haiku-4-5</code>" in html


def test_names_of_models_are_foreign_text(tmp_path: Path) -> None:
    secret = "ghp_" + "a1B2" * 9
    hostile = structs.replace(call("t1"), requested_model=f"<img src=x> {secret}", model="<script>alert(1)</script>")
    made = made_with(tmp_path, hostile)
    assert not re.search(r"<script>alert|<img", made.html())
    assert secret not in made.html() + made.markdown() + made.markdown(share=True)


def test_spreadsheets_have_the_share_of_each_delegation_and_the_counts_of_each_agent(tmp_path: Path) -> None:
    read = {"files_read": 4, "files_read_by_caller": 1}
    first = structs.replace(call("t1", dollars=0.2, of_run=read), requested_model="opus")
    made = made_with(tmp_path, first, call("t2", "b", dollars=0.0), delegation("t3", "b"))
    export_csv.main(**made.inputs(), out=tmp_path / "csv", redact=True, share=False)
    one, two, three = csv.DictReader(io.StringIO((tmp_path / "csv" / "delegations.csv").read_text()))
    assert (one["requested_model"], one["break_even_share"], one["first_context"]) == ("opus", "0.5", "5000")
    assert (one["files_read"], one["files_read_by_caller"]) == ("4", "1")
    assert (two["requested_model"], two["break_even_share"]) == ("", "0.1")
    assert (three["break_even_share"], three["first_context"], three["files_read"]) == ("", "", "")
    agents = {row["agent_type"]: row for row in csv.DictReader(io.StringIO((tmp_path / "csv/agents.csv").read_text()))}
    columns = ("pays_certain", "pays_open", "pays_certainly_not", "pays_unknown", "median_break_even_share")
    assert [agents["a"][column] for column in columns] == ["0", "1", "0", "0", "0.5"]
    assert [agents["b"][column] for column in columns] == ["1", "0", "0", "1", "0.1"]
    assert agents["a"]["cold_start_share"] == "0.025"
