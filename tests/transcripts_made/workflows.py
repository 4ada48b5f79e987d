"""Workflows: the call, the agents in a folder of their own, the journal, the snapshot and the notification."""

from dataclasses import dataclass, replace
from typing import Literal

from tests.transcripts_made.files import Json, encoded
from tests.transcripts_made.naming import timestamp
from tests.transcripts_made.runs import put_beside, run_path
from tests.transcripts_made.thread import Thread
from tests.transcripts_made.truth import UnlinkedTruth, WorkflowTruth

End = Literal["done", "error", "progress"]
"""The state of an agent in the snapshot; "progress" if it was stopped."""

Plan = tuple[tuple[str, tuple[End, ...]], ...]
"""Phases by title, each with the ends of its agents."""

NAME = "nightly-checks"
TWO_PHASES: Plan = (("Check", ("done",)), ("Report", ("done",)))
WORDS: dict[End, str] = {"done": "result", "error": "failed"}
NAMES_PHASES = (2, 1, 300)
"""The version from about which journal and meta.json name the phase, and the journal has a word for failures."""


@dataclass(frozen=True, slots=True)
class _Launched:
    call: str
    run_id: str
    task_id: str


@dataclass(frozen=True, slots=True)
class _Agent:
    agent_id: str
    phase: str
    end: End
    ended: int


def workflow(main: Thread, plan: Plan = TWO_PHASES, status: str = "completed") -> str:
    """Append a workflow and return the id of its call; one that is "unreported" has no snapshot and no notification."""
    launched = _launch(main)
    folder = f"{run_path(main.setting, 'x').rsplit('/', 1)[0]}/workflows/{launched.run_id}"
    agents = [_play(main, folder, phase, end) for phase, ends in plan for end in ends]
    main.now = max([main.now, *(agent.ended for agent in agents)])
    if status != "unreported":
        path = f"{folder.replace('/subagents/workflows/', '/workflows/')}.json"
        main.book.files.others[path] = encoded(_snapshot(launched, status, plan, agents))
    if status in {"completed", "failed"}:
        _notify(main, launched, status, agents)
    main.book.truth.workflows[launched.call] = _declared(main, launched, status, plan, agents)
    return launched.call


def _launch(main: Thread) -> _Launched:
    """Append the call and its result."""
    digits = main.book.names.hexadecimal(12)
    run_id, task_id = f"wf_{digits[:8]}-{digits[8:11]}", "w" + digits[:8]
    call = main.book.names.call()
    main.assistant({"type": "tool_use", "id": call, "name": "Workflow", "input": {"name": NAME}})
    main.tool_calls += 1
    main.wait(main.book.rng.randrange(1, 5))
    text = f"Workflow launched in background. Task ID: {task_id}\nRun ID: {run_id}"
    beside = {"status": "async_launched", "taskId": task_id, "taskType": "local_workflow"}
    block = {"tool_use_id": call, "type": "tool_result", "content": text}
    main.user([block], toolUseResult=beside | {"workflowName": NAME, "runId": run_id})
    return _Launched(call, run_id, task_id)


def _play(main: Thread, folder: str, phase: str, end: End) -> _Agent:
    """Append an agent's own thread and its lines in the journal."""
    book, era = main.book, main.setting.era
    agent_id = book.names.agent(era.agent_id_length)
    path = f"{folder}/agent-{agent_id}.jsonl"
    book.truth.unlinked[agent_id] = UnlinkedTruth(agent_id, "workflow", main.setting.session_id)
    run = Thread(book, replace(main.setting, agent_id=agent_id, path=path), ("unlinked", agent_id), main.now)
    run.model = "claude-haiku-4-5-20251001"
    run.user(f"{phase} the configuration.")
    if end == "done":
        run.say("Nothing is wrong with it.")
    elif end == "error":
        run.synthetic("API Error: 400 mock says no", isApiErrorMessage=True)
    meta: Json = {"agentType": "workflow-subagent", "spawnDepth": 1, "model": "haiku"}
    named: Json = {"phase": phase} if era.number >= NAMES_PHASES else {}
    put_beside(book, path, meta | ({"workflowPhase": phase} if named else {}))
    journal = f"{folder}/journal.jsonl"
    book.files.append(journal, {"type": "started", "key": f"v2:{agent_id}", "agentId": agent_id} | named)
    if end == "done" or (end == "error" and named):
        book.files.append(journal, {"type": WORDS[end], "key": f"v2:{agent_id}", "agentId": agent_id})
    return _Agent(agent_id, phase, end, run.now)


def _snapshot(launched: _Launched, status: str, plan: Plan, agents: list[_Agent]) -> Json:
    entries = [
        {"type": "workflow_agent", "agentId": agent.agent_id, "phaseTitle": agent.phase, "state": agent.end}
        for agent in agents
    ]
    titles = [{"type": "workflow_phase", "title": title} for title, _ in plan]
    known: Json = {"runId": launched.run_id, "taskId": launched.task_id, "workflowName": NAME, "status": status}
    known["phases"] = [{"title": title} for title, _ in plan]
    return known | {"agentCount": len(agents), "workflowProgress": [*titles, *entries]}


def _notify(main: Thread, launched: _Launched, status: str, agents: list[_Agent]) -> None:
    """Append the line that tells the end, which needs no place in the chain."""
    counts = {
        "agent_count": len(agents),
        "agents_done": sum(agent.end == "done" for agent in agents),
        "agents_error": sum(agent.end == "error" for agent in agents),
    }
    usage = "".join(f"<{name}>{number}</{name}>" for name, number in counts.items())
    parts = [f"<task-id>{launched.task_id}</task-id>", f"<tool-use-id>{launched.call}</tool-use-id>"]
    parts.append(f"<status>{status}</status>")
    parts += [f'<summary>Dynamic workflow "{NAME}" {status}</summary>', f"<usage>{usage}</usage>"]
    text = "\n".join(["<task-notification>", *parts, "</task-notification>"])
    line: Json = {"type": "queue-operation", "operation": "enqueue", "timestamp": timestamp(main.now)}
    main.bare_line(line | {"sessionId": main.setting.session_id, "content": text})


def _declared(main: Thread, launched: _Launched, status: str, plan: Plan, agents: list[_Agent]) -> WorkflowTruth:
    ends = [agent.end for agent in agents]
    is_told = status != "unreported" or main.setting.era.number >= NAMES_PHASES
    failed = ends.count("error") if is_told else 0
    return WorkflowTruth(
        tool_use_id=launched.call,
        session_id=main.setting.session_id,
        run_id=launched.run_id,
        name=NAME,
        status=status,
        planned_agents=len(agents) if status != "unreported" else None,
        agents=len(agents),
        completed_agents=ends.count("done"),
        failed_agents=failed,
        unfinished_agents=len(agents) - ends.count("done") - failed,
        phases=_told_phases(status, plan, agents) if is_told else [None] if agents else [],
        agent_ids=[agent.agent_id for agent in agents],
    )


def _told_phases(status: str, plan: Plan, agents: list[_Agent]) -> list[str | None]:
    """Return all phases of a snapshot; without one, those of agents."""
    begun = {agent.phase for agent in agents}
    return [title for title, _ in plan if status != "unreported" or title in begun]
