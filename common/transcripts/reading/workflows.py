"""Workflows in transcripts: calls of the tool, their launch, and the snapshot of a run that ended.

A run's files are in two places below the folder of its session:
  <session>/subagents/workflows/<run>/    agent-<id>.jsonl, agent-<id>.meta.json, journal.jsonl
  <session>/workflows/<run>.json          the snapshot, written when the run ends
"""

import re
from typing import NamedTuple

from msgspec import Struct, field

from common.transcripts.reading.identity import call_identity, message_identity
from common.transcripts.reading.shapes import Block, Line, Message, read_object
from common.transcripts.reading.usage import Count

WORKFLOW_TOOL = "Workflow"
LOCAL = (None, "local_workflow")
AGENTS_FOLDER = "/subagents/workflows/"
SNAPSHOTS_FOLDER = "/workflows/"
NAME_LENGTH = 200
"""Characters of a name or title that are kept."""
HEAD = 4000
"""Bytes from the start of a result in which an id is searched."""
META = 1000
"""Characters of a script in which the name is searched, from its `meta` on."""

_RUN_ID = re.compile(rb"(?:Run ID: |subagents[/\\]{1,4}workflows[/\\]{1,4})(wf_[A-Za-z0-9_-]{1,100})")
_TASK_ID = re.compile(rb"Task ID: ([A-Za-z0-9_-]{1,100})")
_NAME = re.compile(r"\bname\s{0,9}:\s{0,9}(['\"`])([^'\"`\n]{1,200})\1")


class RunFolder(NamedTuple):
    """The place of a file that belongs to the run of a workflow: the folder of the session, and the run's id."""

    session: str
    run_id: str


def agents_folder(name: str) -> RunFolder | None:
    """Return the run whose agents' folder a file is in; None for any other file."""
    before, found, after = name.rpartition(AGENTS_FOLDER)
    run_id, inside, _ = after.partition("/")
    return RunFolder(before.rpartition("/")[2], run_id) if found and inside and run_id else None


def snapshot_folder(name: str) -> RunFolder:
    """Return the run that a snapshot tells of."""
    before, _, after = name.rpartition(SNAPSHOTS_FOLDER)
    return RunFolder(before.rpartition("/")[2], after.removesuffix(".json"))


class WorkflowCall(Struct, array_like=True, gc=False):
    """A call of the tool `Workflow`; `launched` once a result says that its run began. An empty name is none.

    `key` is its identity, as of delegations.
    """

    id: str
    timestamp: str
    line: int
    position: int
    thread: int
    key: str = ""
    name: str = ""
    launched: bool = False
    run_id: str | None = None
    task_id: str | None = None


class SnapshotAgent(Struct, array_like=True, frozen=True, gc=False):
    """An agent that began, in the snapshot of its workflow's run."""

    id: str
    phase: str | None
    state: str | None


class Snapshot(Struct, array_like=True, frozen=True, gc=False):
    """The snapshot of a workflow's run that ended. Empty strings are values that are not there."""

    task_id: str | None
    name: str
    status: str
    planned: int | None
    phases: list[str]
    agents: list[SnapshotAgent]


class FileWorkflows(Struct, array_like=True, gc=False):
    """What a file says of workflows: a transcript has calls, a journal the last word on each agent.

    A snapshot has nothing else.
    """

    calls: list[WorkflowCall] = field(default_factory=list)
    journal: dict[str, str] = field(default_factory=dict)
    snapshot: Snapshot | None = None


class AgentCounts(Struct, array_like=True, frozen=True, gc=False):
    """Agents of a workflow, as a notification counts them."""

    planned: int
    completed: int
    failed: int


class WorkflowInput(Struct, gc=False):
    """The input of a call: a script, the name of a saved workflow, or a path alone."""

    name: str | None = None
    script: str | None = None


class WorkflowResult(Struct, rename="camel", gc=False):
    """The `toolUseResult` of a launched workflow."""

    run_id: str | None = None
    task_id: str | None = None
    task_type: str | None = None
    workflow_name: str | None = None


