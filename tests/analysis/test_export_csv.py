from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import msgspec
import pytest

from analysis import export_csv
from common.records.sessions import Edit, Used
from tests.analysis.test_generate_routing_report import sessions
from tests.builders.records import delegation, enriched, full, run, session, spent
from tests.builders.reports import Made, from_records, from_sessions

if TYPE_CHECKING:
    from pathlib import Path

HELPER = "load_rows"
NAMES = ("delegations", "agents", "sessions", "workflows")


def tables(made: Made, *, redact: bool = True, share: bool = False) -> dict[str, list[dict[str, str]]]:
    folder = made.folder / "csv"
    export_csv.main(**made.inputs(), out=folder, redact=redact, share=share)
    return {name: list(csv.DictReader(io.StringIO((folder / f"{name}.csv").read_bytes().decode()))) for name in NAMES}


def test_every_delegation_agent_and_session_is_a_row(tmp_path: Path) -> None:
    found = tables(from_sessions(tmp_path, *sessions(4)))
    assert {name: len(rows) for name, rows in found.items()} == {
        "delegations": 24,
        "agents": 2,
        "sessions": 4,
        "workflows": 0,
    }
    first = found["delegations"][0]
    assert first["number"] == "1"
    assert first["agent_type"] == "developer"
    assert first["local_time"] == "2026-03-01 10:00:00"
    assert first["duration_seconds"] == "60.0"
    assert (first["input_tokens"], first["output_tokens_recorded"]) == ("2000", "1000")
    reviewer = next(row for row in found["agents"] if row["agent_type"] == "reviewer")
    assert (reviewer["success_hits"], reviewer["success_total"], reviewer["failed"]) == ("4", "8", "4")
    assert found["sessions"][0]["delegations"] == "6"


def test_a_row_says_who_ended_the_work_what_came_back_and_how_long_the_run_worked(tmp_path: Path) -> None:
    hollow = msgspec.structs.replace(delegation("t1"), result_kind="invented", active_seconds=61.5)
    stopped = msgspec.structs.replace(delegation("t2", outcome="interrupted", number=2), cause="user")
    rows = tables(from_sessions(tmp_path, session("s", hollow, stopped)))["delegations"]
    assert [(row["cause"], row["result_kind"], row["active_seconds"]) for row in rows] == [
        ("", "invented", "61.5"),
        ("user", "", ""),
    ]


def test_a_row_has_the_evidence_with_the_token_that_proves_it_and_its_line(tmp_path: Path) -> None:
    edit = Edit(timestamp=None, path="/w/a.py", tool="Write")
    worked = run(edits=[edit, edit])
    worked = msgspec.structs.replace(worked, checks=3)
    used = msgspec.structs.replace(delegation("t1", run=worked), used=Used(token=HELPER, line=7))
    made = from_sessions(tmp_path, session("s", used, delegation("t2", number=2)))
    names = ("edits", "checks", "used", "used_place")
    file = used.file
    assert [[row[name] for name in names] for row in tables(made)["delegations"]] == [
        ["2", "3", HELPER, f"{file}:7"],
        ["", "", "", ""],
    ]
    assert [tables(made, share=True)["delegations"][0][name] for name in names] == ["2", "3", "", ""]


def test_a_session_says_what_returned_who_ended_the_rest_and_what_was_hollow(tmp_path: Path) -> None:
    calls = (delegation("t1"), delegation("t2", kind="empty"), delegation("t3", outcome="failed", cause="limit"))
    [row] = tables(from_sessions(tmp_path, session("s", *calls)))["sessions"]
    names = ("returned_hits", "returned_total", "hollow_empty", "hollow_invented", "ended_by_limit", "ended_by_user")
    assert [row[name] for name in names] == ["2", "3", "1", "0", "1", "0"]


def test_what_is_not_known_is_empty_never_zero(tmp_path: Path) -> None:
    row = tables(from_sessions(tmp_path, session("s", delegation("t", model=None))))["delegations"][0]
    unknown = ("messages", "tool_calls", "input_tokens", "output_tokens_estimated", "estimated_dollars", "model")
    assert [row[name] for name in (*unknown, "duration_seconds", "description")] == [""] * 8


def test_what_cannot_be_known_of_the_work_of_an_agent_is_empty_never_zero(tmp_path: Path) -> None:
    made = session(
        "s",
        delegation("t1", "a"),
        msgspec.structs.replace(delegation("t2", "b", result="Done", run=run(spent()), number=2), tool_calls=3),
    )
    rows = tables(from_sessions(tmp_path, made))["agents"]
    found = {row["agent_type"]: [row[name] for name in ("no_tool_call", "edited", "checked", "used")] for row in rows}
    assert found == {"a": [""] * 4, "b": ["0"] * 4}


def test_a_worktree_is_beside_its_project(tmp_path: Path) -> None:
    tree = session("s", delegation("t"), project="w--claude-worktrees-gate", cwd="w/.claude/worktrees/gate")
    made = from_sessions(tmp_path, tree)
    for table in ("delegations", "sessions"):
        assert [(row["project"], row["worktree"]) for row in tables(made)[table]] == [("w", "gate")]
        assert [(row["project"], row["worktree"]) for row in tables(made, share=True)[table]] == [("project 1", "")]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\uff1d", "\n="])
def test_no_cell_is_a_formula(tmp_path: Path, start: str) -> None:
    text = f'{start}HYPERLINK("https://attack.example","x"),1'
    row = tables(from_sessions(tmp_path, session("s", delegation("t", text, description=text))))["delegations"][0]
    for name in ("agent_type", "description"):
        assert row[name].startswith("'")
        assert 'HYPERLINK("https://attack.example","x"),1' in row[name]


def test_heads_stand_there_without_any_row(tmp_path: Path) -> None:
    made = from_records(tmp_path, enriched(), full())
    assert tables(made) == {name: [] for name in NAMES}
    assert (tmp_path / "csv" / "agents.csv").read_bytes().startswith(b"agent_type,delegations,sessions,completed,")


def test_secrets_are_masked_as_in_the_reports_and_shared_tables_hold_no_words(tmp_path: Path) -> None:
    secret = "ghp_" + "a1B2" * 9
    one = delegation("t", description=f"Canary {secret}", prompt=f"password=tulip-42-rain {secret}")
    made = from_sessions(tmp_path, session("canary-session", one, project="-canary-project"))
    assert tables(made)["delegations"][0]["description"] == "Canary [secret:github:1]"
    assert tables(made, redact=False)["delegations"][0]["description"] == f"Canary {secret}"
    shared = tables(made, share=True)["delegations"][0]
    assert (shared["session"], shared["project"], shared["place"]) == ("session 1", "project 1", "")
    assert "anary" not in str(shared)


def test_calls_of_one_press_of_esc_have_the_number_of_the_first(tmp_path: Path) -> None:
    pressed = [delegation(f"t{n}", "a", "interrupted", press="t2", number=n) for n in (2, 3)]
    made = from_sessions(tmp_path, session("s", delegation("t1", "a"), *pressed))
    assert [row["press"] for row in tables(made)["delegations"]] == ["", "2", "2"]


def test_an_agent_type_that_no_call_names_is_said_to_be_not_recorded(tmp_path: Path) -> None:
    made = from_sessions(tmp_path, session("s", delegation("t1", "(none)")))
    assert [row["agent_type"] for row in tables(made)["agents"]] == ["not recorded"]
    assert "(none)" not in made.markdown()
