"""Workflows: launched calls with the runs, journals, snapshots and words that belong to them, over all copies."""

from bisect import bisect_right
from operator import attrgetter
from typing import NamedTuple

from msgspec import Struct, field
from msgspec.structs import replace

from common.transcripts.linking.copies import Order, order_of
from common.transcripts.linking.runs import RunFacts
from common.transcripts.linking.words import Noticed, words_of
from common.transcripts.reading.transcript_file import TranscriptFile
from common.transcripts.reading.workflows import RunFolder, Snapshot, WorkflowCall, agents_folder, snapshot_folder


class WorkflowCopy(NamedTuple):
    """One copy of a call."""

    order: Order
    file: TranscriptFile
    call: WorkflowCall

    @property
    def session_id(self) -> str:
        """The session that the copy belongs to."""
        return self.file.session_of(self.file.facts.threads[self.call.thread])


class WorkflowFacts(Struct):
    """One workflow: its copies, runs and words, each in order; `journal` maps agents to the last word on them."""

    copies: list[WorkflowCopy]
    runs: list[RunFacts] = field(default_factory=list)
    journal: dict[str, str] = field(default_factory=dict)
    snapshot: Snapshot | None = None
    words: list[Noticed] = field(default_factory=list)

    @property
    def first(self) -> WorkflowCopy:
        """The earliest copy, which decides session and time."""
        return self.copies[0]

    @property
    def launch(self) -> WorkflowCall:
        """The earliest copy that has a launch, which tells the ids of run and task."""
        return next(copy.call for copy in self.copies if copy.call.launched)


def collect_workflows(files: list[TranscriptFile], runs: list[RunFacts]) -> list[WorkflowFacts]:
    """Return the workflows in the order of their earliest copies."""
    copies: dict[str, list[WorkflowCopy]] = {}
    for file in files:
        for call in file.facts.workflows.calls:
            order = order_of(file, file.facts.threads[call.thread], call.timestamp, call.line, call.position)
            copies.setdefault(call.key, []).append(WorkflowCopy(order, file, call))
    folders = {folder for file in files if (folder := _folder_of(file))}
    launched = [_in_order(group, folders) for group in copies.values() if any(copy.call.launched for copy in group)]
    workflows = [WorkflowFacts(group) for group in sorted(launched, key=lambda group: group[0].order)]
    if workflows:
        by_run = _Owners(workflows)
        _add_runs(runs, by_run)
        _add_files(files, by_run)
        _add_words(files, workflows)
    return workflows


def _folder_of(file: TranscriptFile) -> RunFolder | None:
    """Return the run whose snapshot a file is, or in whose folder it is."""
    return snapshot_folder(file.name) if file.facts.workflows.snapshot else agents_folder(file.name)


def _in_order(copies: list[WorkflowCopy], folders: set[RunFolder]) -> list[WorkflowCopy]:
    """Sort copies of a call. On a tie of times the original is in the session whose folder has the run."""
    run_id = next((copy.call.run_id for copy in copies if copy.call.run_id), "")
    return sorted(copies, key=lambda c: (c.order.timestamp, RunFolder(c.session_id, run_id) not in folders, c.order))


class _Owners:
    """The workflows by the id of their run, in order of time.

    A run lies in the folder of a session that has a copy of the call. A workflow that is started again goes on with
    the same run, so a run may belong to several calls.
    """

    # call toolu_1 {"script":"…"}                               "runId":"wf_1"    stopped
    # call toolu_2 {"scriptPath":"…","resumeFromRunId":"wf_1"}  "runId":"wf_1"    begins the agents that are missing

    def __init__(self, workflows: list[WorkflowFacts]) -> None:
        self._by_folder: dict[RunFolder, list[WorkflowFacts]] = {}
        self._by_run: dict[str, list[WorkflowFacts]] = {}
        for workflow in workflows:
            run_id = workflow.launch.run_id
            if run_id is None:
                continue
            self._by_run.setdefault(run_id, []).append(workflow)
            for session in dict.fromkeys(copy.session_id for copy in workflow.copies):
                self._by_folder.setdefault(RunFolder(session, run_id), []).append(workflow)

    def of(self, folder: RunFolder) -> list[WorkflowFacts]:
        """Return the workflows that a file in this folder may belong to: those of its session, else the first."""
        return self._by_folder.get(folder) or self._by_run.get(folder.run_id, [])[:1]

    def at(self, folder: RunFolder, timestamp: str) -> WorkflowFacts | None:
        """Return the last workflow that was called by this time, else the first."""
        owners = self.of(folder)
        if not owners:
            return None
        before = bisect_right(owners, timestamp, key=lambda owner: owner.first.order.timestamp)
        return owners[max(before - 1, 0)]


def _add_runs(runs: list[RunFacts], owners: _Owners) -> None:
    """Give each workflow the runs of its agents."""
    for run in runs:
        if run.delegation is None and run.kind() == "workflow" and (folder := agents_folder(run.first.file.name)):
            owner = owners.at(folder, run.first.thread.first)
            if owner is not None:
                owner.runs.append(run)


def _add_files(files: list[TranscriptFile], owners: _Owners) -> None:
    """Give each workflow its snapshot, and the words of the journal on its agents.

    Agents without a transcript belong to the first call. A snapshot tells of the last task that had the run.
    """
    by_agent: dict[RunFolder, dict[str | None, WorkflowFacts]] = {}
    for file in files:
        snapshot, journal = file.facts.workflows.snapshot, file.facts.workflows.journal
        folder = _folder_of(file) if snapshot or journal else None
        if folder is None or not (found := owners.of(folder)):
            continue
        if folder not in by_agent:
            by_agent[folder] = {run.agent_id: owner for owner in found for run in owner.runs}
        owner_of = by_agent[folder]
        for agent_id, word in journal.items():
            owner_of.get(agent_id, found[0]).journal.setdefault(agent_id, word)
        if snapshot is None:
            continue
        last = next((owner for owner in reversed(found) if _is_of(snapshot, owner.launch)), None)
        if last is not None and last.snapshot is None:
            agents = [agent for agent in snapshot.agents if owner_of.get(agent.id, last) is last]
            last.snapshot = replace(snapshot, agents=agents)


def _is_of(snapshot: Snapshot, call: WorkflowCall) -> bool:
    return snapshot.task_id is None or call.task_id is None or snapshot.task_id == call.task_id


def _add_words(files: list[TranscriptFile], workflows: list[WorkflowFacts]) -> None:
    """Give each workflow the words on its task: those in files that have a copy of its call, else all."""
    wanted = {workflow.launch.task_id for workflow in workflows}
    by_task: dict[str, list[Noticed]] = {}
    for file in files:
        for notice in file.facts.notices:
            if notice.task_id in wanted:
                order = Order(notice.timestamp, foreign=False, rank=file.rank, line=notice.line, position=0)
                by_task.setdefault(notice.task_id, []).append(Noticed(order, notice))
    for workflow in workflows:
        found = by_task.get(workflow.launch.task_id or "", [])
        ranks = {copy.file.rank for copy in workflow.copies}
        near = [noticed for noticed in found if noticed.order.rank in ranks] or found
        workflow.words = words_of(sorted(near, key=attrgetter("order")), ended=False)
