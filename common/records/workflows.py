"""Workflows: calls of the tool `Workflow`, each with the agents that its script started.

Extraction knows no prices, so a workflow has no cost here: it has its tokens by day, model and tier, the unit that has
one price. The strategy `metrics` adds the cost, as it does for delegations. A new price then changes no data file.
"""

from common.records.base import Record
from common.records.tokens import DayTokens, Tokens


class WorkflowCounts(Record, frozen=True, kw_only=True):
    """Agents and tokens of a workflow or of one of its phases. Its runs are unlinked runs of the kind `workflow`."""

    agents: int  #: agents that began
    completed_agents: int  #: agents that returned a result
    failed_agents: int  #: agents that ended with an error
    unfinished_agents: int  #: agents that began and have no recorded end
    tokens: Tokens  #: sum over the distinct messages of their runs


class WorkflowFields(WorkflowCounts, frozen=True, kw_only=True):
    """What all records of a workflow say of it."""

    tool_use_id: str  #: id of the call
    session_id: str  #: session of the call
    timestamp: str | None  #: time of the call
    run_id: str | None  #: id of the run, which is the name of the folder of its agents
    name: str | None  #: name of the workflow
    #: `completed`, `failed` or `killed`, or another word that Claude Code wrote; `unreported` without a word on its end
    status: str
    planned_agents: int | None  #: agents that the script asked for, None if nothing says how many


class WorkflowPhase(WorkflowCounts, frozen=True, kw_only=True):
    """A phase of a workflow."""

    name: str | None  #: title of the phase; None for agents whose phase is not recorded
    tokens_by_day: list[DayTokens]  #: `tokens` by day, model, context tier and price tier


class Workflow(WorkflowFields, frozen=True, kw_only=True):
    """A workflow: one distinct call of the tool `Workflow` that was launched. It is no delegation."""

    phases: list[WorkflowPhase]  #: its phases, in order
    tokens_by_model: dict[str, Tokens]  #: `tokens` by model
    tokens_by_day: list[DayTokens]  #: `tokens` by day, model, context tier and price tier
    #: file of the earliest copy of the call, below the root; preceded by the root's number if there are several roots
    file: str
    line: int  #: line of that copy, from 1
