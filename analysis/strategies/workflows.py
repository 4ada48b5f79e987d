"""The figures of workflows: their agents and tokens as extraction found them, and what they cost."""

from collections.abc import Iterable
from typing import TypedDict

from common.measures.prices import PriceTable
from common.records.metrics import WorkflowMetrics, WorkflowPhaseMetrics
from common.records.sessions import Tokens
from common.records.shared import Cost
from common.records.workflows import Workflow, WorkflowCounts


class _Figures(TypedDict):
    agents: int
    completed_agents: int
    failed_agents: int
    unfinished_agents: int
    tokens: Tokens
    cost: Cost


def price_workflows(workflows: Iterable[Workflow], table: PriceTable) -> list[WorkflowMetrics]:
    """Return the workflows with their cost, in the order of the file."""
    return [
        WorkflowMetrics(
            tool_use_id=workflow.tool_use_id,
            session_id=workflow.session_id,
            timestamp=workflow.timestamp,
            run_id=workflow.run_id,
            name=workflow.name,
            status=workflow.status,
            planned_agents=workflow.planned_agents,
            phases=[WorkflowPhaseMetrics(name=phase.name, **_figures(phase, table)) for phase in workflow.phases],
            **_figures(workflow, table),
        )
        for workflow in workflows
    ]


def _figures(part: WorkflowCounts, table: PriceTable) -> _Figures:
    return _Figures(
        agents=part.agents,
        completed_agents=part.completed_agents,
        failed_agents=part.failed_agents,
        unfinished_agents=part.unfinished_agents,
        tokens=part.tokens,
        cost=table.amount(part.tokens_by_day).cost(),
    )
