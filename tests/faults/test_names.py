"""Names in transcripts are text: none of them is ever a place where something is written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.faults.project import Project, delegating, entries

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE = (
    "../../escaped", "../../../../../../../../../../../../tmp/escaped", "nul\0byte", "n" * 300, "-rf", ".", "..", "~/x",
    "$(touch escaped)", "Case-Twin", "case-twin", "caf\u00e9", "cafe\u0301", "a\\..\\b", "%2e%2e%2fx", "line\nbreak",
    "",
)  # fmt: skip


def write_named(root: Path, number: int, name: str) -> None:
    """Write a session whose every name is a hostile one, with the transcript of its agent; ids of calls stay apart."""
    call = json.dumps(f"{number}{name}").encode()
    fields = {"sessionId": name, "slug": name, "agentId": name, "cwd": name, "gitBranch": name, "version": name}
    session = root / f"-rf-{number}" / f"--help-{number}.jsonl"
    run = session.with_suffix("") / "subagents" / f"agent-{number}.jsonl"
    run.parent.mkdir(parents=True)
    own = delegating(**fields).replace(b'"dev"', json.dumps(name).encode())
    session.write_bytes(own.replace(b'"toolu_1"', call))
    run.write_bytes(delegating(**fields, isSidechain=True).replace(b'"toolu_1"', call[:-1] + b'-in"'))
    run.with_suffix(".meta.json").write_text(json.dumps({"agentType": name, "toolUseId": f"{number}{name}"}))


def test_hostile_ids_names_and_folders_lead_to_nothing_outside_and_to_no_file_of_their_own(
    finished: Project, empty: Project
) -> None:
    around = empty.root.parent
    root = empty.root / "mine"
    for number, name in enumerate((*HOSTILE, f"{around}/escaped")):
        write_named(root, number, name)
    before = entries(around, without=empty.data)
    done = empty.doit("csv=yes", f"projects={root}")
    assert done.returncode == 0, done.stderr
    assert entries(around, without=empty.data) == before
    assert "\0" not in done.stdout + done.stderr
    tables = {"csv/delegations.csv", "csv/agents.csv", "csv/sessions.csv"}
    assert empty.hashes().keys() == finished.hashes().keys() | tables
    made = json.loads((empty.data / "full_sessions_data.json").read_bytes())["summary"]
    assert made["delegations"] == 2 * (len(HOSTILE) + 1)
