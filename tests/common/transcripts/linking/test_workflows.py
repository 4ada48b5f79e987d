"""Workflows: calls with their agents, phases, tokens and ends."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from common.records.workflows import Workflow, WorkflowCounts
from common.transcripts.find import SNAPSHOT_LIMIT
from tests.common.transcripts.written import (
    MAIN,
    OTHER,
    SESSION,
    Content,
    Found,
    Json,
    answer,
    extract,
    extract_folder,
    notification,
    said,
    side,
    tool,
    usage,
    user,
    write_files,
)

RUN = f"-w-app/{SESSION}/subagents/workflows/wf_1"
SNAPSHOT = f"-w-app/{SESSION}/workflows/wf_1.json"
SCRIPT = "export const meta = { name: 'build-it', phases: [{title: 'Plan'}] }\nphase('Plan')"


def launch(key: str = "c1", second: int = 2, task: str = "w1", run: str = "wf_1", **fields: object) -> Json:
    beside = {"status": "async_launched", "taskType": "local_workflow", "taskId": task, "runId": run}
    return answer(key, second, f"Workflow launched in background. Task ID: {task}", beside | fields)


def main(*more: Json, key: str = "c1", **given: object) -> list[Json]:
    """Return a main transcript that starts a workflow in second 1."""
    return [user("Begin.", 0), said(1, tool(key, "Workflow", **(given or {"script": SCRIPT}))), launch(key), *more]


def agent(
    name: str, second: int, folder: str = RUN, phase: str | None = None, sent: int = 1, **fields: object
) -> dict[str, Content]:
    """Return the files of an agent that says one thing."""
    spoken = said(second + 1, "Done.", key=f"msg-{name}", spent=usage(5) | {"input_tokens": sent})
    meta = {"agentType": "workflow-subagent"} | ({} if phase is None else {"workflowPhase": phase})
    return {
        f"{folder}/agent-{name}.jsonl": [side(line | fields, name) for line in (user("Go.", second), spoken)],
        f"{folder}/agent-{name}.meta.json": json.dumps(meta).encode(),
    }


def journal(*words: str) -> list[Json]:
    """Return a journal of words such as `started a1`."""
    return [{"type": word, "key": "k", "agentId": name} for word, _, name in (text.partition(" ") for text in words)]


def snapshot(*agents: tuple[str | None, str, str], status: str = "completed", **fields: object) -> bytes:
    """Return a snapshot; an agent is its id, phase and state."""
    entries = [
        {"type": "workflow_agent", "phaseTitle": phase, "state": state} | ({"agentId": key} if key else {})
        for key, phase, state in agents
    ]
    known = {"runId": "wf_1", "taskId": "w1", "workflowName": "build-it", "status": status}
    return json.dumps(known | {"agentCount": len(agents), "workflowProgress": entries} | fields).encode()


def the_workflow(found: Found) -> Workflow:
    (workflow,) = found.full.workflows
    return workflow


def counts(part: WorkflowCounts) -> tuple[int, int, int, int]:
    """Return how many agents began, completed, failed, and have no end."""
    return part.agents, part.completed_agents, part.failed_agents, part.unfinished_agents


def phases(workflow: Workflow) -> list[tuple[str | None, tuple[int, int, int, int], int]]:
    return [(phase.name, counts(phase), phase.tokens.input) for phase in workflow.phases]


PARTIAL: dict[str, Content] = {
    MAIN: main(user(notification("w1", "completed", "Built."), 20)),
    **agent("a1", 3, phase="Plan", sent=10),
    **agent("a2", 5, phase="Build", sent=20),
    **agent("a3", 6, phase="Build", sent=40),
    f"{RUN}/journal.jsonl": [
        {"type": "launched"},
        *journal("started a1", "result a1", "started a2", "started a3", "result a2", "failed a3"),
    ],
    SNAPSHOT: snapshot(
        ("a1", "Plan", "done"),
        ("a2", "Build", "done"),
        ("a3", "Build", "error"),
        (None, "Check", "queued"),
        phases=[{"title": "Plan"}, {"title": "Build"}, {"title": "Check"}],
    ),
}
"""A workflow of three phases: one agent of the second fails, and the one of the third never begins."""


def test_a_workflow_has_its_agents_phases_and_tokens(tmp_path: Path) -> None:
    workflow = the_workflow(extract(tmp_path, PARTIAL))
    assert (workflow.tool_use_id, workflow.session_id, workflow.run_id) == ("c1", SESSION, "wf_1")
    assert (workflow.name, workflow.status, workflow.planned_agents) == ("build-it", "completed", 4)
    assert (workflow.file, workflow.line, workflow.timestamp) == (MAIN, 2, "2026-03-14T09:00:01.000Z")
    assert counts(workflow) == (3, 2, 1, 0)
    assert phases(workflow) == [("Plan", (1, 1, 0, 0), 10), ("Build", (2, 1, 1, 0), 60), ("Check", (0, 0, 0, 0), 0)]
    assert (workflow.tokens.messages, workflow.tokens.input) == (3, 70)
    assert [(day.day, day.input) for day in workflow.tokens_by_day] == [("2026-03-14", 70)]


def test_the_agents_stay_unlinked_runs_and_name_their_workflow(tmp_path: Path) -> None:
    found = extract(tmp_path, PARTIAL)
    runs = [(run.agent_id, run.kind, run.workflow, run.agent_type) for run in found.full.unlinked_runs]
    assert runs == [(name, "workflow", "c1", "workflow-subagent") for name in ("a1", "a2", "a3")]
    assert found.full.summary.tokens.input == 71, "each message is counted once: 70 and the call's own"
    assert found.full.summary.delegations == 0


def test_both_files_have_the_workflows_of_the_chosen_sessions(tmp_path: Path) -> None:
    other = [line | {"sessionId": OTHER, "cwd": "/w/other"} for line in main(key="c2")]
    files = PARTIAL | {f"-w-other/{OTHER}.jsonl": other}
    found = extract(tmp_path, files)
    assert [w.tool_use_id for w in found.full.workflows] == ["c1", "c2"]
    assert found.enriched.workflows == found.full.workflows
    assert found.full.summary.workflows == 2
    chosen = extract_folder(tmp_path, tmp_path / "root", project="/w/app")
    assert [w.tool_use_id for w in chosen.full.workflows] == ["c1"]
    assert (chosen.enriched.workflows, chosen.full.summary.workflows) == (chosen.full.workflows, 1)


def test_only_transcripts_are_files_of_the_source(tmp_path: Path) -> None:
    source = extract(tmp_path, PARTIAL).full.source
    assert (source.files, source.lines, source.unknown_types) == (5, 4 + 2 + 2 + 2 + 7, {})
    assert source.bytes == sum(path.stat().st_size for path in (tmp_path / "root").rglob("*.jsonl"))


def test_a_line_that_no_journal_has_is_of_an_unknown_type(tmp_path: Path) -> None:
    files = {MAIN: [*main(), *journal("started a9")], f"{RUN}/journal.jsonl": journal("started a1", "paused a1")}
    assert extract(tmp_path, files).full.source.unknown_types == {"paused": 1, "started": 1}


# -- how it ended


def test_a_stopped_workflow_leaves_an_agent_without_an_end(tmp_path: Path) -> None:
    taken = snapshot(("a1", "Long", "progress"), ("a2", "Long", "done"), status="killed")
    words = journal("started a1", "started a2", "result a2")
    files = {MAIN: main(), **agent("a1", 3), **agent("a2", 4), f"{RUN}/journal.jsonl": words, SNAPSHOT: taken}
    workflow = the_workflow(extract(tmp_path, files))
    assert (workflow.status, counts(workflow)) == ("killed", (2, 1, 0, 1))


def test_a_crash_leaves_no_word_on_the_end(tmp_path: Path) -> None:
    files = {MAIN: main(), **agent("a1", 3, phase="Plan"), f"{RUN}/journal.jsonl": journal("started a1", "started a2")}
    workflow = the_workflow(extract(tmp_path, files))
    assert (workflow.status, workflow.planned_agents, counts(workflow)) == ("unreported", None, (2, 0, 0, 2))
    assert phases(workflow) == [("Plan", (1, 0, 0, 1), 1), (None, (1, 0, 0, 1), 0)]


def test_a_workflow_that_fails_at_once_has_no_agent(tmp_path: Path) -> None:
    workflow = the_workflow(extract(tmp_path, {MAIN: main(), SNAPSHOT: snapshot(status="failed")}))
    assert (workflow.status, workflow.planned_agents, counts(workflow)) == ("failed", 0, (0, 0, 0, 0))


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["running"], "unreported"),
        (["completed"], "completed"),
        (["failed", "completed"], "completed"),
        (["stopped"], "killed"),
        (["paused"], "paused"),
    ],
)
def test_without_a_snapshot_the_last_word_on_the_task_decides(tmp_path: Path, words: list[str], status: str) -> None:
    told = [user(notification("w1", word), 10 + number) for number, word in enumerate(words)]
    assert the_workflow(extract(tmp_path, {MAIN: main(*told)})).status == status


@pytest.mark.parametrize(
    ("status", "summary"),
    [
        ("stopped", 'No completion record was found for workflow "x" from the previous session.'),
        ("failed", 'Workflow "x" is waiting on its own background work'),
    ],
)
def test_what_tells_no_end_of_a_workflow_is_no_word(tmp_path: Path, status: str, summary: str) -> None:
    told = [user(notification("w1", "completed"), 10), user(notification("w1", status, summary=summary), 20)]
    assert the_workflow(extract(tmp_path, {MAIN: main(*told)})).status == "completed"


def test_where_no_file_of_the_agents_is_left_the_notification_counts_them(tmp_path: Path) -> None:
    told = notification("w1", "completed", agent_count=6, agents_done=4, agents_error=1, agents_skipped=1)
    workflow = the_workflow(extract(tmp_path, {MAIN: main(user(told, 10))}))
    assert (workflow.planned_agents, counts(workflow), workflow.phases) == (6, (5, 4, 1, 0), [])


# -- what a workflow is


def test_a_call_that_started_nothing_is_no_workflow(tmp_path: Path) -> None:
    refused = [said(1, tool("c1", "Workflow", script="(")), answer("c1", 2, "Invalid workflow script", error=True)]
    remote = [said(3, tool("c2", "Workflow", script=SCRIPT)), launch("c2", 4, taskType="remote_workflow")]
    found = extract(tmp_path, [*refused, *remote, said(5, tool("c3", "Workflow", script=SCRIPT))])
    assert (found.full.workflows, found.full.summary.workflows) == ([], 0)


def test_in_an_agents_file_the_text_alone_tells_the_launch(tmp_path: Path) -> None:
    text = "Workflow launched in background. Task ID: w1\nScript file: x\nRun ID: wf_1\nMore."
    files = {MAIN: [said(1, tool("c1", "Workflow", name="checks")), answer("c1", 2, text)], **agent("a1", 3)}
    workflow = the_workflow(extract(tmp_path, files))
    assert (workflow.run_id, workflow.name, workflow.agents) == ("wf_1", "checks", 1)


@pytest.mark.parametrize(
    ("given", "launched_as", "name"),
    [
        ({"script": SCRIPT}, None, "build-it"),
        ({"script": "const name = 'x'"}, None, None),
        ({"name": "saved"}, None, "saved"),
        ({"scriptPath": "/x.js"}, None, None),
        ({"scriptPath": "/x.js"}, "from-path", "from-path"),
        ({"script": ["no text"], "name": 7}, None, None),
    ],
)
def test_the_name_is_that_of_the_launch_else_of_the_call(
    tmp_path: Path, given: Json, launched_as: str | None, name: str | None
) -> None:
    lines = [said(1, tool("c1", "Workflow", **given)), launch(workflowName=launched_as)]
    assert the_workflow(extract(tmp_path, lines)).name == name


def test_a_copied_session_has_no_second_workflow(tmp_path: Path) -> None:
    copied = [line | {"sessionId": OTHER} for line in main()]
    found = extract(tmp_path, PARTIAL | {f"-w-app/{OTHER}.jsonl": copied})
    assert (the_workflow(found).session_id, counts(the_workflow(found))) == (SESSION, (3, 2, 1, 0))


def test_of_copies_at_the_same_time_the_one_beside_the_run_is_the_original(tmp_path: Path) -> None:
    early = "00000000-0000-4000-8000-000000000000"
    copied = [line | {"sessionId": early} for line in main()]
    found = extract(tmp_path, PARTIAL | {f"-w-app/{early}.jsonl": copied})
    assert (the_workflow(found).session_id, the_workflow(found).file) == (SESSION, MAIN)


def test_ids_that_a_gateway_numbers_anew_are_workflows_of_their_own(tmp_path: Path) -> None:
    second = [said(10, tool("Workflow:0", "Workflow", name="b")), launch("Workflow:0", 11, task="w2", run="wf_2")]
    found = extract(tmp_path, main(*second, key="Workflow:0", script="a"))
    assert [(w.tool_use_id, w.run_id) for w in found.full.workflows] == [("Workflow:0", "wf_1"), ("Workflow:0", "wf_2")]


def test_equal_run_ids_of_two_sessions_stay_apart(tmp_path: Path) -> None:
    other = [line | {"sessionId": OTHER} for line in main(key="c2")]
    folder = RUN.replace(SESSION, OTHER)
    theirs = agent("b1", 5, folder, sent=7, sessionId=OTHER)
    found = extract(tmp_path, {MAIN: main(), **agent("a1", 5), f"-w-app/{OTHER}.jsonl": other, **theirs})
    assert [(w.tool_use_id, w.agents, w.tokens.input) for w in found.full.workflows] == [("c1", 1, 1), ("c2", 1, 7)]


def test_a_workflow_started_again_has_the_agents_that_it_began(tmp_path: Path) -> None:
    again = [said(10, tool("c2", "Workflow", scriptPath="/x.js", resumeFromRunId="wf_1")), launch("c2", 11, task="w2")]
    taken = snapshot(("a1", "Plan", "done"), ("a2", "Plan", "done"), taskId="w2")
    words = journal("started a1", "result a1", "started a2", "result a2")
    stopped = user(notification("w1", "killed"), 8)
    files = {MAIN: main(stopped, *again), **agent("a1", 3, sent=10), **agent("a2", 12, sent=20)}
    found = extract(tmp_path, files | {f"{RUN}/journal.jsonl": words, SNAPSHOT: taken})
    told = [(w.tool_use_id, w.status, counts(w), w.tokens.input) for w in found.full.workflows]
    assert told == [("c1", "killed", (1, 1, 0, 0), 10), ("c2", "completed", (1, 1, 0, 0), 20)]


def test_a_snapshot_without_a_task_tells_of_the_last_call_alone(tmp_path: Path) -> None:
    again = [said(10, tool("c2", "Workflow", scriptPath="/x.js", resumeFromRunId="wf_1")), launch("c2", 11, task="w2")]
    taken = snapshot(("a1", "Plan", "done"), ("a2", "Plan", "done"), taskId=None)
    found = extract(tmp_path, {MAIN: main(user(notification("w1", "killed"), 8), *again), SNAPSHOT: taken})
    told = [(w.tool_use_id, w.status, counts(w)) for w in found.full.workflows]
    assert told == [("c1", "killed", (0, 0, 0, 0)), ("c2", "completed", (2, 2, 0, 0))]


# -- changes between two runs


def test_a_snapshot_that_comes_later_is_noticed_and_so_is_its_loss(tmp_path: Path) -> None:
    before = the_workflow(extract(tmp_path, {MAIN: main(), **agent("a1", 3)}))
    write_files(tmp_path / "root", {SNAPSHOT: snapshot(("a1", "Plan", "done"))})
    ended = the_workflow(extract_folder(tmp_path, tmp_path / "root"))
    (tmp_path / "root" / SNAPSHOT).unlink()
    after = the_workflow(extract_folder(tmp_path, tmp_path / "root"))
    assert [w.status for w in (before, ended, after)] == ["unreported", "completed", "unreported"]
    assert (counts(ended), after) == ((1, 1, 0, 0), before)


def test_a_launch_in_the_next_run_belongs_to_the_call_before_it(tmp_path: Path) -> None:
    lines = main()
    for length in range(1, len(lines) + 1):
        found = extract(tmp_path, {MAIN: lines[:length], **agent("a1", 3)})
    assert (the_workflow(found).agents, the_workflow(found).run_id) == (1, "wf_1")


# -- whatever is written


@pytest.mark.parametrize(
    "content",
    [
        {"status": 7, "phases": "x", "workflowProgress": {"a": 1}, "agentCount": "two", "taskId": ["w1"]},
        {"status": None, "phases": [1, {"title": 3}, {}], "workflowProgress": [1, None, {"type": "workflow_agent"}]},
        {"workflowProgress": [{"type": "workflow_agent", "agentId": 3, "phaseTitle": [], "state": {}}]},
        {"agentCount": -1, "workflowName": "\ud83d", "status": "\ud83d"},
        {"agentCount": 10**400},
        {},
    ],
)
def test_values_of_other_types_in_a_snapshot_are_left_out(tmp_path: Path, content: Json) -> None:
    workflow = the_workflow(extract(tmp_path, {MAIN: main(), **agent("a1", 3), SNAPSHOT: json.dumps(content).encode()}))
    assert (workflow.agents, workflow.tokens.input) == (1, 1)


@pytest.mark.parametrize("content", [b"", b"[]", b'{"runId":"wf_1"', b"\xff\xfe{", b"[" * 100_000, b'{"a":' * 100_000])
def test_a_snapshot_that_is_no_object_is_passed_over_with_a_reason(tmp_path: Path, content: bytes) -> None:
    found = extract(tmp_path, {MAIN: main(), SNAPSHOT: content})
    assert the_workflow(found).status == "unreported"
    (passed_over,) = found.diagnostics
    assert (passed_over["file"], passed_over["outcome"]) == (SNAPSHOT, "passed over")


def test_a_snapshot_beyond_the_limit_is_passed_over_with_a_reason(tmp_path: Path) -> None:
    found = extract(tmp_path, {MAIN: main(), SNAPSHOT: snapshot() + b" " * SNAPSHOT_LIMIT})
    assert (the_workflow(found).status, found.full.source.passed_over) == ("unreported", 1)
    assert "larger than 16 MB" in str(found.diagnostics[0]["reason"])


def test_a_snapshot_behind_a_link_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret.json").write_bytes(snapshot(status="failed"))
    write_files(tmp_path / "root", {MAIN: main()})
    (tmp_path / "root" / SNAPSHOT).parent.mkdir(parents=True)
    (tmp_path / "root" / SNAPSHOT).symlink_to(tmp_path / "secret.json")
    assert the_workflow(extract_folder(tmp_path, tmp_path / "root")).status == "unreported"


@pytest.mark.parametrize("name", [f"-w-app/{SESSION}/wf_1.json", f"-w-app/{SESSION}/subagents/workflows/wf_1.json"])
def test_a_json_file_elsewhere_is_no_snapshot(tmp_path: Path, name: str) -> None:
    assert the_workflow(extract(tmp_path, {MAIN: main(), name: snapshot()})).status == "unreported"


def test_phases_without_end_are_one_row(tmp_path: Path) -> None:
    agents = [(f"a{number}", f"Phase {number}", "done") for number in range(300)]
    workflow = the_workflow(extract(tmp_path, {MAIN: main(), SNAPSHOT: snapshot(*agents)}))
    assert (workflow.agents, len(workflow.phases), counts(workflow.phases[-1])) == (300, 101, (200, 200, 0, 0))


def test_odd_launches_are_no_error(tmp_path: Path) -> None:
    odd: Sequence[object] = [
        "x",
        7,
        [],
        {"runId": 7, "taskId": []},
        {"runId": "", "taskId": None},
        {"runId": "r" * 10**5},
    ]
    lines = [said(1, *(tool(f"c{n}", "Workflow", script=SCRIPT) for n in range(len(odd))))]
    lines += [answer(f"c{n}", 2 + n, "Launched.", beside) for n, beside in enumerate(odd)]
    assert extract(tmp_path, lines).full.workflows == []
