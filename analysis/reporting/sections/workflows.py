"""Workflows: how many of their agents completed, failed or have no end, and what they cost, by workflow and phase."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from analysis.reporting.blocks import Block, Cell, Heading, Paragraph, Sentence, Table
from analysis.reporting.context import count_cell, money_cell, text_cell, tokens_cell, word_cell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.reporting.blocks import Code, Value
    from analysis.reporting.context import Context
    from common.records.metrics import WorkflowMetrics, WorkflowPhaseMetrics

SHOWN = 10
ENDS = ("completed", "failed", "killed", "unreported")


def workflows_blocks(context: Context) -> tuple[Block, ...]:
    """Return the workflows and their phases, the dearest first; nothing if there is none."""
    found = sorted(context.inputs.results.metrics.workflows, key=lambda workflow: -workflow.cost.estimated)
    if not found:
        return ()
    tables: tuple[Block, ...] = (
        Table("workflows", tuple(_workflow(context, workflow) for workflow in found), shown=SHOWN),
    )
    phases = tuple(_phase(context, workflow, phase) for workflow in found for phase in workflow.phases)
    if phases:
        tables += (Heading(Sentence("head_phases"), "phases"), Table("workflow_phases", phases, shown=SHOWN))
    return (Paragraph((_lead(found),)), *tables)


def _lead(found: Sequence[WorkflowMetrics]) -> Sentence:
    """Return how many there are, and what became of their agents; the cost is None if no run of theirs is known."""
    priced = any(workflow.cost.messages for workflow in found)
    values: dict[str, Value] = {
        "workflows": len(found),
        "agents": sum(workflow.agents for workflow in found),
        "completed": sum(workflow.completed_agents for workflow in found),
        "failed": sum(workflow.failed_agents for workflow in found),
        "unfinished": sum(workflow.unfinished_agents for workflow in found),
        "cost": math.fsum(workflow.cost.estimated for workflow in found) if priced else None,
    }
    return Sentence("workflows_lead", values)


def _workflow(context: Context, workflow: WorkflowMetrics) -> tuple[Cell, ...]:
    """Return one workflow; its run's id is the name of the folder of its agents."""
    session = context.masking.session(workflow.session_id)
    return (
        text_cell(_name(context, workflow)),
        text_cell(None if context.masking.share or not workflow.run_id else context.masking.name(workflow.run_id)),
        Cell(session, target=context.groups.session(workflow.session_id)),
        _ended(context, workflow.status),
        count_cell(workflow.planned_agents),
        *_figures(workflow),
    )


def _ended(context: Context, status: str) -> Cell:
    """Return how a workflow ended; a word that is not ours is foreign text."""
    return word_cell(status) if status in ENDS else text_cell(context.masking.name(status))


def _phase(context: Context, workflow: WorkflowMetrics, phase: WorkflowPhaseMetrics) -> tuple[Cell, ...]:
    return (text_cell(_name(context, workflow)), text_cell(context.masking.words(phase.name, 60)), *_figures(phase))


def _name(context: Context, workflow: WorkflowMetrics) -> Code | None:
    return context.masking.name(workflow.name) if workflow.name else None


def _figures(part: WorkflowMetrics | WorkflowPhaseMetrics) -> tuple[Cell, ...]:
    """Return the agents by what became of them, the output and the cost."""
    return (
        count_cell(part.agents),
        count_cell(part.completed_agents),
        count_cell(part.failed_agents),
        count_cell(part.unfinished_agents),
        tokens_cell(part.tokens.output_estimated),
        money_cell(part.cost.estimated if part.cost.messages else None),
    )