class WorkflowCalls:
    """The reader of calls and launches, in order. Its whole state is in the calls."""

    def __init__(self, calls: list[WorkflowCall]) -> None:
        """Continue from the calls of the file so far."""
        self._calls = calls
        self._last = {(call.thread, call.id): call for call in calls}

    def called(self, at: tuple[str, int, int, int], message: Message | None, block: Block) -> str:
        """Keep a call made at a time, line, position and in a thread; return that its result is read as any tool's."""
        call = WorkflowCall(block.id or "", *at)
        found = read_object(block.input, WorkflowInput) or WorkflowInput()
        call.key = call_identity(call.id, message_identity(message) if message else None, bytes(block.input))
        call.name = (found.name or _name_in(found.script or "") or "")[:NAME_LENGTH]
        self._calls.append(call)
        self._last[call.thread, call.id] = call
        return ""

    def answered(self, line: Line, block: Block, index: int) -> None:
        """Take the launch of a workflow from a result in its thread; any other result changes nothing."""
        # main file    "toolUseResult":{"status":"async_launched","taskId":"w1","taskType":"local_workflow",
        #                               "workflowName":"checks","runId":"wf_1",...}
        # agent file   "content":"Workflow launched in background. Task ID: w1\n...\nRun ID: wf_1\n..."
        call = self._last.get((index, block.tool_use_id or ""))
        if call is None or call.launched or block.is_error is True:
            return
        raw = line.tool_use_result
        structured = (read_object(raw, WorkflowResult) if len(raw) else None) or WorkflowResult()
        head = bytes(block.content)[:HEAD]
        call.run_id = _short(structured.run_id) or _first(_RUN_ID, head)
        call.task_id = _short(structured.task_id) or _first(_TASK_ID, head)
        call.launched = structured.task_type in LOCAL and bool(call.run_id or call.task_id)
        call.name = (structured.workflow_name or "")[:NAME_LENGTH] or call.name


def _name_in(script: str) -> str | None:
    """Return the name in a script's `meta` object."""
    found = _NAME.search(script.partition("meta")[2][:META])
    return found[2] if found else None


def _short(text: str | None) -> str | None:
    return text if text and len(text) <= NAME_LENGTH else None


def _first(pattern: re.Pattern[bytes], text: bytes) -> str | None:
    found = pattern.search(text)
    return found[1].decode() if found else None


class _Phase(Struct, gc=False):
    title: str | None = None


class _Progress(Struct, rename="camel", gc=False):
    type: str | None = None
    agent_id: str | None = None
    phase_title: str | None = None
    state: str | None = None


class _Snapshot(Struct, rename="camel", gc=False):
    task_id: str | None = None
    workflow_name: str | None = None
    status: str | None = None
    agent_count: Count | None = None
    phases: list[_Phase] | None = None
    workflow_progress: list[_Progress] | None = None


def read_snapshot(raw: bytes) -> Snapshot | None:
    """Return the snapshot in the bytes of its file; None if they hold no object."""
    # An agent's state is "done", "error", or "progress" if it was stopped. One that never began has no id.
    #   2.1.205  {"runId":"wf_1","taskId":"w1","workflowName":"checks","status":"completed","agentCount":2,
    #             "phases":[{"title":"Plan"}],"workflowProgress":[
    #             {"type":"workflow_agent","agentId":"a1","phaseTitle":"Plan","state":"done"}]}
    found = read_object(raw, _Snapshot)
    if found is None:
        return None
    agents = [entry for entry in found.workflow_progress or () if entry.type == "workflow_agent"]
    counts = [len(agents), *([found.agent_count] if found.agent_count is not None else [])]
    return Snapshot(
        task_id=_short(found.task_id),
        name=(found.workflow_name or "")[:NAME_LENGTH],
        status=(found.status or "")[:NAME_LENGTH],
        planned=max(counts) if found.workflow_progress is not None or found.agent_count is not None else None,
        phases=[phase.title[:NAME_LENGTH] for phase in found.phases or () if phase.title],
        agents=[
            SnapshotAgent(entry.agent_id, (entry.phase_title or "")[:NAME_LENGTH] or None, entry.state)
            for entry in agents
            if _short(entry.agent_id) and entry.agent_id
        ],
    )
