"""The figures of workflows: their agents and tokens as extraction found them, and what they cost."""

from collections.abc import Iterable

from common.measures.prices import PriceTable
from common.records.metrics import WorkflowMetrics, WorkflowPhaseMetrics
from common.records.workflows import Workflow, WorkflowCounts, WorkflowFields, WorkflowPhase


def price_workflows(workflows: Iterable[Workflow], table: PriceTable) -> list[WorkflowMetrics]:
    """Return the workflows with their cost, in the order of the file."""
    return [_priced(workflow, table) for workflow in workflows]


def _priced(workflow: Workflow, table: PriceTable) -> WorkflowMetrics:
    fields = {name: getattr(workflow, name) for name in WorkflowFields.__struct_fields__}
    phases = [_priced_phase(phase, table) for phase in workflow.phases]
    return WorkflowMetrics(**fields, phases=phases, cost=table.amount(workflow.tokens_by_day).cost())


def _priced_phase(phase: WorkflowPhase, table: PriceTable) -> WorkflowPhaseMetrics:
    counts = {name: getattr(phase, name) for name in WorkflowCounts.__struct_fields__}
    return WorkflowPhaseMetrics(**counts, name=phase.name, cost=table.amount(phase.tokens_by_day).cost())
