"""The section on workflows, and their table for spreadsheets."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

from analysis import export_csv
from tests.builders.records import delegation, full, session, spent
from tests.builders.reports import Made, from_records
from tests.builders.workflows import phase, with_workflows, workflow

if TYPE_CHECKING:
    from pathlib import Path

    from common.records.workflows import Workflow

FIGURES = "began | completed | failed | without an end | output tokens | cost"
HEADS = f"workflow | run | session | ended | planned | {FIGURES}"

CHEAP = workflow("c1", phase("Plan", spent(input=1_000_000)), planned=1)
DEAR = workflow(
    "c2",
    phase("Plan", spent(output=1_000_000), completed=2),
    phase("Build", completed=1, failed=2, unfinished=3),
    session_id="elsewhere",
    name="nightly",
    status="killed",
    run_id="wf_2",
)


def made_with(folder: Path, *workflows: Workflow) -> Made:
    one = session("s", delegation("t"))
    return from_records(folder, with_workflows(*workflows, sessions=[one]), full(one))


def rows(report: str, heads: str) -> list[list[str]]:
    """Return the cells of the Markdown table with these heads."""
    lines = report.split(f"| {heads} |\n", 1)[1].split("\n\n", 1)[0].splitlines()[1:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_workflows_are_a_table_dearest_first_and_their_phases_another(tmp_path: Path) -> None:
    report = made_with(tmp_path, CHEAP, DEAR).markdown()
    assert report.index("## Routing") < report.index("## Workflows") < report.index("## Transitions")
    assert "2 workflows started 9 agents: 4 completed, 2 failed, 3 have no recorded end" in report
    assert rows(
        report,
        HEADS,
    ) == [
        ["`nightly`", "`wf_2`", "`elsewhere`", "killed", "–", "8", "3", "2", "3", "1.0 M", "$15"],
        ["`checks`", "`wf_1`", "`s`", "completed", "1", "1", "1", "0", "0", "0", "$3.00"],
    ]
    assert rows(report, f"workflow | phase | {FIGURES}") == [
        ["`nightly`", "`Plan`", "2", "2", "0", "0", "1.0 M", "$15"],
        ["`nightly`", "`Build`", "6", "1", "2", "3", "0", "–"],
        ["`checks`", "`Plan`", "1", "1", "0", "0", "0", "$3.00"],
    ]


def test_nothing_is_said_of_agents_and_dollars_that_no_transcript_tells(tmp_path: Path) -> None:
    report = made_with(tmp_path, workflow("c1", planned=16, status="killed")).markdown()
    section = report.split("## Workflows\n\n")[1].split("\n\n")[0]
    assert section == "1 workflow ran. No transcript names the agents."
    unpriced = made_with(tmp_path, workflow("c2", phase("Build", completed=1))).markdown()
    assert "Their runs cost" not in unpriced


def test_a_workflow_leads_to_the_cards_of_its_session(tmp_path: Path) -> None:
    html = made_with(tmp_path, CHEAP, DEAR).html()
    section = html.split('<section id="workflows"')[1].split("</section>")[0]
    (target,) = set(re.findall(r'href="#(s[^"]*)"', section))
    assert f'id="{target}"' in html


def test_without_a_workflow_there_is_no_section(tmp_path: Path) -> None:
    made = made_with(tmp_path)
    assert "Workflows" not in made.markdown()
    assert 'id="workflows"' not in made.html()


def test_a_shared_report_numbers_sessions_and_leaves_phases_out(tmp_path: Path) -> None:
    canary = workflow(
        "c", phase("canary phase", spent(input=1)), session_id="canary-session", run_id="wf_canary", name="nightly"
    )
    made = made_with(tmp_path, canary)
    assert "canary" not in made.markdown(share=True) + made.html(share=True)
    assert "session 2" in made.markdown(share=True)


def test_secrets_in_names_phases_and_words_are_masked(tmp_path: Path) -> None:
    secret = "ghp_" + "a1B2" * 9
    hostile = workflow("c", phase(f"phase {secret}"), name=f"name {secret}", status=f"odd {secret}", run_id=secret)
    made = made_with(tmp_path, hostile)
    assert secret not in made.markdown() + made.html()
    assert secret in made.markdown(redact=False)


def test_an_unknown_end_and_markup_are_foreign_text(tmp_path: Path) -> None:
    hostile = workflow("c", phase("<script>alert(1)</script>"), name="<img src=x>", status="<b>odd</b>")
    made = made_with(tmp_path, hostile)
    assert not re.search(r"<script>alert|<img|<b>odd", made.html())
    assert "| `<b>odd</b>` |" in made.markdown()


def test_each_workflow_is_a_row_of_a_spreadsheet(tmp_path: Path) -> None:
    made = made_with(tmp_path, CHEAP, DEAR)
    export_csv.main(**made.inputs(), out=tmp_path / "csv", redact=True, share=False)
    first, second = csv.DictReader(io.StringIO((tmp_path / "csv" / "workflows.csv").read_text()))
    assert (first["workflow"], first["run"], first["agents"], first["estimated_dollars"]) == (
        "checks",
        "wf_1",
        "1",
        "3.0",
    )
    assert (second["status"], second["phases"], second["planned_agents"]) == ("killed", "2", "")
    assert [second[f"{end}_agents"] for end in ("completed", "failed", "unfinished")] == ["3", "2", "3"]


def test_a_workflow_of_no_recorded_run_costs_nothing_that_is_known(tmp_path: Path) -> None:
    bare = workflow("c", name=None, run_id=None, planned=4, status="unreported")
    made = from_records(tmp_path, with_workflows(bare), full())
    assert ["–", "–", "`s`", "unreported", "4", "0", "0", "0", "0", "0", "–"] in rows(
        made.markdown(),
        HEADS,
    )
    assert "### Phases" not in made.markdown()
