"""The records of workflows."""

from collections.abc import Iterable
from typing import Literal, NamedTuple

from common.records.workflows import Workflow, WorkflowPhase
from common.transcripts.linking.outcomes import OUTCOME_BY_STATUS
from common.transcripts.linking.runs import RunFacts
from common.transcripts.linking.tables import Tables
from common.transcripts.linking.tokens import SpentTokens, spent_tokens
from common.transcripts.linking.words import last_word
from common.transcripts.linking.workflows import WorkflowFacts
from common.transcripts.reading.notices import UNDER_WAY
from common.transcripts.reading.workflows import NAME_LENGTH, AgentCounts

UNREPORTED = "unreported"
MOST_PHASES = 100
"""A snapshot may name any number of phases; agents of those after this many count under no name."""

State = Literal["completed", "failed", "unfinished"]
_BY_WORD: dict[str | None, State] = {"result": "completed", "failed": "failed"}
_BY_STATE: dict[str | None, State] = {"done": "completed", "error": "failed"}


class _Agent(NamedTuple):
    """An agent that began: its phase and what became of it."""

    phase: str | None
    state: State


class _Counted(NamedTuple):
    """Agents by what became of them."""

    agents: int
    completed_agents: int
    failed_agents: int
    unfinished_agents: int


def workflow_record(tables: Tables, facts: WorkflowFacts) -> Workflow:
    """Return the record of a workflow."""
    first, launch, snapshot = facts.first, facts.launch, facts.snapshot
    agents = _agents(facts)
    told = next((word.notice.agents for word in reversed(facts.words) if word.notice.agents), None)
    spent = _spent(tables, facts.runs)
    return Workflow(
        tool_use_id=first.call.id,
        session_id=first.session_id,
        timestamp=first.call.timestamp or None,
        run_id=launch.run_id,
        name=(snapshot.name if snapshot else "") or launch.name or None,
        status=_status(facts),
        planned_agents=snapshot.planned if snapshot else told.planned if told else None,
        phases=_phases(tables, facts, agents),
        **(_as_told(told) if told and not agents else _counted(agents.values()))._asdict(),
        **spent._asdict(),
        file=first.file.name,
        line=first.call.line,
    )


def _status(facts: WorkflowFacts) -> str:
    """Return how the workflow ended: by its snapshot, else by the last word on its task."""
    # A workflow that ends by itself leaves a snapshot and a notification, one that is stopped the snapshot alone, and
    # a crash neither.
    status = facts.snapshot.status if facts.snapshot else ""
    if not status or status in UNDER_WAY:
        word = last_word(facts.words)
        status = word.notice.status if word else ""
    return OUTCOME_BY_STATUS.get(status, status or UNREPORTED)


def _agents(facts: WorkflowFacts) -> dict[str, _Agent]:
    """Return the agents that began, by id: those of the snapshot, of the journal and of the transcripts.

    The journal is written while the run works, so its word is the first; in 2.1.205 it has none on failures.
    """
    agents: dict[str, _Agent] = {}
    for entry in facts.snapshot.agents if facts.snapshot else ():
        agents[entry.id] = _Agent(entry.phase, _BY_STATE.get(entry.state, "unfinished"))
    for agent_id, word in facts.journal.items():
        known = agents.get(agent_id, _Agent(None, "unfinished"))
        agents[agent_id] = _Agent(known.phase, _BY_WORD.get(word, known.state))
    for run in facts.runs:
        known = agents.get(run.agent_id or "", _Agent(None, "unfinished"))
        agents[run.agent_id or ""] = _Agent(known.phase or _phase_of(run), known.state)
    return agents


def _phase_of(run: RunFacts) -> str | None:
    """Return the phase that the agent's `.meta.json` names."""
    metas = [at.file.meta for at in run.threads]
    return next((meta.workflow_phase[:NAME_LENGTH] for meta in metas if meta and meta.workflow_phase), None)


def _counted(agents: Iterable[_Agent]) -> _Counted:
    states = [agent.state for agent in agents]
    return _Counted(len(states), states.count("completed"), states.count("failed"), states.count("unfinished"))


def _as_told(told: AgentCounts) -> _Counted:
    """Return the counts of the notification, for a run whose files are all gone."""
    return _Counted(told.completed + told.failed, told.completed, told.failed, 0)


def _spent(tables: Tables, runs: Iterable[RunFacts]) -> SpentTokens:
    messages = [message for run in runs for message in tables.messages_of(run)]
    return spent_tokens([message for message in messages if message.counted], tables.day_of)


def _phases(tables: Tables, facts: WorkflowFacts, agents: dict[str, _Agent]) -> list[WorkflowPhase]:
    """Return the phases: those of the snapshot in its order, then others in the order of their first agents."""
    planned = facts.snapshot.phases if facts.snapshot else []
    started = [agent.phase for agent in agents.values() if agent.phase is not None]
    names = list(dict.fromkeys([*planned, *started]))[:MOST_PHASES]
    kept = set(names)
    of_phase: dict[str | None, list[_Agent]] = {}
    for agent in agents.values():
        of_phase.setdefault(agent.phase if agent.phase in kept else None, []).append(agent)
    runs_of: dict[str | None, list[RunFacts]] = {}
    for run in facts.runs:
        phase = agents[run.agent_id or ""].phase
        runs_of.setdefault(phase if phase in kept else None, []).append(run)
    rows = [*names, *([None] if None in of_phase else [])]
    return [_phase(tables, name, of_phase.get(name, []), runs_of.get(name, [])) for name in rows]


def _phase(tables: Tables, name: str | None, agents: list[_Agent], runs: list[RunFacts]) -> WorkflowPhase:
    spent = _spent(tables, runs)
    return WorkflowPhase(
        name=name, **_counted(agents)._asdict(), tokens=spent.tokens, tokens_by_day=spent.tokens_by_day
    )
